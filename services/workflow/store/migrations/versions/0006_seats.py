"""Whether somebody in the directory may come in, as their account or token says; null where there is neither."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("seated", sa.Boolean))


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
