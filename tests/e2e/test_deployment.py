"""The compose file's own commands, variables and secrets as plain processes behind its own Caddyfile: one complaint, whole.

And the scripts for a bad day, with a stand-in for ``docker`` that runs a container's command as a process.
"""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.contracts.values import SERVICES, Role
from shared.identity.accounts import Accounts
from shared.identity.sessions import StoredSessions
from shared.identity.tokens import StoredTokens
from shared.store.engine import open_engine
from tests.parts.compose import ROOT
from tests.parts.deployment import Ground, container_engine, deployed_ground, running_service
from tests.parts.house import ADMINISTRATOR, HANDLER, UNIT, House, Layout
from tests.parts.ports import LOOPBACK, free_port, wait_until_answers
from tests.parts.programs import find_program, stop_process
from tests.parts.ways import told

ROOMS = {
    "intake": "/intake/submissions",
    "workflow": "/workflow/cases",
    "notify": "/notify/deliveries",
    "forms": "/forms/documents?case=2026-000001",
}
"""A room of each service that a handler may look into."""


class Deployment(House):
    """A house that somebody else started: four processes behind one origin, by the machine's own clock."""

    def __init__(self, origin: str, ground: Ground, services: dict[str, str]) -> None:
        databases = {name: ground.secret(f"{name}_database_url") for name in (*SERVICES, "identity")}
        port = int(origin.rpartition(":")[2])
        super().__init__(Layout(ground.data, port=port, databases=databases), by_the_machines_clock=True)
        self.services = services
        self.ground = ground


@contextlib.contextmanager
def _caddy(folder: Path, services: dict[str, str]) -> Iterator[str]:
    """The deployment's Caddyfile in front of these services; gives its origin."""
    origin = f"http://{LOOPBACK}:{free_port()}"
    environment = {
        **os.environ,
        **{f"SHOULI_{name.upper()}": url.removeprefix("http://") for name, url in services.items()},
        "SHOULI_SITE": origin,
        "CADDY_ADMIN": f"{LOOPBACK}:{free_port()}",
        **dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder)),
    }
    command = [find_program("caddy", package="caddy"), "run", "--adapter", "caddyfile", "--config"]
    with (folder / "caddy.out").open("wb") as output:
        process = subprocess.Popen(
            [*command, str(ROOT / "deploy/Caddyfile")], env=environment, stdout=output, stderr=output
        )
    try:
        wait_until_answers(int(origin.rpartition(":")[2]), process)
        yield origin
    finally:
        stop_process(process)


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """Broker, databases, four services and Caddy, each as the deployment configures it."""
    with deployed_ground() as ground, contextlib.ExitStack() as stack:
        managers = [running_service(ground, name) for name in SERVICES]
        with ThreadPoolExecutor() as together:
            started = list(together.map(stack.enter_context, managers))
        services = dict(zip(SERVICES, started, strict=True))
        deployed = Deployment(stack.enter_context(_caddy(ground.data, services)), ground, services)
        stack.callback(deployed.http.close)
        deployed.staff_up()
        yield deployed


@pytest.mark.article("18.2")
def test_a_complaint_walks_through_four_processes_to_its_document(deployment: Deployment):
    """Taken in by one process, registered by another, answered by the third, printed by the fourth."""
    receipt = told(deployment, "/intake/phone-logs", "phone_log.json")
    number = deployment.case_of(receipt.complaint_id)
    deployment.act(number, "accept")
    deployment.act(number, "forward", unit=UNIT, advice="请核实情况，1 个工作日内办结并反馈。")
    path = f"/notify/deliveries?complaint={receipt.complaint_id}"
    assert deployment.until("the answer", path, _answered)
    document = deployment.until("the document", f"/forms/documents?case={number}", _disposition)
    assert deployment.ask("GET", document["pdf"], HANDLER).content.startswith(b"%PDF-")
    assert deployment.http.get(f"/track/{receipt.tracking_code}").status_code == 200
    assert deployment.http.get(f"/verify/{document['verify_code']}").status_code == 200


def _answered(found: Any) -> Any:
    return any(item["purpose"] == "receipt" and item["state"] in ("accepted", "delivered") for item in found["items"])


def _disposition(found: Any) -> Any:
    return next((item for item in found["items"] if item["form"] == "disposition" and "pdf" in item), None)


@pytest.mark.parametrize("service", SERVICES)
def test_each_process_says_that_it_is_ready(deployment: Deployment, service: str):
    """A service names the dependencies it has, and all of them answer."""
    ready = httpx.get(f"{deployment.services[service]}/readyz", timeout=10).json()
    assert ready["status"] == "ok"
    assert {"identity.database", "broker", f"{service}.database"} <= set(ready["dependencies"])


def test_each_process_sees_at_once_that_somebody_is_out(deployment: Deployment):
    """Disabled at one of them, a person's session and token are nobody's at all four, at the next request."""
    session, token = asyncio.run(_somebody(deployment))
    ways: tuple[dict[str, str], ...] = ({"Cookie": f"session={session}"}, {"Authorization": f"Bearer {token}"})
    doors = [f"{deployment.services[name]}{path}" for name, path in ROOMS.items()]
    assert {httpx.get(door, headers=way).status_code for door in doors for way in ways} == {200}
    deployment.done("POST", "/identity/accounts/leaver/disable", ADMINISTRATOR)
    assert {httpx.get(door, headers=way).status_code for door in doors for way in ways} == {401}


async def _somebody(deployment: Deployment) -> tuple[str, str]:
    """A handler's session and a token of theirs."""
    engine, now = open_engine(deployment.layout.database("identity")), deployment.now()
    account = await Accounts(engine).add(
        login="leaver", name="郑离岗", role=Role.HANDLER, unit=None, by="test", now=now
    )
    session = await StoredSessions(engine).begin(account.id, by="leaver", how="link", now=now)
    token = await StoredTokens(engine).add(
        name="leaver", role=Role.HANDLER, unit=None, scopes=frozenset(), by="test", now=now
    )
    await engine.dispose()
    return session, token


@pytest.mark.article("17")
def test_no_name_lies_in_clear_in_the_databases(deployment: Deployment):
    """Whoever takes a dump of all five databases finds no complainant's name, phone or words in it."""
    told(deployment, "/intake/web-forms", "web_form.json")
    for name in (*SERVICES, "identity"):
        dump = _dump(deployment.layout.database(name))
        for word in ("王昇堃", "刘桂华", "13800005521", "13900002046", "wang@example.com", "预约系统的号不算"):
            assert word.encode() not in dump, f"{word} in {name}"


def _dump(url: str) -> bytes:
    program = find_program("pg_dump", package="postgresql", folders=("/usr/lib/postgresql/*/bin",))
    command = [program, "--data-only", "--dbname", url.replace("+asyncpg", "")]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_a_backup_that_is_put_back_is_the_house_as_it_was(deployment: Deployment, tmp_path: Path):
    """What was there then is there whole, what came later is gone, nothing is damaged, and work goes on."""
    before = told(deployment, "/intake/phone-logs", "phone_log.json")
    number = deployment.case_of(before.complaint_id)
    with container_engine(deployment.ground, tmp_path) as environment:
        backup = _script("backup.sh", str(tmp_path / "backups"), environment).splitlines()[-1]
        after = told(deployment, "/intake/phone-logs", "phone_log.json")
        deployment.case_of(after.complaint_id)
        said = _script("restore.sh", backup, environment | {"YES": "1"})
    assert said.splitlines()[-1].endswith(" 0 findings")
    assert deployment.case_of(before.complaint_id) == number
    assert deployment.ask("GET", f"/intake/submissions/{after.complaint_id}", HANDLER).status_code == 404
    assert deployment.case_of(told(deployment, "/intake/phone-logs", "phone_log.json").complaint_id)


def _script(name: str, argument: str, environment: dict[str, str]) -> str:
    command = ["sh", str(ROOT / "deploy" / name), argument]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
