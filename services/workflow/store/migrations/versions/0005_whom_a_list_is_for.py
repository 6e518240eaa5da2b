"""whom a list is for: what decides who may know of a case stands in its row, and what is late stays in the lists."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = "next_limit IS NOT NULL"


def upgrade() -> None:
    # The new columns are filled from the sealed folds at the next start (store.relisting): SQL can't open a seal.
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_receiver", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("officer_id", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("staff_blind", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("extension_asked", sa.Boolean(), server_default=sa.false(), nullable=False))
        _index(batch_op, "cases_holder", ["holder_id", "next_limit"], OPEN)
        _index(batch_op, "cases_receiver", ["first_receiver", "next_limit"], OPEN)
        _index(batch_op, "cases_again", ["next_limit"], f"{OPEN} AND round > 1")
        _index(batch_op, "cases_unlisted", ["number"], "first_receiver IS NULL")
        batch_op.create_index(
            "cases_extension", ["next_limit"], unique=False,
            sqlite_where=sa.text("extension_asked = 1"), postgresql_where=sa.text("extension_asked"),
        )  # fmt: skip


def _index(batch_op: Any, name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    batch_op.create_index(name, columns, unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
