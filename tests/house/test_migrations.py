"""The migrations make exactly the tables of the models, up and down, and nothing works on a database of another day."""

import json

import click
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from app.cli import COMMANDS
from app.extensions import db as database
from app.models import Institution
from app.services.schema import is_current, is_ours, newest_revision, revision_of
from tests.databases import on_postgresql

NEEDS_NO_TABLES = {"bench", "doctor", "scheduler"}  # has its own; tells about it; waits for it


def tables(db):
    return set(sa.inspect(db.engine).get_table_names())


def differences(db):
    opts = {"compare_type": True, "include_object": is_ours}
    with db.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=opts), db.metadata)
    # SQLite tells no name and no ON DELETE of a key that was added with its column: it is looked at on PostgreSQL.
    return [one for one in found if on_postgresql() or one[0] not in ("add_fk", "remove_fk") or not is_added(one[1])]


def is_added(key):
    return (key.parent.name, *key.column_keys) in {("person", "route_id"), ("account", "place_set_id")}


def leaves(command, path=()):
    """(path, command) of every command below this one."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if found is not None:
            yield from leaves(found, (*path, name))


def filled_in(command, tmp_path):
    """Arguments that get past the command line: something for all that is required."""
    file = tmp_path / "file.xml"
    file.write_text("<x/>")
    words = []
    for parameter in command.params:
        if parameter.required:
            value = str(file) if "path" in type(parameter.type).__name__.lower() else "1"
            value = parameter.type.choices[0] if isinstance(parameter.type, click.Choice) else value
            words += [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]
    return words


def test_the_migrations_make_the_tables_of_the_models(db):
    assert differences(db) == []


def test_up_down_and_up_again_gives_the_same_tables(db):
    before = tables(db)
    downgrade(revision="base")
    assert tables(db) == {"alembic_version"}
    upgrade()
    assert tables(db) == before
    assert differences(db) == []


def test_upgrading_twice_keeps_what_is_there(db, session, institution):
    upgrade()
    assert session.scalar(sa.select(Institution.brin)) == "99ZZ"


def test_the_database_knows_its_revision_r121(db, session):
    assert revision_of(session) == newest_revision()
    assert is_current(session)


def test_every_command_of_the_contract_is_there(app):
    runner = app.test_cli_runner()
    listed = runner.invoke(args=["--help"]).output
    assert all(name in listed for name in COMMANDS)


@pytest.mark.parametrize("state", ["empty", "of another day"])
def test_every_command_refuses_a_database_that_is_not_up_to_date_r121(app, db, tmp_path, state):
    if state == "empty":
        downgrade(revision="base")
    with db.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM alembic_version"))
        if state == "of another day":
            connection.execute(sa.text("INSERT INTO alembic_version VALUES ('ffff')"))
    database.session.remove()
    runner, tried = app.test_cli_runner(), 0
    for path, command in leaves(app.cli):
        if path[0] not in COMMANDS or path[0] in NEEDS_NO_TABLES:
            continue
        result = runner.invoke(args=[*path, *filled_in(command, tmp_path), "--json"])
        assert result.exit_code == 2, (path, result.output)
        assert "flask --app wsgi db upgrade" in json.loads(result.stdout)["error"], path
        assert "Traceback" not in result.output
        tried += 1
    assert tried
