"""``/login/openid``: to the provider and back. Mounted where a provider is set."""

from __future__ import annotations

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.identity.doors.login import Entrance
from shared.identity.openid import VALID_FOR, NotVouchedFor, OpenIdConnect, ProviderAway
from shared.identity.signing_in import SignedIn
from shared.web.csrf import is_https
from shared.web.problems import Problem
from shared.web.security import RETRY_AFTER

OPENID, CALLBACK = "/login/openid", "/login/openid/callback"
_log = structlog.get_logger("identity")


def openid_routes(entrance: Entrance, provider: OpenIdConnect) -> APIRouter:
    """Begin and callback."""
    router = APIRouter(include_in_schema=False)
    reception = entrance.reception

    @router.get(OPENID)
    async def begin(request: Request, then: str = "") -> Response:
        """Send the browser to the provider; what must come back is kept in a sealed cookie."""
        try:
            url, sealed = await provider.begin(then[:2000], reception.clock())
        except (NotVouchedFor, ProviderAway) as fault:
            raise _refused(fault) from fault
        response = RedirectResponse(url, status_code=303)
        response.set_cookie(
            _cookie(request),
            sealed,
            max_age=int(VALID_FOR.total_seconds()),
            path="/",
            secure=is_https(request),
            httponly=True,
            samesite="lax",
        )
        return response

    @router.get(CALLBACK)
    async def callback(request: Request, state: str = "", code: str = "") -> Response:
        """The provider sent the browser back: let it in, or say that nobody vouched."""
        sealed, now = request.cookies.get(_cookie(request), ""), reception.clock()
        try:
            account, then = await provider.finish(sealed, state=state, code=code, now=now)
        except (NotVouchedFor, ProviderAway) as fault:
            raise _refused(fault) from fault
        session = await reception.sessions.begin(account.id, by=account.login, how="openid", now=now)
        response = entrance.let_in(request, SignedIn(session, account.login), then)
        response.delete_cookie(_cookie(request), path="/", secure=is_https(request), httponly=True, samesite="lax")
        return response

    return router


def _cookie(request: Request) -> str:
    return "__Host-openid" if is_https(request) else "openid"


def _refused(fault: NotVouchedFor | ProviderAway) -> Problem:
    if isinstance(fault, ProviderAway):
        _log.error("sign_in.provider_away", why=str(fault))
        return Problem(
            503,
            "provider_away",
            "统一身份认证暂时连不上",
            "Single sign-on can't be reached",
            detail_zh="请稍后再试；本站有口令的，可以用工号和口令登录。",
            detail_en="Try again in a moment; whoever has a password here can sign in with it.",
            headers={"Retry-After": RETRY_AFTER},
        )
    _log.warning("sign_in.not_vouched_for", why=str(fault))
    return Problem(
        403,
        "not_vouched_for",
        "统一身份认证没有放行",
        "Single sign-on did not let you in",
        detail_zh="请重新登录；仍不行的，请系统管理员核对您的岗位。",
        detail_en="Sign in again; if that doesn't help, have the administrator check your role.",
    )
