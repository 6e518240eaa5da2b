"""Intake's reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select, true

from services.intake.store.states import FOR_A_PERSON, CallState, QuarantineState
from services.intake.store.tables import calls, mail_arrivals, quarantine, scans, submissions
from services.intake.store.tables import mails as mails_table
from shared.store.unit_of_work import Store

PAGE = 50

_LISTED = (
    submissions.c.complaint_id,
    submissions.c.tracking_code,
    submissions.c.channel,
    submissions.c.state,
    submissions.c.received_at,
    submissions.c.received_by,
    submissions.c.respond_by,
    submissions.c.unit,
    submissions.c.window_name,
    submissions.c.source_kind,
    submissions.c.missing,
    submissions.c.major,
    submissions.c.case_number,
)

AnyRow = RowMapping


async def recent_submissions(
    store: Store, *, received_by: str | None, before: datetime | None, limit: int = PAGE
) -> list[AnyRow]:
    """The newest submissions; only one receiver's where ``received_by`` is given."""
    query = select(*_LISTED).order_by(submissions.c.received_at.desc()).limit(limit)
    if received_by is not None:
        query = query.where(submissions.c.received_by == received_by)
    if before is not None:
        query = query.where(submissions.c.received_at < before)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def one_submission(store: Store, complaint_id: UUID) -> AnyRow | None:
    """One submission, without what is sealed in it."""
    query = select(*_LISTED).where(submissions.c.complaint_id == complaint_id)
    async with store.reading() as connection:
        return (await connection.execute(query)).mappings().first()


async def sealed_submission(store: Store, complaint_id: UUID) -> str | None:
    """What is sealed of one submission."""
    query = select(submissions.c.sealed).where(submissions.c.complaint_id == complaint_id)
    async with store.reading() as connection:
        sealed: str | None = (await connection.execute(query)).scalar()
        return sealed


async def arrivals_of(store: Store, complaint_id: UUID) -> list[AnyRow]:
    """Where and when the mails of a complaint came in: one mail may have come to several of our addresses."""
    arrivals, mails = mail_arrivals.c, mails_table.c
    query = (
        select(arrivals.arrived_at, arrivals.door, arrivals.sent_to, arrivals.repeated, mails["class"])
        .join_from(mail_arrivals, mails_table, mails.sha256 == arrivals.sha256)
        .where(mails.complaint_id == complaint_id)
        .order_by(arrivals.arrived_at)
        .limit(PAGE)
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def scans_to_review(store: Store, limit: int = PAGE) -> list[AnyRow]:
    """Scans that a person must look at, the most urgent first."""
    query = (
        select(
            scans.c.complaint_id,
            scans.c.tracking_code,
            scans.c.state,
            scans.c.confidence,
            scans.c.reason,
            scans.c.media_type,
            scans.c.sha256,
            scans.c.received_at,
            scans.c.respond_by,
            scans.c.attempts,
        )
        .where(scans.c.state.in_(FOR_A_PERSON))
        .order_by(scans.c.respond_by)
        .limit(limit)
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def quarantined(store: Store, limit: int = PAGE) -> list[AnyRow]:
    """What could not be read and waits for a person, the most urgent first."""
    query = (
        select(quarantine)
        .where(quarantine.c.state == QuarantineState.WAITING)
        .order_by(quarantine.c.respond_by)
        .limit(limit)
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


def theirs(own: str | None) -> ColumnElement[bool]:
    """The calls that this person took or took up; every call where None is given."""
    return true() if own is None else or_(calls.c.operator == own, calls.c.taken_up_by == own)


def _unaccounted(own: str | None, now: datetime, still_talking: timedelta) -> ColumnElement[bool]:
    over = or_(calls.c.ended_at.is_not(None), calls.c.began_at < now - still_talking)
    return and_(calls.c.state == CallState.OPEN, over, theirs(own))


async def calls_between(store: Store, since: datetime, until: datetime, *, own: str | None) -> list[AnyRow]:
    """The calls that began from ``since`` to before ``until``, the first one first."""
    spanned = (calls.c.began_at >= since) & (calls.c.began_at < until) & theirs(own)
    async with store.reading() as connection:
        return list((await connection.execute(select(calls).where(spanned).order_by(calls.c.began_at))).mappings())


async def calls_unaccounted(
    store: Store, *, own: str | None, now: datetime, still_talking: timedelta, limit: int = PAGE
) -> list[AnyRow]:
    """The calls that are over, or long begun, and of which nobody has said what became of them, the oldest first."""
    query = select(calls).where(_unaccounted(own, now, still_talking)).order_by(calls.c.began_at).limit(limit)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def one_call(store: Store, call_id: UUID, *, own: str | None) -> AnyRow | None:
    """One call; None where there is none of this id among these."""
    async with store.reading() as connection:
        return (await connection.execute(select(calls).where(calls.c.id == call_id, theirs(own)))).mappings().first()


async def waiting(store: Store, *, own: str | None, now: datetime, still_talking: timedelta) -> dict[str, int]:
    """How much waits for a person at the scan desk, in quarantine and among the calls, by the name of the room.

    ``own``: of the calls only this person's.
    """
    counted = {
        "scan": select(func.count()).select_from(scans).where(scans.c.state.in_(FOR_A_PERSON)),
        "quarantine": select(func.count()).select_from(quarantine).where(quarantine.c.state == QuarantineState.WAITING),
        "call_log": select(func.count()).select_from(calls).where(_unaccounted(own, now, still_talking)),
    }
    query = select(*(each.scalar_subquery().label(name) for name, each in counted.items()))
    async with store.reading() as connection:
        row = (await connection.execute(query)).mappings().one()
    return {name: int(count) for name, count in row.items()}


async def submission_by_code(store: Store, tracking_code: str) -> AnyRow | None:
    """One submission by its tracking code, with its digest, and what is sealed in it."""
    query = select(*_LISTED, submissions.c.digest, submissions.c.sealed).where(
        submissions.c.tracking_code == tracking_code
    )
    async with store.reading() as connection:
        return (await connection.execute(query)).mappings().first()
