"""``/identity/accounts``: the administrator's, as JSON. A link is shown once, in the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from shared.contracts.values import Role
from shared.identity.accounts import UNIT_ROLES, Account, AccountFault, AccountRefused, Accounts
from shared.identity.doors.words import ACCOUNTS
from shared.identity.principal import Principal
from shared.identity.reception import Reception
from shared.web.access import Gate
from shared.web.problems import FieldFault, Problem
from shared.web.sent_json import json_body, takes

Line = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
_FIELD = {AccountFault.NAME_TAKEN: "login", AccountFault.BAD_LOGIN: "login", AccountFault.UNIT_AND_ROLE: "unit"}


class Place(BaseModel):
    """What somebody is."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    unit: Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)] | None = None


class NewAccount(Place):
    """A person to be added."""

    login: Line
    name: Line


def account_routes(reception: Reception, gate: Gate) -> APIRouter:
    """Everything the administrator does with accounts."""
    router = APIRouter(tags=["identity"])
    _add_accounts(router, reception, gate)
    _add_changes(router, reception, gate)
    _add_record(router, reception, gate)
    return router


def _add_accounts(router: APIRouter, reception: Reception, gate: Gate) -> None:
    @router.get("/identity/accounts", dependencies=[Depends(gate.admit)])
    async def everybody() -> dict[str, Any]:
        """All accounts."""
        return {"items": [_answer(account) for account in await reception.accounts.everybody()]}

    @router.post("/identity/accounts", status_code=201, openapi_extra=takes(NewAccount))
    async def add(request: Request, response: Response, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Add a person; the answer holds their one-time link, to be handed over in person."""
        account, link = await added(reception, await json_body(request, NewAccount), by=who.id)
        response.headers["Location"] = "/identity/accounts"
        return _answer(account) | {"link": link}


def _add_record(router: APIRouter, reception: Reception, gate: Gate) -> None:
    @router.get("/identity/record", dependencies=[Depends(gate.admit)])
    async def record(limit: int = Query(default=100, ge=1, le=1000)) -> dict[str, Any]:
        """What was done to accounts and with tokens last, log-ins included: when, whose, what, by whom. It only grows."""
        return {"items": [asdict(event) for event in await reception.recent_events(limit)]}


def _add_changes(router: APIRouter, reception: Reception, gate: Gate) -> None:
    @router.post("/identity/accounts/{login}/disable")
    async def disable(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Nobody comes in by it, from the next request on."""
        return _answer(await changed(reception, login, Accounts.disable, by=who.id))

    @router.post("/identity/accounts/{login}/enable")
    async def enable(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Let it in again."""
        return _answer(await changed(reception, login, Accounts.enable, by=who.id))

    @router.post("/identity/accounts/{login}/role", openapi_extra=takes(Place))
    async def role(login: str, request: Request, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Another role or unit; its sessions end."""
        return _answer(await moved(reception, login, await json_body(request, Place), by=who.id))

    @router.post("/identity/accounts/{login}/end-sessions")
    async def end_sessions(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """End every session of it."""
        return _answer(await changed(reception, login, Accounts.end_sessions, by=who.id))

    @router.post("/identity/accounts/{login}/reset")
    async def reset(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Take password and second factor away; the answer holds a new one-time link."""
        account, link = await with_new_link(reception, login, by=who.id)
        return _answer(account) | {"link": link}


async def added(reception: Reception, new: NewAccount, *, by: str) -> tuple[Account, str]:
    """A new person and their one-time link. Raises Problem."""
    known_unit(reception, new)
    try:
        account = await reception.accounts.add(**new.model_dump(), by=by, now=reception.clock())
    except AccountRefused as fault:
        raise refused(fault) from fault
    return account, await reception.set_up_link(account, by=by)


async def changed(reception: Reception, login: str, change: Callable[..., Awaitable[None]], *, by: str) -> Account:
    """The account after one of the changes that ``Accounts`` knows. Raises Problem."""
    try:
        await change(reception.accounts, login, by=by, now=reception.clock())
        return await reception.accounts.named(login)
    except AccountRefused as fault:
        raise refused(fault) from fault


async def moved(reception: Reception, login: str, place: Place, *, by: str) -> Account:
    """The account in another role or unit. Raises Problem."""
    known_unit(reception, place)
    return await changed(reception, login, partial(Accounts.change_role, role=place.role, unit=place.unit), by=by)


async def with_new_link(reception: Reception, login: str, *, by: str) -> tuple[Account, str]:
    """The account without password and second factor, and the link that is the only way in. Raises Problem."""
    account = await changed(reception, login, Accounts.forget_credentials, by=by)
    return account, await reception.set_up_link(account, by=by)


def known_unit(reception: Reception, place: Place) -> None:
    """Raises Problem where a unit's person is of no unit of the centre."""
    known = {unit.name for unit in reception.centre.units}
    if place.role in UNIT_ROLES and place.unit and place.unit not in known:
        fault = FieldFault("unit", "unknown_unit", "名录中没有这个单位", "is not a unit of the centre")
        raise Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])


def refused(refusal: AccountRefused) -> Problem:
    """The problem that a refusal is answered with; the fault stands at its field where it has one."""
    said, field = ACCOUNTS[refusal.fault], _FIELD.get(refusal.fault)
    if refusal.fault is AccountFault.UNKNOWN:
        return Problem(404, "not_found", said.zh, said.en)
    if field is None:
        return Problem(409, refusal.fault.value, said.zh, said.en)
    fault = FieldFault(field, refusal.fault.value, said.zh, said.en)
    return Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])


def _answer(account: Account) -> dict[str, Any]:
    return {
        "login": account.login,
        "name": account.name,
        "role": account.role.value,
        "unit": account.unit,
        "has_password": account.has_password,
        "has_totp": account.has_totp,
        "made_at": account.made_at,
        "disabled_at": account.disabled_at,
    }
