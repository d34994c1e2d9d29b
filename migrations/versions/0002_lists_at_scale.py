"""Lists that stay fast at 100,000 persons: stored answers, their indexes, and trigrams.

What a list filters on is kept with the row: the route of a pupil through the school years, whether a person has an own
account, and the place set of the owner of an account. The last two are kept by the database itself (triggers), so that
nothing can forget them; the route is written by the services and filled in here for who is enrolled already.

SQLite: a later migration that rebuilds `person` or `account` must make the triggers again.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TRIGGERS = {
    "sqlite": {
        "account_made": "AFTER INSERT ON account BEGIN"
        " UPDATE person SET has_account = 1 WHERE id = NEW.person_id AND NEW.seat = 'own';"
        " UPDATE account SET place_set_id = (SELECT place_set_id FROM person WHERE id = NEW.person_id)"
        " WHERE id = NEW.id; END",
        "account_gone": "AFTER DELETE ON account WHEN OLD.seat = 'own' BEGIN"
        " UPDATE person SET has_account = 0 WHERE id = OLD.person_id; END",
        "person_moved": "AFTER UPDATE OF place_set_id ON person BEGIN"
        " UPDATE account SET place_set_id = NEW.place_set_id WHERE person_id = NEW.id; END",
    },
    "postgresql": {
        "account_made": "AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION account_made()",
        "account_gone": "AFTER DELETE ON account FOR EACH ROW WHEN (OLD.seat = 'own') EXECUTE FUNCTION account_gone()",
        "person_moved": "AFTER UPDATE OF place_set_id ON person FOR EACH ROW"
        " WHEN (OLD.place_set_id IS DISTINCT FROM NEW.place_set_id) EXECUTE FUNCTION person_moved()",
    },
}
FUNCTIONS = {  # PostgreSQL: what the triggers of the same name do
    "account_made": "UPDATE person SET has_account = true WHERE id = NEW.person_id AND NEW.seat = 'own';"
    " UPDATE account SET place_set_id = (SELECT place_set_id FROM person WHERE id = NEW.person_id) WHERE id = NEW.id;",
    "account_gone": "UPDATE person SET has_account = false WHERE id = OLD.person_id;",
    "person_moved": "UPDATE account SET place_set_id = NEW.place_set_id WHERE person_id = NEW.id;",
}
TRIGRAMS = {  # name: (table, column, expression on PostgreSQL)
    "person_words": ("person", "search_key", "search_key"),
    "account_words": ("account", "username", "lower(username)"),
}

STATISTICS = {  # SQLite: rows, and rows that are alike in the first column of an index, the first two, and so on
    "person": {
        "ix_person_list": "100000 100000 33000 3 1 1 1",
        "ix_person_seen": "100000 100000 33000 33000 14000 6000 4000 1",
        "ix_person_email": "100000 100000 33000 1 1 1 1 1",
        "ix_person_sorted": "100000 100000 6 1 1 1",
        "ix_person_number": "100000 100000 33000 1",
    },
    "account": {
        "ix_account_list": "75000 75000 19000 1 1 1 1 1 1",
        "sqlite_autoindex_account_1": "75000 1 1",
        "sqlite_autoindex_account_2": "75000 1",
    },
    "account_location": {"sqlite_autoindex_account_location_1": "20 4 1", "ix_account_location_location_id": "20 4"},
    "enrolment": {"sqlite_autoindex_enrolment_1": "150000 3 1", "ix_enrolment_group_id": "150000 25"},
    "group_pupil": {"sqlite_autoindex_group_pupil_1": "150000 25 1", "ix_group_pupil_person_id": "150000 3"},
    "group_staff": {"sqlite_autoindex_group_staff_1": "10000 4 1", "ix_group_staff_person_id": "10000 4"},
    "mentor": {"sqlite_autoindex_mentor_1": "50000 1 1", "ix_mentor_staff_id": "50000 20"},
    "guardianship": {"sqlite_autoindex_guardianship_1": "50000 1 1", "ix_guardianship_pupil_id": "50000 1"},
    "person_key": {
        "sqlite_autoindex_person_key_1": "100000 100000 50000 33000 1",
        "ix_person_key_person_id": "100000 1",
    },
    "person_location": {
        "sqlite_autoindex_person_location_1": "100000 20000 1",
        "ix_person_location_person_id": "100000 1",
    },
    "place_set": {"sqlite_autoindex_place_set_1": "8 8 1"},
    "place_set_location": {
        "sqlite_autoindex_place_set_location_1": "12 3 1",
        "ix_place_set_location_place_set_id": "12 2",
    },
    "route": {"sqlite_autoindex_route_1": "500 500 1"},
    "route_year": {"sqlite_autoindex_route_year_1": "1500 3 1"},
    "school_group": {
        "ix_school_group_list": "4000 4000 2000 1 1",
        "sqlite_autoindex_school_group_1": "4000 1000 500 1",
    },
    "location": {"sqlite_autoindex_location_1": "5 5 1"},
    "institution": {"sqlite_autoindex_institution_1": "1 1"},
}


def upgrade():
    postgresql = op.get_context().dialect.name == "postgresql"
    _make_routes()
    # Not through a batch: on SQLite that rebuilds the table, and the rows that point to it would go with the old one.
    for column in (
        "person ADD COLUMN route_id INTEGER CONSTRAINT fk_person_route_id REFERENCES route (id) ON DELETE SET NULL",
        f"person ADD COLUMN has_account BOOLEAN NOT NULL DEFAULT {'false' if postgresql else '0'}",
        "account ADD COLUMN place_set_id INTEGER CONSTRAINT fk_account_place_set_id"
        " REFERENCES place_set (id) ON DELETE SET NULL",
    ):
        op.execute(f"ALTER TABLE {column}")
    _fill()
    op.drop_index("ix_enrolment_found", "enrolment")
    op.drop_index("ix_person_seen", "person")
    op.drop_index("ix_account_list", "account")
    seen = ["institution_id", "kind", "left_on", "place_set_id", "route_id", "has_account", "search_key"]
    op.create_index("ix_person_seen", "person", seen)
    mail = ["institution_id", "kind", "email", "id", "left_on", "place_set_id", "has_account"]
    op.create_index("ix_person_email", "person", mail)
    account = ["institution_id", "role", "id", "active", "place_set_id", "blocked", "last_login_at", "person_id"]
    op.create_index("ix_account_list", "account", account)
    for name, what in FUNCTIONS.items() if postgresql else ():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what} RETURN NULL; END $$")
    for name, trigger in TRIGGERS[op.get_context().dialect.name].items():
        op.execute(f"CREATE TRIGGER {name} {trigger}")
    _make_trigrams(postgresql)
    if not postgresql:
        _tell_statistics()


def downgrade():
    postgresql = op.get_context().dialect.name == "postgresql"
    if not postgresql:
        op.execute("DROP TABLE sqlite_stat1")
    for name in TRIGRAMS:
        if postgresql:
            op.execute(f"DROP INDEX IF EXISTS ix_{name}")
            continue
        for when in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}_{when}")
        op.execute(f"DROP TABLE IF EXISTS {name}")
    for name, trigger in TRIGGERS[op.get_context().dialect.name].items():
        table = "person" if " ON person" in trigger else "account"
        op.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
    for name in FUNCTIONS if postgresql else ():
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("ix_account_list", "account")
    op.drop_index("ix_person_email", "person")
    op.drop_index("ix_person_seen", "person")
    for column in ("person DROP COLUMN has_account", "person DROP COLUMN route_id", "account DROP COLUMN place_set_id"):
        op.execute(f"ALTER TABLE {column}")
    op.create_index("ix_account_list", "account", ["institution_id", "active", "role"])
    seen = ["institution_id", "kind", "left_on", "place_set_id", "search_key"]
    op.create_index("ix_person_seen", "person", seen)
    op.create_index("ix_enrolment_found", "enrolment", ["location_id", "school_year", "year_of_study", "person_id"])
    op.drop_table("route_year")
    op.drop_table("route")


def _tell_statistics():
    """What a large school looks like, so that SQLite chooses the same short ways on every machine from the first day.

    It would find out by ANALYZE alone, which nobody runs; a list of 100,000 persons then took 40 times as long.
    PostgreSQL looks by itself.
    """
    op.execute("ANALYZE")  # makes the table
    op.execute("DELETE FROM sqlite_stat1")
    rows = [{"t": table, "i": index, "s": told} for table, all in STATISTICS.items() for index, told in all.items()]
    op.get_bind().execute(sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:t, :i, :s)"), rows)


def _make_routes():
    op.create_table(
        "route",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_route_institution_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("institution_id", "key", name=op.f("uq_route_institution_id_key")),
    )
    op.create_table(
        "route_year",
        sa.Column("route_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("year_of_study", sa.Integer(), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_route_year_institution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_route_year_location_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_route_year_route_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("route_id", "school_year", name=op.f("pk_route_year")),
    )


def _fill():
    """What the services and the triggers write from now on, for the rows that are there."""
    yes = "true" if op.get_context().dialect.name == "postgresql" else "1"
    joined = "string_agg" if op.get_context().dialect.name == "postgresql" else "group_concat"
    own = "EXISTS (SELECT 1 FROM account WHERE person_id = person.id AND seat = 'own')"
    op.execute(f"UPDATE person SET has_account = {yes} WHERE {own}")
    op.execute("UPDATE account SET place_set_id = (SELECT place_set_id FROM person WHERE id = account.person_id)")
    one_year = (
        "CAST(school_year AS VARCHAR) || ':' || CAST(location_id AS VARCHAR) || ':'"
        " || COALESCE(CAST(year_of_study AS VARCHAR), 'None')"
    )
    op.execute(
        f"CREATE TEMPORARY TABLE found AS SELECT person_id, institution_id, {joined}(year, ' ') AS key FROM"
        f" (SELECT person_id, institution_id, {one_year} AS year FROM enrolment ORDER BY person_id, school_year) AS one"
        " GROUP BY person_id, institution_id"
    )
    op.execute("CREATE UNIQUE INDEX ix_found ON found (person_id)")
    op.execute("INSERT INTO route (institution_id, key) SELECT DISTINCT institution_id, key FROM found")
    route = "SELECT route.id FROM route JOIN found ON found.key = route.key AND found.institution_id ="
    op.execute(f"UPDATE person SET route_id = ({route} route.institution_id WHERE found.person_id = person.id)")
    op.execute(
        "INSERT INTO route_year (route_id, school_year, location_id, year_of_study, institution_id)"
        " SELECT person.route_id, enrolment.school_year, enrolment.location_id, enrolment.year_of_study,"
        " enrolment.institution_id FROM enrolment JOIN person ON person.id = enrolment.person_id"
        " WHERE person.id IN (SELECT min(id) FROM person WHERE route_id IS NOT NULL GROUP BY route_id)"
    )
    op.execute("DROP TABLE found")


def _make_trigrams(postgresql):
    """The indexes for a part of a word; without them a search reads all names, and nothing else is missing."""
    try:
        with op.get_bind().begin_nested():
            op.execute(
                "CREATE EXTENSION IF NOT EXISTS pg_trgm"
                if postgresql
                else "CREATE VIRTUAL TABLE no_words USING fts5(word, tokenize = 'trigram')"
            )
            if not postgresql:
                op.execute("DROP TABLE no_words")
    except DBAPIError:
        return
    for name, (table, column, expression) in TRIGRAMS.items():
        if postgresql:
            op.execute(f"CREATE INDEX ix_{name} ON {table} USING gin ({expression} gin_trgm_ops)")
        else:
            _make_words(name, table, column)


def _make_words(name, table, column):
    """The trigrams of a column in a table of their own, kept by triggers."""
    op.execute(
        f"CREATE VIRTUAL TABLE {name} USING fts5({column}, content = '{table}', content_rowid = 'id',"
        " tokenize = 'trigram', detail = 'none', columnsize = 0)"
    )
    op.execute(f"INSERT INTO {name} (rowid, {column}) SELECT id, {column} FROM {table}")
    new = f"INSERT INTO {name} (rowid, {column}) VALUES (NEW.id, NEW.{column});"
    old = f"INSERT INTO {name} ({name}, rowid, {column}) VALUES ('delete', OLD.id, OLD.{column});"
    op.execute(f"CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN {new} END")
    op.execute(f"CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN {old} END")
    op.execute(
        f"CREATE TRIGGER {name}_update AFTER UPDATE OF {column} ON {table}"
        f" WHEN OLD.{column} <> NEW.{column} BEGIN {old} {new} END"
    )
