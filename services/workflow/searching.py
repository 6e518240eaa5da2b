"""Search: over the words of a complaint, by name, phone, number and unit; only what the asker may know of (art. 17).

Law of this file: what the index proposes is opened and looked at again, so that an answer is never a coincidence of hashes.
By name and by number is for the office only: to a unit that would tell who complained. Each such search is logged by its
asker, never by what was asked.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import structlog
from sqlalchemy import RowMapping, delete, insert, select, update

from services.workflow.domain.case import case_from_json
from services.workflow.domain.roles import Person
from services.workflow.domain.sight import may_see
from services.workflow.office import Office
from services.workflow.store import tables
from services.workflow.store.queries import LISTED, SEALED
from services.workflow.store.search_index import Field, cases_with, folded, texts_of, tokens_asked, tokens_of
from shared.contracts.complaint import ComplaintReceived

PROPOSED = 500
"""How many proposals of the index are looked at."""
FOUND = 50
"""How many cases are shown; whoever finds more is told so, and asks for more."""
_BATCH = 50
_log = structlog.get_logger("search")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; all of it must hold. ``text``, ``name``: a part of it; ``phone``: whole, however it is written."""

    text: str | None = None
    name: str | None = None
    phone: str | None = None
    number: str | None = None
    unit: str | None = None

    @property
    def by_field(self) -> dict[Field, str]:
        """What the index is asked."""
        phone = self.phone and international(self.phone)
        said = {Field.TEXT: self.text, Field.NAME: self.name, Field.PHONE: phone}
        return {field: asked for field, asked in said.items() if asked and folded(asked)}

    @property
    def asks_who(self) -> bool:
        """Whether it would tell who complained."""
        return bool(self.name or self.phone)


@dataclass(frozen=True, slots=True)
class Found:
    """The newest cases that fit. ``is_cut``: there are, or may be, older ones that fit too."""

    rows: Sequence[RowMapping] = ()
    is_cut: bool = False


def international(phone: str) -> str:
    """A number as people write it, as E.164; without a country's code it is taken for one of ours."""
    digits = "".join(character for character in unicodedata.normalize("NFKC", phone) if character.isdigit())
    if phone.strip().startswith(("+", "＋")):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else f"+86{digits.lstrip('0')}"


async def search(office: Office, wanted: Wanted, person: Person, most: int = FOUND) -> Found:
    """The newest cases that fit, ``most`` of them, as the worklist shows them. Empty where nothing was asked."""
    if not wanted.by_field and not wanted.number and not wanted.unit:
        return Found()
    cases = tables.cases
    query = select(*LISTED, *SEALED).where(office.seen_by(person))
    if wanted.number:
        query = query.where(cases.c.number == wanted.number)
    if wanted.unit:
        query = query.where((cases.c.unit == wanted.unit) | (cases.c.target_unit == wanted.unit))
    for field, asked in wanted.by_field.items():
        query = query.where(cases.c.number.in_(cases_with(tokens_asked(office.ring, field, asked))))
    async with office.store.reading() as connection:
        rows = (await connection.execute(query.order_by(cases.c.number.desc()).limit(PROPOSED))).mappings().all()
    if wanted.asks_who:
        _log.info("search.for_a_person", by=person.id)
    return await asyncio.to_thread(_looked_at_again, office, wanted, person, rows, most)


def _looked_at_again(office: Office, wanted: Wanted, person: Person, rows: Sequence[RowMapping], most: int) -> Found:
    fitting = (row for row in rows if _fits(office, wanted, person, row))
    found = list(islice(fitting, most + 1))
    return Found(found[:most], is_cut=len(found) > most or len(rows) == PROPOSED)


def _fits(office: Office, wanted: Wanted, person: Person, row: RowMapping) -> bool:
    case = case_from_json(office.ring.open(row["sealed_case"]))
    if not may_see(case, person):
        return False
    complaint = ComplaintReceived.model_validate_json(office.ring.open(row["sealed_complaint"]))
    texts = texts_of(complaint)
    return all(folded(asked) in folded(texts[field]) for field, asked in wanted.by_field.items())


class SearchIndexing:
    """The task that makes cases searchable, soon after they were registered."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sleeper = office.store.sleeper(tables.cases)

    async def run(self) -> None:
        """Index until cancelled."""
        while True:
            if not await self.step():
                await self._sleeper.sleep()

    async def step(self) -> int:
        """Index one batch; gives how many cases. Two replicas that index the same case write the same rows."""
        office, cases, tokens = self._office, tables.cases, tables.search_tokens
        query = select(cases.c.number, cases.c.sealed_complaint).where(~cases.c.searchable).limit(_BATCH)
        async with office.store.transaction(office.clock()) as unit:
            batch = (await unit.connection.execute(query.with_for_update(skip_locked=True))).all()
            if not batch:
                return 0
            numbers = [row.number for row in batch]
            await unit.connection.execute(delete(tokens).where(tokens.c.number.in_(numbers)))
            for row in batch:
                complaint = ComplaintReceived.model_validate_json(office.ring.open(row.sealed_complaint))
                found = [{"token": token, "number": row.number} for token in tokens_of(office.ring, complaint)]
                if found:
                    await unit.connection.execute(insert(tokens), found)
            await unit.connection.execute(update(cases).where(cases.c.number.in_(numbers)).values(searchable=True))
            return len(batch)
