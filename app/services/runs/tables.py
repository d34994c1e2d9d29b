"""How a school's own tables are read: the mapping that was last used for each kind of table."""

import json
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import UnknownName
from app.models import Person, PersonKind, SyncRun, TableMapping, Upload
from app.roster.table import Mapping
from app.services.access import Actor


def remembered_mappings(session: Session, institution_id: int) -> list[str]:
    """The mappings that this school used, as JSON, the one used last first."""
    chosen = sa.select(TableMapping.mapping).where(TableMapping.institution_id == institution_id)
    newest = chosen.order_by(TableMapping.changed_at.desc(), TableMapping.id.desc())
    return [json.dumps(told) for told in session.scalars(newest)]


def remember_mapping(session: Session, now: datetime, institution_id: int, mapping: Mapping) -> None:
    """Keep how this kind of table was read, for the next one. The caller commits."""
    told = json.loads(mapping.to_json())
    row = session.scalar(
        sa.select(TableMapping).where(
            TableMapping.institution_id == institution_id, TableMapping.kind == mapping.kind.value
        )
    )
    if row is None:
        row = TableMapping(institution_id=institution_id, kind=mapping.kind.value)
        session.add(row)
    row.mapping, row.changed_at = told, now
    session.flush()


def table_of(session: Session, actor: Actor, upload_id: int) -> Upload:
    """The table that this actor sent in; that of somebody else looks as if it does not exist (R52)."""
    upload = session.get(Upload, upload_id)
    if upload is None or upload.institution_id != actor.institution_id or actor.account_id is None:
        raise UnknownName(_("This page does not exist."))
    if (upload.options or {}).get("by") != actor.account_id:
        raise UnknownName(_("This page does not exist."))
    return upload


def run_of_upload(session: Session, actor: Actor, upload: Upload) -> int | None:
    """The run that reads this file already."""
    mine = sa.select(SyncRun.id).where(SyncRun.institution_id == actor.institution_id, SyncRun.upload_id == upload.id)
    return session.scalar(mine.order_by(SyncRun.id.desc()).limit(1))


def numbers_with_zeros(session: Session, institution_id: int) -> list[str]:
    """A number of a pupil that starts with a zero, when the school has one: a table without them lost its zeros."""
    chosen = sa.select(Person.number).where(
        Person.institution_id == institution_id, Person.kind == PersonKind.PUPIL, Person.number.like("0%")
    )
    return list(session.scalars(chosen.limit(1)))
