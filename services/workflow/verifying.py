"""Verification: replays every timeline and names what was changed, removed, reordered or cut off (art. 23).

Law of this file: it trusts nothing that it can recompute: each entry's hash from its own columns and its sealed event, each
chain from its genesis, each head against the signed anchors, each original against its name. It needs no key but the public
one (and the key ring only to read originals). It repairs nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.workflow.anchoring import Anchor, newest_heads
from services.workflow.domain.timeline import Entry, Head, verify_chain
from services.workflow.store.files import vouched_for
from services.workflow.store.tables import cases, timeline
from shared.contracts.complaint import ComplaintReceived
from shared.originals import OriginalDamagedError, OriginalMissingError, Originals
from shared.sealing import KeyRing
from shared.store.unit_of_work import Store

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was left. ``where`` is a case number, an original's hash or a file."""

    where: str
    what: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at, and what was found."""

    cases: int
    entries: int
    originals: int
    findings: tuple[Finding, ...]


async def verify(
    store: Store, anchors: list[Anchor], originals: Originals | None, kept: Sequence[str] = ()
) -> Verified:
    """Check everything; ``kept`` names the originals to be read back."""
    heads = newest_heads(anchors)
    findings: list[Finding] = []
    seen: set[str] = set()
    entry_count = 0
    async for number, complaint_id, head, rows in _timelines(store):
        seen.add(number)
        entry_count += len(rows)
        findings += _faults_of(number, complaint_id, head, rows, heads.get(number))
    findings += [
        Finding(number, "the whole case is missing, though an anchor knows it")
        for number in sorted(heads.keys() - seen)
    ]
    findings += await _orphans(store, seen)
    if originals is not None:
        findings += [fault for sha256 in kept if (fault := await _original_fault(originals, sha256))]
    return Verified(len(seen), entry_count, len(kept), tuple(findings))


async def _timelines(store: Store) -> AsyncIterator[tuple[str, UUID, Head, list[AnyRow]]]:
    query = select(cases.c.number, cases.c.complaint_id, cases.c.version, cases.c.timeline_head).order_by(
        cases.c.number
    )
    async with store.reading() as connection:
        for row in (await connection.execute(query)).all():
            entries = select(timeline).where(timeline.c.number == row.number).order_by(timeline.c.version)
            head = Head(length=row.version, hash=row.timeline_head)
            yield row.number, row.complaint_id, head, list((await connection.execute(entries)).all())


def _faults_of(
    number: str, complaint_id: UUID, head: Head, rows: Sequence[AnyRow], anchored: Head | None
) -> list[Finding]:
    entries = [_entry(row) for row in rows]
    fault = verify_chain(complaint_id, entries, anchored) or verify_chain(complaint_id, entries, head)
    if fault is not None:
        return [Finding(number, f"timeline entry {fault.kind.value}", fault.index + 1)]
    if len(entries) != head.length:
        return [Finding(number, "the register's row does not stand where its timeline stands")]
    return []


def _entry(row: AnyRow) -> Entry:
    return Entry(place=row.version, previous=row.previous, content=vouched_for(row), hash=row.hash)


async def _orphans(store: Store, seen: set[str]) -> list[Finding]:
    """Entries of cases that the register no longer knows."""
    async with store.reading() as connection:
        numbers = set((await connection.execute(select(timeline.c.number).distinct())).scalars())
    return [Finding(number, "the register's row was removed") for number in sorted(numbers - seen)]


async def _original_fault(originals: Originals, sha256: str) -> Finding | None:
    try:
        await originals.read(sha256)
    except OriginalMissingError:
        return Finding(sha256, "the original is missing")
    except OriginalDamagedError:
        return Finding(sha256, "the original was changed")
    return None


async def originals_named(store: Store, ring: KeyRing) -> list[str]:
    """Every original that a registered complaint names."""
    async with store.reading() as connection:
        sealed = (await connection.execute(select(cases.c.sealed_complaint))).scalars().all()
    named: dict[str, None] = {}
    for each in sealed:
        complaint = ComplaintReceived.model_validate_json(ring.open(each))
        named.update(dict.fromkeys([*complaint.source.originals, *(item.sha256 for item in complaint.evidence)]))
    return list(named)
