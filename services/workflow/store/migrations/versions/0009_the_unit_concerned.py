"""the unit concerned: the one that a case lies with, else the one it is about, so that a list by unit and state is read in order."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("concerned", sa.String(length=120)))
    op.execute("UPDATE cases SET concerned = COALESCE(unit, target_unit)")
    op.drop_index("cases_worklist", table_name="cases")
    op.create_index("cases_worklist", "cases", ["state", "concerned", "next_limit"], unique=False)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
