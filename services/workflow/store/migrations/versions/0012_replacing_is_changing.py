"""replacing is changing: SQLite's INSERT OR REPLACE removes an entry without asking the trigger against removal (art. 23)."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TAKEN = "EXISTS (SELECT 1 FROM timeline WHERE number = NEW.number AND version = NEW.version)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER timeline_no_replace BEFORE INSERT ON timeline WHEN {TAKEN} "
            "BEGIN SELECT RAISE(ABORT, 'the timeline only grows (art. 23)'); END"
        )


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
