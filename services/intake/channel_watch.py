"""The register of channel checks: machines check in by themselves, people confirm, and what is missed raises an alarm.

Law of this file: a machine's check-in is the proof that the channel works at that hour (its probe), never a mere timer;
the first check-in of a day is the one that counts; a missed one is alarmed once, on the same working day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Gauge
from sqlalchemy import Row, select, update

from services.intake.domain.channel_checks import By, Check, CheckOfDay, Standing, stands
from services.intake.domain.said import Said
from services.intake.ports import Door
from services.intake.store import tables
from shared.clock import SHANGHAI
from shared.store.engine import is_unreachable

EVERY = 30.0
"""Seconds between looks."""
LONGEST_REPORT = 366
BY_ITSELF = Said("程序", "by itself")
"""Who checked in where no person did."""
FORM_WORKS = Said("表单可以受理", "the form takes complaints")
FOLDER_OPENS = Said("传真收件目录可读", "the folder of faxes can be read")

_log = structlog.get_logger("channels")
_MISSED = Gauge("shouli_channel_check_missed", "1 while a channel's check of today is missed (arts. 6, 14)", ["check"])

Probe = Callable[[datetime], Awaitable[str | None]]
"""Given when the check's window opened: what was seen to work since then, in words; None where it can't be said."""


@dataclass(frozen=True, slots=True)
class Register:
    """The checks of this centre, and the door they are kept behind."""

    door: Door
    checks: tuple[Check, ...]

    def named(self, name: str) -> Check | None:
        """The check of this name."""
        return next((check for check in self.checks if check.name == name), None)

    def today(self) -> date:
        """The day at the centre."""
        return self.door.clock().astimezone(SHANGHAI).date()

    async def check_in(self, check: Check, by: str, remark: str | None = None) -> None:
        """Put down that the channel was checked now; of several the first counts."""
        table = tables.channel_checks
        now = self.door.clock()
        row = {"day": self.today(), "check": check.name, "done_at": now, "done_by": by, "remark": remark}
        async with self.door.store.transaction(now) as unit:
            if not await unit.claim(table, [row], key="check"):
                await unit.connection.execute(
                    update(table)
                    .where(table.c.day == row["day"], table.c.check == check.name, table.c.done_at.is_(None))
                    .values(done_at=now, done_by=by, remark=remark)
                )

    async def day(self, day: date) -> list[tuple[CheckOfDay, Row[*tuple[Any, ...]] | None]]:
        """All checks of a day as they stand, each with its record."""
        table = tables.channel_checks
        async with self.door.store.reading() as connection:
            rows = {row.check: row for row in await connection.execute(select(table).where(table.c.day == day))}
        now, worked = self.door.clock(), self.door.calendar.is_working_day(day)
        return [
            (stands(check, day, row.done_at if row else None, now, worked=worked), row)
            for check in self.checks
            for row in (rows.get(check.name),)
        ]

    async def missed_today(self) -> list[Check]:
        """Checks whose time has passed today and that nobody has made."""
        return [of_day.check for of_day, _ in await self.day(self.today()) if of_day.standing is Standing.MISSED]

    async def missed_since(self, since: date) -> dict[str, int]:
        """How often each check was missed or late on the working days since then, today included."""
        days = min((self.today() - since).days + 1, LONGEST_REPORT)
        counts = dict.fromkeys((check.name for check in self.checks), 0)
        for back in range(days):
            for of_day, _ in await self.day(self.today() - timedelta(days=back)):
                counts[of_day.check.name] += of_day.standing in {Standing.MISSED, Standing.LATE}
        return counts

    async def alarm(self, of_day: CheckOfDay) -> bool:
        """Mark as alarmed; False where that was done before."""
        table = tables.channel_checks
        now = self.door.clock()
        row = {"day": of_day.day, "check": of_day.check.name, "alerted_at": now}
        async with self.door.store.transaction(now) as unit:
            return bool(await unit.claim(table, [row], key="check"))


class ChannelWatch:
    """The task that has machines check in, and raises the alarm."""

    def __init__(self, register: Register, probes: Mapping[str, Probe]) -> None:
        self._register = register
        self._probes = probes

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 - the watch goes on; readiness tells of the database
                if not is_unreachable(fault):
                    _log.error("channels.watch_failed", exc_info=fault)
            await asyncio.sleep(EVERY)

    async def look(self) -> Sequence[CheckOfDay]:
        """One look: check in what works, alarm what is missed; gives what is missed today."""
        missed = []
        for of_day, _ in await self._register.day(self._register.today()):
            standing = of_day.standing
            if standing in {Standing.OPEN, Standing.MISSED} and await self._checked_in(of_day):
                standing = Standing.DONE
            _MISSED.labels(of_day.check.name).set(standing is Standing.MISSED)
            if standing is Standing.MISSED:
                missed.append(of_day)
                if await self._register.alarm(of_day):
                    _log.error("channel_check.missed", check=of_day.check.name, due_at=of_day.due_at.isoformat())
        return missed

    async def _checked_in(self, of_day: CheckOfDay) -> bool:
        probe = self._probes.get(of_day.check.name)
        if of_day.check.by is not By.MACHINE or probe is None:
            return False
        seen = await probe(of_day.opens_at)
        if seen is None:
            return False
        await self._register.check_in(of_day.check, BY_ITSELF.chinese, seen)
        return True


def mailbox_probe(door: Door, mailboxes: Sequence[str]) -> Probe:
    """Every configured mailbox was swept since the window opened."""

    async def probe(since: datetime) -> str | None:
        table = tables.mailboxes
        query = select(table.c.mailbox).where(table.c.mailbox.in_(mailboxes), table.c.seen_at >= since)
        async with door.store.reading() as connection:
            seen = set((await connection.execute(query)).scalars())
        return f"{len(mailboxes)} 个邮箱均已收取" if seen == set(mailboxes) else None

    return probe


def form_probe(door: Door) -> Probe:
    """The form can take a complaint: its database answers."""

    async def probe(_since: datetime) -> str | None:
        async with door.store.reading() as connection:
            await connection.execute(select(tables.submissions.c.complaint_id).limit(1))
        return FORM_WORKS.chinese

    return probe


def folder_probe(folder: str) -> Probe:
    """The folder that faxes come into can be listed."""

    async def probe(_since: datetime) -> str | None:
        try:
            await asyncio.to_thread(_list, folder)
        except OSError:
            return None
        return FOLDER_OPENS.chinese

    return probe


def _list(folder: str) -> None:

    next(Path(folder).iterdir(), None)
