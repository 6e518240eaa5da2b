"""Who may come in: the bearer token or session of a request made into a principal, checked anew at each request.

Law of this file: an unknown, expired or revoked token and a missing one get the same 401. Who may use a route is its row's to
say (``access_table``); a route without one lets nobody in. What changes something and comes with a cookie must come from one
of our own pages; a request with a token need not, since no browser sends those by itself.
"""

from __future__ import annotations

from fastapi import Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection, Request

from shared.clock import Clock
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.identity.sessions import Sessions
from shared.identity.tokens import Tokens
from shared.web.access_table import AccessTable
from shared.web.csrf import FIELD, FormTokens, require_form
from shared.web.desk_frame import ROLE_WORDS
from shared.web.problem_answers import wants_html
from shared.web.problems import Problem
from shared.web.sent_form import form_type, read_form
from shared.web.session_cookie import session_of
from shared.web.then import login_and_back

STAFF: tuple[Role, ...] = tuple(Role)
CSRF_HEADER = "x-csrf-token"
_PURPOSE = "session"
_BY_TOKEN = HTTPBearer(auto_error=False, scheme_name="token", description="shouli token add")
_BY_SESSION = APIKeyCookie(name="__Host-session", auto_error=False, scheme_name="session", description="by /login")
"""The two ways to come in as OpenAPI shows them; which of them holds, ``principal`` finds out."""
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def not_signed_in(request: Request | None = None) -> Problem:
    """401: we don't know who asks. Whoever looks at a page is sent to the log-in and back."""
    headers = {"WWW-Authenticate": 'Bearer realm="shouli"'}
    status = 401
    if request is not None and request.method == "GET" and wants_html(request.headers.get("accept", "")):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        status, headers = 303, {"Location": login_and_back(wanted)}
    return Problem(
        status, "not_signed_in", "需要登录或有效的访问令牌", "Sign in, or send a valid token", headers=headers
    )


def not_allowed(detail_zh: str, detail_en: str) -> Problem:
    """403: we know who asks, and this isn't theirs to do."""
    return Problem(
        403, "not_allowed", "您没有办理此事的权限", "You may not do this", detail_zh=detail_zh, detail_en=detail_en
    )


class Gate:
    """Turns requests into principals, and lets them in where the table says so."""

    def __init__(self, tokens: Tokens, sessions: Sessions, forms: FormTokens, clock: Clock, table: AccessTable) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._forms = forms
        self._clock = clock
        self._table = table

    async def admit(
        self, request: Request, _token: object = Security(_BY_TOKEN), _session: object = Security(_BY_SESSION)
    ) -> Principal:
        """A dependency of every route for staff: who asks, if the route's row lets them in.

        Raises Problem 401 where nobody is signed in (303 to the log-in for a page), 403 where the role, the token's scope
        or the form doesn't fit; a route without a row raises LookupError, which is answered 500.
        """
        row = self._table.of(request.method, request.scope["route"].path)
        if row is None or row.roles is None:
            raise LookupError("a route for staff has no row in its access table")
        principal = await self.principal(request)
        if principal.role not in row.roles or not principal.may_use(row.scope):
            wanted = [ROLE_WORDS[role] for role in Role if role in row.roles]
            raise not_allowed(
                f"这里是{'、'.join(words.zh for words in wanted)}办的",
                f"This is for: {', '.join(words.en for words in wanted)}",
            )
        return principal

    async def principal(self, request: Request) -> Principal:
        """Who asks, by token or by session, whatever they may do. Raises Problem 401, or 403 for a form that isn't ours."""
        if "authorization" in request.headers:
            return await self._by_token(request)
        session = session_of(request)
        principal = await self._sessions.principal(session, self._clock()) if session else None
        if principal is None:
            raise not_signed_in(request)
        if request.method not in _READS:
            token = request.headers.get(CSRF_HEADER) or await _form_token(request)
            require_form(request, self._forms, token, bound_to=session, purpose=_PURPOSE, now=self._clock())
        return principal

    def csrf(self, request: HTTPConnection) -> str:
        """The token for every form of a page shown to this session; scripts send it as ``X-CSRF-Token``."""
        return self._forms.issue(bound_to=session_of(request), purpose=_PURPOSE, now=self._clock())

    async def _by_token(self, request: Request) -> Principal:
        scheme, _, token = request.headers["authorization"].partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise not_signed_in()
        principal = await self._tokens.principal(token.strip(), self._clock())
        if principal is None:
            raise not_signed_in()
        return principal


async def _form_token(request: Request) -> str:
    if not form_type(request):
        return ""
    await request.body()  # kept by the request, so that the route can read it again
    return str((await read_form(request)).get(FIELD, ""))
