"""The files of a case, opened by somebody who handles it: what was handed in as evidence, and the originals as they came.

Law of this file: a file is reached through its case alone, by who may know of the case and ``sight.may_open``; its bytes
are checked against their hash as they are read. It must not know how a file is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from services.workflow import problems, reading
from services.workflow.domain.events import IdentityRevealed
from services.workflow.domain.roles import Person
from services.workflow.domain.sight import may_open
from services.workflow.office import Office
from services.workflow.reading import Known
from services.workflow.store import queries
from shared.originals import OriginalDamagedError, OriginalMissingError
from shared.web.files import BYTES

_LOOK: str = IdentityRevealed.model_fields["kind"].default


@dataclass(frozen=True, slots=True)
class Piece:
    """One file: its name in the words that this person may read, and whether it is an original with the sender on it."""

    sha256: str
    name: str
    media_type: str
    is_original: bool = False


def has_looked(entries: Iterable[Mapping[str, Any] | RowMapping], person: Person) -> bool:
    """Whether this person's look at the identity is in the timeline."""
    return any(entry["kind"] == _LOOK and entry["actor_id"] == person.id for entry in entries)


async def opened(office: Office, number: str, person: Person, sha256: str) -> tuple[Piece, bytes]:
    """A file of a case. Raises Problem: 404 where it is none of theirs, 403 where a look must go first, 503 where it is lost."""
    found = await reading.known(office, number, person)
    piece = await _piece(office, found, person, sha256)
    looked = has_looked(await queries.entries(office.store, number), person)
    if not may_open(found.case, person, original=piece.is_original, has_looked=looked):
        raise problems.look_first()
    try:
        return piece, await office.originals.read(sha256)
    except (OriginalMissingError, OriginalDamagedError) as fault:
        raise problems.original_lost() from fault


async def _piece(office: Office, found: Known, person: Person, sha256: str) -> Piece:
    handed_in = [item.model_dump(mode="json") for item in found.complaint.evidence]
    for more in await reading.supplements_of(office, found, person):
        handed_in += more["evidence"]
    for item in handed_in:
        if item["sha256"] == sha256:
            return Piece(sha256, item["name"], item["media_type"])
    if sha256 in found.complaint.source.originals:
        return Piece(sha256, f"{found.case.number}-{sha256[:8]}", BYTES, is_original=True)
    raise problems.no_such_case()
