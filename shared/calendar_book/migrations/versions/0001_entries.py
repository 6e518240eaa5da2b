"""the calendar's entries."""

import sqlalchemy as sa
from alembic import op

import shared.store.columns

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_entries',
    sa.Column('serial', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('entered_at', shared.store.columns.UtcDateTime(), nullable=False),
    sa.Column('entered_by', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('serial')
    )


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
