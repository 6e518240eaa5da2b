"""Complaints per second through the web form's JSON: taken (201, on disk) and carried through to a registered case."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from shared.contracts.values import SERVICES
from tests.parts.ports import free_port
from tests.parts.postgres_cluster import DURABLE, PgCluster
from tests.parts.rabbit_node import RabbitNode

COUNT = 2000
CONNECTIONS = 32
ROUNDS = 3
HOST = "127.0.0.1"
PATH = "/intake/web-forms"


@dataclass(frozen=True)
class Result:
    """One run: seconds until all were taken, and until all were registered cases (None for the bare limit)."""

    taken: float
    registered: float | None

    @property
    def taken_a_second(self) -> float:
        """Complaints answered 201 a second."""
        return COUNT / self.taken

    @property
    def registered_a_second(self) -> float | None:
        """Complaints a second, from the first request until the last case stands in the register."""
        return COUNT / self.registered if self.registered else None


def run(out: list[str]) -> None:
    """Measure and write down: rounds are interleaved, ratios are formed within a round."""
    body = resources.files("services.samples").joinpath("web_form.json").read_bytes()
    rows: dict[str, list[Result]] = {"bare": [], "embedded": [], "rabbit+postgres": []}
    with PgCluster(settings=DURABLE) as postgres, RabbitNode() as rabbit:
        for _ in range(ROUNDS):
            with _served(["-m", "uvicorn", "tests.bench.bare:app", *_uvicorn()], {}) as port:
                rows["bare"].append(_drive(port, body))
            with tempfile.TemporaryDirectory() as folder, _house(folder, {}) as port:
                rows["embedded"].append(_drive(port, body, Path(folder)))
            with tempfile.TemporaryDirectory() as folder:
                databases = {name: postgres.database() for name in (*SERVICES, "identity")}
                with _four(folder, databases, rabbit.vhost()) as port:
                    rows["rabbit+postgres"].append(_drive(port, body, databases["workflow"]))
    out.append(
        f"web form as JSON, {COUNT} complaints, {CONNECTIONS} connections, median of {ROUNDS} interleaved rounds"
    )
    out.extend(_table(rows))


def _drive(port: int, body: bytes, register: Path | str | None = None) -> Result:
    command = [sys.executable, "-m", "tests.bench.load", HOST, str(port), PATH, str(CONNECTIONS)]
    subprocess.run([*command, "200"], input=body, check=True, capture_output=True)  # warm
    began = time.perf_counter()
    done = subprocess.run([*command, str(COUNT)], input=body, check=True, capture_output=True)
    said = json.loads(done.stdout)
    if said["answers"] != {"201": COUNT}:
        raise RuntimeError(f"not all were taken: {said['answers']}")
    if register is None:
        return Result(said["seconds"], None)
    _wait_for_cases(register, COUNT + 200)
    return Result(said["seconds"], time.perf_counter() - began)


def _wait_for_cases(register: Path | str, wanted: int) -> None:
    from sqlalchemy import create_engine, text

    where = (
        f"sqlite:///{register}/workflow.db" if isinstance(register, Path) else register.replace("+asyncpg", "+psycopg")
    )
    if isinstance(register, str):
        return _wait_in_postgres(register, wanted)
    engine = create_engine(where)
    with engine.connect() as connection:
        while connection.execute(text("SELECT count(*) FROM cases")).scalar_one() < wanted:
            time.sleep(0.05)
    return None


def _wait_in_postgres(url: str, wanted: int) -> None:
    import asyncio

    import asyncpg

    async def wait() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        while await connection.fetchval("SELECT count(*) FROM cases") < wanted:
            await asyncio.sleep(0.05)
        await connection.close()

    asyncio.run(wait())


@contextmanager
def _house(folder: str, environment: Mapping[str, str]) -> Iterator[int]:
    """All four in one process on the embedded default."""
    with _served(["-m", "services"], {"SHOULI_DATA_DIR": folder, **environment}) as port:
        yield port


@contextmanager
def _four(folder: str, databases: Mapping[str, str], broker: str) -> Iterator[int]:
    """Four processes on RabbitMQ and PostgreSQL; gives intake's port."""
    keys = Path(folder) / "keys.json"
    common = {
        "SHOULI_DATA_DIR": folder,
        "SHOULI_KEYS_PATH": str(keys),
        "SHOULI_BROKER_URL": broker,
        "SHOULI_IDENTITY_DATABASE_URL": databases["identity"],
    }
    subprocess.run([sys.executable, "-m", "services.cli", "keys", "new"], env=_environment(common), check=True)
    with (
        _served(["-m", "services", "workflow"], common | {"SHOULI_DATABASE_URL": databases["workflow"]}),
        _served(["-m", "services", "notify"], common | {"SHOULI_DATABASE_URL": databases["notify"]}),
        _served(["-m", "services", "forms"], common | {"SHOULI_DATABASE_URL": databases["forms"]}),
        _served(["-m", "services", "intake"], common | {"SHOULI_DATABASE_URL": databases["intake"]}) as port,
    ):
        yield port


@contextmanager
def _served(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    port = free_port()
    settings = {"SHOULI_PORT": str(port), "SHOULI_LOG_FORMAT": "json", "BENCH_PORT": str(port), **environment}
    settings |= {"SHOULI_PUBLIC_POSTS_A_MINUTE": "0"}  # the whole load comes from one address
    arguments = [argument.replace("{port}", str(port)) for argument in command]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], env=_environment(settings), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_serving(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_serving(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode} before it served")
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the process did not serve within 30 s")


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if not name.startswith("SHOULI_")}, **more}


def _uvicorn() -> list[str]:
    return ["--host", HOST, "--port", "{port}", "--loop", "uvloop", "--http", "httptools", "--no-access-log"]


def _table(rows: Mapping[str, list[Result]]) -> Iterator[str]:
    yield f"{'':18} {'taken/s':>9} {'of bare':>8} {'registered/s':>13}"
    for name, results in rows.items():
        taken = _median([result.taken_a_second for result in results])
        share = _median(
            [mine.taken_a_second / bare.taken_a_second for mine, bare in zip(results, rows["bare"], strict=True)]
        )
        through = [rate for result in results if (rate := result.registered_a_second) is not None]
        yield f"{name:18} {taken:9.0f} {share:8.2f} {_median(through) if through else float('nan'):13.0f}"


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
