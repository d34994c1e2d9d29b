"""What makes a password good enough (R6 to R8): long, and not what a guesser tries first. No rules about signs.

The lists of zxcvbn and of Django (common-passwords.txt.gz, its licence beside it) and our own Dutch list
(weak_words.txt) are looked through as a guesser does: without capitals, accents and digits around them, with 0 for o
and @ for a.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn
from zxcvbn.matching import RANKED_DICTIONARIES

from app.models import Account, Institution, Location, Person

from .credentials import looks_issued
from .leaked import is_leaked

MIN_LENGTH = 15  # a password is the only proof of who somebody is (R6)
MAX_LENGTH = 4096  # longer is refused without hashing
ZXCVBN_READS = 72  # it refuses more than this, and the rest only makes a password stronger
GOOD_SCORE = 3  # of 4
GUESSER_READS = 200  # characters; what is weak so far is refused, whatever comes after
LETTERS_LEFT = 7  # so many letters must be left when all weak words are gone,
LEFT_TO_GUESS = 6.0  # and so many guesses (10 to this power): mijnnaamis + manchester is nothing new
WORDS_TO_GUESS = 10.0  # guesses for the letters of a text in words: manchesterunited2026 needs only 10 ** 5.2
OWN_WORD_LENGTH = 3  # shorter own words (a prefix, initials) are in every phrase
LEET = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"})
LEET_WITH_I = LEET | {ord("1"): ord("i")}
SIGNS = str.maketrans({"@": "a", "$": "s", "!": "i", "|": "l", "€": "e"})
LEET_AT_END = 4  # so many digits and signs at the end may still be letters of the last word
IN_WORDS = re.compile(r"[\W\d_]*([^\W\d_]+[ ._,&+-]{1,2})*[^\W\d_]+[\W\d_]*")  # digits and other signs only around it
NO_LETTER = re.compile(r"[\d_]|[^\w\u2000-\U0010ffff]")  # pictures count as letters


def why_weak(password: str, *, words: Iterable[str] = (), leaked: str | Path | None = None) -> str | None:
    """Why this cannot become somebody's own password, as a sentence; None when it is good.

    `words`: what is known about the owner: names, username, school (see `words_about`). `leaked`: see leaked.py.
    """
    password = unicodedata.normalize("NFC", password)
    if len(password) > MAX_LENGTH:
        return _("This password is too long. Use at most %(count)s characters.", count=MAX_LENGTH)
    if len(password) < MIN_LENGTH:
        return _("This password is too short. Use at least %(count)s characters.", count=MIN_LENGTH)
    if looks_issued(password.strip().lower()):
        return _("Choose a password of your own, not one that the school gave you.")
    own = {folded for word in words for folded in _own_words(word)}
    if _is_weak_word(password, own) or _is_listed(password):
        return _("This password is easy to guess. Do not use names, the school, seasons or words such as welcome.")
    if zxcvbn(password[:ZXCVBN_READS], user_inputs=sorted(own))["score"] < GOOD_SCORE or _is_few_words(password):
        return _("This password is easy to guess. Choose four words that have nothing to do with each other.")
    if is_leaked(leaked, password):
        return _("This password is in a list of leaked passwords, so guessers try it. Choose another one.")
    return None


def words_about(session: Session, account_id: int) -> list[str]:
    """The words that a guesser knows about this account: name, username, e-mail address, school and locations."""
    row = session.execute(
        sa.select(Account.username, Account.institution_id, Person, Institution.name, Institution.brin)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Institution, Institution.id == Account.institution_id)
        .where(Account.id == account_id)
    ).one()
    username, institution_id, person, school, brin = row
    places = session.scalars(sa.select(Location.name).where(Location.institution_id == institution_id)).all()
    email = (person.email or "").partition("@")
    told = [username, person.first_name, person.last_name, email[0], email[2].partition(".")[0], school, brin, *places]
    return [word for word in told if word]


@lru_cache(maxsize=1)
def _weak_words() -> frozenset[str]:
    lines = (Path(__file__).with_name("weak_words.txt")).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    with gzip.open(Path(__file__).with_name("common-passwords.txt.gz"), "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)


def _is_weak_word(password: str, own: set[str]) -> bool:
    """Whether hardly a letter is left when the weak words are gone; a guesser who reads 3 as e counts too."""
    weak = _any_of(frozenset(own))
    for text in _readings(password):
        rest, found = weak.subn("", text)
        mostly = len(text) - len(rest) >= len(rest)  # three random letters may spell a name
        if found and ((mostly and len(rest) < LETTERS_LEFT) or _guesses(rest) < LEFT_TO_GUESS):
            return True
    return False


def _is_few_words(password: str) -> bool:
    """Whether it is a name or a few usual words, dressed up with a year and signs: those add next to nothing."""
    words, letters = IN_WORDS.fullmatch(_plain(password)), _letters(_plain(password))
    if words is None or len(password) > ZXCVBN_READS or 2 * len(letters) < len(password):
        return False  # random signs: there each of them counts
    return _guesses(letters) < WORDS_TO_GUESS


def _guesses(letters: str) -> float:
    """How many guesses these letters cost, as a power of ten."""
    return float(zxcvbn(letters[:ZXCVBN_READS])["guesses_log10"])


def _readings(password: str) -> Iterator[str]:
    """How a guesser reads it: only its letters, and with digits and signs for letters, but for those at the end."""
    plain = _plain(password[:GUESSER_READS])
    yield _letters(plain)
    end = len(_without_ending(plain))
    for extra in range(LEET_AT_END + 1):  # of W3lk0m12 the end is 12, of Kl@@52026 the 5 is still an s
        for leet in (LEET, LEET_WITH_I):
            yield _letters(plain[: end + extra].translate(SIGNS).translate(leet))


@lru_cache(maxsize=64)
def _any_of(own: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _weak_words() | own), key=len, reverse=True)))


def _own_words(word: str) -> Iterable[str]:
    """A name as a whole and in its parts: 'De Zilverlinde' is dezilverlinde and zilverlinde."""
    plain = _plain(word)
    for part in (plain, *re.split(r"[\W\d_]+", plain)):
        if len(folded := _letters(part)) >= OWN_WORD_LENGTH:
            yield folded


def _is_listed(password: str) -> bool:
    plain = password.lower()
    dressed = (plain, _without_ending(plain), _plain(plain))
    return any(text in listed for text in dressed for listed in (RANKED_DICTIONARIES["passwords"], _common()))


def _plain(text: str) -> str:
    """Lower case, without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def _without_ending(text: str) -> str:
    """Without the digits and signs at its end: there they are meant as such."""
    end = len(text)
    while end and NO_LETTER.match(text[end - 1]):
        end -= 1
    return text[:end]


def _letters(text: str) -> str:
    return NO_LETTER.sub("", text)
