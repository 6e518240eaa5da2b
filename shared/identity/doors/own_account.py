"""``/account``: one's own password and second factor. Only for sessions; a token has no account."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from shared.identity.accounts import Account
from shared.identity.doors import words
from shared.identity.doors.browsers import KnownBrowsers
from shared.identity.passwords import TooBusy
from shared.identity.principal import Principal
from shared.identity.reception import Reception
from shared.identity.second_factor import provisioning_uri
from shared.web.access import Gate
from shared.web.frame import AccountPage
from shared.web.i18n import Bilingual
from shared.web.pages import Pages
from shared.web.problems import Problem
from shared.web.qr import qr_code
from shared.web.sent_form import read_form
from shared.web.session_cookie import session_of

ACCOUNT = "/account"
DONE = {"password": words.PASSWORD_CHANGED, "totp-on": words.TOTP_ON, "totp-off": words.TOTP_OFF}


class OwnAccount:
    """The page, over the reception."""

    def __init__(self, reception: Reception, pages: Pages, gate: Gate, browsers: KnownBrowsers) -> None:
        self.reception = reception
        self.browsers = browsers
        self._pages = pages
        self._gate = gate

    async def of(self, principal: Principal) -> Account:
        """The account of whoever asks. Raises Problem 409 for a token."""
        if not principal.account:
            raise Problem(409, "token_has_no_account", "访问令牌没有账号", "A token has no account")
        return await self.reception.accounts.named(principal.account)

    async def show(
        self,
        request: Request,
        account: Account,
        *,
        failed: Bilingual | None = None,
        status: int = 200,
    ) -> Response:
        """The page as the account stands."""
        offered = "" if account.has_totp else await self.reception.second_factor.offered(account.id) or ""
        uri = provisioning_uri(offered, account.login, self.reception.centre.name) if offered else ""
        page = AccountPage(
            login=account.login,
            name=account.name,
            role=account.role,
            unit=account.unit or "",
            csrf=self._gate.csrf(request),
            has_password=account.has_password,
            has_totp=account.has_totp,
            offered=offered,
            offered_qr=qr_code(uri) if uri else None,
            failed=failed,
            done=DONE.get(request.query_params.get("done", "")) if failed is None else None,
        )
        return self._pages.render(request, "account.html", status=status, page=page)

    async def not_proven(self, request: Request, account: Account) -> Response | None:
        """The page again unless the present password came along: an open desk is not enough to change how one comes in."""
        old, now = str((await read_form(request)).get("old", "")), self.reception.clock()
        whence = self.browsers.whence(request, account.login, now)
        try:
            wrong = await self.reception.signing_in.fits(account.login, old, whence=whence, now=now)
        except TooBusy:
            return await self.show(request, account, failed=words.BUSY, status=429)
        return None if wrong is None else await self.show(request, account, failed=words.failure(wrong), status=422)


def own_account_routes(own: OwnAccount, gate: Gate) -> APIRouter:
    """The page and what can be done on it."""
    router = APIRouter(include_in_schema=False)
    _add_password(router, own, gate)
    _add_second_factor(router, own, gate)

    @router.get(ACCOUNT + "/form-token")
    async def form_token(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """The token for the forms of a page that was open while its log-in ran out, and whose session this is now."""
        told = {"csrf": gate.csrf(request), "person": who.name}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    @router.get(ACCOUNT)
    async def account(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """One's own account."""
        return await own.show(request, await own.of(who))

    return router


def _add_password(router: APIRouter, own: OwnAccount, gate: Gate) -> None:
    reception = own.reception

    @router.post(ACCOUNT + "/password")
    async def change(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Change the password; all other sessions end."""
        account, fields = await own.of(who), await read_form(request)
        if fields.get("new") != fields.get("again"):
            return await own.show(request, account, failed=words.NOT_THE_SAME, status=422)
        try:
            fault = await reception.signing_in.change_password(
                account.login,
                str(fields.get("old", "")),
                str(fields.get("new", "")),
                session=session_of(request),
                whence=own.browsers.whence(request, account.login, reception.clock()),
                now=reception.clock(),
            )
        except TooBusy:
            return await own.show(request, account, failed=words.BUSY, status=429)
        if fault is not None:
            return await own.show(request, account, failed=words.failure(fault), status=422)
        return _back("password")


def _add_second_factor(router: APIRouter, own: OwnAccount, gate: Gate) -> None:
    reception = own.reception

    @router.post(ACCOUNT + "/totp")
    async def offer(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Offer a second factor, for the password; it counts once confirmed."""
        account = await own.of(who)
        refused = await own.not_proven(request, account)
        if refused is None and not account.has_totp:
            await reception.second_factor.offer(account.id)
        return refused or RedirectResponse(ACCOUNT, status_code=303)

    @router.post(ACCOUNT + "/totp/confirm")
    async def confirm(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Put it in force with a first code."""
        account, fields = await own.of(who), await read_form(request)
        code, session = str(fields.get("code", "")), session_of(request)
        if await reception.second_factor.confirm(account.id, code, session=session, now=reception.clock()):
            return _back("totp-on")
        return await own.show(request, account, failed=words.WRONG_CODE, status=422)

    @router.post(ACCOUNT + "/totp/disable")
    async def disable(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Take it away, with the password."""
        account = await own.of(who)
        refused = await own.not_proven(request, account)
        if refused is None:
            now = reception.clock()
            await reception.second_factor.take_away(account.id, session=session_of(request), now=now)
        return refused or _back("totp-off")


def _back(done: str) -> Response:
    return RedirectResponse(f"{ACCOUNT}?done={done}", status_code=303)
