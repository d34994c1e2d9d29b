"""Accounts of a school year: settings, links, letters, used usernames, tasks of contact persons.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("contact_task", "former_username")
# Added without a batch: on SQLite that rebuilds the table, and the rows that point to it would go with the old one.
COLUMNS = (
    ("institution", "accounts", sa.JSON()),
    ("institution", "logo", sa.LargeBinary()),
    ("account", "closed_by", sa.String(length=24)),
    ("issued_secret", "channel", sa.String(length=8)),
    ("batch", "options", sa.JSON()),
    ("batch_item", "username", sa.String(length=100)),
    ("batch_item", "note", sa.String(length=200)),
)


def upgrade():
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.add_column(
        "issued_secret", sa.Column("form", sa.String(length=8), server_default="password", nullable=False)
    )
    op.create_table(
        "former_username",
        sa.Column(
            "username",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_former_username_institution_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_former_username_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_former_username")),
    )
    op.create_index(op.f("ix_former_username_person_id"), "former_username", ["person_id"], unique=False)
    op.create_table(
        "contact_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_contact_task_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_contact_task_institution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_contact_task_location_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_task")),
    )
    op.create_index(op.f("ix_contact_task_account_id"), "contact_task", ["account_id"], unique=False)
    op.create_index(op.f("ix_contact_task_institution_id"), "contact_task", ["institution_id"], unique=False)


def downgrade():
    for table in TABLES:
        op.drop_table(table)
    for table, name in [("issued_secret", "form"), *((table, name) for table, name, _kind in reversed(COLUMNS))]:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
