"""Forms that only our own pages can send.

Law of this file: a state-changing request that a browser sends with a cookie carries a token made for that session (or,
without a session, for that visitor), for that purpose, not long ago; and comes from one of our own pages. It works
without JavaScript. Requests with ``Authorization: Bearer`` don't pass here: no browser sends those by itself.

The token is ``nonce ‖ issued ‖ HMAC-SHA-256(key, nonce ‖ issued ‖ purpose ‖ bound_to)``, base64url. It differs each time
it is made, so that compression (BREACH) tells nothing about it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from datetime import datetime, timedelta
from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.responses import Response

from shared.web.problems import Problem

FIELD = "csrf"
_NONCE = 8
_HEAD = struct.Struct(f">{_NONCE}sQ")
_MAC = hashlib.sha256().digest_size
_KEY_BYTES = 32


class CsrfFault(StrEnum):
    """Why a form was not taken."""

    NO_TOKEN = "no_token"  # noqa: S105 - the name of a fault
    NOT_OURS = "not_ours"
    EXPIRED = "expired"
    OTHER_ORIGIN = "other_origin"


class Origin(StrEnum):
    """Where a browser says that a request comes from."""

    SAME = "same"
    OTHER = "other"
    UNTOLD = "untold"


class FormTokens:
    """Makes and checks the tokens of forms. ``key`` has at least 32 bytes; ValueError otherwise."""

    def __init__(self, key: bytes, *, valid_for: timedelta = timedelta(hours=12)) -> None:
        if len(key) < _KEY_BYTES:
            raise ValueError(f"the key for form tokens needs at least {_KEY_BYTES} bytes")
        self._key = key
        self._valid_for = valid_for

    def issue(self, *, bound_to: str, purpose: str, now: datetime) -> str:
        """A token for one session or visitor (``bound_to``) and one form (``purpose``)."""
        head = _HEAD.pack(secrets.token_bytes(_NONCE), int(now.timestamp()))
        return base64.urlsafe_b64encode(head + self._mac(head, bound_to, purpose)).decode()

    def fault(self, token: str, *, bound_to: str | None, purpose: str, now: datetime) -> CsrfFault | None:
        """What is wrong with a token that came back, or None. ``bound_to`` is None where no cookie came along."""
        if not token or not bound_to:
            return CsrfFault.NO_TOKEN
        raw = _decoded(token)
        if len(raw) != _HEAD.size + _MAC:
            return CsrfFault.NOT_OURS
        head, mac = raw[: _HEAD.size], raw[_HEAD.size :]
        if not hmac.compare_digest(mac, self._mac(head, bound_to, purpose)):
            return CsrfFault.NOT_OURS
        issued: int = _HEAD.unpack(head)[1]
        return None if now.timestamp() - issued <= self._valid_for.total_seconds() else CsrfFault.EXPIRED

    def _mac(self, head: bytes, bound_to: str, purpose: str) -> bytes:
        use = purpose.encode()
        # The length keeps ("ab", "c") and ("a", "bc") apart.
        message = head + len(use).to_bytes(4, "big") + use + bound_to.encode()
        return hmac.new(self._key, message, hashlib.sha256).digest()


def origin_of(connection: HTTPConnection) -> Origin:
    """Where the browser says the request comes from: Sec-Fetch-Site where it is sent, else Origin against Host.

    ``Origin: null`` is another's: our pages set ``referrer`` to ``same-origin``, so that a browser never has to say null.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return Origin.SAME if site in {"same-origin", "none"} else Origin.OTHER
    origin = connection.headers.get("origin")
    if origin is None:
        return Origin.UNTOLD
    host = connection.headers.get("host", "")
    return Origin.SAME if host and origin.partition("://")[2] == host else Origin.OTHER


def form_fault(
    connection: HTTPConnection, tokens: FormTokens, token: str, *, bound_to: str | None, purpose: str, now: datetime
) -> CsrfFault | None:
    """What speaks against taking this form, or None.

    For a page that keeps what was typed and asks again. A request that doesn't say where it comes from is judged by its
    token alone: only old browsers and programs stay silent.
    """
    if origin_of(connection) is Origin.OTHER:
        return CsrfFault.OTHER_ORIGIN
    return tokens.fault(token, bound_to=bound_to, purpose=purpose, now=now)


def require_form(
    connection: HTTPConnection, tokens: FormTokens, token: str, *, bound_to: str | None, purpose: str, now: datetime
) -> None:
    """For the desk, where a session is at stake: raises Problem 403 unless the token fits and the origin is told and
    ours.
    """
    fault = form_fault(connection, tokens, token, bound_to=bound_to, purpose=purpose, now=now)
    if fault is None and origin_of(connection) is not Origin.SAME:
        fault = CsrfFault.OTHER_ORIGIN
    if fault is not None:
        raise refused(fault)


def refused(fault: CsrfFault) -> Problem:
    """The problem that tells a person what to do about it."""
    return Problem(
        403,
        f"form_{fault}",
        "这份表单没有收下",
        "The form was not accepted",
        detail_zh="页面打开太久，或不是从本站打开的。请回到上一页，刷新后再提交；您填的内容请先留底。",
        detail_en="The page was open too long, or was not opened on this site. Go back, reload and send again; "
        "keep a copy of what you typed.",
    )


def visitor_of(connection: HTTPConnection) -> str | None:
    """The visitor's id from the cookie; it names nobody and only ties a form to the browser that was shown it."""
    return connection.cookies.get(_cookie(connection)) or None


def remember_visitor(connection: HTTPConnection, response: Response, visitor: str) -> None:
    """Set the visitor's cookie: for this host only, out of reach of scripts, gone when the browser is closed."""
    response.set_cookie(
        _cookie(connection), visitor, path="/", secure=is_https(connection), httponly=True, samesite="lax"
    )


def new_visitor() -> str:
    """A fresh visitor's id: 128 bits, drawn from a cryptographic source."""
    return secrets.token_urlsafe(16)


def _cookie(connection: HTTPConnection) -> str:
    # A __Host- cookie must be Secure, which a browser refuses over plain http: only the demo on loopback is served so.
    return "__Host-visitor" if is_https(connection) else "visitor"


def is_https(connection: HTTPConnection) -> bool:
    """Whether the browser speaks to us encrypted, as far as our proxy tells."""
    return connection.scope.get("scheme") == "https"


def _decoded(token: str) -> bytes:
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
