"""urgent cases: whether danger to life was told and nobody has looked yet, so that the urgent list is read off an index."""

import sqlalchemy as sa
from alembic import op

import shared.store.columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("urgency", sa.String(length=10)))
    op.add_column("cases", sa.Column("urgent_since", shared.store.columns.UtcDateTime()))
    waits = sa.text("urgent_since IS NOT NULL")
    op.create_index("cases_urgent", "cases", ["urgent_since"], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
