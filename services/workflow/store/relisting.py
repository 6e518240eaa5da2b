"""Rows of the register brought to the columns of today: what lists sort and filter by, written anew from the folds.

Law of this file: a migration can't open a seal, so what it adds to a row stays empty until this has run, at the next start; so do
what is counted of the case and the notices that are written with it. It changes no fold and no timeline; where nothing is empty
it costs one look at an index.
"""

from __future__ import annotations

from sqlalchemy import select, update

from services.workflow.domain.case import case_from_json
from services.workflow.store.counting import moving_facts
from services.workflow.store.files import listed
from services.workflow.store.tables import case_facts, cases
from services.workflow.store.telling import tell_what_was_not_told
from shared.clock import Clock
from shared.sealing import KeyRing
from shared.store.unit_of_work import Store

_BATCH = 200


async def relist(store: Store, ring: KeyRing, clock: Clock) -> None:
    """Fill what is empty. Replicas that start together share the work."""
    while await _relist_some(store, ring, clock):
        continue


async def _relist_some(store: Store, ring: KeyRing, clock: Clock) -> int:
    query = select(cases.c.number, cases.c.sealed_case).where(cases.c.first_receiver.is_(None)).limit(_BATCH)
    async with store.transaction(clock()) as unit:
        rows = (await unit.connection.execute(query.with_for_update())).all()
        for row in rows:
            case = case_from_json(ring.open(row.sealed_case))
            for table, told in ((cases, listed(ring, case)), (case_facts, moving_facts(case))):
                await unit.connection.execute(update(table).where(table.c.number == row.number).values(**told))
            await tell_what_was_not_told(unit, ring, row.number)
        return len(rows)
