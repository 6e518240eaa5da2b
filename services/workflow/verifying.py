"""Verification: replays every timeline and names what was changed, removed, reordered or cut off (art. 23).

Law of this file: it trusts nothing that it can recompute: each entry's hash from its own columns and its sealed event, each
chain from its genesis, each head against the signed anchors, frozen figures against their signature, each original against
its name. It needs no key but the public
one (and the key ring only to read originals). It repairs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Row, RowMapping, select

from services.workflow.anchoring import Anchor, newest_heads
from services.workflow.domain.case import Case, case_from_json
from services.workflow.domain.events import (
    Event,
    EvidenceRecorded,
    Registered,
    StatementAttached,
    Supplemented,
)
from services.workflow.domain.evolve import fold
from services.workflow.domain.timeline import Break, Entry, Head, entry_hash, verify_chain
from services.workflow.store.files import listed, vouched_for
from services.workflow.store.tables import cases, frozen_periods, result_notices, supplements, timeline
from services.workflow.store.telling import AT_ONCE, notice_of
from shared.contracts.complaint import ComplaintReceived
from shared.originals import OriginalDamagedError, OriginalMissingError, Originals
from shared.sealing import CannotOpen, KeyRing
from shared.store.unit_of_work import Store

_PAGE = 200
_BEYOND = 100
"""How many places past the end an entry is tried at, to tell a moved one from a changed one."""

NOTICE_GONE = "a notice to a unit was changed or removed"

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


@dataclass(frozen=True, slots=True)
class _Opened:
    """A case with its seals broken: its row, its entries by place and what they add up to, the fold that is kept, and the
    complaint as it came.
    """

    row: AnyRow
    events: Mapping[int, Event]
    folded: Case
    stored: Case
    complaint: bytes


@dataclass(slots=True)
class _Vouched:
    """What the timelines say that there must be beside them. ``shut``: the cases whose timelines can't be believed or opened."""

    shut: set[str] = field(default_factory=set)
    originals: dict[str, None] = field(default_factory=dict)
    sent_later: dict[UUID, str] = field(default_factory=dict)
    told: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def take(self, case: _Opened) -> None:
        """All that one case names."""
        number = case.row.number
        self.originals.update(dict.fromkeys(_originals_of(case)))
        self.sent_later.update(
            (event.what.supplement_id, number) for event in case.events.values() if isinstance(event.what, Supplemented)
        )
        self.told.update(
            ((number, place), notice_of(number, place, event))
            for place, event in case.events.items()
            if event.kind in AT_ONCE
        )


async def verify(
    store: Store,
    anchors: list[Anchor],
    *,
    ring: KeyRing | None = None,
    originals: Originals | None = None,
) -> Verified:
    """Check everything. With the key ring also that the register's rows are what their timelines add up to, that
    complaints are as they came, and, with ``originals``, that every original can be read back.
    """
    heads = newest_heads(anchors)
    seen: set[str] = set()
    vouched = _Vouched()
    findings: list[Finding] = []
    entry_count = 0
    async for row, rows in _timelines(store):
        seen.add(row.number)
        entry_count += len(rows)
        faults = _faults_of(row, rows, heads.get(row.number))
        if ring is not None:
            faults = faults or _opened_faults(ring, row, rows, vouched)
        if faults:
            vouched.shut.add(row.number)
        findings += faults
    findings += [
        Finding(number, "the whole case is missing, though an anchor knows it")
        for number in sorted(heads.keys() - seen)
    ]
    findings += await _orphans(store, seen)
    findings += await _supplements_gone(store, vouched.sent_later)
    findings += await _told_faults(store, vouched) if ring is not None else []
    if originals is not None:
        findings += [fault for sha256 in vouched.originals if (fault := await _original_fault(originals, sha256))]
    return Verified(len(seen), entry_count, len(vouched.originals) if originals else 0, tuple(findings))


async def _timelines(store: Store) -> AsyncIterator[tuple[AnyRow, list[AnyRow]]]:
    """Every case with its entries, a page of cases at a time, so that a million of them need no more memory than a page."""
    after = ""
    while True:
        async with store.reading() as connection:
            query = select(cases).where(cases.c.number > after).order_by(cases.c.number).limit(_PAGE)
            page = (await connection.execute(query)).all()
            if not page:
                return
            after = page[-1].number
            entries = select(timeline).where(timeline.c.number >= page[0].number, timeline.c.number <= after)
            rows = (await connection.execute(entries.order_by(timeline.c.number, timeline.c.version))).all()
        of_case: dict[str, list[AnyRow]] = {}
        for row in rows:
            of_case.setdefault(row.number, []).append(row)
        for row in page:
            yield row, of_case.get(row.number, [])


def _faults_of(row: AnyRow, rows: Sequence[AnyRow], anchored: Head | None) -> list[Finding]:
    entries = [_entry(entry) for entry in rows]
    kept = Head(length=row.version, hash=row.timeline_head)
    fault = verify_chain(row.complaint_id, entries, anchored) or verify_chain(row.complaint_id, entries, kept)
    if fault is not None:
        kind = Break.REORDERED if fault.kind is Break.CHANGED and _fits_elsewhere(entries, fault.index) else fault.kind
        return [Finding(row.number, f"timeline entry {kind.value}", fault.index + 1)]
    if len(entries) != kept.length:
        return [Finding(row.number, "the register's row does not stand where its timeline stands")]
    return []


def _fits_elsewhere(entries: Sequence[Entry], index: int) -> bool:
    """Whether an entry is whole, only not in the place that its hash speaks of."""
    entry = entries[index]
    return any(
        entry.hash == entry_hash(entry.previous, place, entry.content) for place in range(1, len(entries) + _BEYOND)
    )


def _entry(row: AnyRow) -> Entry:
    return Entry(place=row.version, previous=row.previous, content=vouched_for(row), hash=row.hash)


def _opened_faults(ring: KeyRing, row: AnyRow, rows: Sequence[AnyRow], vouched: _Vouched) -> list[Finding]:
    """What only shows once the seals are opened: a register's row or a complaint that was put in another's place."""
    try:
        events = {entry.version: Event.model_validate_json(ring.open(entry.sealed_event)) for entry in rows}
        stored = case_from_json(ring.open(row.sealed_case))
        case = _Opened(row, events, fold(events.values()), stored, ring.open(row.sealed_complaint))
        vouched.take(case)
    except (CannotOpen, ValueError):
        return [Finding(row.number, "a seal can't be opened: it was changed, or its key is not on the ring")]
    return _row_faults(ring, case)


def _row_faults(ring: KeyRing, case: _Opened) -> list[Finding]:
    """Where the register's row and the complaint are not what the timeline says."""
    row = case.row
    wrong = sorted(name for name, value in listed(ring, case.folded).items() if getattr(row, name) != value)
    findings = [Finding(row.number, f"the register's row says another {name} than the timeline") for name in wrong]
    if case.stored != case.folded:
        findings.append(Finding(row.number, "the register's fold is not what the timeline adds up to"))
    begun = next(iter(case.events.values())).what
    vouched = begun.complaint_sha256 if isinstance(begun, Registered) else None
    if vouched is not None and vouched != hashlib.sha256(case.complaint).hexdigest():
        findings.append(Finding(row.number, "the complaint is not the one that was registered"))
    return findings


def _originals_of(case: _Opened) -> list[str]:
    """Every original that a case names: what came in, its evidence, statements, supplements."""
    complaint = ComplaintReceived.model_validate_json(case.complaint)
    later = [sha256 for event in case.events.values() for sha256 in _of_event(event.what)]
    return [*complaint.source.originals, *(item.sha256 for item in complaint.evidence), *later]


def _of_event(what: object) -> tuple[str, ...]:
    if isinstance(what, StatementAttached):
        return (what.original,)
    return what.originals if isinstance(what, EvidenceRecorded | Supplemented) else ()


async def _supplements_gone(store: Store, named: Mapping[UUID, str]) -> list[Finding]:
    """Later messages whose words the register holds no more."""
    async with store.reading() as connection:
        there = set((await connection.execute(select(supplements.c.supplement_id))).scalars())
    return [
        Finding(number, "the words of a later message were removed")
        for supplement_id, number in named.items()
        if supplement_id not in there
    ]


async def _told_faults(store: Store, vouched: _Vouched) -> list[Finding]:
    """Notices of single entries that are not what their timelines say; of a case that was not opened nothing is said."""
    query = select(result_notices).where(result_notices.c.number.isnot(None))
    async with store.reading() as connection:
        rows = {(row["number"], row["entry"]): row for row in (await connection.execute(query)).mappings()}
    findings = [
        Finding(number, NOTICE_GONE, place)
        for (number, place), said in vouched.told.items()
        if (row := rows.get((number, place))) is None or any(row[name] != value for name, value in said.items())
    ]
    return findings + [
        Finding(number, "no entry of the timeline vouches for this notice to a unit", place)
        for number, place in sorted(rows.keys() - vouched.told.keys())
        if number not in vouched.shut
    ]


async def _orphans(store: Store, seen: set[str]) -> list[Finding]:
    """Entries of cases that the register no longer knows."""
    async with store.reading() as connection:
        numbers = set((await connection.execute(select(timeline.c.number).distinct())).scalars())
    return [Finding(number, "the register's row was removed") for number in sorted(numbers - seen)]


async def frozen_faults(store: Store, key: Ed25519PublicKey, anchors: Sequence[Anchor] = ()) -> list[Finding]:
    """Frozen figures that are not signed by our key, whose row speaks of another period, maker or time than they do, or
    that an anchor knows and the database doesn't hold.
    """
    async with store.reading() as connection:
        rows = (await connection.execute(select(frozen_periods).order_by(frozen_periods.c.made_at))).mappings().all()
    bad = {row["id"]: row for row in rows if not is_as_frozen(row, key)}
    there = {str(row["id"]): hashlib.sha256(row["body"].encode()).hexdigest() for row in rows}
    findings = [
        Finding(_frozen_name(row), "the frozen figures were changed, or are not signed by our key")
        for row in bad.values()
    ]
    for frozen in (each for anchor in anchors for each in anchor.frozen):
        if frozen.id not in there:
            findings.append(
                Finding(f"frozen {frozen.period}", "the frozen figures were removed, though an anchor knows them")
            )
        elif there[frozen.id] != frozen.sha256 and UUID(frozen.id) not in bad:
            findings.append(Finding(f"frozen {frozen.period}", "the frozen figures are not those that were anchored"))
    return findings + await _notice_faults(store, [row for row in rows if row["id"] not in bad])


async def _notice_faults(store: Store, frozen: Sequence[RowMapping]) -> list[Finding]:
    """Notices to units that are not as they were issued with figures that are whole, or that nothing vouches for."""
    async with store.reading() as connection:
        query = select(result_notices).where(result_notices.c.number.is_(None))
        rows = {str(row["id"]): row for row in (await connection.execute(query)).mappings()}
    vouched = {
        key: (row, sha256) for row in frozen for key, sha256 in json.loads(row["body"]).get("notices", {}).items()
    }
    findings = [
        Finding(_frozen_name(row), NOTICE_GONE)
        for key, (row, sha256) in vouched.items()
        if key not in rows or not _is_as_issued(rows[key], row, sha256)
    ]
    return findings + [
        Finding(f"notice {row['unit']}", "no frozen figures vouch for this notice to a unit")
        for key, row in rows.items()
        if key not in vouched
    ]


def _is_as_issued(notice: RowMapping, frozen: RowMapping, sha256: str) -> bool:
    said = json.loads(notice["body"]) if hashlib.sha256(notice["body"].encode()).hexdigest() == sha256 else {}
    told = {"unit": notice["unit"], "from": notice["first_day"], "to": notice["last_day"]}
    issued = (notice["issued_by"], notice["issued_at"]) == (frozen["made_by"], frozen["made_at"])
    return issued and all(said.get(name) == value for name, value in told.items())


def _frozen_name(row: RowMapping) -> str:
    return f"frozen {row['first_day']}..{row['last_day']}"


def is_as_frozen(row: RowMapping, key: Ed25519PublicKey) -> bool:
    """Whether frozen figures bear our signature, and their row says of them what they say themselves."""
    try:
        key.verify(bytes.fromhex(row["signature"]), row["body"].encode())
    except (InvalidSignature, ValueError):
        return False
    # The same key signs anchors: one of those, put in here, is no frozen period.
    said = json.loads(row["body"])
    told = {
        "from": row["first_day"],
        "to": row["last_day"],
        "made_at": row["made_at"].isoformat(),
        "made_by": row["made_by"],
    }
    return all(said.get(name) == value for name, value in told.items())


async def _original_fault(originals: Originals, sha256: str) -> Finding | None:
    try:
        await originals.read(sha256)
    except OriginalMissingError:
        return Finding(sha256, "the original is missing")
    except OriginalDamagedError:
        return Finding(sha256, "the original was changed")
    return None
