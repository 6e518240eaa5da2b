"""The ground of ``deploy/`` on this machine: a broker and a database set up by the deployment's own files.

Users, rights, queues, databases and secrets are those that a deployment gets; only addresses and folders are private.
"""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.make_secrets import make_secrets
from tests.parts.compose import ROOT, PlainProcess, as_process, read_services
from tests.parts.ports import LOOPBACK, free_port, wait_until_answers
from tests.parts.postgres_cluster import FOLDERS, PgCluster
from tests.parts.programs import find_program, stop_process
from tests.parts.rabbit_node import RabbitNode

DEFINITIONS = ROOT / "deploy/rabbitmq/definitions.json"
DATABASES = ROOT / "deploy/postgres/databases.sh"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the services stand on: the broker, the database, and the folders that containers would mount."""

    rabbit: RabbitNode
    postgres: PgCluster
    secrets: Path
    data: Path

    def process(self, service: str, port: int) -> PlainProcess:
        """A service of the compose file, to be started here."""
        return as_process(read_services()[service], secrets=self.secrets, data=self.data, port=port)

    def secret(self, name: str) -> str:
        """The content of one secret."""
        return (self.secrets / name).read_text()


@contextlib.contextmanager
def deployed_ground() -> Iterator[Ground]:
    """Broker and database, started beside each other and set up as the deployment does (about 8 s)."""
    with (
        tempfile.TemporaryDirectory(prefix="shouli-deployed-") as folder,
        RabbitNode() as rabbit,
        PgCluster() as postgres,
    ):
        ground = Ground(rabbit, postgres, Path(folder, "secrets"), Path(folder, "data"))
        ground.data.mkdir()
        make_secrets(
            ground.secrets,
            postgres=f"{LOOPBACK}:{postgres.address.port}",
            rabbitmq=f"{LOOPBACK}:{rabbit.address.port}",
        )
        with ThreadPoolExecutor() as both:
            broker, databases = both.submit(_set_up_broker, ground), both.submit(_set_up_databases, ground)
            broker.result()
            databases.result()
        yield ground


@contextlib.contextmanager
def running_service(ground: Ground, service: str) -> Iterator[str]:
    """One service as a process of its own; gives its address, once it listens. Ended with SIGTERM, as a container is."""
    port = free_port()
    plain = ground.process(service, port)
    log = ground.data / f"{service}.out"
    with log.open("wb") as output:
        process = subprocess.Popen(
            plain.command,
            env=plain.environment | {"PYTHONPATH": str(ROOT)},
            cwd=ground.data,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_answers(port, process)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        stop_process(process)


def _set_up_broker(ground: Ground) -> None:
    for file in (ground.secrets / "rabbitmq_users.json", DEFINITIONS):
        ground.rabbit.ctl("import_definitions", str(file))


def _set_up_databases(ground: Ground) -> None:
    folder = Path(find_program("psql", package="postgresql", folders=FOLDERS)).parent
    subprocess.run(
        ["sh", str(DATABASES)],
        env={
            "PATH": f"{folder}:{os.environ['PATH']}",
            "PGHOST": LOOPBACK,
            "PGPORT": str(ground.postgres.address.port),
            "SECRETS": str(ground.secrets),
        },
        check=True,
    )
