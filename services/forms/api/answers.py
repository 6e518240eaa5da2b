"""How forms answers: which documents a role may have, and how one is shown and sent."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forms.api.access import BINDER_READERS, OVERSEERS, READERS_OF, UNITS
from services.forms.domain.binder import BINDER, BINDER_TITLE
from services.forms.domain.definition import Form, FormId
from services.forms.domain.masking import Reader
from services.forms.domain.values import FormValues, Issue
from services.forms.ports import PressNotReady
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer
from services.forms.store.states import FAILED, ISSUED, READY
from services.forms.store.tables import complaints, documents
from services.forms.templates import FORMS
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.problems import Problem

LISTED = (
    documents.c.id,
    documents.c.case_number,
    documents.c.form,
    documents.c.reader,
    documents.c.article,
    documents.c.number,
    documents.c.version,
    documents.c.template_version,
    documents.c.issued_at,
    documents.c.issued_by,
    documents.c.asked_by,
    documents.c.superseded_at,
    documents.c.state,
    documents.c.sha256,
    documents.c.signed_sha256,
    documents.c.size,
    documents.c.pages,
    documents.c.verify_code,
    documents.c.missing_glyphs,
    documents.c.reason,
)
CENTRE = "枣庄市民中心"
"""Every title begins with it; a file's name needn't."""
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PATIENCE = 30
"""Seconds that a request waits for a document that is being drawn."""
_POLL = 0.25


async def the_document(room: PrintRoom, printer: Printer, identifier: str, who: Principal) -> Any:
    """The row of a document that the asker may have, drawn if it was not. Raises Problem 404, 500, 503."""
    row = await known_document(room, identifier, who)
    return row if row.state == READY else await once_drawn(printer, row.id)


async def once_drawn(printer: Printer, identifier: UUID) -> Any:
    """The document's row once it is drawn, by us or by whoever is at it just now.

    Raises Problem 500 where it can't be drawn, 503 where that takes too long.
    """
    row = await settled(printer, identifier)
    if row.state == FAILED:
        raise Problem(
            500, "not_drawn", "这份文书未能制作，请告知系统管理员", "The document can't be made: tell the administrator"
        )
    return row


async def settled(printer: Printer, identifier: UUID) -> Any:
    """The document's row once it is drawn or given up. Raises Problem 503 if that takes too long or nothing can be drawn."""
    for _ in range(int(PATIENCE / _POLL)):
        row = await printer.draw_now(identifier)
        if row is not None:
            return row
        if not printer.is_ready:
            raise press_not_ready()
        await asyncio.sleep(_POLL)
    raise not_ready()


async def pictures(room: PrintRoom, form: Form, values: FormValues, issue: Issue) -> list[str]:
    """The pages of one copy as ``data:`` addresses (PNG), drawn in a worker thread; kept nowhere.

    Raises WrongValues, Problem 503 where nothing can be drawn.
    """
    try:
        pages = await asyncio.to_thread(room.pdf.preview_png, form, values, issue)
    except PressNotReady as fault:
        raise press_not_ready() from fault
    return [f"data:image/png;base64,{base64.b64encode(page).decode()}" for page in pages]


def press_not_ready() -> Problem:
    """503: the installation lacks what it takes to draw; the document waits."""
    return Problem(
        503,
        "press_not_ready",
        "现在画不出文书：服务器上没有中文字体",
        "No document can be drawn: the server has no Chinese font",
        detail_zh="请告知系统管理员：安装 fonts-noto-cjk，或用 SHOULI_FONT_DIR 指定字体文件夹。装好后自动补画，不必重做。",
        detail_en="Tell the administrator: install fonts-noto-cjk or set SHOULI_FONT_DIR. What waits is then drawn by itself.",
    )


async def known_document(room: PrintRoom, identifier: str, who: Principal) -> Any:
    """The row of a document, drawn or not. Raises Problem 404: the same for one that isn't there and one that isn't theirs."""
    try:
        wanted = UUID(identifier)
    except ValueError as fault:
        raise no_such_document() from fault
    async with room.store.reading() as connection:
        row = (await connection.execute(select(documents).where(documents.c.id == wanted))).first()
        if row is None or not _may_read(row, who) or not await may_know(connection, row, who):
            raise no_such_document()
    return row


async def known_case(room: PrintRoom, number: str, who: Principal) -> None:
    """Raises Problem 404 where there is no such case or the asker could not read its papers: nothing is to be made of it."""
    query = select(complaints.c.complaint_id).where(complaints.c.case_number == number)
    async with room.store.reading() as connection:
        row = (await connection.execute(query)).first()
        if row is None or not await may_know(connection, row, who):
            raise no_such_case()


async def may_know(connection: AsyncConnection, row: Any, who: Principal) -> bool:
    """Whether the asker may know of the complaint that the paper is of, or of the list that it is.

    An operator knows of what they took in or asked for themselves; of a case kept close only the officer in charge, the
    leader and the auditor do. The other roles' sight is that of their copies and units.
    """
    if who.role in OVERSEERS:
        return True
    if row.complaint_id is None:
        return bool(who.role is not Role.OPERATOR or row.asked_by == who.name)
    query = select(complaints.c.received_by, complaints.c.kept_for).where(complaints.c.complaint_id == row.complaint_id)
    told = (await connection.execute(query)).first()
    if told is not None and told.kept_for is not None:
        return bool(told.kept_for == who.id)
    return who.role is not Role.OPERATOR or (told is not None and bool(told.received_by == who.name))


def open_to(who: Principal) -> ColumnElement[bool]:
    """The documents of no case that is kept close from the asker."""
    kept = select(complaints.c.complaint_id).where(complaints.c.kept_for.is_not(None), complaints.c.kept_for != who.id)
    ours = or_(documents.c.complaint_id.is_(None), documents.c.complaint_id.not_in(kept))
    return true() if who.role in OVERSEERS else ours


def _may_read(row: Any, who: Principal) -> bool:
    if row.form == BINDER and who.role not in BINDER_READERS:
        return False
    theirs = Reader(row.reader) in READERS_OF[who.role]
    return theirs and (who.role not in UNITS or (who.unit is not None and row.unit == who.unit))


def listed(row: Any) -> dict[str, Any]:
    """A document as it is listed, with where it can be had."""
    endings = ("pdf",) if row.form == BINDER else ("pdf", "docx")
    links = {ending: f"/forms/documents/{row.id}.{ending}" for ending in endings}
    shown = {column.name: getattr(row, column.name) for column in LISTED}
    return shown | (links if row.state in ISSUED else {})


def file_name(row: Any, ending: str, mark: str = "") -> str:
    """What a document is called once it is downloaded: its number, what it is, which version; no person."""
    title = BINDER_TITLE if row.form == BINDER else FORMS[FormId(row.form)].title
    return f"{row.number} {title.removeprefix(CENTRE)}{mark} 第{row.version}版.{ending}"


def not_ready() -> Problem:
    """503: it will be there a little later."""
    return Problem(
        503, "not_ready", "文书还在制作，请稍后再取", "The document is still being made", headers={"Retry-After": "10"}
    )


def no_such_document() -> Problem:
    """404."""
    return Problem(404, "not_found", "没有这份文书", "There is no such document")


def no_such_case() -> Problem:
    """404."""
    return Problem(404, "not_found", "没有这个案件", "There is no such case")
