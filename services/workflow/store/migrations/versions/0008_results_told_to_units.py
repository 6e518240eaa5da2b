"""results told to units: the notice of a frozen period, and who signed for it (art. 20)."""

import sqlalchemy as sa
from alembic import op

import shared.store.columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "result_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("issued_at", shared.store.columns.UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", shared.store.columns.UtcDateTime(), nullable=True),
        sa.Column("received_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("result_notices_unit", "result_notices", ["unit", "issued_at"], unique=False)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
