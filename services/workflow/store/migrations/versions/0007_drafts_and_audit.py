"""What is typed into an action's form and not yet sent; the timeline by its moments, for whoever oversees people."""

import sqlalchemy as sa
from alembic import op

import shared.store.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_drafts",
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("number", sa.String(11), nullable=False),
        sa.Column("form", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("saved_at", shared.store.columns.UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("author", "number", "form"),
    )
    op.create_index("timeline_at", "timeline", ["at"])


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
