"""who took a complaint in."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows from before have nobody: no installation of a released version holds any.
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('received_by', sa.String(length=80), nullable=False, server_default=''))


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
