"""Before anything leaves: is it too much for this address, unwanted, or told by something newer? (``domain.flood``)

Law of this file: counts are read from the ledger, so there is no second truth; only messages to complainants are held
back, since staff are told of their duties however many they are. Two senders that claim at the same moment may each let
one through at the cap's edge; the cap is there for people, not for arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from services.notify.desk import Desk
from services.notify.domain import retry
from services.notify.domain.contact import MANNED
from services.notify.domain.flood import CAPS, Judgement, Verdict, judge, overtaken_by
from services.notify.domain.plan import NotSent, PlannedMessage
from services.notify.domain.purposes import Audience, Purpose
from services.notify.domain.reasons import Reason
from services.notify.domain.state import State, Step, Stepped
from services.notify.ledger import planned_now, write_silence
from services.notify.settling import lock, settle
from services.notify.store import tables
from shared.clock import SHANGHAI
from shared.contracts.values import Route
from shared.store.unit_of_work import UnitOfWork

_COLUMNS = tables.deliveries.c
_DeliveryRow = Row[*tuple[Any, ...]]


@dataclass(slots=True)
class _Today:
    """What has left today, as far as these rows need to know."""

    to: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    opted_out: frozenset[str] = frozenset()

    def judge(self, row: _DeliveryRow) -> Judgement:
        return judge(
            Purpose(row.purpose),
            Route(row.route),
            to_this_address=self.to[row.address_blind],
            to_all=self.texts,
            opted_out=row.address_blind in self.opted_out,
        )

    def count(self, row: _DeliveryRow) -> None:
        self.to[row.address_blind] += 1
        self.texts += row.route == Route.SMS


async def hold_back(unit: UnitOfWork, desk: Desk, rows: Sequence[_DeliveryRow]) -> list[_DeliveryRow]:
    """Those that may leave; what became of the others is written down here."""
    fresh = [row for row in rows if _is_to_be_judged(row)]
    if not fresh:
        return list(rows)
    today = await _today(unit, fresh)
    held: set[Any] = set()
    for row in fresh:
        judgement = today.judge(row)
        if judgement.verdict is Verdict.SEND:
            today.count(row)
        else:
            held.add(row.id)
            await _withhold(unit, desk, row, judgement)
    return [row for row in rows if row.id not in held]


async def overtake(unit: UnitOfWork, message: PlannedMessage) -> None:
    """Take back what still waits about the same complaint and says less than this message."""
    if message.audience is not Audience.COMPLAINANT or message.route is Route.TRACKING_PAGE:
        return
    needless = overtaken_by(message.purpose, Purpose)
    if not needless:
        return
    if message.complaint_id in planned_now(unit):
        await unit.flush()
    waiting = (
        _COLUMNS.complaint_id == message.complaint_id,
        _COLUMNS.audience == Audience.COMPLAINANT.value,
        _COLUMNS.purpose.in_([purpose.value for purpose in needless]),
        _COLUMNS.route != Route.TRACKING_PAGE.value,
        _COLUMNS.state == State.PLANNED.value,
        _COLUMNS.key != message.key,
    )
    ended = {"state": State.CANCELLED.value, "reason": Reason.OVERTAKEN.value, "due_at": None, "changed_at": unit.now}
    statement = update(tables.deliveries).where(*waiting).values(**ended).returning(_COLUMNS.purpose)
    for (purpose,) in (await unit.connection.execute(statement)).all():
        silence = NotSent(message.complaint_id, Audience.COMPLAINANT, Reason.OVERTAKEN, Purpose(purpose))
        write_silence(unit, silence)


def start_of_day(now: datetime) -> datetime:
    """Midnight in Asia/Shanghai."""
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def _is_to_be_judged(row: _DeliveryRow) -> bool:
    """A message is judged once, before its first attempt: what may have left already can't be held back."""
    fresh = row.state == State.PLANNED and not row.attempts
    return fresh and row.audience == Audience.COMPLAINANT and Route(row.route) in CAPS


async def _today(unit: UnitOfWork, rows: Sequence[_DeliveryRow]) -> _Today:
    addresses = {row.address_blind for row in rows}
    left_today = _COLUMNS.first_attempt_at >= start_of_day(unit.now)
    counted = (
        select(_COLUMNS.address_blind, func.count())
        .where(_COLUMNS.address_blind.in_(addresses), left_today)
        .group_by(_COLUMNS.address_blind)
    )
    outs = tables.opt_outs.c
    refused = select(outs.address_blind).where(outs.address_blind.in_(addresses), outs.ended_at.is_(None))
    texts = 0
    if rows[0].route == Route.SMS:
        query = select(func.count()).where(_COLUMNS.route == Route.SMS.value, left_today)
        texts = (await unit.connection.execute(query)).scalar_one()
    return _Today(
        to=Counter({row[0]: row[1] for row in (await unit.connection.execute(counted)).all()}),
        texts=texts,
        opted_out=frozenset((await unit.connection.execute(refused)).scalars()),
    )


async def _withhold(unit: UnitOfWork, desk: Desk, row: _DeliveryRow, judgement: Judgement) -> None:
    """Cancel it, say why, and go on by another way where the law owes it."""
    found = await lock(unit, desk, row.id, row.complaint_id)
    if found is None or judgement.reason is None:
        return
    rule, held = found
    reason = judgement.reason

    def decide(c: retry.Circumstances) -> retry.Decision:
        if judgement.verdict is Verdict.NEXT_ROUTE:
            return retry.onward(c, reason)
        if judgement.verdict is Verdict.PERSON:
            return retry.PersonNeeded(next((route for route in c.fallbacks if route in MANNED), None), reason)
        return retry.Done()

    await settle(unit, desk, rule, held, Stepped(Step.CANCEL, unit.now, reason), decide)
    write_silence(unit, NotSent(row.complaint_id, Audience.COMPLAINANT, reason, Purpose(row.purpose)))
