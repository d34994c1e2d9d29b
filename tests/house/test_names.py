"""Names of people: shown, sorted and found as the Netherlands does (domain.md 5.7)."""

import pytest

from app.models import names


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Özlem", "ozlem"),
        ("Łukasz", "lukasz"),
        ("Øster", "oster"),
        ("Çelik", "celik"),
        ("Strauß", "strauss"),
        ("ĳsbrand", "ijsbrand"),
        ("IJsbrand", "ijsbrand"),
        ("Đặng", "dang"),
        ("Æther", "aether"),
        ("Adsız", "adsiz"),
        ("e\u0301", "e"),
        ("’t", "'t"),
    ],
)
def test_every_latin_letter_folds_to_plain_letters(text, folded):
    assert names.fold(text) == folded


def test_the_list_sorts_on_the_surname_without_its_prefix():
    people = [("Hart", "Isa", "'t"), ("Berg", "Sanne", "van den"), ("Özdemir", "Ali", None), ("Otter", "Bo", None)]
    in_order = sorted(people, key=lambda person: names.sort_key(*person))
    assert [person[0] for person in in_order] == ["Berg", "Hart", "Otter", "Özdemir"]


def test_same_surname_sorts_on_the_first_name_before_the_prefix():
    assert names.sort_key("Berg", "Anna", "van den") < names.sort_key("Berg", "Bram", None)


def test_a_short_surname_comes_before_a_longer_one_that_starts_the_same():
    assert names.sort_key("Berg", "Zoë", None) < names.sort_key("Bergman", "Aad", None)


@pytest.mark.parametrize("typed", ["van den berg", "vandenberg", "Berg", "berg, sanne", "104213", "SANNE@school"])
def test_a_search_finds_the_person_by_any_way_of_writing(typed):
    key = names.search_key("Berg", "Sanne", "van den", "104213", "sanne@school.example")
    assert all(word in key for word in names.search_words(typed))


def test_list_and_running_form_of_a_name():
    """Z-208, Z-259: 'Ruimschotel, C.'; without a first name the prefix gets a capital, but 't stays small."""
    assert names.list_name("Berg", "Sanne", "van den") == "Berg, Sanne van den"
    assert names.list_name("Ruimschotel", names.dotted("C"), None) == "Ruimschotel, C."
    assert names.full_name("Berg", None, "van den") == "Van den Berg"
    assert names.full_name("Hart", None, "'t") == "'t Hart"
    assert names.full_name("Berg", "C.", "van den") == "C. van den Berg"


@pytest.mark.parametrize(("given", "shown"), [("NM", "N.M."), ("N.M.", "N.M."), ("Th.", "Th."), (None, None), ("", "")])
def test_initials_get_their_dots(given, shown):
    assert names.dotted(given) == shown


def test_a_nul_or_a_thousand_words_do_not_hurt_a_search():
    assert names.search_words("a\x00b") == ["a", "b"]
    assert len(names.search_words("x " * 1000)) == 10
