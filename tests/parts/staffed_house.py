"""A whole house served on a port of this machine, with somebody in every role signed in and something waiting on every desk.

For tests in a browser: everything comes in by the doors that anybody would use, people have real sessions. Scans are read
and drawn by a reader that answers at once, since what a machine reads is not what such tests are about.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from services.bootstrap import build
from services.intake.domain.scan_text import Box, Line, Page, ScanText
from services.intake.readers.ocr import WorkerOcr
from shared.contracts.values import SERVICES, Role
from shared.identity.reception import Reception
from shared.identity.sessions import StoredSessions
from shared.identity.signing_in import SignedIn
from shared.premises import Premises
from shared.settings import Settings
from shared.web.app import make_app
from tests.parts import mails
from tests.parts.intake_app import PNG
from tests.parts.ports import LOOPBACK, free_port

MORNING = datetime(2026, 11, 24, 2, 46, tzinfo=UTC)
"""A Tuesday, 10:46 at the centre, when the house opens; from then on its clock goes as fast as the machine's."""
PASSWORD = "三棵老槐树下等最后一班车回家"
UNIT, WINDOW = "市医疗保障局", "A09 异地就医备案"
PATIENCE = 60.0
PEOPLE: dict[Role, tuple[str, str, str | None]] = {
    Role.OPERATOR: ("sun", "孙晓敏", None),
    Role.HANDLER: ("wang", "王立新", None),
    Role.OFFICE_LEADER: ("zhao", "赵启明", None),
    Role.UNIT_HANDLER: ("yibao", "马医保", UNIT),
    Role.UNIT_LEADER: ("yibao-lead", "秦医保", UNIT),
    Role.AUDITOR: ("jiandu", "邵监督", None),
    Role.ADMINISTRATOR: ("guanli", "田管理", None),
}
READ = "投诉人：王昇堃\n电话：13800005521\n医保局A07窗口不给办理。\n请求：补办登记。"
PHONED = {
    "facts": "窗口让来电人跑了三趟，每次要的材料都不一样，没有给一次性告知单。",
    "demand": "当天办结备案；说明为什么三次要的材料不一样。",
    "complainant": {"name": "刘桂华", "phone": "13900002046", "relation": "self", "reply_by": "phone"},
    "target": {"unit": UNIT, "window": WINDOW},
    "statement_of_truth": True,
}


@dataclass
class StaffedHouse:
    """The started house: where it is, and who is in it."""

    url: str
    loop: asyncio.AbstractEventLoop
    services: list[Any]
    sessions: dict[Role, str] = field(default_factory=dict)
    csrf: dict[Role, str] = field(default_factory=dict)

    def run(self, coroutine: Any) -> Any:
        """Let the house's own loop do it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=PATIENCE)

    def ask(self, role: Role, method: str, path: str, **more: Any) -> httpx.Response:
        """A request with this person's session."""
        headers = {"X-CSRF-Token": self.csrf[role], "Origin": self.url, **more.pop("headers", {})}
        cookies = {"session": self.sessions[role]}
        return httpx.request(method, self.url + path, headers=headers, cookies=cookies, timeout=PATIENCE, **more)

    def done(self, role: Role, method: str, path: str, **more: Any) -> Any:
        """A request that must succeed; gives its JSON."""
        answer = self.ask(role, method, path, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        return answer.json() if answer.content else None

    def until(self, role: Role, path: str, good: Callable[[Any], Any]) -> Any:
        """Ask until the answer is good; gives what was found good."""
        give_up = time.monotonic() + PATIENCE
        while True:
            answer = self.ask(role, "GET", path)
            found = good(answer.json()) if answer.is_success else None
            if found:
                return found
            assert time.monotonic() < give_up, f"{path}: {answer.status_code} {answer.text[:400]}"
            time.sleep(0.05)

    def case(self, *commands: tuple[Role, str, dict[str, Any]], **told: Any) -> str:
        """A complaint by phone and what was done about it; gives the case's number."""
        complaint_id = self.done(Role.OPERATOR, "POST", "/intake/phone-logs", json=PHONED | told)["complaint_id"]
        number = str(
            self.until(Role.HANDLER, f"/intake/submissions/{complaint_id}", lambda found: found["case_number"])
        )
        for role, name, body in commands:
            self.done(role, "POST", f"/workflow/cases/{number}/actions/{name}", json=body)
        return number


async def _fake_read(_self: Any, _data: bytes, _media_type: str) -> ScanText:
    box = Box(left=0.1, top=0.1, right=0.9, bottom=0.2)
    lines = tuple(Line(text=line, box=box, score=0.8, row=row) for row, line in enumerate(READ.split("\n")))
    return ScanText(pages=(Page(number=1, lines=lines),), pages_in_file=1)


async def _fake_picture(_self: Any, _data: bytes, _media_type: str, **_more: Any) -> bytes:
    return PNG


@contextmanager
def staffed_house(folder: Path) -> Iterator[StaffedHouse]:
    """Open it, fill it, and close it with the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkerOcr, "read", _fake_read)
        patch.setattr(WorkerOcr, "picture", _fake_picture)
        with _served(folder) as house:
            _staff_up(house)
            yield house


@contextmanager
def _served(folder: Path) -> Iterator[StaffedHouse]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    settings = Settings(data_dir=folder, public_url=url, public_posts_a_minute=0, guesses_a_minute=0)
    opened = time.monotonic()
    services = build(SERVICES, settings, clock=lambda: MORNING + timedelta(seconds=time.monotonic() - opened))
    server = uvicorn.Server(
        uvicorn.Config(make_app(services, settings), host=LOOPBACK, port=port, log_level="warning", lifespan="on")
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    give_up = time.monotonic() + PATIENCE
    while not server.started:
        assert thread.is_alive(), "the house did not open"
        assert time.monotonic() < give_up, "the house did not open"
        time.sleep(0.02)
    try:
        yield StaffedHouse(url, loop, services)
    finally:
        server.should_exit = True
        thread.join(timeout=PATIENCE)
        loop.close()


def _staff_up(house: StaffedHouse) -> None:
    house.run(_sign_everybody_in(house))
    for role, session in house.sessions.items():
        page = httpx.get(house.url + "/account", cookies={"session": session}, timeout=PATIENCE)
        house.csrf[role] = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    for role, (login, name, unit) in PEOPLE.items():
        entry = {"id": login, "name": name, "role": role.value, "unit": unit}
        house.done(Role.ADMINISTRATOR, "PUT", "/workflow/directory/staff", json=entry)


async def _sign_everybody_in(house: StaffedHouse) -> None:
    """Real sessions of real accounts; only the operator has a password, since choosing one is slow by design."""
    reception: Reception = house.services[0].surroundings["reception"]
    premises: Premises = house.services[0].surroundings["premises"]
    assert isinstance(premises.sessions, StoredSessions)
    for role, (login, name, unit) in PEOPLE.items():
        now = reception.clock()
        account = await reception.accounts.add(login=login, name=name, role=role, unit=unit, by="test", now=now)
        if role is Role.OPERATOR:
            link = (await reception.set_up_link(account, by="test")).rpartition("/")[2]
            came_in = await reception.signing_in.by_link(link, PASSWORD, now=now)
            assert isinstance(came_in, SignedIn)
        house.sessions[role] = await premises.sessions.begin(account.id, by=login, how="link", now=now)


def fill(house: StaffedHouse) -> dict[str, str]:
    """Something on every desk; gives the cases by what they wait for."""
    mail = mails.mail(extra=[b"List-Id: <news.example.cn>"])
    house.done(Role.OPERATOR, "POST", "/intake/emails", content=mail, headers={"Content-Type": "message/rfc822"})
    for each in (b"II*\0\1", b"II*\0\2"):
        house.done(Role.OPERATOR, "POST", "/intake/faxes", content=each, headers={"Content-Type": "image/tiff"})
    accept: tuple[Role, str, dict[str, Any]] = (Role.HANDLER, "accept", {})
    forward = {"unit": UNIT, "window": WINDOW, "advice": "请核实并反馈。"}
    answer = {
        "findings": "属实。窗口未按规定出具一次性告知单。",
        "substantiated": True,
        "rectification": "已办结备案，窗口负责人当面致歉。",
        "handler": "马医保",
        "signed_by": "秦医保",
        "sealed": True,
    }
    cases = {
        "new": house.case(complainant={"name": "李喆", "phone": "0632-3312345", "relation": "self"}),
        "approval": house.case(accept, (Role.HANDLER, "request_approval", {"proposal": "拟批办", "unit": UNIT})),
        "unit": house.case(accept, (Role.HANDLER, "forward", forward)),
        "follow_up": house.case(
            accept, (Role.HANDLER, "forward", forward), (Role.UNIT_HANDLER, "submit_feedback", answer)
        ),
    }
    house.until(Role.OPERATOR, "/intake/review", lambda found: len(found["items"]) == 2)
    house.until(Role.OPERATOR, "/intake/quarantine", lambda found: found["items"])
    house.until(Role.OPERATOR, "/notify/call-list", lambda found: found["items"])
    return cases
