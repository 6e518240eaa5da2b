"""``/identity/people``: the administrator's accounts and tokens as a page that works without script.

Law of this file: it does what the JSON routes do, by the same procedures and with the same refusals. A one-time link or a token
is shown once, on the answer to the form that made it, and never stands in an address of ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.contracts.values import Role
from shared.identity.accounts import UNIT_ROLES, Account, AccountEvent, Accounts
from shared.identity.doors import words
from shared.identity.doors.accounts_api import NewAccount, Place, added, changed, moved, with_new_link
from shared.identity.doors.program_tokens import LONGEST, NewToken, ScopesByRole, made, offered, revoked
from shared.identity.principal import Principal
from shared.identity.reception import Reception
from shared.web.access import Gate
from shared.web.desk_frame import desk_head
from shared.web.i18n import Bilingual
from shared.web.pages import Pages
from shared.web.problems import FieldFault, Problem
from shared.web.sent_form import read_form
from shared.web.validation import field_faults

PEOPLE = "/identity/people"
CHANGES: Mapping[str, Callable[..., Awaitable[None]]] = {
    "disable": Accounts.disable,
    "enable": Accounts.enable,
    "end-sessions": Accounts.end_sessions,
}
"""What a button without a field does."""
SHOWN = 30
"""Entries of the record on the page; ``GET /identity/record`` gives more."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a form that was sent led to: a link or a token to hand over, or what stood against it.

    ``form``: which of the page's forms that have fields it was, so that what was typed goes back there.
    """

    link: str = ""
    token: str = ""
    whose: str = ""
    form: str = ""
    refused: Bilingual | None = None
    faults: Mapping[str, FieldFault] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """What the page shows."""

    people: Sequence[Account]
    tokens: Sequence[Mapping[str, Any]]
    units: Sequence[str]
    now: datetime
    told: Told
    scopes: Mapping[str, tuple[Bilingual, frozenset[Role]]]
    """What a program's token can be limited to, in words, and by which roles."""
    record: Sequence[tuple[AccountEvent, Bilingual]] = ()
    """What was done last, in words."""
    done: Bilingual | None = None
    roles: Sequence[Role] = tuple(Role)
    unit_roles: frozenset[Role] = UNIT_ROLES
    most_days: int = LONGEST

    @property
    def token_roles(self) -> Sequence[Role]:
        """The roles that a program's token can have."""
        return [role for role in self.roles if any(role in roles for _, roles in self.scopes.values())]


class PeopleDesk:
    """The page, over the reception."""

    def __init__(self, reception: Reception, pages: Pages, gate: Gate, scopes: ScopesByRole) -> None:
        self.reception = reception
        self.scopes = scopes
        self._pages = pages
        self._gate = gate

    async def show(self, request: Request, who: Principal, told: Told | None = None, *, status: int = 200) -> Response:
        """Everybody, and what the last form led to."""
        page = PeoplePage(
            people=await self.reception.accounts.everybody(),
            tokens=await self.reception.tokens.everything(),
            units=[unit.name for unit in self.reception.centre.units],
            now=self.reception.clock(),
            told=told or Told(),
            scopes=offered(self.scopes),
            record=[(event, words.RECORDED[event.kind]) for event in await self.reception.recent_events(SHOWN)],
            done=words.CHANGED.get(request.query_params.get("done", "")) if told is None else None,
        )
        head = desk_head(who, "people", csrf=self._gate.csrf(request))
        return self._pages.render(request, "people.html", status=status, desk=head, page=page)

    async def answer(
        self, request: Request, who: Principal, form: type[BaseModel], work: Callable[[Any], Awaitable[Told | str]]
    ) -> Response:
        """Read the form and do its work: a page where something is to be shown, else back to the list."""
        sent = await read_form(request)
        typed = {name: " ".join(map(str, sent.getlist(name))) for name in form.model_fields}
        try:
            led_to = await work(form.model_validate({name: said for name, said in typed.items() if said}))
        except ValidationError as fault:
            faults = {each.name: each for each in field_faults(fault.errors())}
            told = Told(faults=faults, typed=typed, form=form.__name__)
            return await self.show(request, who, told, status=422)
        except Problem as fault:
            faults = {each.name: each for each in fault.fields}
            refused = None if faults else fault.title
            told = Told(refused=refused, faults=faults, typed=typed, form=form.__name__)
            return await self.show(request, who, told, status=fault.status)
        if isinstance(led_to, Told):
            return await self.show(request, who, led_to)
        return RedirectResponse(f"{PEOPLE}?done={led_to}", status_code=303)


class Nothing(BaseModel):
    """A form that is only a button."""


class WhichToken(BaseModel):
    """The token that a button is beside."""

    token: UUID


def people_routes(desk: PeopleDesk, gate: Gate) -> APIRouter:
    """The page and its forms."""
    router = APIRouter(include_in_schema=False)
    reception = desk.reception

    @router.get(PEOPLE)
    async def people(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Everybody who may come in, and every token."""
        return await desk.show(request, who)

    @router.post(PEOPLE)
    async def add(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Add a person; the answer shows their link."""

        async def work(new: NewAccount) -> Told:
            account, link = await added(reception, new, by=who.id)
            return Told(link=link, whose=account.name)

        return await desk.answer(request, who, NewAccount, work)

    _add_tokens(router, desk, gate)
    _add_changes(router, desk, gate)
    return router


def _add_tokens(router: APIRouter, desk: PeopleDesk, gate: Gate) -> None:
    @router.post(PEOPLE + "/tokens")
    async def make(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Make a token for a program; the answer shows it, once."""

        async def work(new: NewToken) -> Told:
            return Told(token=await made(desk.reception, new, desk.scopes, by=who.id), whose=new.name)

        return await desk.answer(request, who, NewToken, work)

    @router.post(PEOPLE + "/tokens/revoke")
    async def revoke(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Revoke one token."""

        async def work(which: WhichToken) -> str:
            await revoked(desk.reception, which.token, by=who.id)
            return "revoke"

        return await desk.answer(request, who, WhichToken, work)


def _add_changes(router: APIRouter, desk: PeopleDesk, gate: Gate) -> None:
    reception = desk.reception

    @router.post(PEOPLE + "/{login}/role")
    async def role(login: str, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Another role or unit."""

        async def work(place: Place) -> str:
            await moved(reception, login, place, by=who.id)
            return "role"

        return await desk.answer(request, who, Place, work)

    @router.post(PEOPLE + "/{login}/link")
    async def link(login: str, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Take password and second factor away; the answer shows the new link."""

        async def work(_: Nothing) -> Told:
            account, made = await with_new_link(reception, login, by=who.id)
            return Told(link=made, whose=account.name)

        return await desk.answer(request, who, Nothing, work)

    @router.post(PEOPLE + "/{login}/{change}")
    async def change(login: str, change: str, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Disable, enable, end the sessions."""

        async def work(_: Nothing) -> str:
            if change not in CHANGES:
                raise Problem(404, "not_found", "没有这项操作", "There is no such action")
            await changed(reception, login, CHANGES[change], by=who.id)
            return change

        return await desk.answer(request, who, Nothing, work)
