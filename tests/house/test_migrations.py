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
from app.models import Account, Enrolment, Institution, Person, Route, RouteYear
from app.services.reach import recompute_reach
from app.services.schema import is_current, is_ours, newest_revision, revision_of
from app.services.trigrams import could_contain
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


def test_rows_that_are_there_get_what_lists_ask_for(
    db, session, make_person, make_account, make_location, administrator
):
    here, there = make_location("Havenkwartier"), make_location("Tuindorp")
    pupils = [make_person(location=place) for place in (here, here, there)]
    years = ((2024, there.id, None), (2025, here.id, 2))
    for pupil in pupils[1:]:
        own = {"institution_id": pupil.institution_id, "person_id": pupil.id}
        session.add_all(Enrolment(school_year=y, location_id=p, year_of_study=s, **own) for y, p, s in years)
    recompute_reach(session, pupils[0].institution_id)
    make_account(pupils[1])
    session.commit()
    before = kept(session)
    session.remove()
    downgrade(revision="0001")
    upgrade()
    assert kept(session) == before
    words = [could_contain(session, Person, ["persoon"], Person.id), Person.search_key.contains("persoon")]
    assert len(session.scalars(sa.select(Person.id).where(*words)).all()) == len(before[0])


def kept(session):
    """What is stored beside the persons and accounts, and the years of each route."""
    persons = sa.select(Person.id, Person.has_account, Route.key).outerjoin(Route, Route.id == Person.route_id)
    years = sa.select(Route.key, RouteYear.school_year, RouteYear.location_id, RouteYear.year_of_study)
    years = years.join(RouteYear, RouteYear.route_id == Route.id).join(Person, Person.route_id == Route.id)
    accounts = sa.select(Account.id, Account.place_set_id)
    return [sorted(map(repr, session.execute(chosen))) for chosen in (persons, years, accounts)]
