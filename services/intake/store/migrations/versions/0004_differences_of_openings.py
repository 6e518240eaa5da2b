"""why an opening was closed though its counts differ."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('box_openings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('difference', sa.String(length=400), nullable=True))
        batch_op.add_column(sa.Column('difference_witness', sa.String(length=120), nullable=True))


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
