"""A running house: all four services as real processes, spoken to over HTTP by people with tokens, as anybody would.

Knows how to start one, who works in it, and how to wait for a fact; what the facts are is the tests' matter.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from services.workflow.domain.timeline import Entry
from shared.clock import SHANGHAI
from shared.contracts.values import SERVICES, Role
from shared.identity.tokens import StoredTokens
from shared.sealing import new_key_ring, save_key_ring
from shared.store.engine import WRITES, open_engine
from shared.working_time import published
from tests.parts.compose import ROOT
from tests.parts.one_house import DATABASES, SHIFT
from tests.parts.ports import LOOPBACK, free_port, wait_until_answers
from tests.parts.programs import stop_process

PATIENCE = 120.0
"""Seconds until a fact must have come about; most take less than one, the first fax on a busy machine a minute."""
UNIT, OTHER_UNIT = "市医疗保障局", "市住房公积金管理中心"
PEOPLE: Mapping[str, tuple[Role, str | None]] = {
    "孙晓敏": (Role.OPERATOR, None),
    "示例处置人": (Role.HANDLER, None),
    "示例领导": (Role.OFFICE_LEADER, None),
    "医保处置人": (Role.UNIT_HANDLER, UNIT),
    "医保领导": (Role.UNIT_LEADER, UNIT),
    "公积金处置人": (Role.UNIT_HANDLER, OTHER_UNIT),
    "公积金领导": (Role.UNIT_LEADER, OTHER_UNIT),
    "示例管理员": (Role.ADMINISTRATOR, None),
    "示例监督": (Role.AUDITOR, None),
}
OPERATOR, HANDLER, LEADER, UNIT_HANDLER, UNIT_LEADER, _, _, ADMINISTRATOR, AUDITOR = PEOPLE


class NeverCame(AssertionError):
    """A fact that was waited for did not come about; says which, and what was there instead."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a house keeps its things: a folder, and, with a broker, each service's database."""

    data: Path
    port: int = field(default_factory=free_port)
    broker: str | None = None
    databases: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)

    def database(self, name: str) -> str:
        """The address of a service's database, or of the identities'."""
        return self.databases.get(name) or f"sqlite+aiosqlite:///{self.data}/{name}.db"

    def environment(self, shift: timedelta) -> dict[str, str]:
        """Variables of the process: nothing of ours but what is named here."""
        own = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "SHOULI_PUBLIC_POSTS_A_MINUTE": "0",  # all of a walk comes from one address; limits have tests of their own
            "SHOULI_GUESSES_A_MINUTE": "0",
            SHIFT: str(shift.total_seconds()),
            "SHOULI_DATA_DIR": str(self.data),
            "TMPDIR": str(self.data / "tmp"),  # what is left behind there is found by whoever looks through the folder
            "SHOULI_PORT": str(self.port),
            "SHOULI_PUBLIC_URL": f"http://{LOOPBACK}:{self.port}",
            **self.more,
        }
        if self.broker is None:
            return own
        apart = {name: self.databases[name] for name in SERVICES}
        return own | {
            DATABASES: json.dumps(apart),
            "SHOULI_BROKER_URL": self.broker,
            "SHOULI_IDENTITY_DATABASE_URL": self.databases["identity"],
        }


class House:
    """A started house."""

    def __init__(self, layout: Layout, *, by_the_machines_clock: bool = False) -> None:
        self.layout = layout
        self.shift = timedelta() if by_the_machines_clock else _to_a_working_morning()
        self.http = httpx.Client(base_url=f"http://{LOOPBACK}:{layout.port}", timeout=30)
        self._tokens: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def now(self) -> datetime:
        """The time in the house, UTC."""
        return datetime.now(UTC) + self.shift

    @property
    def pid(self) -> int:
        """The serving process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it has printed: what it logged, and what it would have sent."""
        return (self.layout.data / "house.out").read_text(errors="replace")

    def start(self) -> None:
        """Start, or start again on the same data; returns when it listens."""
        keys = self.layout.data / "keys.json"
        if not keys.exists():
            save_key_ring(new_key_ring(), keys)
        (self.layout.data / "tmp").mkdir(exist_ok=True)
        with (self.layout.data / "house.out").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.parts.one_house"],
                env=self.layout.environment(self.shift),
                cwd=self.layout.data,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until_answers(self.layout.port, self._process)

    def stop(self) -> None:
        """End it as a container is ended."""
        stop_process(self._process)

    def staff_up(self) -> None:
        """Give everybody a token, and enter those who act into the directory."""
        self._tokens = asyncio.run(_make_tokens(self.layout.database("identity"), self.now()))
        for name, (role, unit) in PEOPLE.items():
            if role not in (Role.ADMINISTRATOR, Role.AUDITOR):
                entry = {"id": name, "name": name, "role": role.value, "unit": unit}
                self.done("PUT", "/workflow/directory/staff", ADMINISTRATOR, json=entry)

    def authorization(self, who: str) -> str:
        """What this person's requests say in their ``Authorization``."""
        return f"Bearer {self._tokens[who]}"

    def ask(self, method: str, path: str, who: str | None = None, **more: Any) -> httpx.Response:
        """Send a request, as this person where one is named."""
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = self.authorization(who)
        return self.http.request(method, path, headers=headers, **more)

    def done(self, method: str, path: str, who: str | None = None, **more: Any) -> Any:
        """Send a request that must succeed; gives its JSON."""
        answer = self.ask(method, path, who, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def act(self, number: str, command: str, who: str = HANDLER, **fields: Any) -> Any:
        """Carry a command of the workflow out; it must succeed."""
        return self.done("POST", f"/workflow/cases/{number}/actions/{command}", who, json=fields)

    def until(self, what: str, path: str, good: Callable[[Any], Any], who: str = HANDLER) -> Any:
        """Ask for ``path`` until ``good`` finds something in the answer; gives what it found. Raises NeverCame."""
        give_up = time.monotonic() + PATIENCE
        while True:
            answer = self.ask("GET", path, who)
            found = good(answer.json()) if answer.is_success else None
            if found:
                return found
            if time.monotonic() > give_up:
                raise NeverCame(f"{what}: {answer.status_code} {answer.text[:2000]}")
            time.sleep(0.1)

    def case_of(self, complaint_id: str) -> str:
        """The number of a complaint's case, once it is registered."""
        found = self.until(
            f"the case of {complaint_id}", f"/intake/submissions/{complaint_id}", lambda row: row["case_number"]
        )
        return str(found)

    def chain(self, number: str) -> list[Entry]:
        """The timeline of a case as its chain of hashes."""
        items = self.done("GET", f"/workflow/cases/{number}/timeline", HANDLER)["items"]
        return [
            Entry(place=item["place"], previous=item["previous"], content=item["vouched"], hash=item["hash"])
            for item in items
        ]

    def rows(self, service: str, statement: str) -> list[dict[str, Any]]:
        """What a query finds in a service's database: for facts that no page shows."""
        return asyncio.run(_run(self.layout.database(service), statement, write=False))

    def change(self, service: str, statement: str) -> None:
        """Do to a service's database what no page can do."""
        asyncio.run(_run(self.layout.database(service), statement, write=True))


@contextlib.contextmanager
def running_house(layout: Layout) -> Iterator[House]:
    """A house from its start to its end, staffed."""
    house = House(layout)
    house.start()
    try:
        house.staff_up()
        yield house
    finally:
        house.http.close()
        house.stop()


def next_working_day(moment: datetime) -> datetime:
    """17:00 in Shanghai on the first working day after the day of ``moment``: when an answer is due (art. 14)."""
    calendar, day = published(), moment.astimezone(SHANGHAI).date()
    while True:
        day += timedelta(days=1)
        if calendar.is_working_day(day):
            return datetime(day.year, day.month, day.day, 17, tzinfo=SHANGHAI)


def _to_a_working_morning() -> timedelta:
    """From now to 10:00 in Shanghai on a working day, today's if it is one."""
    now = datetime.now(SHANGHAI)
    morning = now.replace(hour=10, minute=0, second=0, microsecond=0)
    while not published().is_working_day(morning.date()):
        morning += timedelta(days=1)
    return morning - now


async def _make_tokens(database: str, now: datetime) -> dict[str, str]:
    engine = open_engine(database)
    tokens = StoredTokens(engine)
    made = {
        name: await tokens.add(name=name, role=role, unit=unit, scopes=frozenset(), by="test", now=now)
        for name, (role, unit) in PEOPLE.items()
    }
    await engine.dispose()
    return made


async def _run(database: str, statement: str, *, write: bool) -> list[dict[str, Any]]:
    engine = open_engine(database)
    try:
        async with engine.connect() as raw:
            connection = await raw.execution_options(**{WRITES: write})
            async with connection.begin():
                result = await connection.execute(text(statement))
                return [] if write else [dict(row) for row in result.mappings()]
    finally:
        await engine.dispose()
