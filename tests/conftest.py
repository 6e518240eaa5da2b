"""Fixtures of the whole suite: real parts, started once a test run when first needed, isolated test by test.

``rabbit_url`` is a fresh virtual host, ``pg_url`` a fresh database, ``database_url`` an SQLite file and a PostgreSQL
database in turn, so that one test speaks for both. The shared parts are never paused, killed or alarmed: a test that
does such a thing takes ``own_rabbit`` or ``own_postgres``. A part that is missing fails the test and says how to get it.
"""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from fastapi.dependencies import models as fastapi_models
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import Scheduling

from tests.parts import keeper
from tests.parts.postgres_cluster import PgAddress, PgAdmin, PgCluster
from tests.parts.rabbit_node import RabbitAddress, RabbitAdmin, RabbitNode
from tests.parts.scheduling import ByFile

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Properties are about what is true, not about how fast a busy machine finds it."""
settings.load_profile("house")

PART_OF_FIXTURE = {"rabbit_node": "rabbit", "pg_cluster": "postgres"}
KEEPER = pytest.StashKey[keeper.KeeperProcess]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the keeper in the process that owns the run; workers of pytest-xdist find it by the environment."""
    if not hasattr(config, "workerinput"):
        config.stash[KEEPER] = keeper.KeeperProcess()
        config.stash[KEEPER].start()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """What belongs together goes to one worker, unless somebody asks for another way."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the shared parts with the run."""
    owned = config.stash.get(KEEPER, None)
    if owned is not None:
        owned.stop()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage again when all is imported and collected, none of which ever goes away."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have the parts that this run needs started while the first tests run, and what was imported looked through no more."""
    if session.config.option.collectonly:
        return
    gc.collect()
    gc.freeze()  # hundreds of thousands of objects that stay: each full collection would go through all of them
    needed = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for fixture, part in PART_OF_FIXTURE.items():
        if fixture in needed:
            keeper.ask_ahead(part)


@pytest.fixture(autouse=True, scope="module")
def nothing_kept() -> Iterator[None]:
    """FastAPI remembers thousands of functions of applications that are gone, and each holds its whole house."""
    yield
    for kept in vars(fastapi_models).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@pytest.fixture(scope="session")
def rabbit_node() -> RabbitAdmin:
    """The RabbitMQ node that the run shares."""
    return RabbitAdmin(RabbitAddress(**keeper.ask("rabbit")))  # type: ignore[arg-type]  # as_dict() carried it here


@pytest.fixture(scope="session")
def pg_cluster() -> PgAdmin:
    """The PostgreSQL cluster that the run shares."""
    return PgAdmin(PgAddress(**keeper.ask("postgres")))  # type: ignore[arg-type]  # as_dict() carried it here


@pytest.fixture
def rabbit_url(rabbit_node: RabbitAdmin) -> str:
    """The address of a fresh virtual host: ``amqp://…``."""
    return rabbit_node.vhost()


@pytest.fixture
def pg_url(pg_cluster: PgAdmin) -> Iterator[str]:
    """The address of a fresh, empty database: ``postgresql+asyncpg://…``."""
    url = pg_cluster.database()
    yield url
    pg_cluster.drop(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a fresh SQLite file: ``sqlite+aiosqlite:///…``."""
    return f"sqlite+aiosqlite:///{tmp_path / 'shouli.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind that the product supports, in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "pg_url")
    return url


@pytest.fixture
def own_rabbit() -> Iterator[RabbitNode]:
    """A node of the test's own, to pause, kill and alarm (about 5 s)."""
    with RabbitNode() as node:
        yield node


@pytest.fixture
def own_postgres() -> Iterator[PgCluster]:
    """A cluster of the test's own, to pause, kill and restart (about 1 s)."""
    with PgCluster() as cluster:
        yield cluster
