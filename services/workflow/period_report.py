"""The report of a period (art. 21): frozen figures, handed to forms, which issues them as a numbered document.

Law of this file: every figure is one of the signed body; nothing is counted anew, and a body that no longer fits its
signature is handed to nobody. What is added is the analysis, which a person writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import RowMapping

from services.workflow.domain.clocks import ClockName
from services.workflow.kept_figures import one_frozen
from services.workflow.office import Office
from services.workflow.reports import UNIT_CLOCKS, Period, kind_of
from services.workflow.store.statistics import By, Figure
from services.workflow.verifying import is_as_frozen
from shared.contracts.lists import Counted, Kept, PeriodReported
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.answers import Answer, Given

MOST_MATTERS = 40
"""What a page has room for; the others are told as one."""
LONGEST_ANALYSIS = 10_000
_Group = Mapping[str, Any]


class NotAReport(ValueError):
    """The asker is at fault: no such figures, or figures that were changed since they were frozen."""


async def hand_over(
    office: Office,
    key: Ed25519PublicKey,
    frozen_id: UUID,
    analysis: str,
    *,
    asked_by: str,
    same: Once | None = None,
) -> Given:
    """Have a frozen period issued as a document; the answer's ``id`` is the document's. Raises NotAReport, KeyReused."""
    row = await one_frozen(office, frozen_id)
    if row is None or not is_as_frozen(row, key):
        raise NotAReport
    async with office.store.transaction(office.clock()) as unit:

        async def work() -> Answer:
            document_id = new_id()
            unit.emit(_report(row, document_id, analysis, asked_by, unit.now), subject=document_id)
            return {"id": str(document_id)}

        return await office.answers.once(unit, same, work)


def _report(row: RowMapping, document_id: UUID, analysis: str, asked_by: str, now: datetime) -> PeriodReported:
    body = json.loads(row["body"])
    figures, before = body["figures"], body.get("before")
    period = Period(date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
    matters = sorted(figures[By.MATTER]["groups"], key=lambda group: -_count(group, Figure.RECEIVED))
    return PeriodReported(
        document_id=document_id,
        asked_by=asked_by,
        occurred_at=now,
        frozen_id=row["id"],
        frozen_at=row["made_at"],
        frozen_by=row["made_by"],
        sha256=sha256(row["body"].encode()).hexdigest(),
        kind=kind_of(period),
        first_day=period.first,
        last_day=period.last,
        analysis=analysis,
        whole=_counted(figures["all"]["groups"][0]),
        before=_counted(before["groups"][0]) if before else None,
        before_first_day=before["from"] if before else None,
        before_last_day=before["to"] if before else None,
        by_channel=_all_counted(figures[By.CHANNEL]["groups"]),
        by_unit=_all_counted(figures[By.UNIT]["groups"]),
        by_matter=_all_counted(matters[:MOST_MATTERS]),
        by_month=_all_counted(body["months"]["groups"]) if "months" in body else [],
    )


def _all_counted(groups: Sequence[_Group]) -> list[Counted]:
    return [_counted(group) for group in groups]


def _counted(group: _Group) -> Counted:
    return Counted(
        key=group["key"],
        **{figure.value: _count(group, figure) for figure in Figure},
        answered=_kept(group, [ClockName.RESPOND]),
        handled=_kept(group, UNIT_CLOCKS),
    )


def _count(group: _Group, figure: Figure) -> int:
    return int(group["figures"][figure.value]["count"])


def _kept(group: _Group, clocks: Sequence[str] | frozenset[str]) -> Kept:
    """How often these limits were kept and missed, as the page counts them."""
    ended = [group["clocks"][name] for name in clocks if name in group["clocks"]]
    return Kept(met=sum(each["met"] for each in ended), missed=sum(each["missed"] for each in ended))
