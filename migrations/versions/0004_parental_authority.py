"""Whether a guardian has parental authority over a pupil, as the source tells it.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("guardianship", sa.Column("has_authority", sa.Boolean(), nullable=True))


def downgrade():
    op.execute("ALTER TABLE guardianship DROP COLUMN has_authority")
