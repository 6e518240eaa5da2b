"""A file that somebody handed in, or that we made of it, given to a browser.

Law of this file: nothing in it runs, nothing is guessed about it, nobody on the way keeps it. Pictures may be looked at in
the browser; whatever else a file is, it is saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
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
_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(; ?[\w-]+=[\w.\"-]+)*", re.ASCII)
"""What may stand in a header: a type is a stranger's word, and may be any letters at all (RFC 9110 8.3.1)."""
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser draws without running anything; SVG is not among them."""


def gives(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """An answer of one of these media types as OpenAPI shows it, for ``responses`` of a route that gives a file."""
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}}}


def file_answer(content: bytes, media_type: str, name: str, *, to_look_at: bool = False) -> Response:
    """A file to be saved under this name; a picture is shown where it is ``to_look_at``."""
    kind = media_type if _MEDIA_TYPE.fullmatch(media_type) else BYTES
    how = "inline" if to_look_at and kind in PICTURES else "attachment"
    headers = {**SANDBOXED, "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=kind, headers=headers)
