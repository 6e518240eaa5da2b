"""A private PostgreSQL cluster: own port, own data, gone when the test run is.

``PgAdmin`` is what any test may do to a cluster that others share: fresh databases, sessions of one database ended.
``PgCluster`` also owns the process, so it may be paused, killed and started again on the same data.
Durability is off (fsync) unless asked for: these data are for throwing away.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.parts.ports import LOOPBACK, NotAnswering, free_port
from tests.parts.programs import as_user, find_program, give_to, stop_process

FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "max_connections": "400",  # several pools of several services of several workers
    "shared_buffers": "128MB",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
    "logging_collector": "off",
    "timezone": "UTC",
}
DURABLE: Mapping[str, str] = {"fsync": "on", "full_page_writes": "on"}


class PgRefused(Exception):
    """An administrative statement failed; the message holds what the server said."""


@dataclass(frozen=True, slots=True)
class PgAddress:
    """Where a cluster is; all that another process needs. The superuser needs no password on the loopback."""

    port: int

    def url(self, database: str = "postgres", *, driver: str = "postgresql+asyncpg") -> str:
        """The address of a database, for SQLAlchemy unless another driver is named."""
        return f"{driver}://postgres@{LOOPBACK}:{self.port}/{database}"

    def as_dict(self) -> dict[str, int]:
        """The address as JSON can carry it."""
        return asdict(self)


class PgAdmin:
    """Administers a running cluster, whoever started it."""

    def __init__(self, address: PgAddress) -> None:
        self.address = address
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}

    @property
    def url(self) -> str:
        """The address of the maintenance database ``postgres``."""
        return self.address.url()

    def database(self, *, template: str = "template0") -> str:
        """The address of a fresh database, empty or a copy of a template of ours (tens of milliseconds)."""
        name = self._fresh_name("t")
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address.url(name)

    def template(self, key: str, fill: Callable[[str], None]) -> str:
        """The name of a database that ``fill`` was given the address of, once a process: migrate once, copy often."""
        if key not in self._templates:
            name = self._fresh_name(key)
            self.sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
            fill(self.address.url(name))
            self.terminate_sessions(self.address.url(name))
            self._templates[key] = name
        return self._templates[key]

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{database_of(url)}" WITH (FORCE)')

    def terminate_sessions(self, url: str) -> None:
        """End every session of one database, as an administrator or a failover does."""
        self.sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            f"WHERE datname = '{database_of(url)}' AND pid <> pg_backend_pid()"
        )

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """What ``psql`` prints for a statement, unadorned. Raises PgRefused."""
        program = find_program("psql", package="postgresql", folders=FOLDERS)
        url = self.address.url(database, driver="postgresql")
        command = [program, "--no-psqlrc", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1", url, "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PgRefused(f"{statement}\n{done.stderr}")
        return done.stdout.strip()

    def _fresh_name(self, stem: str) -> str:
        return f"{stem}_{os.getpid()}_{next(self._numbers)}"


class PgCluster(PgAdmin):
    """A cluster of our own. Use as a context manager, or ``start`` and ``stop``."""

    def __init__(self, *, settings: Mapping[str, str] | None = None) -> None:
        """Name the folder and the port; ``settings`` override those of postgresql.conf, as ``DURABLE`` does."""
        super().__init__(PgAddress(free_port()))
        self._folder = Path(tempfile.mkdtemp(prefix="shouli-pg-"))
        self._owner = as_user("postgres")
        self._settings = {**SETTINGS, **(settings or {})}
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start, or start again on the same data and port; returns when it answers (about 1 s)."""
        if not self.data.exists():
            self._create()
        with (self._folder / "server.out").open("ab") as log:
            self._server = self._spawn("postgres", "-D", str(self.data), output=log.fileno())
        self._wait_until_ready()
        return self

    def pause(self) -> None:
        """Hang the server's front door and thereby every new session (SIGSTOP); present sessions go on."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Wake a paused server."""
        self._running().send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the server at once (SIGKILL); ``start`` recovers. The other processes of the cluster follow it."""
        self._running().kill()
        self._running().wait()

    def shut_down(self) -> None:
        """Stop quickly but in good order, ending all sessions; the data stay."""
        stop_process(self._server, signal.SIGINT)

    def restart(self) -> None:
        """Shut down and start again: every session ends, the data stay."""
        self.shut_down()
        self.start()

    def stop(self) -> None:
        """End the cluster for good."""
        stop_process(self._server, signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def log(self) -> str:
        """All that the server has written, for the message of a failed test."""
        return (self._folder / "server.out").read_text(errors="replace")

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        """Where its data lie."""
        return self._folder / "data"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._server is None:
            raise RuntimeError("this PostgreSQL cluster hasn't been started")
        return self._server

    def _create(self) -> None:
        give_to(self._folder, self._owner)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        created = self._spawn("initdb", "-D", str(self.data), *options, output=subprocess.PIPE)
        said, _ = created.communicate()
        if created.returncode:
            raise PgRefused(said.decode(errors="replace"))
        settings = {**self._settings, "port": str(self.address.port), "unix_socket_directories": str(self._folder)}
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def _spawn(self, program: str, *arguments: str, output: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [find_program(program, package="postgresql", folders=FOLDERS), *arguments],
            cwd="/",  # the other user may not be allowed where we are
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **self._owner,
        )

    def _wait_until_ready(self, timeout_seconds: float = 60) -> None:
        end = time.monotonic() + timeout_seconds
        while time.monotonic() < end:
            if self._running().poll() is not None:
                raise NotAnswering(self.log())
            try:
                self.sql("SELECT 1")
            except PgRefused:
                time.sleep(0.05)
            else:
                return
        raise NotAnswering(self.log())


def database_of(url: str) -> str:
    """The database's name in an address."""
    return urlsplit(url).path.lstrip("/")
