"""Where to go after the log-in: a place within this house, whatever the address bar says."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

HOME = "/desk"
"""Open to every role, and shows each their own rooms; the worklist is closed to an administrator (art. 17)."""
LOGIN = "/login"
_LONGEST = 2000


def safe_then(wanted: str) -> str:
    r"""``wanted`` if it is a path of ours, else the desk's home.

    Browsers read ``//host``, ``/\\host`` and a path with tabs or newlines in front as another site's (WHATWG URL 4.4).
    """
    ours = wanted.startswith("/") and not wanted.startswith("//") and len(wanted) <= _LONGEST
    if not ours or "\\" in wanted or not wanted.isprintable():
        return HOME
    parts = urlsplit(wanted)
    return HOME if parts.scheme or parts.netloc or parts.path.startswith("//") else wanted


def login_and_back(wanted: str) -> str:
    """The log-in, and the way from there to ``wanted``."""
    return f"{LOGIN}?then={quote(wanted, safe='/')}"
