"""A file that somebody handed in, or that we made of it, given to a browser.

Law of this file: nothing in it runs, nothing is guessed about it, nobody on the way keeps it. Pictures may be looked at in
the browser; whatever else a file is, it is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

SANDBOXED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
)
BYTES: Final = "application/octet-stream"
"""The type of what nobody has looked at yet."""
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser draws without running anything; SVG is not among them."""


def file_answer(content: bytes, media_type: str, name: str, *, to_look_at: bool = False) -> Response:
    """A file to be saved under this name; a picture is shown where it is ``to_look_at``."""
    how = "inline" if to_look_at and media_type in PICTURES else "attachment"
    headers = {**SANDBOXED, "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=media_type, headers=headers)
