"""Username schemes: a pattern per kind of person, as a school chose it (Z-135). Pure but for the reading.

A pattern is text with tokens: "{first_name:1}.{prefix}{last_name}" makes "s.vandenberg". A number behind a colon keeps
that many letters. A token of which somebody has nothing makes the pattern useless for that person; then the default
serves. People see and type the tokens in Dutch.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import PersonKind
from app.services.access import Actor

from .settings import choose_settings, settings_at

PART: Final = "usernames"
TOKENS: Final = {  # code: how people write it
    "number": _l("number"),
    "email": _l("email"),
    "first_name": _l("firstname"),
    "initials": _l("initials"),
    "prefix": _l("prefix"),
    "last_name": _l("surname"),
    "year": _l("year"),
}
OPTIONAL: Final = frozenset({"prefix", "initials"})  # many people have none, and nobody misses it
SEPARATORS: Final = "._-"
LONGEST: Final = 80
_PART: Final = re.compile(r"\{([^{}:]*)(?::(\d{1,2}))?\}|([^{}]+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A token with the number of letters that are kept (0: all), or plain text."""

    token: str | None
    length: int = 0
    text: str = ""


type_Scheme = tuple[Piece, ...]


def parse_scheme(pattern: str) -> type_Scheme:
    """The pieces of a stored pattern. Raises ValueError for what is none."""
    pieces, at = [], 0
    for found in _PART.finditer(pattern):
        if found.start() != at:
            raise ValueError(pattern)
        at = found.end()
        token, length, text = found.groups()
        if text is not None:
            if re.fullmatch(rf"[a-z0-9{SEPARATORS}]+", text) is None:
                raise ValueError(pattern)
            pieces.append(Piece(None, text=text))
        elif token not in TOKENS or length == "0":
            raise ValueError(pattern)
        else:
            pieces.append(Piece(token, int(length or 0)))
    if at != len(pattern) or not any(piece.token for piece in pieces):
        raise ValueError(pattern)
    return tuple(pieces)


def typed_scheme(text: str) -> str:
    """The pattern that somebody typed, with the tokens as they are stored. Raises InvalidInput that says what to do."""
    pattern = text.strip().lower()
    words = {str(word).lower(): code for code, word in TOKENS.items()}
    pattern = re.sub(r"\{\s*([^{}:]+?)\s*(?=[:}])", lambda found: "{" + words.get(found[1], found[1]), pattern)
    if len(pattern) > LONGEST:
        raise InvalidInput(_("Use at most %(most)s characters.", most=LONGEST))
    try:
        parse_scheme(pattern)
    except ValueError:
        known = " ".join(f"{{{word}}}" for word in TOKENS.values())
        raise InvalidInput(
            _("Use letters, digits, dot, dash and underscore, and at least one of: %(tokens)s.", tokens=known)
        ) from None
    return pattern


def shown_scheme(pattern: str) -> str:
    """The pattern as people read and type it."""
    return re.sub(r"\{(\w+)", lambda found: "{" + str(TOKENS[found[1]]), pattern)


def written_by(scheme: type_Scheme, values: Mapping[str, str]) -> str | None:
    """The username of somebody with these values (token: letters); None when a token that counts is empty."""
    made = ""
    for piece in scheme:
        if piece.token is None:
            made += piece.text
            continue
        value = values.get(piece.token, "")
        if not value and piece.token not in OPTIONAL:
            return None
        made += value[: piece.length] if piece.length else value
    made = re.sub(rf"[{SEPARATORS}]{{2,}}", lambda found: found[0][0], made)  # where an empty part stood between two
    return made.strip(SEPARATORS) or None


def lengthened(scheme: type_Scheme, token: str, more: int) -> type_Scheme:
    """The scheme with so many more letters of this token, where it keeps only some."""
    return tuple(
        replace(piece, length=piece.length + more) if piece.token == token and piece.length else piece
        for piece in scheme
    )


def schemes_of(session: Session, institution_id: int | None) -> dict[PersonKind, type_Scheme]:
    """What this school chose per kind; kinds without one have the default. One query."""
    chosen = settings_at(session, institution_id, PART)
    return {kind: parse_scheme(chosen[kind.value]) for kind in PersonKind if chosen.get(kind.value)}


def choose_schemes(session: Session, now: datetime, actor: Actor, typed: Mapping[PersonKind, str]) -> bool:
    """Keep these patterns, empty ones as the default; whether they are others. The caller commits.

    Raises InvalidInput with the kind as its field.
    """
    values: dict[str, Any] = {}
    for kind, text in typed.items():
        try:
            values[kind.value] = typed_scheme(text) if text.strip() else ""
        except InvalidInput as wrong:
            raise InvalidInput(wrong.message, field=kind.value) from None
    return choose_settings(session, now, actor, PART, values)
