"""docs/nginx.conf, the front that a school copies: what it logs, where it sends people, what its answers carry."""

import re

import pytest

from app.headers import FIXED
from config import ROOT

CONFIG = re.sub(r"#.*", "", (ROOT / "docs/nginx.conf").read_text())
HSTS = "Strict-Transport-Security"


def block(opening):
    """What stands between the braces behind these words."""
    start = CONFIG.index("{", CONFIG.index(opening)) + 1
    depth, end = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(CONFIG[end], 0)
        end += 1
    return CONFIG[start : end - 1]


PLAIN, SAFE = block("server {"), block(CONFIG[CONFIG.rindex("server {") :][:40])


def test_the_log_has_no_token_and_no_query_r35_r16():
    form = re.search(r"log_format zicht (.*?);", CONFIG, re.DOTALL)[1]
    assert "$zicht_logged" in form
    for telling in ("$request ", '$request"', "$request_uri", "$args", "$query_string", "$uri", "$http_referer"):
        assert telling not in form
    hide = re.search(r'"~\*(\S+)"\s+(\S+);', block("map $uri $zicht_logged"))
    assert re.sub(hide[1] + ".*", hide[2], "/activeren/geheim", flags=re.IGNORECASE) == "/activeren/***"
    logs = re.findall(r"access_log\s+(.*?);", CONFIG)
    assert logs == ["/var/log/nginx/zicht.log zicht"] * 2, "one for each server, both in that form"


def test_an_error_does_not_write_the_token_or_a_query_either_r35_r16():
    assert [log.split()[-1] for log in re.findall(r"error_log\s+(.*?);", CONFIG)] == ["crit"] * 3
    assert "error_log /dev/null crit;" in block("location ^~ /activeren/")


def test_nobody_is_sent_to_a_host_that_the_visitor_named_r37():
    assert "return 301 https://$server_name$request_uri;" in PLAIN
    assert "$host" not in CONFIG.replace("$hostname", "")
    assert "$http_host" not in CONFIG


@pytest.mark.parametrize("name", [*FIXED, HSTS])
def test_every_answer_has_the_header_once_also_files_and_errors_of_nginx_r63(name):
    expected = FIXED.get(name, "max-age=31536000; includeSubDomains")
    found = re.findall(rf'add_header {name} (?:"([^"]+)"|([^";]+)) always;', SAFE)
    assert [quoted or bare for quoted, bare in found] == [expected]
    assert f"proxy_hide_header {name};" in SAFE


def test_no_place_loses_what_the_server_says_by_saying_something_itself():
    """A location with one add_header or proxy_set_header of its own inherits none of the server's."""
    for opening in re.findall(r"location [^{]+", SAFE):
        assert "add_header" not in block(opening)
        assert "proxy_set_header" not in block(opening)
        assert "proxy_hide_header" not in block(opening)


def test_each_header_about_the_visitor_has_one_value_of_ours_r15():
    for name, value in {"For": "$remote_addr", "Proto": "$scheme", "Host": "$server_name"}.items():
        assert re.findall(rf"proxy_set_header X-Forwarded-{name} (\S+);", SAFE) == [value]
