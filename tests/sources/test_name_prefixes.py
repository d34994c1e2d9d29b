"""Surnames that come with their prefix in one field (domain.md 5.7)."""

import pytest

from app.roster.reading.name_prefixes import is_prefix, split_prefix

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("van der Beek", ("van der", "Beek")),
        ("van den Berg", ("van den", "Berg")),
        ("'t Hart", ("'t", "Hart")),
        ("’t Hart", ("’t", "Hart")),
        ("van 't Hof", ("van 't", "Hof")),
        ("in 't Veld", ("in 't", "Veld")),
        ("de Vries-van Dam", ("de", "Vries-van Dam")),
        ("el Idrissi", ("el", "Idrissi")),
        ("ten  Brink", ("ten", "Brink")),
        ("Berg", (None, "Berg")),
        ("de", (None, "de")),
        ("van de", ("van", "de")),
        ("De Smet", (None, "De Smet")),
        ("Vandenberghe", (None, "Vandenberghe")),
        ("Berg van den", (None, "Berg van den")),
        ("d'Août", (None, "d'Août")),
        ("", (None, "")),
    ],
)
def test_only_a_prefix_in_front_and_in_lower_case_is_taken_off(name, parts):
    assert split_prefix(name) == parts


@pytest.mark.parametrize("text", ["van der", "Van Der", "'t", "de", "VAN"])
def test_a_middle_name_may_be_a_prefix(text):
    assert is_prefix(text)


@pytest.mark.parametrize("text", ["Maria", "van Maria", "J.", "", "van " * 12])
def test_another_middle_name_is_none(text):
    assert not is_prefix(text)
