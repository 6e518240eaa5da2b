"""Intake's public pages: how to complain, the form, the receipt, the written form of a major matter. All without script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.web_form import WebForm
from services.intake.api.answers import RECEIPT_DOCUMENTED, key_reused, unavailable, wrong_media_type
from services.intake.api.told_doors import CITIZEN, submission_of, take_web_form
from services.intake.domain.submission import Submission
from services.intake.handlers import KeyReusedError, Original, keep, once, receive
from services.intake.ports import Door
from services.intake.readers.content_type import sniff_media_type
from services.intake.store import queries
from services.intake.web.form_reading import values_of, web_form_of
from services.intake.web.kept_files import KeptFiles
from services.intake.web.views import (
    FileRules,
    FormNotice,
    FormPage,
    FormValues,
    Place,
    ReceiptPage,
    Signature,
    StartPage,
    UnitChoice,
    Way,
    WindowChoice,
    WrittenOffer,
    WrittenStatementPage,
)
from shared.clock import SHANGHAI
from shared.contracts.complaint import ComplaintReceived, Evidence, Source
from shared.contracts.tracking import read_tracking_code
from shared.contracts.values import Channel, Element
from shared.store.engine import is_unreachable
from shared.web.csrf import FIELD, FormTokens, form_fault, new_visitor, remember_visitor, visitor_of
from shared.web.frame import tel
from shared.web.i18n import Bilingual
from shared.web.pages import Pages
from shared.web.problems import FieldFault, Problem
from shared.web.qr import qr_code

FORM = "/intake/web-forms"
FILES = FileRules(each_bytes=10 * 1024 * 1024, count=10)
_MOST_FIELDS = 60


@dataclass(frozen=True, slots=True)
class Counter:
    """What the public pages need: the door, the pages, and the keys of their forms."""

    door: Door
    pages: Pages
    tokens: FormTokens
    kept: KeptFiles
    public_url: str


def page_routes(counter: Counter) -> APIRouter:
    """``/``, ``/intake/web-forms``, its receipts, ``/intake/written``."""
    router = APIRouter()
    _add_form(router, counter)
    _add_papers(router, counter)

    @router.get("/", include_in_schema=False)
    async def start(request: Request) -> Response:
        """How to complain (arts. 5, 8)."""
        page = StartPage(_ways(counter.door), form_url=FORM, written_form_url="/intake/written")
        return counter.pages.render(request, "start.html", page=page)

    return router


def _add_form(router: APIRouter, counter: Counter) -> None:
    @router.get(FORM, include_in_schema=False)
    async def form(request: Request) -> Response:
        """The empty form."""
        return _form_page(counter, request, FormValues())

    @router.post(FORM, status_code=201, responses=RECEIPT_DOCUMENTED, openapi_extra=_web_form_body(), tags=["intake"])
    async def send(request: Request) -> Response:
        """A citizen's complaint: JSON, or the page's form (which is answered with its receipt)."""
        media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type == "application/json":
            return await take_web_form(counter.door, request, counter.public_url)
        if media_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
            return await _take_form(counter, request)
        raise wrong_media_type("application/json, multipart/form-data")


def _add_papers(router: APIRouter, counter: Counter) -> None:
    @router.get(FORM + "/receipts/{code}", include_in_schema=False)
    async def receipt(code: str, request: Request) -> Response:
        """The receipt: what was taken in, and when the answer comes."""
        return await _receipt_page(counter, request, code)

    @router.get("/intake/written", include_in_schema=False)
    async def written(request: Request) -> Response:
        """The written form of a major matter, empty (art. 7)."""
        return counter.pages.render(request, "written.html", page=_written(counter.door))

    @router.get("/intake/written/{code}", include_in_schema=False)
    async def written_for(code: str, request: Request) -> Response:
        """The written form for a complaint: with its code, never with its content."""
        found = read_tracking_code(code)
        if found is None or await queries.submission_by_code(counter.door.store, found) is None:
            raise _no_such_receipt()
        return counter.pages.render(request, "written.html", page=replace(_written(counter.door), code=found))


async def _take_form(counter: Counter, request: Request) -> Response:
    async with request.form(
        max_files=FILES.count + 1, max_fields=_MOST_FIELDS, max_part_size=FILES.each_bytes
    ) as fields:
        return await _take_fields(counter, request, fields)


async def _take_fields(counter: Counter, request: Request, fields: FormData) -> Response:
    values = values_of(fields)
    visitor = visitor_of(request)
    token = str(fields.get(FIELD, ""))
    key = str(fields.get("idempotency_key", ""))[:100]
    if form_fault(request, counter.tokens, token, bound_to=visitor, purpose=FORM, now=counter.door.clock()):
        return _form_page(counter, request, values, status=403, notice=FormNotice.EXPIRED, key=key)
    assert visitor is not None
    try:
        evidence, file_faults = await _files(counter, fields, visitor)
        form = web_form_of(values, counter.door.centre)
        if not isinstance(form, WebForm) or file_faults:
            faults = [*(form if not isinstance(form, WebForm) else ()), *file_faults]
            return _form_page(counter, request, values, status=422, errors=faults, kept=evidence, key=key)
        code = await _receive(counter, form, evidence, f"{visitor}:{key}")
    except KeyReusedError as fault:
        raise key_reused() from fault
    except Exception as fault:
        if is_unreachable(fault):
            raise unavailable() from fault
        raise
    return RedirectResponse(f"{FORM}/receipts/{code}", status_code=303)


async def _receive(counter: Counter, form: WebForm, evidence: Sequence[Evidence], key: str) -> str:
    door = counter.door
    source = Source(kind="web_form", originals=[item.sha256 for item in evidence])
    more: dict[str, Any] = {
        "received_at": door.clock(),
        "received_by": CITIZEN,
        "source": source,
        "evidence": list(evidence),
    }
    submission: Submission = submission_of(form, Channel.WEB, more)
    hashed = form.model_dump_json().encode() + b"".join(item.sha256.encode() for item in evidence)
    return (await receive(door, submission, same=once("web_page", key, hashed))).tracking_code


async def _files(counter: Counter, fields: FormData, visitor: str) -> tuple[list[Evidence], list[FieldFault]]:
    """Keep what is allowed; name what isn't. Files that came with an earlier try are found again."""
    dropped = set(map(str, fields.getlist("drop")))
    tokens = [str(token) for token in fields.getlist("kept") if str(token) not in dropped]
    evidence = [found for token in tokens if (found := counter.kept.find(token, visitor))]
    faults: list[FieldFault] = []
    for upload in fields.getlist("evidence"):
        if not isinstance(upload, UploadFile) or not upload.filename:
            continue
        content = await upload.read()
        fault = _file_fault(upload.filename, content, len(evidence))
        if fault:
            faults.append(fault)
        else:
            media_type = sniff_media_type(content).media_type
            evidence += await keep(counter.door, [Original(upload.filename, media_type, content)])
    return evidence, faults


def _file_fault(name: str, content: bytes, so_far: int) -> FieldFault | None:
    if not content:
        return FieldFault("evidence", "file_empty", f"“{name}”是空的，没有收下", f"“{name}” is empty and was not taken")
    if len(content) > FILES.each_bytes:
        limit = FILES.each_bytes // 1024 // 1024
        return FieldFault(
            "evidence",
            "file_too_large",
            f"“{name}”超过 {limit} MB，没有收下",
            f"“{name}” has over {limit} MB and was not taken",
        )
    if not sniff_media_type(content).allowed:
        return FieldFault(
            "evidence", "file_kind", f"“{name}”不是可收的类型，没有收下", f"“{name}” is of a kind that isn't taken"
        )
    if so_far >= FILES.count:
        return FieldFault(
            "evidence",
            "too_many_files",
            f"最多 {FILES.count} 个文件，“{name}”没有收下",
            f"At most {FILES.count} files; “{name}” was not taken",
        )
    return None


def _form_page(
    counter: Counter,
    request: Request,
    values: FormValues,
    *,
    status: int = 200,
    errors: Sequence[FieldFault] = (),
    kept: Sequence[Evidence] = (),
    notice: FormNotice | None = None,
    key: str = "",
) -> Response:
    visitor = visitor_of(request) or new_visitor()
    now = counter.door.clock()
    page = FormPage(
        units=_units(counter.door),
        files=FILES,
        csrf=counter.tokens.issue(bound_to=visitor, purpose=FORM, now=now),
        idempotency_key=key or str(uuid4()),
        today=now.astimezone(SHANGHAI).date(),
        values=values,
        errors=errors,
        kept=[counter.kept.keep(item, visitor) for item in kept],
        notice=notice,
        action=FORM,
    )
    response = counter.pages.render(request, "form.html", status=status, page=page)
    remember_visitor(request, response, visitor)
    return response


async def _receipt_page(counter: Counter, request: Request, code: str) -> Response:
    found = read_tracking_code(code)
    row = await queries.submission_by_code(counter.door.store, found) if found else None
    if row is None:
        raise _no_such_receipt()
    complaint = ComplaintReceived.model_validate_json(counter.door.ring.open(row["sealed"]))
    page = ReceiptPage(
        code=row["tracking_code"],
        received_at=row["received_at"],
        respond_by=row["respond_by"],
        qr=qr_code(f"{counter.public_url}/verify/{row['tracking_code']}"),
        digest=row["digest"],
        track_url=f"/track/{row['tracking_code']}",
        channel=Channel(row["channel"]),
        number=row["case_number"] or "",
        unit=complaint.target.unit or "",
        window=complaint.target.window or "",
        signature=_signature(complaint),
        files=len(complaint.evidence),
        missing=[Element(name) for name in row["missing"]],
        written=WrittenOffer(f"/intake/written/{row['tracking_code']}") if row["major"] else None,
    )
    return counter.pages.render(request, "receipt.html", page=page)


def _signature(complaint: ComplaintReceived) -> Signature:
    if complaint.complainant.anonymous:
        return Signature.ANONYMOUS
    return Signature.CONFIDENTIAL if complaint.complainant.confidential else Signature.NAMED


def _no_such_receipt() -> Problem:
    return Problem(404, "not_found", "没有这份回执", "There is no such receipt")


def _units(door: Door) -> list[UnitChoice]:
    return [
        UnitChoice(unit.name, unit.name, [WindowChoice(window.split()[0], window) for window in unit.windows])
        for unit in door.centre.units
    ]


def _ways(door: Door) -> list[Way]:
    said = door.centre.channels
    hours = f"{door.centre.hours.opens:%-H:%M}–{door.centre.hours.closes:%-H:%M}"
    attended = Bilingual(f"工作日 {hours}", f"Working days {hours}")
    return [
        Way([Channel.PHONE], [Place(_same(said.phone), tel(said.phone))], attended),
        Way([Channel.VISIT], [Place(_same(place)) for place in door.centre.reception_points], attended),
        Way([Channel.SUGGESTION_BOX], [Place(_same(said.boxes))]),
        Way([Channel.LETTER], [Place(_same(said.postal_address))]),
        Way([Channel.EMAIL, Channel.FAX], [Place(_same(said.email), f"mailto:{said.email}"), Place(_same(said.fax))]),
    ]


def _written(door: Door) -> WrittenStatementPage:
    said = door.centre.channels
    return WrittenStatementPage(hand_in=[_same(said.postal_address), _same(said.visit)])


def _same(text: str) -> Bilingual:
    return Bilingual(text, text)


def _web_form_body() -> dict[str, Any]:
    schema = WebForm.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
