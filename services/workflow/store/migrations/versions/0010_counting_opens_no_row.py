"""counting opens no row: the indexes of lists carry what decides who may know of a case, so that a view is counted in them alone."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEPT_FROM = ["restricted", "staff_blind", "target_unit"]
IN_CHARGE = ["holder_id", "officer_id"]
OPEN = "next_limit IS NOT NULL"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite has no columns beside the keys of an index
    _index("cases_worklist", ["state", "concerned", "next_limit"], [*KEPT_FROM, *IN_CHARGE])
    _index("cases_unit", ["unit", "next_limit"], KEPT_FROM)
    _index("cases_limit", ["next_limit"], [*KEPT_FROM, *IN_CHARGE])
    _index("cases_holder", ["holder_id", "next_limit"], [*KEPT_FROM, "officer_id", "unit", "first_receiver"], OPEN)


def _index(name: str, keys: list[str], carried: list[str], condition: str | None = None) -> None:
    op.drop_index(name, table_name="cases")
    where = sa.text(condition) if condition else None
    op.create_index(name, "cases", keys, unique=False, postgresql_where=where, postgresql_include=carried)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
