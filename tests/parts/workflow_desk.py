"""A workflow service in this process, at a time that stands still, with people who sign in by token: for tests of pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import insert, select

from services.workflow.anchoring import AnchorFolder
from services.workflow.bootstrap import build
from services.workflow.domain.roles import Person
from services.workflow.handlers import record, register_complaint
from services.workflow.office import Office
from services.workflow.store.tables import cases, staff
from shared.calendar_book.book import PrintedCalendar
from shared.centre import load_centre
from shared.contracts.complaint import ComplaintSupplemented, Source
from shared.contracts.envelope import wrap
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Channel, Role, new_id
from shared.identity.principal import Principal
from shared.identity.seats import FixedSeats
from shared.identity.sessions import FixedSessions
from shared.identity.tokens import FixedTokens
from shared.messaging.embedded import EmbeddedTransport
from shared.originals import MemoryOriginals
from shared.premises import Premises
from shared.sealing import new_key_ring
from shared.service import Service
from shared.settings import Settings
from shared.web.app import common_pages
from shared.web.edge import install_web
from shared.working_time import CENTRE_HOURS, published
from tests.unit.workflow.building import (
    ADMINISTRATOR,
    AUDITOR,
    HANDLER,
    LEADER,
    OPERATOR,
    OTHER_HANDLER,
    UNIT_HANDLER,
    UNIT_LEADER,
    a_complaint,
    at,
)

PEOPLE = {
    person.id: person
    for person in (OPERATOR, HANDLER, LEADER, UNIT_HANDLER, UNIT_LEADER, OTHER_HANDLER, AUDITOR, ADMINISTRATOR)
}


@dataclass
class Desk:
    """The running service and its clock, which a test may set."""

    app: FastAPI
    office: Office
    service: Service
    time: list[datetime]
    count: int = 0

    @property
    def anchors(self) -> AnchorFolder:
        """Where the service anchors."""
        folder: AnchorFolder = self.service.surroundings["anchors"]
        return folder

    @property
    def now(self) -> datetime:
        """The time, which stands still."""
        return self.time[0]

    @now.setter
    def now(self, moment: datetime) -> None:
        self.time[0] = moment

    async def complaint(self, **changes: Any) -> str:
        """Take a complaint in; gives its case's number."""
        self.count += 1
        more = {"complaint_id": UUID(int=9000 + self.count), "tracking_code": new_tracking_code()} | changes
        data = a_complaint(**({"received_at": self.now} | more))
        envelope, _ = wrap(data, subject=data.complaint_id, now=self.now, sealer=self.office.ring)
        async with self.office.store.transaction(self.office.clock()) as unit:
            await register_complaint(self.office)(unit, envelope, data)
        return f"2026-{self.count:06d}"

    async def later(self, number: str, **changes: Any) -> None:
        """Take in what the same person sent later."""
        async with self.office.store.reading() as connection:
            found = await connection.execute(select(cases.c.complaint_id).where(cases.c.number == number))
        told = ComplaintSupplemented(
            **{
                "complaint_id": found.scalar_one(),
                "supplement_id": new_id(),
                "channel": Channel.EMAIL,
                "received_at": self.now,
                "received_by": "mailbox",
                "sender_verified": True,
                "text": "补充：当日取号A12。",
                "source": Source(kind="email"),
                "evidence": [],
            }
            | changes
        )
        envelope, _ = wrap(told, subject=told.complaint_id, now=self.now, sealer=self.office.ring)
        async with self.office.store.transaction(self.now) as unit:
            await record(self.office)(unit, envelope, told)


def headers(person: Person, **more: str) -> dict[str, str]:
    """As a browser of this person would ask."""
    return {"Authorization": f"Bearer {person.id}", "Accept": "text/html"} | more


async def act(http: httpx.AsyncClient, number: str, name: str, who: Person = HANDLER, **fields: str) -> httpx.Response:
    """Send a form of the case page."""
    return await http.post(f"/workflow/cases/{number}/actions/{name}", data=fields, headers=headers(who))


def make_desk(folder: Path, now: datetime | None = None) -> Desk:
    """The service, built and not started."""
    time = [now or at("2026-11-16 10:12")]
    settings = Settings(data_dir=folder)
    premises = Premises(
        settings=settings,
        ring=new_key_ring(),
        originals=MemoryOriginals(),
        transport=EmbeddedTransport(),
        tokens=FixedTokens({p.id: _principal(p) for p in PEOPLE.values()}),
        sessions=FixedSessions({f"session-{p.id}": _principal(p) for p in PEOPLE.values()}),
        seats=FixedSeats(),
        centre=load_centre(None),
        calendars=PrintedCalendar(published()),
        hours=CENTRE_HOURS,
        clock=lambda: time[0],
    )
    service = build(premises)
    app = FastAPI()
    install_web(app, common_pages(settings))
    for router in service.routers:
        app.include_router(router)
    return Desk(app, service.surroundings["office"], service, time)


@asynccontextmanager
async def opened(desk: Desk) -> AsyncIterator[Desk]:
    """Its database made, its directory filled; no tasks of its own run."""
    for start in desk.service.start:
        await start()
    async with desk.office.store.transaction(desk.now) as unit:
        await unit.connection.execute(insert(staff), [_entry(person, desk.now) for person in PEOPLE.values()])
    try:
        yield desk
    finally:
        for stop in desk.service.stop:
            await stop()


def _principal(person: Person) -> Principal:
    return Principal(person.name, Role(person.role.value), person.unit, account=person.id)


def _entry(person: Person, now: datetime) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role.value,
        "unit": person.unit,
        "active": True,
        "since": now,
    }
