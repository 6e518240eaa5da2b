"""The ground of ``deploy/`` on this machine: a broker and a database set up by the deployment's own files.

Users, rights, queues, databases and secrets are those that a deployment gets; only addresses and folders are private.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.make_secrets import make_secrets
from shared.contracts.values import SERVICES
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


@contextlib.contextmanager
def container_engine(ground: Ground, folder: Path) -> Iterator[dict[str, str]]:
    """An environment in which ``docker`` is our stand-in: containers are processes, up and down are the database's."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "docker").symlink_to(ROOT / "tests/parts/stand_in_docker.py")
    (programs / "shouli").write_text(f'#!/bin/sh\nexec {sys.executable} -m services.cli "$@"\n')  # as the image has it
    (programs / "shouli").chmod(0o755)
    doors = {"up": ground.postgres.start, "down": ground.postgres.shut_down}
    known = {
        "services": {name: _container(ground, name) for name in (*SERVICES, "postgres")},
        **{
            name: ["sh", "-c", f"touch {folder}/{name}; while [ -e {folder}/{name} ]; do sleep 0.05; done"]
            for name in doors
        },
    }
    (folder / "known.json").write_text(json.dumps(known))
    left = threading.Event()
    porter = threading.Thread(target=_open_doors, args=({folder / name: act for name, act in doors.items()}, left))
    porter.start()
    try:
        yield os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "STAND_IN": str(folder / "known.json")}
    finally:
        left.set()
        porter.join()


def _container(ground: Ground, name: str) -> dict[str, object]:
    """What a process needs to stand for this container; its PATH is the stand-in's own, or PostgreSQL's."""
    if name in SERVICES:
        variables = ground.process(name, 0).environment | {"PYTHONPATH": str(ROOT)}
        environment = {key: value for key, value in variables.items() if key != "PATH"}
    else:
        programs = Path(find_program("pg_basebackup", package="postgresql", folders=FOLDERS)).parent
        address = {"PGHOST": LOOPBACK, "PGPORT": str(ground.postgres.address.port), "PGUSER": "postgres"}
        environment = {**address, "PGDATA": str(ground.postgres.data), "PATH": f"{programs}:{os.environ['PATH']}"}
    return {"environment": environment, "data": str(ground.data)}


def _open_doors(doors: Mapping[Path, Callable[[], object]], left: threading.Event) -> None:
    """Do what is asked for by a file of its name, and take the file away when it is done."""
    while not left.wait(0.05):
        for door, act in doors.items():
            if door.exists():
                act()
                door.unlink()


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
