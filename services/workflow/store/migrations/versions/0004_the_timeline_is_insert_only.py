"""Whoever runs the service may add to the timeline and read it, no more (art. 23): beside the triggers, a privilege."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An owner can grant it back to itself, which no statement of ours does: see docs/operations.md for a role of its own.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON timeline FROM CURRENT_USER")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
