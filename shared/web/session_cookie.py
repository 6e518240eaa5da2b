"""The cookie that holds a session's number: its name, and how it is read, set and taken back.

Law of this file: this host only, out of reach of scripts, never sent along from other sites' forms. It must not know whose
session it is, nor whether it still is one.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from shared.web.csrf import is_https


def session_of(connection: HTTPConnection) -> str:
    """The session's number from its cookie; empty where there is none."""
    return connection.cookies.get(_cookie(connection), "")


def remember_session(connection: HTTPConnection, response: Response, session: str) -> None:
    """Set the session's cookie: this host only, out of reach of scripts, never sent along from other sites' forms."""
    response.set_cookie(
        _cookie(connection), session, path="/", secure=is_https(connection), httponly=True, samesite="lax"
    )


def forget_session(connection: HTTPConnection, response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(_cookie(connection), path="/", secure=is_https(connection), httponly=True, samesite="lax")


def _cookie(connection: HTTPConnection) -> str:
    # A __Host- cookie must be Secure, which a browser refuses over plain http: only the demo on loopback is served so.
    return "__Host-session" if is_https(connection) else "session"
