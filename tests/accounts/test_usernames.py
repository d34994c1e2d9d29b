"""Default usernames and hand-typed ones (Z-020, Z-023, Z-135 to Z-137, part 7 nr 21)."""

import pytest

from app.models import PersonKind
from app.models.names import letters
from app.services.accounts.usernames import LONGEST, SAFE, Named, choose_username, free_variant, why_bad_username

PUPIL, STAFF, GUARDIAN, OTHER = PersonKind.PUPIL, PersonKind.STAFF, PersonKind.GUARDIAN, PersonKind.OTHER


def username(kind, last_name, first_name=None, taken=(), **more):
    return choose_username(Named(kind, last_name, first_name, **more), set(taken)).username


@pytest.mark.parametrize(
    ("first", "prefix", "last", "wanted"),
    [
        ("Inne", None, "Wit", "innewit"),
        ("Irene", None, "Bruijnes", "irenebruijnes"),
        ("Sanne", "van den", "Berg", "sannevandenberg"),
        ("Isa", "'t", "Hart", "isathart"),
        ("Jean-Luc", None, "D'Août", "jeanlucdaout"),
    ],
)
def test_a_pupil_is_called_by_first_and_last_name_in_lower_case_z135(first, prefix, last, wanted):
    assert username(PUPIL, last, first, prefix=prefix) == wanted


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Ø", "o"), ("ł", "l"), ("ç", "c"), ("ß", "ss"), ("ĳ", "ij"), ("Đ", "d"), ("Þ", "th"), ("æ", "ae"),
        ("ş", "s"), ("ễ", "e"), ("ı", "i"), ("ő", "o"), ("ŋ", "ng"), ("ə", "e"),
    ],
)  # fmt: skip
def test_every_latin_letter_becomes_one_that_everybody_can_type_part7_nr21(name, plain):
    assert username(PUPIL, name + "aba", "Anna") == f"anna{plain}aba"


def test_no_letter_of_the_latin_alphabets_makes_an_unsafe_username_part7_nr21():
    latin = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isalpha()]
    for letter in latin:
        assert SAFE.fullmatch(username(PUPIL, letter + "x", "Anna")), letter


def test_names_in_other_scripts_get_a_latin_username_too_part7_nr21():
    assert username(PUPIL, "Иванов", "Пётр").isascii()
    assert username(PUPIL, "王", "小明").isascii()


def test_a_name_without_any_letter_falls_back_on_the_number_z087():
    assert username(PUPIL, "-", None, number="012345") == "012345"
    assert username(PUPIL, "-", None) == "pupil"
    assert username(PUPIL, "-", None, taken=["pupil"]) == "pupil2"


@pytest.mark.parametrize(
    ("number", "email", "wanted"),
    [
        ("BRU", "i.bruijnes@school.example", "bru"),  # a code that people know
        ("M0147", "j.debruijn@school.example", "m0147"),
        ("10532", "J.deBruijn@school.example", "j.debruijn"),  # nobody remembers this number
        ("a8098c1a-f86e-11da-bd1a-00112444be1e", "j.debruijn@school.example", "j.debruijn"),
        ("10532", None, "jaapdebruijn"),
        (None, "@school.example", "jaapdebruijn"),
    ],
)
def test_a_staff_member_is_called_by_code_else_address_else_name_z135(number, email, wanted):
    assert username(STAFF, "Bruijn", "Jaap", prefix="de", number=number, email=email) == wanted


def test_a_guardian_is_called_by_initials_and_surname_z135_z259():
    assert username(GUARDIAN, "Berg", initials="C.", prefix="van den") == "cvandenberg"
    assert username(GUARDIAN, "Jansen", initials="NM") == "nmjansen"


def test_an_other_party_is_called_by_the_name_z135():
    assert username(OTHER, "Ruimschotel", "C.") == "cruimschotel"


def test_a_collision_gets_an_initial_first_and_then_a_number_part7_nr21():
    jelle = {"first_name": "Jelle", "initials": "J.A."}
    assert username(PUPIL, "Folmer", taken=["jellefolmer"], **jelle) == "jelleafolmer"
    assert username(PUPIL, "Folmer", taken=["jellefolmer", "jelleafolmer"], **jelle) == "jellefolmer2"
    taken = ["jellefolmer", "jellefolmer2", "jellefolmer3"]
    assert username(PUPIL, "Folmer", "Jelle", taken) == "jellefolmer4"


def test_the_check_page_says_why_a_username_differs_from_the_name(app):
    note = choose_username(Named(PUPIL, "Jansen", "Mees"), {"meesjansen", "meesjansen2"}).note
    assert note == "meesjansen, meesjansen2 zijn bezet"
    assert choose_username(Named(PUPIL, "Øster", "Magnus"), set()).note == "Ø wordt o"
    assert choose_username(Named(PUPIL, "Hart", "Isa", prefix="'t"), set()).note == "apostrof vervalt"
    assert choose_username(Named(PUPIL, "Wit", "Inne"), set()).note is None


def test_two_thousand_equal_names_get_two_thousand_usernames_part7_nr21():
    taken = set()
    for _person in range(2_000):
        taken.add(username(PUPIL, "Jansen", "Mees", taken))
    assert len(taken) == 2_000
    assert all(letters(name) == name for name in taken)


def test_the_longest_name_still_fits_with_a_number():
    long = username(PUPIL, "Wassenaer" * 20, "Wilhelmina", taken=[])
    assert len(username(PUPIL, "Wassenaer" * 20, "Wilhelmina", taken=[long])) <= LONGEST


@pytest.mark.parametrize("good", ["Jdevries", "jdevries", "admin_vanderwal", "j.de-vries", "j@school.example", "a1"])
def test_a_typed_username_keeps_its_case_and_its_safe_signs_z020_z136(good):
    assert why_bad_username(good) is None


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a",
        "x" * 61,
        "jan jansen",
        "müller",
        ".jan",
        "jan\n",
        "jan\x00",
        "<b>",
        "a/../x",
        "jan'--",
        "ĳ",
        "root",
        "Root",
    ],
)
def test_a_typed_username_with_anything_else_is_refused_with_a_sentence_z136(bad):
    assert why_bad_username(bad).endswith(".")


def test_root_is_nobodys_default_username_z081():
    assert username(PUPIL, "Oot", "R") == "root2"


def test_a_taken_username_comes_with_a_free_one_z137():
    assert free_variant("jdevries", {"jdevries", "jdevries2"}) == "jdevries3"
    assert free_variant("JDevries", {"jdevries2"}) == "JDevries3"
