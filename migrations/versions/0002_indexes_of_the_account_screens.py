"""indexes of the account screens: persons of all kinds in the order of a list, and the history of one subject

Revision ID: 0002
Revises: 0001

"""
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_person_sorted", "person", ["institution_id", "sort_key", "id"])
    op.create_index("ix_audit_line_subject", "audit_line", ["subject_kind", "subject_id", "id"])


def downgrade():
    op.drop_index("ix_audit_line_subject", "audit_line")
    op.drop_index("ix_person_sorted", "person")
