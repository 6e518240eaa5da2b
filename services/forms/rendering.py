"""The printer: draws what waits, under a lease, outside every transaction, and keeps the bytes as an original.

Law of this file: the same words give the same bytes, so that drawing twice after a crash harms nobody; a document that
can't be drawn is set aside with the reason after ``MOST_ATTEMPTS`` and never holds up the next; where nothing at all can be
drawn, all wait. The centre's signature is appended to what was drawn: both are kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update

from services.forms import binding
from services.forms.domain.binder import BINDER, BINDER_VERSION
from services.forms.drawing import DocumentRow, draw, form_of
from services.forms.ports import PressNotReady, Rendered
from services.forms.print_room import PrintRoom
from services.forms.store import tables
from services.forms.store.states import FAILED, FROZEN, READY, WAITING
from shared.contracts.document import DocumentRendered
from shared.contracts.values import new_id
from shared.store.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3
BATCH = 20

WAIT_FOR_OTHERS = timedelta(seconds=2)
"""How long a binder waits for a form that another replica is drawing."""
WAIT_FOR_PRESS = timedelta(minutes=1)
"""How long a document waits where nothing can be drawn, until it is tried whether somebody has mended that."""

_log = structlog.get_logger("rendering")


@dataclass(frozen=True, slots=True)
class _Claimed:
    row: DocumentRow
    token: UUID


class Printer:
    """The task that draws documents. Several replicas share the work."""

    def __init__(self, room: PrintRoom) -> None:
        self._room = room
        self.is_ready = True
        """False from when the press turned out to lack something until it draws again."""
        self._sleeper = room.store.sleeper(tables.documents)

    async def run(self) -> None:
        """Draw until cancelled."""
        while True:
            if not await self.draw_waiting():
                await self._sleeper.sleep()

    async def draw_waiting(self) -> int:
        """Draw one batch; gives how many were taken."""
        claimed = await self._claim()
        for item in claimed:
            await self._draw(item)
        return len(claimed)

    async def draw_now(self, document_id: UUID) -> DocumentRow | None:
        """Draw a document that was only frozen so far, because somebody asks for it.

        Gives its row once it is drawn or given up; None while somebody else is at it, or it waits for another try.
        """
        documents = tables.documents
        async with self._room.store.transaction(self._room.clock()) as unit:
            await unit.connection.execute(
                update(documents)
                .where(documents.c.id == document_id, documents.c.state == FROZEN)
                .values(state=WAITING)
            )
            item = await _leased(unit, document_id)
        if item is not None:
            await self._draw(item)
        async with self._room.store.reading() as connection:
            done = select(documents).where(documents.c.id == document_id, documents.c.state.in_((READY, FAILED)))
            return (await connection.execute(done)).first()

    async def _claim(self) -> list[_Claimed]:
        now = self._room.clock()
        documents = tables.documents
        async with self._room.store.transaction(now) as unit:
            query = (
                select(documents)
                .where(
                    documents.c.state == WAITING,
                    or_(documents.c.lease_until.is_(None), documents.c.lease_until < now),
                )
                .order_by(documents.c.issued_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            return [await _lease(unit, row) for row in (await unit.connection.execute(query)).all()]

    async def _draw(self, item: _Claimed) -> None:
        try:
            drawn = await self._made(item.row)
            await self._room.originals.keep(drawn.content)
            signed = await self._signed(drawn)
        except binding.NotDrawnYet:
            await self._let_wait(item, WAIT_FOR_OTHERS)
        except PressNotReady as fault:
            _log.error("documents.press_not_ready", why=str(fault))
            self.is_ready = False
            await self._let_wait(item, WAIT_FOR_PRESS)
        except Exception as fault:  # noqa: BLE001 - whatever a form does to the renderer, the next one is drawn
            _log.error("document.not_drawn", document=str(item.row.id), form=item.row.form, fault=type(fault).__name__)
            await self._give_back(item, type(fault).__name__)
        else:
            self.is_ready = True
            await self._finish(item, drawn, signed)

    async def _made(self, row: DocumentRow) -> Rendered:
        if row.form == BINDER:
            return await binding.bind(self._room, row, self.draw_now)
        return await draw(self._room, row, self._room.pdf)

    async def _signed(self, drawn: Rendered) -> str | None:
        """The hash of the document with the centre's signature; None where there is no key."""
        if self._room.signer is None:
            return None
        signed = await asyncio.to_thread(self._room.signer.sign, drawn.content)
        return await self._room.originals.keep(signed)

    async def _finish(self, item: _Claimed, drawn: Rendered, signed_sha256: str | None) -> None:
        row = item.row
        version = await self._template_version(row)
        if drawn.missing_glyphs:
            codes = [f"U+{ord(character):04X}" for character in drawn.missing_glyphs]
            _log.warning("document.glyphs_missing", document=str(row.id), form=row.form, characters=codes)
        async with self._room.store.transaction(self._room.clock()) as unit:
            written = await unit.connection.execute(
                update(tables.documents)
                .where(tables.documents.c.id == row.id, tables.documents.c.lease_token == item.token)
                .values(
                    state=READY,
                    template_version=version,
                    sha256=drawn.sha256,
                    signed_sha256=signed_sha256,
                    size=len(drawn.content),
                    pages=drawn.pages,
                    missing_glyphs=list(drawn.missing_glyphs),
                    reason=None,
                    lease_token=None,
                    lease_until=None,
                )
            )
            if written.rowcount and row.complaint_id is not None:
                unit.emit(_rendered(row, drawn, version, unit.now), subject=row.complaint_id)

    async def _template_version(self, row: DocumentRow) -> str:
        """The version that it was drawn by."""
        return BINDER_VERSION if row.form == BINDER else (await form_of(self._room, row)).template_version

    async def _let_wait(self, item: _Claimed, wait: timedelta) -> None:
        """Take the document up again a little later, without counting this as an attempt."""
        later = {"attempts": item.row.attempts, "lease_until": self._room.clock() + wait}
        await self._put_back(item, {"state": WAITING, "lease_token": None, **later})

    async def _give_back(self, item: _Claimed, reason: str) -> None:
        over = item.row.attempts + 1 >= MOST_ATTEMPTS
        state = FAILED if over else WAITING
        await self._put_back(item, {"state": state, "reason": reason, "lease_token": None, "lease_until": None})

    async def _put_back(self, item: _Claimed, values: dict[str, object]) -> None:
        async with self._room.store.transaction(self._room.clock()) as unit:
            documents = tables.documents
            await unit.connection.execute(
                update(documents)
                .where(documents.c.id == item.row.id, documents.c.lease_token == item.token)
                .values(**values)
            )


async def _leased(unit: UnitOfWork, document_id: UUID) -> _Claimed | None:
    documents = tables.documents
    free = or_(documents.c.lease_until.is_(None), documents.c.lease_until < unit.now)
    query = select(documents).where(documents.c.id == document_id, documents.c.state == WAITING, free).with_for_update()
    row = (await unit.connection.execute(query)).first()
    return await _lease(unit, row) if row is not None else None


async def _lease(unit: UnitOfWork, row: DocumentRow) -> _Claimed:
    item = _Claimed(row, new_id())
    lease = {"lease_token": item.token, "lease_until": unit.now + LEASE, "attempts": row.attempts + 1}
    await unit.connection.execute(update(tables.documents).where(tables.documents.c.id == row.id).values(**lease))
    return item


def _rendered(row: DocumentRow, drawn: Rendered, version: str, now: datetime) -> DocumentRendered:
    return DocumentRendered(
        document_id=row.id,
        complaint_id=row.complaint_id,
        case_number=row.case_number,
        form=row.form,
        number=row.number,
        version=row.version,
        sha256=drawn.sha256,
        template_version=version,
        occurred_at=now,
        verify_code=row.verify_code,
    )
