"""What somebody has typed into an action's form and not sent: kept for them alone, sealed, until it is sent or grows old.

Law of this file: nobody but the author reads a draft, and the author only while the case is theirs to see; a draft does
nothing to its case. It must not know how a form looks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from services.workflow.domain.roles import Person
from services.workflow.office import Office
from services.workflow.store.tables import action_drafts, cases
from shared.store.unit_of_work import UnitOfWork

REMEMBERED = timedelta(days=7)
"""How long a draft is offered; it is deleted when its author next saves one."""
MOST_OFFERED = 20
_own = action_drafts.c


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in one form, by the fields' names, and when it was last saved."""

    values: Mapping[str, str]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Unsent:
    """A draft as it is found again: of which case, which form, since when."""

    number: str
    form: str
    saved_at: datetime


async def save_draft(office: Office, number: str, form: str, author: Person, values: Mapping[str, str]) -> None:
    """Keep what is typed, instead of what was kept before."""
    now = office.clock()
    sealed = office.ring.seal_record(json.dumps(dict(values), ensure_ascii=False).encode("utf-8", "replace"))
    row = {"author": author.id, "number": number, "form": form, "sealed": sealed, "saved_at": now}
    async with office.store.transaction(now) as unit:
        await unit.connection.execute(delete(action_drafts).where(_of(author), _own.saved_at < now - REMEMBERED))
        await unit.connection.execute(_upsert(unit), row)


async def drafts_on(office: Office, number: str, author: Person) -> dict[str, Draft]:
    """The author's drafts on one case, by form."""
    return {found.form: draft for found, draft in await _drafts(office, author, _own.number == number)}


async def drafts_in(office: Office, form: str, author: Person) -> dict[str, Draft]:
    """The author's drafts in one form, by case."""
    return {found.number: draft for found, draft in await _drafts(office, author, _own.form == form)}


async def unsent_by(office: Office, author: Person) -> list[Unsent]:
    """The author's drafts on cases that are still theirs to see, the latest first."""
    query = (
        select(_own.number, _own.form, _own.saved_at)
        .join(cases, cases.c.number == _own.number)
        .where(_of(author), _own.saved_at >= office.clock() - REMEMBERED, office.seen_by(author))
        .order_by(_own.saved_at.desc())
        .limit(MOST_OFFERED)
    )
    async with office.store.reading() as connection:
        return [Unsent(row.number, row.form, row.saved_at) for row in (await connection.execute(query)).all()]


async def drop_drafts(unit: UnitOfWork, number: str, forms: Iterable[str], author: Person) -> None:
    """It was sent, or the author is done with it."""
    which = delete(action_drafts).where(_of(author), _own.number == number, _own.form.in_(list(forms)))
    await unit.connection.execute(which)


async def _drafts(office: Office, author: Person, which: ColumnElement[bool]) -> list[tuple[Unsent, Draft]]:
    query = select(action_drafts).where(_of(author), which, _own.saved_at >= office.clock() - REMEMBERED)
    async with office.store.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [
        (Unsent(row.number, row.form, row.saved_at), Draft(json.loads(office.ring.open(row.sealed)), row.saved_at))
        for row in rows
    ]


def _of(author: Person) -> ColumnElement[bool]:
    return _own.author == author.id


def _upsert(unit: UnitOfWork) -> Any:
    insert = sqlite_insert if unit.connection.dialect.name == "sqlite" else postgres_insert
    statement: Any = insert(action_drafts)
    newer = {name: statement.excluded[name] for name in ("sealed", "saved_at")}
    return statement.on_conflict_do_update(index_elements=["author", "number", "form"], set_=newer)
