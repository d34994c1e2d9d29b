"""What no page and no template of ours may have, whatever it is about (R61, R63, R64)."""

import ast
import io
import re
from collections import Counter
from pathlib import Path

import html5lib
import pytest

from tests.house.access_world import ADMINISTRATOR, VISITORS, routes, world

pytestmark = pytest.mark.once

__all__ = ["world"]  # a fixture
ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CODE = sorted((ROOT / "app").rglob("*.py"))
SCRIPTS = sorted((ROOT / "app" / "static" / "js").glob("*.js"))
MAKES_MARKUP = {"app/templating.py", "app/pages/prose.py"}  # constants with escaped parts; cleaned HTML
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
STYLE = re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE)
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL | re.IGNORECASE)


def name_of(path):
    return str(path.relative_to(ROOT))


def is_page(path):
    return "mail" not in path.parts  # a mail is no page: mail programs want their style on the tag


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_trust_nothing_and_hold_no_code_r61_r64(path):
    text = path.read_text(encoding="utf-8")
    assert "|safe" not in re.sub(r"\s", "", text)
    assert "autoescape false" not in text
    assert "javascript:" not in text
    assert not HANDLER.search(text)
    if is_page(path):
        assert not STYLE.search(text)
        assert "<style" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        assert 'nonce="{{ csp_nonce() }}"' in script
        assert "src=" in script, "no inline script"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_load_nothing_from_elsewhere_r69(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["']https?://""", text) or not is_page(path)
    for old in ("jquery", "bootstrap4", "select2", "x-editable", "moment.js"):
        assert old not in text.lower()


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_code_makes_no_markup_of_data_r64(path):
    """Markup("<b>{}</b>").format(value) escapes; Markup(value) does not."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markup":
            constant = all(isinstance(part, ast.Constant) for part in node.args)
            assert constant or name_of(path) in MAKES_MARKUP, f"line {node.lineno}"


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_scripts_write_no_html_r64(path):
    text = path.read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in text
    assert "http://" not in text
    assert "https://" not in text


def test_everything_vendored_has_its_licence_r69():
    vendor = ROOT / "app" / "static" / "vendor"
    told = " ".join(path.read_text(encoding="utf-8") for path in vendor.glob("*LICENSE*"))
    told += " ".join(path.read_text(encoding="utf-8") for path in vendor.glob("*.md"))
    for path in vendor.iterdir():
        if path.suffix in (".css", ".js", ".woff2"):
            assert path.stem.split(".")[0] in told.lower(), f"{path.name}: whose is it, and under which licence?"


def errors_in(html):
    """What a strict parser says, with the words before the place."""
    parser = html5lib.HTMLParser()
    parser.parse(io.StringIO(html))
    lines = html.splitlines()
    return [(code, lines[line - 1][max(0, column - 120) : column + 5]) for (line, column), code, _more in parser.errors]


@pytest.fixture
def pages(app, world):
    """Gives (endpoint, html) of every page that a visitor may open."""

    def pages(visitor):
        client = world.client(app, visitor)
        for endpoint, method, rule in routes(app):
            if method != "GET" or endpoint == "static":
                continue
            response = client.get(world.address(rule), follow_redirects=visitor != "anonymous")
            if response.mimetype == "text/html":
                yield endpoint, response.get_data(as_text=True)
            response.close()

    return pages


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_of_every_role_is_sound_html(pages, visitor):
    """Parses without one error; no id twice; every form has its token (R59), every script its nonce (R61)."""
    seen = 0
    for endpoint, html in pages(visitor):
        seen += 1
        assert not errors_in(html), endpoint
        doubled = [name for name, count in Counter(re.findall(r'\sid="([^"]+)"', html)).items() if count > 1]
        assert not doubled, (endpoint, doubled)
        assert not HANDLER.search(html), endpoint
        for form in FORM.findall(html):
            posts = re.match(r'<form\b[^>]*method="post"', form, re.IGNORECASE) and 'type="submit"' in form
            assert 'name="csrf_token"' in form or not posts, (endpoint, form[:120])
            assert 'method="post"' in form or 'name="csrf_token"' not in form, "a token never goes into an address"
        for script in re.findall(r"<script\b[^>]*>", html):
            assert 'nonce="' in script, endpoint
    assert seen


def test_every_page_has_one_title_one_heading_and_one_main_part(pages):
    for endpoint, html in pages(ADMINISTRATOR):
        assert html.count("<title>") == 1, endpoint
        assert len(re.findall(r"<h1\b", html)) == 1, endpoint
        assert len(re.findall(r"<main\b", html)) == 1, endpoint
        assert '<html lang="nl"' in html, endpoint


def test_every_field_has_a_label(pages):
    for endpoint, html in pages(ADMINISTRATOR):
        labelled = set(re.findall(r'<label\b[^>]*\sfor="([^"]+)"', html))
        inside = " ".join(re.findall(r"<label\b(?![^>]*\sfor=)[^>]*>.*?</label>", html, re.DOTALL))
        for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", html):
            if re.search(r'type="(hidden|submit|button)"', field) or "aria-label" in field or field in inside:
                continue
            found = re.search(r'\sid="([^"]+)"', field)
            assert found, (endpoint, field)
            assert found[1] in labelled, (endpoint, field)
