"""Runs the migrations on the database of the app; the address comes from config.py alone."""

from alembic import context
from flask import current_app

from app.extensions import Moment
from app.services.schema import is_ours

database = current_app.extensions["migrate"].db


def render_item(kind, item, _autogen_context):
    """Migrations must not depend on code that may change later."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        render_item=render_item,
        include_object=is_ours,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
