"""Every text that a user can see has its Dutch: nothing missing, fuzzy, or with other placeholders."""

import re
from pathlib import Path

import flask_admin
import flask_admin.babel
import pytest
from babel.messages.checkers import checkers
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import render_template_string
from flask_babel import gettext, lazy_gettext

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "app" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
    "_n": (1, 2), "_gettext": None, "_ngettext": (1, 2),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|%%")
# What Flask-Admin says itself, in the parts of it that we use. Its own Dutch is poor, so ours must answer.
FLASK_ADMIN_FILES = (
    "model/base.py",
    "model/filters.py",
    "contrib/sqla/filters.py",
    "contrib/sqla/view.py",
    "form/validators.py",
)


def texts_in_use():
    """(msgid or (singular, plural), file:line) of every text in app/ and templates/, as babel.cfg finds them."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS, directory_filter=is_ours)
    return {key(message): f"{name}:{line}" for name, line, message, *_rest in found}


def key(message):
    return message if isinstance(message, str) else tuple(message)


def is_ours(folder):
    return not any(part.startswith(".") or part in {"node_modules", "tests"} for part in Path(folder).parts[-1:])


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="nl", abort_invalid=True)


@pytest.fixture(scope="module")
def in_use():
    return texts_in_use()


def key_of(message):
    return message if isinstance(message, str) else message[0]


def test_the_texts_are_found_where_they_are(in_use):
    assert len(in_use) > 100
    assert "This page does not exist, or is not of your location" in in_use


def test_every_text_has_a_dutch_translation(catalogue, in_use):
    known = {key_of(message.id): message for message in catalogue if message.id}
    missing = [
        f"{place}: {key_of(text)!r}"
        for text, place in sorted(in_use.items(), key=lambda item: item[1])
        if key_of(text) not in known or not all(strings_of(known[key_of(text)]))
    ]
    assert not missing, "without Dutch:\n" + "\n".join(missing)


def test_every_plural_is_a_plural_in_dutch_too(catalogue, in_use):
    plurals = {key_of(message.id) for message in catalogue if message.id and message.pluralizable}
    wrong = [text for text in in_use if not isinstance(text, str) and text[0] not in plurals]
    assert not wrong, wrong


def test_nothing_is_fuzzy(catalogue):
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


def test_the_placeholders_are_the_same(catalogue):
    for message in catalogue:
        if message.id:
            wanted = set(PLACEHOLDER.findall(" ".join(ids_of(message))))
            for string in strings_of(message):
                found = set(PLACEHOLDER.findall(string))
                assert found == wanted or (message.pluralizable and found <= wanted), (message.id, string)
            for check in checkers:
                check(catalogue, message)


def test_the_compiled_catalogue_is_not_older_than_the_text(app, catalogue):
    """The .mo is what runs: every translation of the .po comes out of it."""
    with app.test_request_context():
        for message in catalogue:
            if message.id and isinstance(message.id, str):
                assert gettext(message.id).replace("%%", "%") == message.string.replace("%%", "%")


def test_no_translation_speaks_of_the_reader_as_jij(catalogue):
    """New texts say "u"; only quoted screens of the manual say "je" (domain.md 5.8, Z-034)."""
    quoted = "When you have the rights, administer accounts"
    familiar = re.compile(r"\b(je|jij|jouw|jullie)\b", re.IGNORECASE)
    wrong = [
        string
        for message in catalogue
        if message.id and not key_of(message.id).startswith(quoted)
        for string in strings_of(message)
        if familiar.search(string)
    ]
    assert not wrong, wrong


def test_a_lazy_text_is_escaped_like_any_other_r64(app):
    with app.test_request_context():
        page = render_template_string("{{ text }}", text=lazy_gettext("admin_<%(name)s>", name="<b>x</b>"))
    assert page == "admin_&lt;&lt;b&gt;x&lt;/b&gt;&gt;"


def test_texts_of_templates_hold_no_signs_of_html(in_use, catalogue):
    """Jinja prints a translation as it is (only what is filled in is escaped), so it must not look like HTML (R64)."""
    from_templates = {key_of(text) for text, place in in_use.items() if place.startswith("templates/")}
    for message in catalogue:
        if message.id and key_of(message.id) in from_templates:
            assert not re.search("[<>&]", " ".join(strings_of(message))), message.id


def test_flask_admin_speaks_from_our_catalogue(app, catalogue):
    """The words of Flask-Admin that can reach a screen of ours are in our Dutch (style.md trap 32)."""
    home = Path(flask_admin.__file__).parent
    said = set()
    for name in FLASK_ADMIN_FILES:
        text = (home / name).read_text()
        said |= {found[1] for found in re.findall(r"""(?:lazy_gettext|gettext)\(\s*(["'])(.+?)\1""", text)}
    ours = {message.id: message.string for message in catalogue if message.id and isinstance(message.id, str)}
    missing = sorted(said - ours.keys())
    assert not missing, missing
    with app.test_request_context():
        for word in said:
            assert flask_admin.babel.domain.get_translations().ugettext(word) == ours[word]


def strings_of(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)


def ids_of(message):
    return [message.id] if isinstance(message.id, str) else list(message.id)
