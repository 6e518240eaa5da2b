"""Pages at the API's own addresses: the same path answers a browser with a page and a program with JSON.

Law of this file: only the Accept header decides (RFC 9110 12.5.1). It knows no page.
"""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from shared.web.problem_answers import wants_html


class PageRoute(APIRoute):
    """A route that is there only for whoever asks for HTML; for everybody else the next one of that path is."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match where the client would rather have JSON."""
        accept = next((value for name, value in scope.get("headers", ()) if name == b"accept"), b"")
        return super().matches(scope) if wants_html(accept.decode("latin-1")) else (Match.NONE, {})
