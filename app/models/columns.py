"""The column types that our tables share."""

import enum
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column


def coded(choices: type[enum.Enum], length: int = 24) -> sa.Enum:
    """An enum stored by its value in a plain text column, so a new Dutch label never needs a migration."""
    return sa.Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


def references(column: str, ondelete: str = "CASCADE", **more: Any) -> Any:
    """A foreign key column; most rows belong to the row they point to and go with it."""
    return mapped_column(sa.ForeignKey(column, ondelete=ondelete), **more)


Id = Annotated[int, mapped_column(primary_key=True)]
Text = Annotated[str, mapped_column(sa.String(256))]
Code = Annotated[str, mapped_column(sa.String(64))]
Key = Annotated[str, mapped_column(sa.String(256))]


def plain_text(length: int) -> sa.types.TypeEngine[str]:
    """Text that sorts byte by byte on every database, as SQLite does; PostgreSQL would follow the server's language."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
