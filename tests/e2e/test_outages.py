"""The disk full, the database stopped, the broker gone: who complains is told the truth, and nothing is lost or half kept."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shared.contracts.values import SERVICES
from tests.parts.house import OPERATOR, House, Layout, running_house
from tests.parts.postgres_cluster import PgCluster
from tests.parts.rabbit_node import RabbitAdmin, RabbitNode
from tests.parts.ways import told

DISK = "24m"
FACTS = "窗口中午无人值守，等了五十分钟。"


def _send(house: House, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key or uuid4().hex, "Accept": "application/json"}
    return house.ask("POST", "/intake/web-forms", json={"facts": FACTS}, headers=headers)


def _wait_for(what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, what
        time.sleep(0.2)


def _status(house: House) -> str:
    return str(house.http.get("/readyz").json()["status"])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_takes_nothing_and_loses_nothing(small_disk: Path):
    """While the disk is full every answer is either a receipt that holds or a 503; afterwards exactly the receipts are cases."""
    with running_house(Layout(small_disk)) as house:
        before = told(house, "/intake/phone-logs", "phone_log.json")
        assert house.case_of(before.complaint_id)
        _fill(small_disk / "filler")
        answers = [_send(house) for _ in range(60)]
        assert {answer.status_code for answer in answers} <= {201, 503}
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused, "the disk was not full"
        assert all(answer.headers["retry-after"] for answer in refused)
        (small_disk / "filler").unlink()
        receipts = {answer.json()["complaint_id"] for answer in answers if answer.status_code == 201}
        receipts.add(before.complaint_id)
        receipts.add(told(house, "/intake/phone-logs", "phone_log.json").complaint_id)
        for complaint_id in receipts:
            assert house.case_of(complaint_id)
        kept = house.rows("intake", "SELECT count(*) AS n FROM submissions")
        assert kept[0]["n"] == len(receipts)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue


def test_a_stopped_database_is_told_and_survived(tmp_path: Path, rabbit_node: RabbitAdmin, own_postgres: PgCluster):
    """PostgreSQL stopped: 503 at the doors and in /readyz; started again: the very same request is taken, without a restart."""
    databases = {name: own_postgres.database() for name in (*SERVICES, "identity")}
    with running_house(Layout(tmp_path, broker=rabbit_node.vhost(), databases=databases)) as house:
        own_postgres.shut_down()
        key = uuid4().hex
        answer = _send(house, key)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert house.http.get("/readyz").status_code == 503
        staff = house.ask("GET", "/intake/submissions", OPERATOR)
        assert staff.status_code == 503
        own_postgres.start()
        _wait_for("the house to take complaints again", lambda: _send(house, key).status_code == 201)
        assert house.rows("intake", "SELECT count(*) AS n FROM submissions") == [{"n": 1}]
        assert house.case_of(_send(house, key).json()["complaint_id"])
        assert _status(house) == "ok"


def test_a_broker_that_comes_late_and_goes_away_holds_nobody_up(tmp_path: Path, own_rabbit: RabbitNode):
    """Without its broker the house starts and takes complaints; once the broker is (again) there, everything arrives."""
    own_rabbit.shut_down()
    files = {name: f"sqlite+aiosqlite:///{tmp_path}/{name}.db" for name in (*SERVICES, "identity")}
    with running_house(Layout(tmp_path, broker=own_rabbit.url, databases=files)) as house:
        before = _send(house)
        assert before.status_code == 201
        ready = house.http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        own_rabbit.start()
        assert house.case_of(before.json()["complaint_id"])
        _wait_for("the house to be ready", lambda: _status(house) == "ok")
        own_rabbit.kill()
        meanwhile = _send(house)
        assert meanwhile.status_code == 201
        _wait_for("the broker to be missed", lambda: _status(house) == "degraded")
        own_rabbit.start()
        assert house.case_of(meanwhile.json()["complaint_id"])
        _wait_for("the house to be ready again", lambda: _status(house) == "ok")
        assert house.rows("workflow", "SELECT count(*) AS n FROM cases") == [{"n": 2}]
