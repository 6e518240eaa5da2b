"""``/login``, ``/logout`` and the set-up link: how people come in and leave. Pages that work without script.

Law of this file: before there is a session a form is tied to the visitor's cookie, so that nobody can be signed in as
somebody else by another site; the session's number is always new; after it, one goes only to places of this house.
"""

from __future__ import annotations

import math
from functools import partial

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.identity.doors import words
from shared.identity.doors.browsers import KnownBrowsers
from shared.identity.passwords import PasswordFault, TooBusy
from shared.identity.reception import Reception
from shared.identity.signing_in import CodeNeeded, Outcome, SignedIn, Wait, Wrong
from shared.web.access import Gate
from shared.web.csrf import FIELD, FormTokens, form_fault, new_visitor, remember_visitor, visitor_of
from shared.web.frame import CodePage, LoginPage, SetUpPage
from shared.web.i18n import Bilingual
from shared.web.pages import Pages
from shared.web.problems import Problem
from shared.web.sent_form import read_form
from shared.web.session_cookie import forget_session, remember_session, session_of
from shared.web.then import LOGIN, safe_then

CODE = "/login/code"
_SET_UP = "/account/set-up"


class Entrance:
    """The pages before a session, over the reception."""

    def __init__(
        self, reception: Reception, pages: Pages, forms: FormTokens, browsers: KnownBrowsers, *, other_way: str = ""
    ) -> None:
        self.reception = reception
        self.browsers = browsers
        self._pages = pages
        self._forms = forms
        self._other_way = other_way

    def is_ours(self, request: Request, fields: FormData, purpose: str) -> bool:
        """Whether the form was shown by us to this visitor."""
        token, visitor = str(fields.get(FIELD, "")), visitor_of(request)
        now = self.reception.clock()
        return form_fault(request, self._forms, token, bound_to=visitor, purpose=purpose, now=now) is None

    def login(
        self,
        request: Request,
        *,
        username: str = "",
        then: str = "",
        failed: Bilingual | None = None,
        status: int = 200,
    ) -> Response:
        """The log-in page."""
        visitor = visitor_of(request) or new_visitor()
        page = LoginPage(LOGIN, self._csrf(visitor, LOGIN), username, then, failed, self._other_way)
        return self._shown(request, "login.html", page, visitor, status)

    def code(
        self, request: Request, step: str, *, then: str, failed: Bilingual | None = None, status: int = 200
    ) -> Response:
        """The page that asks for the code."""
        visitor = visitor_of(request) or new_visitor()
        page = CodePage(self._csrf(visitor, CODE), step, then, failed)
        return self._shown(request, "login_code.html", page, visitor, status)

    def set_up(self, request: Request, link: str, *, failed: Bilingual | None = None, status: int = 200) -> Response:
        """The page to choose a password."""
        visitor = visitor_of(request) or new_visitor()
        page = SetUpPage(f"{_SET_UP}/{link}", self._csrf(visitor, _SET_UP), failed)
        return self._shown(request, "set_up.html", page, visitor, status)

    def let_in(self, request: Request, came: SignedIn, then: str) -> Response:
        """Set the cookies and go on."""
        response = RedirectResponse(safe_then(then), status_code=303)
        remember_session(request, response, came.session)
        self.browsers.remember(request, response, came.login, self.reception.clock())
        return response

    def _csrf(self, visitor: str, purpose: str) -> str:
        return self._forms.issue(bound_to=visitor, purpose=purpose, now=self.reception.clock())

    def _shown(self, request: Request, template: str, page: object, visitor: str, status: int) -> Response:
        response = self._pages.render(request, template, status=status, page=page)
        remember_visitor(request, response, visitor)
        return response


def login_routes(entrance: Entrance, gate: Gate) -> APIRouter:
    """Log-in, its second step, log-out, set-up."""
    router = APIRouter(include_in_schema=False)
    _add_login(router, entrance)
    _add_set_up(router, entrance)

    @router.post("/logout", dependencies=[Depends(gate.admit)])
    async def logout(request: Request) -> Response:
        """End this session; the browser forgets what it kept of ours."""
        await entrance.reception.sessions.end(session_of(request))
        response = RedirectResponse(LOGIN, status_code=303, headers={"Clear-Site-Data": '"cache", "storage"'})
        forget_session(request, response)
        return response

    return router


def _add_login(router: APIRouter, entrance: Entrance) -> None:
    @router.get(LOGIN)
    async def ask(request: Request, then: str = "") -> Response:
        """The log-in page."""
        return entrance.login(request, then=then[:2000])

    @router.post(LOGIN)
    async def sign_in(request: Request) -> Response:
        """Name and password."""
        return await _sign_in(entrance, request, await read_form(request))

    @router.post(CODE)
    async def second_step(request: Request) -> Response:
        """The code."""
        return await _second_step(entrance, request, await read_form(request))


async def _sign_in(entrance: Entrance, request: Request, fields: FormData) -> Response:
    username, password, then = (str(fields.get(name, "")) for name in ("username", "password", "then"))
    username = username[:80]
    if not entrance.is_ours(request, fields, LOGIN):
        return entrance.login(request, username=username, then=then, failed=words.STALE_PAGE, status=403)
    reception, now = entrance.reception, entrance.reception.clock()
    whence = entrance.browsers.whence(request, username, now)
    try:
        outcome = await reception.signing_in.by_password(username, password, whence=whence, now=now)
    except TooBusy:
        return entrance.login(request, username=username, then=then, failed=words.BUSY, status=429)
    if isinstance(outcome, CodeNeeded):
        return entrance.code(request, outcome.step, then=then)
    if isinstance(outcome, SignedIn):
        return entrance.let_in(request, outcome, then)
    failed, status = _not_let_in(outcome)
    return _later(outcome, entrance.login(request, username=username, then=then, failed=failed, status=status))


async def _second_step(entrance: Entrance, request: Request, fields: FormData) -> Response:
    step, code, then = (str(fields.get(name, "")) for name in ("step", "code", "then"))
    if not entrance.is_ours(request, fields, CODE):
        return entrance.login(request, then=then, failed=words.STALE_PAGE, status=403)
    reception, now = entrance.reception, entrance.reception.clock()
    whence = partial(entrance.browsers.whence, request, now=now)
    outcome = await reception.signing_in.by_code(step, code, whence=whence, now=now)
    if isinstance(outcome, SignedIn):
        return entrance.let_in(request, outcome, then)
    failed, status = _not_let_in(outcome)
    return _later(outcome, entrance.code(request, step, then=then, failed=failed, status=status))


def _add_set_up(router: APIRouter, entrance: Entrance) -> None:
    @router.get(_SET_UP + "/{link}")
    async def chosen(link: str, request: Request) -> Response:
        """The page behind a one-time link."""
        if not await entrance.reception.signing_in.link_is_good(link, entrance.reception.clock()):
            raise _no_such_link()
        return entrance.set_up(request, link)

    @router.post(_SET_UP + "/{link}")
    async def choose(link: str, request: Request) -> Response:
        """Set the password, use the link up, come in."""
        return await _set_up(entrance, request, link, await read_form(request))


async def _set_up(entrance: Entrance, request: Request, link: str, fields: FormData) -> Response:
    if not entrance.is_ours(request, fields, _SET_UP):
        return entrance.set_up(request, link, failed=words.STALE_PAGE, status=403)
    password = str(fields.get("new", ""))
    if password != str(fields.get("again", "")):
        return entrance.set_up(request, link, failed=words.NOT_THE_SAME, status=422)
    try:
        outcome = await entrance.reception.signing_in.by_link(link, password, now=entrance.reception.clock())
    except TooBusy:
        return entrance.set_up(request, link, failed=words.BUSY, status=429)
    if isinstance(outcome, PasswordFault):
        return entrance.set_up(request, link, failed=words.PASSWORDS[outcome], status=422)
    if isinstance(outcome, Wrong):
        raise _no_such_link()
    return entrance.let_in(request, outcome, "")


def _later(outcome: Outcome, answer: Response) -> Response:
    """The answer, saying when to try again where one must wait (RFC 9110, 10.2.3)."""
    if isinstance(outcome, Wait):
        answer.headers["Retry-After"] = str(math.ceil(outcome.how_long.total_seconds()))
    return answer


def _not_let_in(outcome: Outcome) -> tuple[Bilingual, int]:
    return (words.WAIT, 429) if isinstance(outcome, Wait) else (words.WRONG, 403)


def _no_such_link() -> Problem:
    return Problem(
        404,
        "not_found",
        "这个链接已经用过、过期或不完整",
        "This link was used, has expired or is incomplete",
        detail_zh="请系统管理员再发一个。",
        detail_en="Ask the administrator for a new one.",
    )
