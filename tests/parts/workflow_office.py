"""Workflow without its doors: an office on a migrated database of either kind, a clock to set, and complaints to take in."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from services.workflow.anchoring import AnchorFolder, Anchoring, load_or_make_key
from services.workflow.bootstrap import VERSIONS
from services.workflow.domain import commands
from services.workflow.domain.acts import Act
from services.workflow.domain.case import Case
from services.workflow.domain.roles import Person
from services.workflow.handlers import carry_out, record, register_complaint
from services.workflow.office import Office
from services.workflow.store import files, tables
from shared.calendar_book.book import PrintedCalendar
from shared.centre import load_centre
from shared.contracts.complaint import Complainant, ComplaintReceived, Source, Target
from shared.contracts.envelope import Envelope
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Channel, Role, new_id
from shared.messaging.consumer import HandlerOutcome
from shared.originals import FolderOriginals
from shared.sealing import new_key_ring
from shared.store.engine import open_engine
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.working_time import CENTRE_HOURS, published
from tests.parts.clockwork import Clockwork

UNIT, OTHER_UNIT = "市医疗保障局", "市住房公积金管理中心"
OPERATOR = Person(id="sun", name="孙晓敏", role=Role.OPERATOR)
HANDLER = Person(id="wang", name="王立新", role=Role.HANDLER)
LEADER = Person(id="zhao", name="赵志远", role=Role.OFFICE_LEADER)
AUDITOR = Person(id="audit", name="监督员", role=Role.AUDITOR)
UNIT_HANDLER = Person(id="zhou", name="周明", role=Role.UNIT_HANDLER, unit=UNIT)
UNIT_LEADER = Person(id="gao", name="高玉兰", role=Role.UNIT_LEADER, unit=UNIT)
OTHER_HANDLER = Person(id="shao", name="邵明", role=Role.UNIT_HANDLER, unit=OTHER_UNIT)
OTHER_LEADER = Person(id="song", name="宋建华", role=Role.UNIT_LEADER, unit=OTHER_UNIT)
STAFF = (OPERATOR, HANDLER, LEADER, UNIT_HANDLER, UNIT_LEADER, OTHER_HANDLER, OTHER_LEADER)
MONDAY = datetime(2026, 11, 16, 2, 12, tzinfo=UTC)
"""10:12 at the centre, in a week without a holiday."""


@dataclass
class Desk:
    """An office with its clock, its anchors, and what people do in it."""

    office: Office
    clock: Clockwork
    anchors: AnchorFolder
    serial: int = field(default=0)

    def complaint(self, **changes: Any) -> ComplaintReceived:
        """One told on the phone by somebody with a number."""
        self.serial += 1
        return ComplaintReceived(
            **{
                "complaint_id": new_id(),
                "tracking_code": new_tracking_code(),
                "channel": Channel.PHONE,
                "received_at": self.clock.now,
                "received_by": OPERATOR.name,
                "respond_by": self.clock.now + timedelta(days=1),
                "complainant": Complainant(name="刘某某", phone="+8613912342046"),
                "target": Target(unit=UNIT, window="A09"),
                "facts": "三次到窗口均未办成，工作人员态度生硬。",
                "demand": "补办并说明原因。",
                "source": Source(kind="phone_log"),
            }
            | changes
        )

    async def registered(self, **changes: Any) -> str:
        """Take a complaint in; gives its number."""
        complaint = self.complaint(**changes)
        async with self.office.store.transaction(self.clock.now) as unit:
            await register_complaint(self.office)(unit, envelope(complaint.complaint_id), complaint)
        return await self.number_of(complaint.complaint_id)

    async def number_of(self, complaint_id: UUID) -> str:
        """The number of a complaint's case."""
        query = select(tables.cases.c.number).where(tables.cases.c.complaint_id == complaint_id)
        async with self.office.store.reading() as connection:
            return str((await connection.execute(query)).scalar_one())

    async def hears(self, data: Any) -> HandlerOutcome:
        """Tell workflow what another service did for a case."""
        async with self.office.store.transaction(self.clock.now) as unit:
            return await record(self.office)(unit, envelope(data.complaint_id), data)

    async def does(self, number: str, act: str, who: Person = HANDLER, seen: int | None = None, **fields: Any) -> Case:
        """Carry a command out. Raises what ``carry_out`` raises."""
        command = commands.COMMANDS[Act(act)].model_validate(fields)
        async with self.office.store.transaction(self.clock.now) as unit:
            return await carry_out(self.office, unit, number, command, who, seen)

    async def case(self, number: str) -> Case:
        """A case as it stands."""
        async with self.office.store.transaction(self.clock.now) as unit:
            file = await files.load(unit, self.office.ring, tables.cases.c.number == number)
            assert file is not None
            return file.case

    async def rows(self, query: Any) -> list[Mapping[str, Any]]:
        """What a query finds."""
        async with self.office.store.reading() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def anchored(self) -> None:
        """Write an anchor now."""
        await Anchoring(self.office, self.anchors).anchor()

    def with_calendar(self, calendar: Any, serial: int) -> "Desk":
        """The same office under another calendar."""
        return replace(self, office=replace(self.office, calendars=PrintedCalendar(calendar, serial)))


def envelope(complaint_id: UUID) -> Envelope:
    """What a message about a complaint is wrapped in, as far as workflow looks at it."""
    return Envelope(id=new_id(), source="/tests", type="test.v1", subject=str(complaint_id), time=MONDAY)


@contextlib.asynccontextmanager
async def open_desk(url: str, folder: Path) -> AsyncIterator[Desk]:
    """An office on a fresh database, with everybody at work."""
    engine = open_engine(url)
    await migrate(engine, VERSIONS)
    ring, clock = new_key_ring(), Clockwork(MONDAY)
    office = Office(
        store=Store(engine, tables.messages, ring),
        ring=ring,
        originals=FolderOriginals(folder / "originals", ring),
        centre=load_centre(None),
        calendars=PrintedCalendar(published()),
        hours=CENTRE_HOURS,
        clock=clock,
    )
    async with engine.begin() as connection:
        rows = [
            {"id": p.id, "name": p.name, "role": p.role.value, "unit": p.unit, "active": True, "since": MONDAY}
            for p in STAFF
        ]
        await connection.execute(insert(tables.staff), rows)
    try:
        yield Desk(office, clock, AnchorFolder(folder / "anchors", load_or_make_key(folder / "anchor.key")))
    finally:
        await engine.dispose()
