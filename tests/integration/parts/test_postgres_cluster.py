"""The PostgreSQL part does what tests of faults rely on."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.parts.postgres_cluster import PgAdmin, PgCluster, PgRefused, database_of


def _plain(url: str) -> str:
    return url.replace("+asyncpg", "")


async def test_a_database_is_fresh_and_apart_from_the_next(pg_cluster: PgAdmin):
    """What one test creates, another doesn't see."""
    mine, other = pg_cluster.database(), pg_cluster.database()
    pg_cluster.sql("CREATE TABLE only_mine (n int)", database=database_of(mine))
    assert (
        pg_cluster.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'only_mine'", database=database_of(other))
        == "0"
    )


def test_a_template_is_filled_once_and_copied_often(pg_cluster: PgAdmin):
    """A template is made by the first who asks; every copy holds what it held."""
    fillings: list[str] = []

    def fill(url: str) -> None:
        fillings.append(url)
        pg_cluster.sql("CREATE TABLE made_once (n int)", database=database_of(url))

    copies = [pg_cluster.database(template=pg_cluster.template("sample", fill)) for _ in range(2)]
    assert len(fillings) == 1
    assert [pg_cluster.sql("SELECT count(*) FROM made_once", database=database_of(copy)) for copy in copies] == [
        "0",
        "0",
    ]


async def test_sessions_of_one_database_end_and_no_others(pg_cluster: PgAdmin):
    """Ending the sessions of a database leaves the neighbour's alone."""
    mine, other = pg_cluster.database(), pg_cluster.database()
    ended, kept = await asyncpg.connect(_plain(mine)), await asyncpg.connect(_plain(other))
    pg_cluster.terminate_sessions(mine)
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await ended.fetchval("SELECT 1")
    assert await kept.fetchval("SELECT 1") == 1
    await kept.close()


async def test_what_was_committed_survives_a_kill(own_postgres: PgCluster):
    """After SIGKILL and a start on the same data, committed rows are there."""
    url = own_postgres.database()
    own_postgres.sql("CREATE TABLE t (n int); INSERT INTO t VALUES (7)", database=database_of(url))
    own_postgres.kill()
    own_postgres.start()
    assert own_postgres.sql("SELECT n FROM t", database=database_of(url)) == "7"


async def test_a_restart_ends_sessions_and_keeps_data(own_postgres: PgCluster):
    """A session from before a restart is dead; a new one finds the rows."""
    url = own_postgres.database()
    session = await asyncpg.connect(_plain(url))
    await session.execute("CREATE TABLE t (n int); INSERT INTO t VALUES (7)")
    own_postgres.restart()
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await session.fetchval("SELECT 1")
    assert own_postgres.sql("SELECT n FROM t", database=database_of(url)) == "7"


def test_a_statement_that_fails_says_what_the_server_said(pg_cluster: PgAdmin):
    """A refused statement raises with the server's own words."""
    with pytest.raises(PgRefused, match="no_such_table"):
        pg_cluster.sql("SELECT * FROM no_such_table")


async def test_one_test_speaks_for_both_databases(database_url: str):
    """The address that a test is given opens with SQLAlchemy, whichever database it is."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE t (n INTEGER)"))
        await connection.execute(text("INSERT INTO t VALUES (1)"))
        assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar_one() == 1
    await engine.dispose()
