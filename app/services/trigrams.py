"""Looking for a part of a word without reading every name: the trigram indexes of the database.

PostgreSQL uses its index (pg_trgm) by itself. SQLite has one too (FTS5), but has to be asked for it. Where the server
or the library knows no trigrams the migration made none, and a search reads all names, as it does for one or two
letters.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from ..models import Account, Person

INDEXES: Final = {Person: "person_words", Account: "account_words"}  # over search_key and username
FEW: Final = 500  # more hits than this are found sooner by reading on than by looking each of them up
MOST: Final = 60  # trigrams asked for; what they find is looked at again anyway


def could_contain(session: Session, model: type[Any], words: Iterable[str], ids: Any = None) -> sa.ColumnElement[bool]:
    """A condition that holds for every row of Person or Account that contains all these folded words; `ids`: the column
    that holds the ids of those rows, when it is another one.

    It only makes the search short: the caller still asks whether a row contains them.
    """
    index, asked = INDEXES[model], _trigrams(words)
    if not asked or not _has_index(session.get_bind(), index):
        return sa.true()
    match = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in asked)
    chosen = sa.text(f"SELECT rowid FROM {index} WHERE {index} MATCH :match LIMIT :most")
    found = list(session.scalars(chosen, {"match": match, "most": FEW + 1}))
    if not found:
        return sa.false()
    return (model.id if ids is None else ids).in_(found) if len(found) <= FEW else sa.true()


def _trigrams(words: Iterable[str]) -> list[str]:
    found = (word[i : i + 3] for word in words if word.isascii() for i in range(len(word) - 2))
    return list(dict.fromkeys(found))[:MOST]


@lru_cache(maxsize=8)
def _has_index(engine: Engine, index: str) -> bool:
    return engine.dialect.name == "sqlite" and sa.inspect(engine).has_table(index)
