"""The timeline: an append-only chain of hashes over everything that happened to a case (art. 23).

Law of this file: each entry's hash covers its place, the entry before and its own content in canonical JSON (RFC 8785),
so that nothing can be changed, removed, reordered or put in without a break. A cut-off end breaks no chain: only a head
that is kept elsewhere shows it, so ``verify_chain`` takes one. It must not know where entries are stored, nor what an
entry means. ``rfc8785`` is the one library beside pydantic that the domain imports: it is pure, and canonical JSON by
hand (numbers, escapes, key order in UTF-16) is easily wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import rfc8785

from services.workflow.domain.events import Event
from shared.contracts.values import Sha256

Json = Mapping[str, Any]
"""A JSON object; integers within 53 bits, as RFC 8785 wants them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. ``place`` counts from 1; ``content`` is what is vouched for (an event, possibly sealed by the store)."""

    place: int
    previous: Sha256
    content: Json
    hash: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How long a chain was and what its last hash was, as kept outside of the database."""

    length: int
    hash: Sha256


class Break(StrEnum):
    """What is wrong at the first bad place."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    DETACHED = "detached"
    """It follows another entry than the one before it: put in, or made anew."""
    CUT = "cut"
    """Entries that the head outside knows of are missing at the end."""
    REPLACED = "replaced"
    """A sound chain, but not the one that the head outside knows of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first bad place. ``index`` counts from 0 in the entries given; for CUT it is where the next was expected."""

    index: int
    kind: Break


def genesis(complaint_id: UUID) -> Sha256:
    """What the first entry of a case follows: its own, so that no chain can be passed off as another case's."""
    return hashlib.sha256(f"shouli timeline {complaint_id}".encode()).hexdigest()


def entry_hash(previous: Sha256, place: int, content: Json) -> Sha256:
    """SHA-256 of an entry's canonical JSON. Raises ValueError where the content has no canonical form."""
    return hashlib.sha256(rfc8785.dumps({"content": dict(content), "place": place, "previous": previous})).hexdigest()


def content_of(event: Event) -> dict[str, Any]:
    """An event as JSON, as it stands in its entry."""
    return event.model_dump(mode="json", exclude_none=True)


def append(complaint_id: UUID, head: Head | None, content: Json) -> Entry:
    """The next entry of a case's chain; ``head`` None for the first."""
    previous = head.hash if head else genesis(complaint_id)
    place = head.length + 1 if head else 1
    return Entry(place=place, previous=previous, content=content, hash=entry_hash(previous, place, content))


def head_of(complaint_id: UUID, entries: Sequence[Entry]) -> Head:
    """Where a chain stands."""
    return Head(length=len(entries), hash=entries[-1].hash if entries else genesis(complaint_id))


def verify_chain(complaint_id: UUID, entries: Sequence[Entry], kept: Head | None = None) -> Fault | None:
    """The first bad place of a chain, or None where it is sound.

    ``kept`` is a head from outside of the database, not newer than the entries. Without one, a cut-off end and a chain
    made anew from the beginning can't be seen.
    """
    previous = genesis(complaint_id)
    for index, entry in enumerate(entries):
        kind = _break_at(index, entry, previous, entries)
        if kind is not None:
            return Fault(index=index, kind=kind)
        previous = entry.hash
    return _against(kept, complaint_id, entries) if kept else None


def _break_at(index: int, entry: Entry, previous: Sha256, entries: Sequence[Entry]) -> Break | None:
    if entry.place != index + 1:
        is_elsewhere = any(other.place == index + 1 for other in entries)
        return Break.REORDERED if is_elsewhere else Break.REMOVED
    if entry.hash != entry_hash(entry.previous, entry.place, entry.content):
        return Break.CHANGED
    return None if entry.previous == previous else Break.DETACHED


def _against(kept: Head, complaint_id: UUID, entries: Sequence[Entry]) -> Fault | None:
    if len(entries) < kept.length:
        return Fault(index=len(entries), kind=Break.CUT)
    known = head_of(complaint_id, entries[: kept.length])
    return None if known == kept else Fault(index=max(kept.length - 1, 0), kind=Break.REPLACED)
