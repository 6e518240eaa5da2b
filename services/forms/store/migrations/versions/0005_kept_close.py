"""for whom a case is kept close."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A case refused on ground 10.5 before this is kept close in forms from its next event on.
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kept_for', sa.String(length=80), nullable=True))


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
