"""The exchange: what a run replaced, corrections by hand, merged persons, mappings of tables, notices.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("notice", "table_mapping", "access_block", "merge", "not_the_same", "pin", "run_journal")
# Added without a batch: on SQLite that rebuilds the table, and the rows that point to it would go with the old one.
COLUMNS = (
    ("audit_line", "run_id", sa.Integer()),
    ("institution", "exchange", sa.JSON()),
    ("source_connection", "ends_on", sa.Date()),
    ("sync_run", "parts", sa.JSON()),
    ("sync_run", "undo_of", sa.Integer()),
    ("sync_run", "limits", sa.JSON()),
    ("upload", "options", sa.JSON()),
)


def upgrade():
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.add_column("person_key", sa.Column("absorbed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_notice_institution_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("institution_id", "code", name=op.f("uq_notice_institution_id_code")),
    )
    op.create_table(
        "table_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_table_mapping_institution_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_mapping")),
        sa.UniqueConstraint("institution_id", "kind", name=op.f("uq_table_mapping_institution_id_kind")),
    )
    op.create_table(
        "access_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("guardian_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["person.id"], name=op.f("fk_access_block_guardian_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_access_block_institution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_access_block_made_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["pupil_id"], ["person.id"], name=op.f("fk_access_block_pupil_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_block")),
        sa.UniqueConstraint("guardian_id", "pupil_id", name=op.f("uq_access_block_guardian_id_pupil_id")),
    )
    op.create_index(op.f("ix_access_block_institution_id"), "access_block", ["institution_id"], unique=False)
    op.create_index(op.f("ix_access_block_pupil_id"), "access_block", ["pupil_id"], unique=False)
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_merge_institution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_merge_kept_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_merge_made_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_institution_id"), "merge", ["institution_id"], unique=False)
    op.create_index(op.f("ix_merge_kept_id"), "merge", ["kept_id"], unique=False)
    op.create_table(
        "not_the_same",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name=op.f("fk_not_the_same_first_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_not_the_same_institution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_not_the_same_made_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["second_id"], ["person.id"], name=op.f("fk_not_the_same_second_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_the_same")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_not_the_same_first_id_second_id")),
    )
    op.create_index(op.f("ix_not_the_same_institution_id"), "not_the_same", ["institution_id"], unique=False)
    op.create_index(op.f("ix_not_the_same_second_id"), "not_the_same", ["second_id"], unique=False)
    op.create_table(
        "pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_pin_institution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_pin_made_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pin_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
        sa.UniqueConstraint("person_id", "field", name=op.f("uq_pin_person_id_field")),
    )
    op.create_index(op.f("ix_pin_institution_id"), "pin", ["institution_id"], unique=False)
    op.create_table(
        "run_journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_run_journal_institution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["sync_run.id"], name=op.f("fk_run_journal_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_journal")),
        sa.UniqueConstraint("run_id", "part", name=op.f("uq_run_journal_run_id_part")),
    )
    op.create_index(op.f("ix_run_journal_created_at"), "run_journal", ["created_at"], unique=False)


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)
    for table, name in [("person_key", "absorbed"), *((table, name) for table, name, _kind in reversed(COLUMNS))]:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
