"""Looking for a part of a word without reading every name: the trigram indexes of the database.

PostgreSQL uses its index (pg_trgm) by itself. SQLite has one too (FTS5), but has to be asked for it. Where the server
or the library knows no trigrams the migration made none, and a search reads all names, as it does for one or two
letters.
"""

from collections.abc import Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Person

INDEXES: Final = {Person: "person_words", Account: "account_words"}  # over search_key and username
FEW: Final = 500  # more hits than this are found sooner by reading on than by looking each of them up
MOST: Final = 60  # trigrams asked for; what they find is looked at again anyway

_SEEN: Final[WeakKeyDictionary[Any, bool]] = WeakKeyDictionary()


def could_contain(session: Session, model: type[Any], words: Iterable[str], ids: Any) -> sa.ColumnElement[bool]:
    """A condition that holds for every row of Person or Account that contains all these folded words. `ids`: the column
    with the ids of those rows, of that table or of one that points to it.

    It only makes the search short: the caller still asks whether a row contains them.
    """
    index, asked = INDEXES[model], _trigrams(words)
    if not asked or not _has_index(session):
        return sa.true()
    match = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in asked)
    chosen = sa.text(f"SELECT rowid FROM {index} WHERE {index} MATCH :match LIMIT :most")
    found = list(session.scalars(chosen, {"match": match, "most": FEW + 1}))
    if not found:
        return sa.false()
    return ids.in_(found) if len(found) <= FEW else sa.true()


def _trigrams(words: Iterable[str]) -> list[str]:
    found = (word[i : i + 3] for word in words if word.isascii() for i in range(len(word) - 2))
    return list(dict.fromkeys(found))[:MOST]


def _has_index(session: Session) -> bool:
    """Whether there is an index to ask; looked up once for each database."""
    engine = session.get_bind()
    if engine not in _SEEN:
        _SEEN[engine] = engine.dialect.name == "sqlite" and sa.inspect(session.connection()).has_table(INDEXES[Person])
    return _SEEN[engine]
