"""consequences told at once: a notice to a unit may tell of one entry of a case's timeline, not of a period (arts. 19, 20)."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("result_notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.String(length=11), nullable=True))
        batch_op.add_column(sa.Column("entry", sa.Integer(), nullable=True))
        for name, kind in (("first_day", sa.String(10)), ("last_day", sa.String(10)), ("body", sa.Text())):
            batch_op.alter_column(name, existing_type=kind, nullable=True)
        batch_op.create_index("result_notices_entry", ["number", "entry"], unique=True)
    # Which unit such an entry concerns stands in a seal: these cases are listed anew at the next start (store.relisting).
    op.execute(
        "UPDATE cases SET first_receiver = NULL WHERE number IN"
        " (SELECT number FROM timeline WHERE kind IN ('sanctioned', 'settled'))"
    )


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
