"""What is counted of a case, in narrow rows beside the fold (arts. 19-21).

Law of this file: written in the same transaction as the fold, so that a statistic is never ahead of or behind a case, and
holds nothing that identifies a person: a caller is a keyed hash, good for telling repeats and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from services.workflow.domain.case import Case
from services.workflow.domain.clocks import Clock, Party
from services.workflow.store.tables import case_facts, clock_facts
from shared.clock import SHANGHAI
from shared.contracts.complaint import ComplaintReceived
from shared.sealing import KeyRing
from shared.store.unit_of_work import UnitOfWork

CALLER_LENGTH = 32


def caller_of(ring: KeyRing, complaint: ComplaintReceived) -> str | None:
    """The complainant's number or address as a keyed hash; None where there is nothing to tell people apart by."""
    known = complaint.complainant.phone or complaint.complainant.email
    return ring.blind(known)[:CALLER_LENGTH] if known else None


def first_facts(case: Case, caller: str | None) -> dict[str, Any]:
    """The row of a case that has just begun."""
    return {
        "number": case.number,
        "received_at": case.received_at,
        "month": case.received_at.astimezone(SHANGHAI).strftime("%Y-%m"),
        "channel": case.channel.value,
        "caller": caller,
        **moving_facts(case),
    }


def clock_rows(case: Case, clocks: Iterable[Clock]) -> Iterator[dict[str, Any]]:
    """A row for each clock that binds an authority; a complainant's date is nobody's performance."""
    for clock in clocks:
        if clock.bound is not Party.COMPLAINANT:
            yield {
                "number": case.number,
                "clock": clock.id,
                "name": clock.name.value,
                "unit": case.unit if clock.bound is Party.UNIT else None,
                "limit": clock.limit,
                "outcome": clock.end.value if clock.end else None,
                "ended_at": clock.ended_at,
            }


async def count_again(unit: UnitOfWork, before: Case, after: Case) -> None:
    """Bring the rows to where the case stands now; what has not changed is not written."""
    if moving_facts(before) != moving_facts(after):
        await unit.connection.execute(
            update(case_facts).where(case_facts.c.number == after.number).values(**moving_facts(after))
        )
    known = set(before.clocks)
    rows = list(clock_rows(after, (clock for clock in after.clocks if clock not in known)))
    if rows:
        await unit.connection.execute(_upsert(unit), rows)


def _upsert(unit: UnitOfWork) -> Any:
    insert = sqlite_insert if unit.connection.dialect.name == "sqlite" else postgres_insert
    statement: Any = insert(clock_facts)
    changing = {name: statement.excluded[name] for name in ("limit", "outcome", "ended_at")}
    return statement.on_conflict_do_update(index_elements=["number", "clock"], set_=changing)


def moving_facts(case: Case) -> dict[str, Any]:
    """The columns that may change in the life of a case."""
    outcome = case.closing.outcome if case.closing else case.follow_up.outcome if case.follow_up else None
    # A new round asks anew; until it is answered, what was said of the last one stands.
    said = {"satisfaction": outcome.value} if outcome else {}
    return said | {
        "unit": case.concerned,
        "window": _window(case),
        "matter": case.matter and case.matter[:80],
        "ground": case.refusal.ground.value if case.refusal else None,
        "state": case.state.value,
        "rounds": case.round,
        "extension_days": _extension_days(case),
        "substantiated": case.is_substantiated,
        "sanctions": len(case.sanctions),
    }


def _window(case: Case) -> str | None:
    """The window that it was sent to; else the one named, which is no window of another unit."""
    sent_to = case.dispatch.window if case.dispatch else None
    return sent_to or (case.target.window if case.target.unit in {None, case.concerned} else None)


def _extension_days(case: Case) -> int:
    return sum(clock.extended_by for clock in case.clocks)
