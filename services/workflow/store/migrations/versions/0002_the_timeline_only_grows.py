"""The timeline only grows: the database itself refuses to change or remove an entry (art. 23)."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TRIGGER timeline_no_{verb} BEFORE {VERB} ON timeline "
    "BEGIN SELECT RAISE(ABORT, 'the timeline only grows (art. 23)'); END"
)
POSTGRES = (
    "CREATE FUNCTION timeline_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'the timeline only grows (art. 23)' USING ERRCODE = 'insufficient_privilege'; END $$",
    "CREATE TRIGGER timeline_no_change BEFORE UPDATE OR DELETE ON timeline "
    "FOR EACH ROW EXECUTE FUNCTION timeline_only_grows()",
    "CREATE TRIGGER timeline_no_truncate BEFORE TRUNCATE ON timeline "
    "FOR EACH STATEMENT EXECUTE FUNCTION timeline_only_grows()",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(SQLITE.format(verb=verb, VERB=verb.upper()))
    else:
        for statement in POSTGRES:
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
