"""Imports of hotline exports over HTTP: send a file, look, confirm, follow, fetch what came back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.intake.adapters.told import Strict
from services.intake.api.answers import unavailable, wrong_media_type
from services.intake.api.requests import repetition
from services.intake.bad_rows import bad_rows_file
from services.intake.domain.call_table import HEADERS, Column
from services.intake.phone_file_faults import HeadersRefused, why_refused
from services.intake.phone_imports import (
    ImportRow,
    NotPreviewed,
    Preview,
    bad_rows,
    confirm,
    import_named,
    preview,
    shape_in,
)
from services.intake.phone_table import NoHeader, header_of
from services.intake.ports import Door
from services.intake.readers.spreadsheet import SpreadsheetRefused, is_zip
from services.intake.readers.table_text import UnknownCharset
from shared.identity.principal import Principal
from shared.once import KeyReused, Once
from shared.store.engine import is_unreachable
from shared.web.access import Gate
from shared.web.files import gives
from shared.web.problems import FieldFault, Problem
from shared.web.repetition import DOCUMENTED, key_reused
from shared.web.sent_form import sent_form, takes_form
from shared.web.sent_json import json_body, takes

TAKEN = "CSV, tab-separated text, XLSX"


class Confirmation(Strict):
    """Take it in; with another meaning of the columns where one is given."""

    mapping: dict[str, Column] | None = None


def import_routes(door: Door, gate: Gate) -> APIRouter:
    """POST /intake/phone-logs/import, and GET, POST and faults.csv of one import."""
    router = APIRouter(tags=["intake"], prefix="/intake/phone-logs")

    @router.post("/import", status_code=201, openapi_extra={**DOCUMENTED, **takes_form(file="file")})
    async def upload(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """A file as the part ``file``: 201 with how it was read and its first rows. Nothing is taken in yet."""
        raw = await uploaded(request)
        same = await repetition(request, f"import:{who.name}", raw)
        found = await previewed(door, raw, who.name, same)
        return JSONResponse(_shown(found), status_code=201, headers={"Location": _place(found.id)})

    @router.get("/imports/{import_id}", dependencies=[Depends(gate.admit)])
    async def one(import_id: UUID) -> dict[str, Any]:
        """How far an import has come."""
        return _standing(await _named(door, import_id))

    @router.post("/imports/{import_id}", status_code=202, openapi_extra=takes(Confirmation))
    async def go(import_id: UUID, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Confirm: 202, taken in by and by; 422 naming each column that is missing or there twice; 409 if it was."""
        said = await json_body(request, Confirmation)
        await _confirmed(door, import_id, said.mapping, who.name)
        return JSONResponse(
            _standing(await _named(door, import_id)), status_code=202, headers={"Location": _place(import_id)}
        )

    @router.get(
        "/imports/{import_id}/faults.csv",
        dependencies=[Depends(gate.admit)],
        response_class=Response,
        responses=gives("text/csv"),
    )
    async def faults(import_id: UUID) -> Response:
        """The rows that were not taken, each with its reasons, to be mended and sent again. Opens safely in Excel."""
        item = await _named(door, import_id)
        headers = header_of(await door.originals.read(item.sha256), shape_in(item))
        found = await bad_rows(door, import_id)
        disposition = {"Content-Disposition": f'attachment; filename="faults-{import_id}.csv"'}
        return StreamingResponse(
            bad_rows_file(headers, found),
            media_type="text/csv; charset=utf-8",
            headers=disposition | {"Cache-Control": "no-store"},
        )

    return router


async def previewed(door: Door, raw: bytes, by: str, same: Once | None) -> Preview:
    """Look at a file. Raises Problem 415 and 422 that say what is wrong with it."""
    try:
        found = await preview(door, raw, by=by, same=same)
    except KeyReused as fault:
        raise key_reused() from fault
    except (UnknownCharset, SpreadsheetRefused) as fault:
        raise _refused(*why_refused(fault)[0]) from fault
    except (NoHeader, HeadersRefused) as fault:
        raise _headers(tuple(said.chinese for said in why_refused(fault))) from fault
    except Exception as fault:
        if is_unreachable(fault):
            raise unavailable() from fault
        raise
    if not found.mapping:
        raise _headers(found.faults)
    return found


async def _confirmed(door: Door, import_id: UUID, mapping: dict[str, Column] | None, by: str) -> None:
    try:
        await confirm(door, import_id, mapping, by=by)
    except HeadersRefused as fault:
        raise _headers(fault.faults) from fault
    except NotPreviewed as fault:
        raise Problem(
            409, "not_previewed", "这次导入已确认过，或不存在", "This import is confirmed already, or unknown"
        ) from fault


async def uploaded(request: Request) -> bytes:
    """The bytes of the part ``file``. Raises Problem 415."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise wrong_media_type(f"multipart/form-data, a part named file: {TAKEN}")
    async with sent_form(request) as form:
        file: Any = form.get("file")
        if file is None or isinstance(file, str):
            raise wrong_media_type(f"a part named file: {TAKEN}")
        raw: bytes = await file.read()
        ending = (file.filename or "").lower().rpartition(".")[2]
    if is_zip(raw) and ending in {"csv", "txt", "tsv"}:
        raise _refused("文件名是文本，内容却是 Excel，请改回 .xlsx", "an xlsx by another name")
    return raw


async def _named(door: Door, import_id: UUID) -> ImportRow:
    item = await import_named(door, import_id)
    if item is None:
        raise Problem(404, "not_found", "没有这次导入", "There is no such import")
    return item


def _place(import_id: UUID) -> str:
    return f"/intake/phone-logs/imports/{import_id}"


def _shown(found: Preview) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "kind": found.shape.kind,
        "encoding": found.shape.charset,
        "delimiter": found.shape.separator,
        "headers": found.headers,
        "mapping": found.mapping,
        "columns": {column.value: HEADERS[column][0] for column in Column},
        "not_used": [header for header in found.headers if header not in found.mapping],
        "faults": found.faults,
        "sample": [
            {"row": row.number, "cells": row.shown, "good": row.call is not None, "reasons": row.reasons}
            for row in found.sample
        ],
    }


def _standing(item: ImportRow) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "state": item.state,
        "rows_read": item.rows_read,
        "rows_taken": item.rows_taken,
        "rows_other": item.rows_other,
        "rows_repeated": item.rows_repeated,
        "rows_bad": item.rows_bad,
        "reason": item.reason,
        "mapping": item.mapping,
        "made_by": item.made_by,
        "made_at": item.made_at.isoformat(),
        "finished_at": item.finished_at.isoformat() if item.finished_at else None,
        "faults": f"{_place(item.id)}/faults.csv" if item.rows_bad else None,
    }


def _refused(zh: str, en: str) -> Problem:
    return Problem(
        415,
        "file_not_readable",
        "文件不能导入",
        "This file can't be imported",
        detail_zh=zh,
        detail_en=f"{en}; send {TAKEN}",
    )


def _headers(faults: tuple[str, ...]) -> Problem:
    named = [FieldFault("headers", "headers", fault, fault) for fault in faults]
    return Problem(422, "headers_refused", "表头不能用，没有导入任何一行", "The header row can't be used", fields=named)
