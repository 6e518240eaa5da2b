"""Asking for documents: a form of a case, a preview while it is filled in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.forms.api.answers import known_case, listed, no_such_case, pictures, the_document
from services.forms.demand import NoSuchCase, NotThisWay, make_form
from services.forms.domain.definition import FormId
from services.forms.domain.filling import NotYet
from services.forms.domain.masking import Reader
from services.forms.domain.values import FormValues, Issue, WrongValues
from services.forms.once import Made
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer
from services.forms.templates import FORMS
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.web.access import Gate
from shared.web.problems import FieldFault, Problem
from shared.web.repetition import REPLAYED, IdempotencyKey, key_reused, repetition
from shared.web.sent_json import json_body, takes

Words = Annotated[str, StringConstraints(max_length=20_000)]
Name = Annotated[str, StringConstraints(max_length=40)]
Cells = Annotated[tuple[Words, ...], Field(max_length=20)]
Rows = Annotated[list[Cells], Field(max_length=2_000)]


class Wanted(BaseModel):
    """A form of a case; ``reader`` is who the copy is for, by default whom the form is made for first."""

    model_config = ConfigDict(extra="forbid")

    case: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{6}$")]
    form: FormId
    reader: Reader | None = None


class Filled(BaseModel):
    """What is filled in on a form, by field: words, and rows of listings."""

    model_config = ConfigDict(extra="forbid")

    texts: Annotated[dict[Name, Words], Field(max_length=60)] = Field(default_factory=dict)
    tables: Annotated[dict[Name, Rows], Field(max_length=10)] = Field(default_factory=dict)

    def of(self, form: FormId) -> FormValues:
        """As values of that form."""
        return FormValues(form=form, texts=self.texts, tables=self.tables)


class Draft(BaseModel):
    """A form while it is filled in."""

    model_config = ConfigDict(extra="forbid")

    form: FormId
    values: Filled


def demand_routes(room: PrintRoom, printer: Printer, gate: Gate) -> APIRouter:
    """POST documents and previews."""
    router = APIRouter(tags=["forms"])

    @router.post("/forms/documents", status_code=201, openapi_extra=takes(Wanted))
    async def make(request: Request, key: IdempotencyKey = None, who: Principal = Depends(gate.admit)) -> JSONResponse:
        """Make a form of a case as it stands now: the next version, which supersedes the one before."""
        wanted = await json_body(request, Wanted)
        same = repetition(key, f"{who.name} {request.url.path}", await request.body())
        await known_case(room, wanted.case, who)
        with told():
            made = await make_form(room, wanted.case, wanted.form, wanted.reader, who=who.name, same=same)
        return await _created(room, printer, made, who)

    @router.post("/forms/previews", openapi_extra=takes(Draft))
    async def preview(request: Request, _who: Principal = Depends(gate.admit)) -> dict[str, list[str]]:
        """The pages as pictures (PNG, as data: addresses), marked as a preview; nothing is kept."""
        draft = await json_body(request, Draft)
        issue = Issue(issued_at=room.clock(), issued_by=room.centre.office)
        values = draft.values.of(draft.form)
        with told():
            return {"pages": await pictures(room, FORMS[draft.form], values, issue)}

    return router


@contextmanager
def told() -> Iterator[None]:
    """Whatever the asker can mend is told as a problem."""
    try:
        yield
    except NoSuchCase as fault:
        raise no_such_case() from fault
    except NotYet as fault:
        raise _not_yet() from fault
    except KeyReused as fault:
        raise key_reused() from fault
    except NotThisWay as fault:
        raise _wrong("form", "这种文书不能这样出具", "can't be made this way") from fault
    except WrongValues as fault:
        raise _wrong("values", f"与这份文书的栏目不符（{fault}）", f"don't fit the form ({fault})") from fault


async def _created(room: PrintRoom, printer: Printer, made: Made, who: Principal) -> JSONResponse:
    """201 with the document drawn, and where it is."""
    row = await the_document(room, printer, str(made.id), who)
    headers = {"Location": f"/forms/documents/{made.id}"}
    if made.repeated:
        headers |= REPLAYED
    return JSONResponse(jsonable_encoder(listed(row)), status_code=201, headers=headers)


def _not_yet() -> Problem:
    return Problem(
        409,
        "not_yet",
        "案件还没有办到能填写这份文书的一步",
        "The case has not come to where this form can be filled in",
        detail_zh="请先在案件页办理相应的一步，再出具文书。",
        detail_en="Carry out that step on the case's page first.",
    )


def _wrong(field: str, zh: str, en: str) -> Problem:
    faults = [FieldFault(field, "wrong", zh, en)]
    return Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=faults)
