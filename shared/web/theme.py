"""The colours that a page is shown in: as the reader's system has them, or as the reader chose.

Law of this file: a choice is a cookie of a year that says light or dark and nothing else; without one the system decides, in
the stylesheet. It must not know any colour. Paper is always light, also by the stylesheet.
"""

from __future__ import annotations

from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.responses import Response

COOKIE = "theme"
QUERY = "theme"
_A_YEAR = 365 * 24 * 3600


class Theme(StrEnum):
    """Ways to be shown. The first is in force where nothing was chosen."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @property
    def scheme(self) -> str:
        """The value of CSS ``color-scheme``."""
        return "light dark" if self is Theme.SYSTEM else self.value


def theme_of(connection: HTTPConnection) -> Theme:
    """What the reader wants: ``?theme=``, then the cookie; anything else in them is passed over."""
    for wish in (connection.query_params.get(QUERY), connection.cookies.get(COOKIE)):
        if wish in set(Theme):
            return Theme(wish)
    return Theme.SYSTEM


def remember_theme(connection: HTTPConnection, response: Response) -> None:
    """Keep what ``?theme=`` chose; whoever goes back to the system's colours leaves no cookie."""
    match connection.query_params.get(QUERY):
        case Theme.LIGHT | Theme.DARK as chosen:
            response.set_cookie(COOKIE, chosen, max_age=_A_YEAR, samesite="lax", httponly=True)
        case Theme.SYSTEM:
            response.delete_cookie(COOKIE, samesite="lax", httponly=True)
