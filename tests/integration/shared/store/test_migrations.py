"""The migrations of every package build the tables in code, and one that fails leaves nothing."""

import importlib
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.store.engine import open_engine
from shared.store.migrate import differences, migrate

PACKAGES = sorted(
    ".".join(path.relative_to(Path(__file__).parents[4]).parts[:-2])
    for folder in ("services", "shared")
    for path in (Path(__file__).parents[4] / folder).glob("**/migrations/versions")
    if any(path.glob("[0-9]*.py"))
)


@pytest.mark.parametrize("package", PACKAGES)
async def test_migrations_build_exactly_the_tables_in_code(package: str, database_url: str):
    """On an empty database the migrations leave no difference to the tables, and a second run has nothing to do."""
    tables = importlib.import_module(f"{package}.tables")
    versions = Path(str(tables.__file__)).parent / "migrations" / "versions"
    engine = open_engine(database_url)
    await migrate(engine, versions)
    await migrate(engine, versions)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences, tables.metadata) == []
    await engine.dispose()


async def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, tmp_path: Path):
    """A half-done upgrade is rolled back whole, and the database can still be migrated by a good one."""
    good = 'revision = "0001"\ndown_revision = None\nfrom alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n    op.create_table("a", sa.Column("id", sa.Integer))\n'
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "0001_first.py").write_text(good + '    raise LookupError("halfway")\n')
    engine = open_engine(database_url)
    with pytest.raises(LookupError):
        await migrate(engine, versions)
    (versions / "0001_first.py").write_text(good)
    await migrate(engine, versions)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM a"))).scalar() == 0
    await engine.dispose()
