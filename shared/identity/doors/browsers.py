"""Browsers that somebody came in by before, so that what strangers try keeps nobody waiting who is at their own desk.

Law of this file: the cookie says of one account that it came in here, to nobody but us, for a quarter of a year; it lets
nobody in and makes no step shorter. Whoever stole it could guess at the pace of one more address (OWASP: device cookies).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from shared.identity.accounts import folded_login
from shared.identity.lockout import Whence
from shared.web.csrf import FormTokens, is_https

REMEMBERED_FOR = timedelta(days=90)
_PURPOSE = "known browser"


class KnownBrowsers:
    """Marks browsers, and knows them again. ``key`` as for forms: at least 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._marks = FormTokens(key, valid_for=REMEMBERED_FOR)

    def whence(self, request: Request, login: str, now: datetime) -> Whence:
        """Where a try to come in as this account comes from."""
        address = request.client.host if request.client else ""
        mark, whose = request.cookies.get(_cookie(request), ""), folded_login(login)
        if not mark or self._marks.fault(mark, bound_to=whose, purpose=_PURPOSE, now=now) is not None:
            return Whence(address)
        return Whence(address, hashlib.sha256(mark.encode()).hexdigest())

    def remember(self, request: Request, response: Response, login: str, now: datetime) -> None:
        """This account came in by this browser: a new mark each time, so that failures before it are over."""
        response.set_cookie(
            _cookie(request),
            self._marks.issue(bound_to=login, purpose=_PURPOSE, now=now),
            max_age=int(REMEMBERED_FOR.total_seconds()),
            path="/",
            secure=is_https(request),
            httponly=True,
            samesite="lax",
        )


def _cookie(request: Request) -> str:
    return "__Host-browser" if is_https(request) else "browser"
