"""``/identity/accounts`` and ``/identity/tokens``: the administrator's, as JSON. A link is shown once, in the answer."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from shared.contracts.values import Role
from shared.identity.accounts import UNIT_ROLES, Account, AccountFault, AccountRefused
from shared.identity.doors.words import ACCOUNTS
from shared.identity.principal import Principal
from shared.identity.reception import Reception
from shared.web.access import Gate
from shared.web.problems import FieldFault, Problem

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


class TokenName(BaseModel):
    """Whose tokens."""

    model_config = ConfigDict(extra="forbid")

    name: Line


def account_routes(reception: Reception, gate: Gate) -> APIRouter:
    """Everything the administrator does with accounts and tokens."""
    router = APIRouter(tags=["identity"])
    _add_accounts(router, reception, gate)
    _add_changes(router, reception, gate)
    _add_tokens(router, reception, gate)
    return router


def _add_accounts(router: APIRouter, reception: Reception, gate: Gate) -> None:
    @router.get("/identity/accounts", dependencies=[Depends(gate.admit)])
    async def everybody() -> dict[str, Any]:
        """All accounts."""
        return {"items": [_answer(account) for account in await reception.accounts.everybody()]}

    @router.post("/identity/accounts", status_code=201)
    async def add(new: NewAccount, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Add a person; the answer holds their one-time link, to be handed over in person."""
        _known_unit(reception, new)
        try:
            account = await reception.accounts.add(**new.model_dump(), by=who.id, now=reception.clock())
        except AccountRefused as fault:
            raise _refused(fault) from fault
        return _answer(account) | {"link": await reception.set_up_link(account, by=who.id)}


def _add_changes(router: APIRouter, reception: Reception, gate: Gate) -> None:
    accounts = reception.accounts

    @router.post("/identity/accounts/{login}/disable")
    async def disable(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Nobody comes in by it, from the next request on."""
        return await _changed(reception, login, accounts.disable(login, by=who.id, now=reception.clock()))

    @router.post("/identity/accounts/{login}/enable")
    async def enable(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Let it in again."""
        return await _changed(reception, login, accounts.enable(login, by=who.id, now=reception.clock()))

    @router.post("/identity/accounts/{login}/role")
    async def role(login: str, place: Place, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Another role or unit; its sessions end."""
        _known_unit(reception, place)
        change = accounts.change_role(login, place.role, place.unit, by=who.id, now=reception.clock())
        return await _changed(reception, login, change)

    @router.post("/identity/accounts/{login}/end-sessions")
    async def end_sessions(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """End every session of it."""
        return await _changed(reception, login, accounts.end_sessions(login, by=who.id, now=reception.clock()))

    @router.post("/identity/accounts/{login}/reset")
    async def reset(login: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Take password and second factor away; the answer holds a new one-time link."""
        change = accounts.forget_credentials(login, by=who.id, now=reception.clock())
        answer = await _changed(reception, login, change)
        return answer | {"link": await reception.set_up_link(await accounts.named(login), by=who.id)}


def _add_tokens(router: APIRouter, reception: Reception, gate: Gate) -> None:
    @router.get("/identity/tokens", dependencies=[Depends(gate.admit)])
    async def tokens() -> dict[str, Any]:
        """All tokens: whose, for what, since when; never the token."""
        return {"items": await reception.tokens.everything()}

    @router.post("/identity/tokens/revoke", status_code=204, dependencies=[Depends(gate.admit)])
    async def revoke(whose: TokenName) -> Response:
        """Revoke all tokens of a name."""
        if not await reception.tokens.revoke(whose.name, reception.clock()):
            raise Problem(404, "not_found", "没有这个名称的有效令牌", "There is no valid token of this name")
        return Response(status_code=204)


async def _changed(reception: Reception, login: str, change: Awaitable[None]) -> dict[str, Any]:
    try:
        await change
        return _answer(await reception.accounts.named(login))
    except AccountRefused as fault:
        raise _refused(fault) from fault


def _known_unit(reception: Reception, place: Place) -> None:
    known = {unit.name for unit in reception.centre.units}
    if place.role in UNIT_ROLES and place.unit and place.unit not in known:
        fault = FieldFault("unit", "unknown_unit", "名录中没有这个单位", "is not a unit of the centre")
        raise Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])


def _refused(refusal: AccountRefused) -> Problem:
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
