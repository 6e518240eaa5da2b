"""Intake's reads."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from services.intake.store.states import FOR_A_PERSON, QuarantineState
from services.intake.store.tables import mail_arrivals, quarantine, scans, submissions
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


async def waiting(store: Store) -> dict[str, int]:
    """How much waits for a person at the scan desk and in quarantine, by the name of the room."""
    counted = {
        "scan": select(func.count()).select_from(scans).where(scans.c.state.in_(FOR_A_PERSON)),
        "quarantine": select(func.count()).select_from(quarantine).where(quarantine.c.state == QuarantineState.WAITING),
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
