"""Keeps what a whole test run shares: one RabbitMQ node, one PostgreSQL cluster, started when first asked for, and its folder.

A process of its own, so that every pytest-xdist worker finds the same parts, whichever asks first. It ends, and the
parts with it, when its standard input closes: that happens even when the test run is killed.

All that the run writes lies in one folder, in memory where there is room: thousands of commits that wait for a disk would
prove nothing about it. Whoever wants to look at files after a failure gives pytest a ``--basetemp``.

Started by ``tests/conftest.py`` as ``python -m tests.parts.keeper SOCKET``; asked by ``ask``.
"""

import contextlib
import json
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from tests.parts.postgres_cluster import PgCluster
from tests.parts.rabbit_node import RabbitNode

VARIABLE = "SHOULI_TEST_KEEPER"
START_SECONDS = 180
IN_MEMORY = Path("/dev/shm")
ROOM = 6 * 1024**3
"""Bytes that must be free there; a run takes about two thousand million."""

Part = RabbitNode | PgCluster
PARTS: dict[str, Callable[[], Part]] = {"rabbit": RabbitNode, "postgres": PgCluster}


class PartUnavailable(Exception):
    """The keeper couldn't start a part; the message says why and what to do."""


class Keeper:
    """Starts each part once and remembers where it is."""

    def __init__(self) -> None:
        self._locks = {name: threading.Lock() for name in PARTS}
        self._running: dict[str, Part] = {}
        self._parts = contextlib.ExitStack()

    def where(self, name: str) -> dict[str, str | int]:
        """The address of a part, started now if it wasn't; two parts start beside each other."""
        with self._locks[name]:
            if name not in self._running:
                part = PARTS[name]()
                self._parts.enter_context(part)
                self._running[name] = part
            return dict(self._running[name].address.as_dict())

    def stop(self) -> None:
        """End all parts."""
        with contextlib.ExitStack() as starting:
            for lock in self._locks.values():
                starting.enter_context(lock)
            self._parts.close()


class _Question(socketserver.StreamRequestHandler):
    keeper: Keeper

    def handle(self) -> None:
        name = self.rfile.readline().decode().strip()
        try:
            answer: object = {"address": self.keeper.where(name)}
        except Exception as error:  # noqa: BLE001 - whatever went wrong is told to the test that asked
            answer = {"error": f"{type(error).__name__}: {error}"}
        self.wfile.write(json.dumps(answer).encode() + b"\n")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def serve(path: str) -> None:
    """Answer on a Unix socket until standard input closes, then end the parts."""
    keeper = Keeper()
    handler = type("Question", (_Question,), {"keeper": keeper})
    with _Server(path, handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
        server.shutdown()
    keeper.stop()
    shutil.rmtree(Path(path).parent, ignore_errors=True)  # its owner may have been killed


class KeeperProcess:
    """The keeper as its owner sees it: started with the test run, ended with it."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="shouli-tests-", dir=_roomy())
        Path(self._folder).chmod(0o711)  # PostgreSQL's data lie in it, and it runs as another user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and tell this process and all its children by the environment where it is, and where to write."""
        path = f"{self._folder}/keeper"
        os.environ["TMPDIR"] = tempfile.tempdir = self._folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.parts.keeper", path],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for the test run; the keeper ends after it
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()
        os.environ[VARIABLE] = path

    def stop(self) -> None:
        """End it and wait until its parts are gone."""
        for variable in (VARIABLE, "TMPDIR"):
            os.environ.pop(variable, None)
        tempfile.tempdir = None
        if self._process is not None:
            self._process.communicate()


def _roomy() -> Path | None:
    """The folder in memory, unless somebody chose another by ``TMPDIR``; None where it is too small."""
    if "TMPDIR" in os.environ or not IN_MEMORY.is_dir() or shutil.disk_usage(IN_MEMORY).free < ROOM:
        return None
    return IN_MEMORY


def ask(name: str) -> dict[str, str | int]:
    """The address of a shared part, once it runs. Raises PartUnavailable."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(START_SECONDS)
        connection.connect(os.environ[VARIABLE])
        connection.sendall(f"{name}\n".encode())
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        raise PartUnavailable(answer["error"])
    address: dict[str, str | int] = answer["address"]
    return address


def ask_ahead(name: str) -> None:
    """Have a part started while this process goes on with what needs none."""
    threading.Thread(target=_ask_quietly, args=(name,), daemon=True).start()


def _ask_quietly(name: str) -> None:
    try:
        ask(name)
    except (OSError, PartUnavailable):
        return  # whoever asks in earnest is told


if __name__ == "__main__":
    serve(sys.argv[1])
