"""What makes a password good enough (R6, R7): length, and not what a guesser tries first."""

import itertools
import secrets
import string
import time

import pytest
from flask import Flask
from flask_babel import Babel
from zxcvbn.matching import RANKED_DICTIONARIES

from app.services.login import passwords
from app.services.login.credentials import readable_password
from app.services.login.passwords import MAX_LENGTH, MIN_LENGTH, why_weak, words_about

pytestmark = pytest.mark.once

SCHOOL = ["De Zilverlinde", "Lindelaan", "99ZZ", "Marijke", "van der Wal", "admin_vanderwal", "m.vanderwal"]
LISTED = [word for word in {**RANKED_DICTIONARIES["passwords"], **dict.fromkeys(passwords._common())} if len(word) >= 8]
# Words that have nothing to do with each other, as a user might pick them.
PICKED = (  # noqa: SIM905 - reads better
    "fiets lamp wolk steen boter kraan vork dak riem gordijn zadel mos kurk tent emmer lepel brug touw spijker veer "
    "kapstok ladder modder peper rozijn schroef tegel ventiel wafel zeep anker bezem citroen deksel"
).split()


@pytest.fixture(autouse=True, scope="module")
def _sentences():
    """Enough of an app to speak Dutch; most of this needs no database."""
    speaker = Flask("app")
    Babel(speaker, default_locale="nl")
    with speaker.test_request_context():
        yield


def test_fourteen_characters_are_too_few_and_fifteen_are_enough_r6():
    assert why_weak("mos kurk veer t") is None
    assert why_weak("mos kurk veer ") == "Dit wachtwoord is te kort. Gebruik minstens 15 tekens."
    assert MIN_LENGTH == 15


def test_no_rules_about_signs_small_letters_with_spaces_will_do_r6():
    assert why_weak("vlo kat mug bij") is None
    assert why_weak("74839201758493021") is None


def test_a_length_is_counted_as_the_reader_sees_it_r8():
    assert why_weak("e\u0301" * 7 + " kurk ve") == why_weak("é" * 7 + " kurk ve")


@pytest.mark.parametrize("length", [72, 73, 100, 128, 1_000, MAX_LENGTH])
def test_long_ones_are_accepted_and_longer_than_zxcvbn_reads_is_no_error_r6_r7(length):
    assert why_weak(secrets.token_urlsafe(MAX_LENGTH)[:length]) is None


def test_128_pictures_are_a_password_too_r6():
    pictures = "🚲🌳🎈🍕🎸⛵🚀🌈🐢🧀🦉🥨🔔🧩🪁🍋"
    assert why_weak("".join(secrets.choice(pictures) for _picture in range(128))) is None


def test_more_than_4096_characters_are_refused_at_once_r6():
    begin = time.perf_counter()
    assert why_weak("x" * (MAX_LENGTH + 1)) == "Dit wachtwoord is te lang. Gebruik hoogstens 4096 tekens."
    assert time.perf_counter() - begin < 0.05


@pytest.mark.parametrize("hostile", ["1" * 4095 + "a", "ab" * 2048, "!@#$" * 1024, "welkom" * 682, "é" * 4096])
def test_no_text_keeps_the_checker_busy_r133(hostile):
    begin = time.perf_counter()
    why_weak(hostile, words=SCHOOL)
    assert time.perf_counter() - begin < 0.5


def test_no_password_of_the_list_is_accepted_nor_with_a_year_or_digits_behind_it_r7():
    assert len(LISTED) >= 11_611
    assert [word for word in LISTED if why_weak(word) is None] == []
    dressed = [f"{word}{tail}" for word in LISTED[:2_000] for tail in ("2026", "1234567", "!!!!!!!")]
    accepted = [word for word in dressed if why_weak(word) is None]
    assert accepted == [], f"{len(accepted)} of {len(dressed)}"


def dutch():
    """Two hundred of what people at a Dutch school come up with, long enough or not."""
    words = ["Welkom", "Zomervakantie", "Kerstvakantie", "Wachtwoord", "Sinterklaas", "Lente", "December", "Maandag"]
    words += ["DeZilverlinde", "Zilverlinde", "Lindelaan", "Marijke", "VanDerWal", "Somtoday", "Magister", "Feyenoord"]
    words += ["MijnWachtwoord", "WelkomOpSchool", "Geheim", "HalloHallo"]
    tails = ["2026", "2026!", "1234567", "12345678", "!!", "2025/2026", "123!", "#1", "0000000", "_2026_"]
    return [word + tail for word, tail in itertools.product(words, tails)]


@pytest.mark.parametrize("word", ["Welkom2026!", "Zomervakantie2026", "Zilverlinde1234567", "W3lk0m@sch00l2026"])
def test_the_well_known_ones_are_refused_r7(word):
    assert why_weak(word, words=SCHOOL)


def test_two_hundred_dutch_ones_are_refused_also_in_leet_and_doubled_r7():
    made = dutch()
    assert len(made) == 200
    leet = [word.translate(str.maketrans("aeiost", "@31057")) for word in made]
    doubled = [word * 2 for word in made]
    assert [word for word in [*made, *leet, *doubled] if why_weak(word, words=SCHOOL) is None] == []


@pytest.mark.parametrize(
    "phrase",
    [
        "correct horse battery staple",
        "CorrectHorseBatteryStaple!",
        "c0rrect-h0rse-battery-staple",
        "correct horse battery staple 2026",
        "mijnnaamisjan2010!",
        "Mijn naam is Jan 2010",
        "MijnNaamIsAlexander1",
        "ikhouvanvoetbal2012",
        "mijnhondheetmax2015",
        "manchesterunited2026",
        "Manchester.United.2026!",
        "ilovejustinbieber1",
        "johannesjacobus2008",
        "jan de vries 2010",
        "ajaxamsterdam1900",
        "thequickbrownfox2020",
        "polniypizdec1102!!",
        "langzalzeleven2026",
    ],
)
def test_a_name_with_a_year_and_what_everybody_knows_by_heart_is_refused_r7(phrase):
    assert why_weak(phrase)


@pytest.mark.parametrize("letters", [string.ascii_letters + string.digits, string.ascii_letters + string.punctuation])
def test_random_signs_are_accepted_however_few_letters_are_among_them_r7(letters):
    made = ["".join(secrets.choice(letters) for _sign in range(MIN_LENGTH)) for _password in range(300)]
    assert len([password for password in made if why_weak(password, words=SCHOOL)]) <= 10, "one in a hundred is"


def test_phrases_of_four_words_are_accepted_r7():
    picked = [" ".join(secrets.SystemRandom().sample(PICKED, 4)) for _phrase in range(50)]
    assert {phrase: why for phrase in picked if (why := why_weak(phrase + " ja", words=SCHOOL))} == {}


@pytest.mark.parametrize(
    "row", ["qwertyuiopasdfgh", "123456789012345", "aaaaaaaaaaaaaaa", "abcdefghijklmnop", "zxcvbnmasdfghjkl"]
)
def test_keys_in_a_row_and_repetitions_are_refused_r7(row):
    assert why_weak(row)


def test_what_the_school_gave_out_can_never_be_an_own_password_r5():
    given = readable_password("a key of the tests", "nonce")
    said = "Kies een eigen wachtwoord, niet een dat de school u gaf."
    assert [why_weak(text) for text in (given, given.upper(), f" {given} ")] == [said] * 3


def test_the_own_words_are_name_username_address_school_and_locations_r7(
    session, make_account, make_person, make_location
):
    make_location("Berkenhof")
    person = make_person(first_name="Sanne", last_name="Berg", email="s.berg@mail.example")
    account = make_account(person, username="sberg")
    words = words_about(session, account.id)
    assert set(words) == {"sberg", "Sanne", "Berg", "s.berg", "mail", "De Zilverlinde", "99ZZ", "Berkenhof"}
    for word in ("Berkenhof", "Sanne", "Berg"):
        assert why_weak(f"{word}{word}1234567890", words=words)
    assert why_weak("BerkenhofSanneBerg", words=words)


def test_a_name_of_regular_expressions_is_only_a_name_r133():
    assert why_weak("fiets lamp wolk steen", words=["(", "[a-", "a{99999}", "\\", ".*"]) is None


def test_the_words_of_many_accounts_do_not_fill_the_memory():
    for number in range(100):
        why_weak("fiets lamp wolk steen", words=[f"naam{chr(97 + number % 26)}{chr(97 + number // 26)}"])
    assert passwords._any_of.cache_info().currsize <= 64
