"""Figures that are kept: a period frozen as it was reported, signed, and its results told to each unit (arts. 20, 21, 23).

Law of this file: what is frozen is signed, so that the figures that were reported are the figures that anybody can look up
later; it vouches for every notice that went out with it, so that none can be changed or removed unnoticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.workflow import notices
from services.workflow.office import Office
from services.workflow.reports import Period, period_before, statistics, twelve_months_to
from services.workflow.store.statistics import By
from services.workflow.store.tables import frozen_periods, result_notices
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.answers import Answer, Given


class Signer(Protocol):
    """Whoever signs what must not change: the key of the anchors."""

    def sign(self, content: bytes) -> bytes:
        """An Ed25519 signature."""
        ...


async def freeze(office: Office, signer: Signer, period: Period, by_whom: str, same: Once | None = None) -> Given:
    """The whole of a period's figures as they are now, and what a report sets beside them, signed, for good; each unit that it
    concerns gets its notice. Raises KeyReused.
    """
    figures = {by.value: await statistics(office, period, by) for by in By}
    figures["all"] = await statistics(office, period, None)
    beside = {
        "before": await statistics(office, period_before(period), None),
        "months": await statistics(office, twelve_months_to(period.last), By.MONTH),
    }
    now = office.clock()
    units = [group["key"] for group in figures[By.UNIT.value]["groups"] if group["key"]]
    issued = await notices.drafted(office, period, units, now, by_whom)
    made = {"made_at": now.astimezone(UTC).isoformat(), "made_by": by_whom}
    vouched = {"notices": {str(row["id"]): _sha256(row["body"]) for row in issued}}
    body = _canonical({**period.shown(), **made, "figures": figures, **beside, **vouched})
    kept = {"id": new_id(), "signature": signer.sign(body.encode()).hex()}
    async with office.store.transaction(now) as unit:

        async def keep() -> Answer:
            days = {"first_day": period.first.isoformat(), "last_day": period.last.isoformat()}
            unit.add(frozen_periods, {**kept, **days, "made_at": now, "made_by": by_whom, "body": body})
            for row in issued:
                unit.add(result_notices, row)
            return {"id": str(kept["id"]), "signature": kept["signature"], "body": body}

        return await office.answers.once(unit, same, keep)


def _canonical(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


async def all_frozen(office: Office) -> list[RowMapping]:
    """What was frozen, the newest first, without the figures themselves."""
    kept = frozen_periods.c
    query = select(kept.id, kept.first_day, kept.last_day, kept.made_at, kept.made_by).order_by(kept.made_at.desc())
    async with office.store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def one_frozen(office: Office, frozen_id: UUID) -> RowMapping | None:
    """One, with the signed body and its signature; None where there is none of that id."""
    query = select(frozen_periods).where(frozen_periods.c.id == frozen_id)
    async with office.store.reading() as connection:
        return (await connection.execute(query)).mappings().first()
