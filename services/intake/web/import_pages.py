"""``/desk/imports``: a hotline's export is sent, looked at, its columns named, confirmed; bad rows come back as a file.

Law of this file: nothing is taken in before a person has seen the first rows; what a file is and what its rows mean is said
elsewhere (``services.intake.phone_imports``), and shown here in the same words as at the door.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.phone_log import CallWithoutComplaint
from services.intake.api.phone_imports import previewed, uploaded
from services.intake.domain.call_table import HEADERS, Column
from services.intake.phone_file_faults import HeadersRefused
from services.intake.phone_imports import (
    ImportRow,
    NotPreviewed,
    Preview,
    confirm,
    import_named,
    look_again,
    recent_imports,
)
from services.intake.phone_table import ReadRow
from services.intake.store.states import ImportState
from services.intake.web.call_views import ending_words
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import ColumnChoice, ImportLine, ImportsPage, SampleRow
from services.intake.web.stored_words import stored_words
from shared.identity.principal import Principal
from shared.once import once
from shared.web.i18n import Bilingual
from shared.web.problems import Problem
from shared.web.sent_form import read_form

IMPORTS = "/desk/imports"
_LONGEST_CELL = 60
_MEANINGS = [(column.value, names[0]) for column, names in HEADERS.items()]


def import_page_routes(room: DeskRoom) -> APIRouter:
    """GET and POST of the page and of one import."""
    router = APIRouter()

    @router.get(IMPORTS, include_in_schema=False)
    async def lately(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """The newest imports, and the form for another."""
        return await _lately(room, request, who)

    @router.post(IMPORTS, include_in_schema=False)
    async def send(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Look at a file; nothing is taken in yet."""
        form = await read_form(request)
        key = str(form.get("idempotency_key", ""))[:100] or str(uuid4())
        try:
            raw = await uploaded(request)
            found = await previewed(room.door, raw, who.name, once(f"import:{who.name}", key, raw))
        except Problem as problem:
            return await _lately(room, request, who, problem)
        return RedirectResponse(f"{IMPORTS}/{found.id}", status_code=303)

    _add_one(router, room)
    return router


def _add_one(router: APIRouter, room: DeskRoom) -> None:
    @router.get(IMPORTS + "/{import_id}", include_in_schema=False)
    async def one(import_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """An import: its first rows and columns before it is confirmed, how far it has come afterwards."""
        return await _one(room, request, who, await _named(room, import_id))

    @router.post(IMPORTS + "/{import_id}", include_in_schema=False)
    async def go(import_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Look again with other columns, or have it taken in."""
        form = await read_form(request)
        item = await _named(room, import_id)
        if item.state != ImportState.PREVIEW:
            return RedirectResponse(f"{IMPORTS}/{import_id}", status_code=303)
        seen = await look_again(room.door, item)
        said = {header: str(form.get(f"column-{place}", "")) for place, header in enumerate(seen.headers)}
        mapping = {header: Column(meaning) for header, meaning in said.items() if meaning in set(Column)}
        if form.get("then") == "look":
            return await _one(room, request, who, item, mapping)
        try:
            await confirm(room.door, import_id, mapping, by=who.name)
        except HeadersRefused as fault:
            return await _one(room, request, who, item, mapping, [Bilingual(each, each) for each in fault.faults])
        except NotPreviewed:
            pass  # somebody was quicker: the page says how far it is
        return RedirectResponse(f"{IMPORTS}/{import_id}", status_code=303)


async def _named(room: DeskRoom, import_id: UUID) -> ImportRow:
    item = await import_named(room.door, import_id)
    if item is None:
        raise Problem(404, "not_found", "没有这次导入", "There is no such import")
    return item


async def _lately(room: DeskRoom, request: Request, who: Principal, problem: Problem | None = None) -> Response:
    lines = [_line(item) for item in await recent_imports(room.door)]
    page = ImportsPage(IMPORTS, str(uuid4()), lines, trouble=_said(problem) if problem else ())
    return room.render(
        request, who, "desk_imports.html", "imports", page=page, status=problem.status if problem else 200
    )


async def _one(
    room: DeskRoom,
    request: Request,
    who: Principal,
    item: ImportRow,
    mapping: dict[str, Column] | None = None,
    trouble: Sequence[Bilingual] = (),
) -> Response:
    page = ImportsPage(f"{IMPORTS}/{item.id}", here=_line(item), trouble=trouble)
    if item.state == ImportState.PREVIEW:
        page = _before(page, await look_again(room.door, item, mapping))
    status = 422 if trouble else 200
    return room.render(request, who, "desk_imports.html", "imports", page=page, status=status)


def _before(page: ImportsPage, seen: Preview) -> ImportsPage:
    """What would become of the file."""
    return ImportsPage(
        page.action,
        here=page.here,
        columns=[
            ColumnChoice(f"column-{place}", header, str(seen.mapping.get(header, "")))
            for place, header in enumerate(seen.headers)
        ],
        meanings=_MEANINGS,
        sample=[_sample(seen.headers, row) for row in seen.sample],
        trouble=page.trouble or [Bilingual(each, each) for each in seen.faults],
    )


def _sample(headers: Sequence[str], row: ReadRow) -> SampleRow:
    told = [(header, cell[:_LONGEST_CELL]) for header, cell in zip_longest(headers, row.shown, fillvalue="") if cell]
    if row.call is None:
        return SampleRow(row.number, told, row.reasons)
    entry = row.call.entry
    ending = ending_words(entry.ending) if isinstance(entry, CallWithoutComplaint) else None
    return SampleRow(row.number, told, ending=ending)


def _line(item: ImportRow) -> ImportLine:
    return ImportLine(
        id=item.id,
        state=ImportState(item.state),
        made_at=item.made_at,
        made_by=item.made_by,
        read=item.rows_read,
        taken=item.rows_taken,
        repeated=item.rows_repeated,
        bad=item.rows_bad,
        other=item.rows_other,
        reason=stored_words(item.reason) if item.reason else None,
        faults_url=f"/intake/phone-logs/imports/{item.id}/faults.csv" if item.rows_bad else "",
    )


def _said(problem: Problem) -> list[Bilingual]:
    """A problem of the door as the page says it."""
    details = [Bilingual(fault.message_zh, fault.message_en) for fault in problem.fields]
    said = [problem.title, *([problem.detail] if problem.detail.zh else [])]
    return [*said, *details]
