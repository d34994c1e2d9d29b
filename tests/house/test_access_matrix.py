"""Who may open which page: access_matrix.tsv holds the answer of every page to every role, and is tried (R46).

A new page fails here until it has its line: ZICHT_WRITE_MATRIX=1 writes the answers of today; read them before you
commit them. "login" is a redirect to the login page, "couple" the page that says that no location is coupled yet;
anything else is the status of the answer.
"""

import csv
import os
import re
from pathlib import Path

import pytest
from flask import template_rendered

from tests.house.access_world import ADMINISTRATOR, PLACE, UNSAFE, VISITORS, WITHOUT, routes, world

pytestmark = pytest.mark.once

__all__ = ["world"]  # a fixture
MATRIX = Path(__file__).parent / "access_matrix.tsv"
OPEN_TO_ALL = {"static", "health.healthz", "health.readyz", "reports.receive"}
WITHOUT_TOKEN = {"reports.receive"}  # the browser itself sends it; it changes nothing
ADMINISTRATION = "/beheer/"


@pytest.fixture
def app_settings(request):
    """The CSRF token is the second lock; behind it the rights must hold by themselves."""
    csrf = request.function is test_no_change_without_the_csrf_token_r59
    return {"WTF_CSRF_ENABLED": csrf, "PROPAGATE_EXCEPTIONS": False}


def read_matrix():
    with MATRIX.open(newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    return {(line["endpoint"], line["method"], line["rule"]): line for line in lines}


def answer_of(response, templates):
    if response.status_code in (301, 302, 303, 308) and "/login" in response.headers["Location"]:
        return "login"
    return "couple" if "admin/no_location.html" in templates else str(response.status_code)


def answers_for(app, world, visitor):
    found, templates = {}, []

    def remember(_app, template, **_more):
        templates.append(template.name)

    with template_rendered.connected_to(remember, app):
        for endpoint, method, rule in routes(app):
            templates.clear()
            response = world.client(app, visitor).open(world.address(rule), method=method)
            found[endpoint, method, rule.rule] = answer_of(response, templates)
            response.close()
    return found


if os.environ.get("ZICHT_WRITE_MATRIX"):

    def test_write_the_matrix(app, world):
        columns = {visitor: answers_for(app, world, visitor) for visitor in VISITORS}
        with MATRIX.open("w", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(["endpoint", "method", "rule", *VISITORS])
            for key in columns["anonymous"]:
                writer.writerow([*key, *(columns[visitor][key] for visitor in VISITORS)])


def test_every_page_has_its_line_and_every_line_its_page_r46(app):
    there = {(endpoint, method, rule.rule) for endpoint, method, rule in routes(app)}
    written = set(read_matrix())
    assert not there - written, f"not in the matrix: {sorted(there - written)}"
    assert not written - there, f"no longer a page: {sorted(written - there)}"


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_answers_every_role_as_written_r46(app, world, visitor):
    wanted = {key: line[visitor] for key, line in read_matrix().items()}
    found = answers_for(app, world, visitor)
    wrong = {key: (wanted.get(key), answer) for key, answer in found.items() if wanted.get(key) != answer}
    assert not wrong, f"(page): (written, found) as {visitor}: {wrong}"


def test_the_matrix_itself_denies_by_default_r46():
    """Whatever is written: strangers reach nothing of a school, and only administrators reach the administration."""
    for (endpoint, _method, rule), line in read_matrix().items():
        if rule.startswith(ADMINISTRATION):
            assert line["anonymous"] == "login", endpoint
            others = set(VISITORS) - {"anonymous", ADMINISTRATOR, WITHOUT}
            assert {line[who] for who in others} <= {"403", "404"}, endpoint
        elif not endpoint.startswith("auth.") and endpoint not in OPEN_TO_ALL:
            assert line["anonymous"] == "login", endpoint
        if endpoint != "health.readyz":  # not ready here: no scheduler runs in a test
            assert not any(line[who].startswith("5") for who in VISITORS), endpoint


def words_of(response):
    """The page without what differs in every answer."""
    return re.sub(r'(value|nonce|href|action)="[^"]*"', "", response.get_data(as_text=True))


def test_no_page_gives_a_thing_of_another_location_r47_r52(app, world):
    """What belongs to a location that is not mine is answered as what does not exist."""
    places = [each for each in routes(app) if "<int" in each[2].rule and each[2].rule.startswith(ADMINISTRATION)]
    free = {"others", "synchronisation"}  # other parties and runs are of the school, not of a location (part 7 nr 4)
    for endpoint, method, rule in places:
        if endpoint.partition(".")[0] in free:
            continue
        client = world.client(app, ADMINISTRATOR)
        theirs = client.open(world.address(rule, world.elsewhere), method=method)
        nobody = client.open(PLACE.sub("999999999", rule.rule), method=method)
        assert (theirs.status_code, nobody.status_code) == (404, 404), (endpoint, method)
        assert words_of(theirs) == words_of(nobody), endpoint


def test_no_change_without_the_csrf_token_r59(app, world):
    for endpoint, method, rule in routes(app):
        if method in UNSAFE and endpoint not in WITHOUT_TOKEN:
            response = world.client(app, ADMINISTRATOR).open(world.address(rule), method=method)
            assert response.status_code in (400, 403), (endpoint, method, response.status_code)


def test_other_methods_are_refused_r68(app, world):
    for endpoint, _method, rule in routes(app):
        response = world.client(app, ADMINISTRATOR).open(world.address(rule), method="TRACE")
        assert response.status_code == 405, endpoint
