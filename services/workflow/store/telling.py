"""The notices that a unit is given at once (``domain.told``), in the transaction of what they tell of.

Law of this file: such a notice is a unit, a case and the entry of its timeline that it tells of. Its words stay in that entry,
sealed, so that nothing is said twice and the timeline vouches for it (arts. 20, 23).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from services.workflow.domain.events import Event, Sanctioned
from services.workflow.domain.told import When, kinds
from services.workflow.store.tables import result_notices, timeline
from shared.contracts.values import new_id
from shared.sealing import KeyRing
from shared.store.unit_of_work import UnitOfWork

AT_ONCE = frozenset(kinds(When.AT_ONCE))


def tell_units(unit: UnitOfWork, number: str, events: Iterable[tuple[int, Event]]) -> None:
    """Of new entries, each with its place in the timeline: a notice for each that a unit is told of at once."""
    for place, event in events:
        if event.kind in AT_ONCE:
            unit.add(result_notices, {"id": new_id(), **notice_of(number, place, event)})


async def tell_what_was_not_told(unit: UnitOfWork, ring: KeyRing, number: str) -> None:
    """The same for a whole timeline: what was written before there were such notices."""
    told = select(result_notices.c.entry).where(result_notices.c.number == number)
    known = set((await unit.connection.execute(told)).scalars())
    entry = timeline.c
    query = select(entry.version, entry.sealed_event).where(entry.number == number, entry.kind.in_(AT_ONCE))
    for row in (await unit.connection.execute(query)).all():
        if row.version not in known:
            tell_units(unit, number, [(row.version, Event.model_validate_json(ring.open(row.sealed_event)))])


def notice_of(number: str, place: int, event: Event) -> dict[str, Any]:
    """What a notice's row says of its entry."""
    what = event.what
    assert isinstance(what, Sanctioned), "whatever is told at once names its unit"
    return {"number": number, "entry": place, "unit": what.unit, "issued_at": event.at, "issued_by": event.by.name}
