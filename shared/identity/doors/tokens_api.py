"""``/identity/tokens``: the administrator's tokens for programs, as JSON. A token is shown once, in the answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from shared.identity.doors.accounts_api import Line
from shared.identity.doors.program_tokens import NewToken, ScopesByRole, made, revoked_by_name
from shared.identity.principal import Principal
from shared.identity.reception import Reception
from shared.web.access import Gate
from shared.web.sent_json import json_body, takes

TOKENS = "/identity/tokens"


class TokenName(BaseModel):
    """Whose tokens."""

    model_config = ConfigDict(extra="forbid")

    name: Line


def token_routes(reception: Reception, gate: Gate, scopes: ScopesByRole) -> APIRouter:
    """List, make, revoke."""
    router = APIRouter(tags=["identity"])

    @router.get(TOKENS, dependencies=[Depends(gate.admit)])
    async def tokens() -> dict[str, Any]:
        """All tokens: whose, for what, since when, by whom; never the token."""
        return {"items": await reception.tokens.everything()}

    @router.post(TOKENS, status_code=201, openapi_extra=takes(NewToken))
    async def make(request: Request, response: Response, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Make one; the answer holds it, and nothing ever does again."""
        new = await json_body(request, NewToken)
        token = await made(reception, new, scopes, by=who.id)
        response.headers["Location"] = TOKENS
        return {"name": new.name, "token": token}

    @router.post(TOKENS + "/revoke", status_code=204, openapi_extra=takes(TokenName))
    async def revoke(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Revoke all tokens of a name."""
        whose = await json_body(request, TokenName)
        await revoked_by_name(reception, whose.name, by=who.id)
        return Response(status_code=204)

    return router
