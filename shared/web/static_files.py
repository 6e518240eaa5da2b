"""The look and the scripts, served from memory under a name that changes with their content.

Law of this file: an address holds the hash of all files together, so a browser may keep what it has for ever, and a new
release is seen at once; a stylesheet goes out without its remarks. An address of another release is still answered, with what we have and without caching, so
that a page of the new release isn't bare while the old one still answers.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PREFIX = "/static"
FILES = PREFIX + "/{version}/{name}"
BUNDLED = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, as it is and compressed."""

    body: bytes
    gzipped: bytes
    media_type: str


class StaticFiles:
    """All files of one folder. They are few and small, so they are read once, at start."""

    def __init__(self, folder: Path = BUNDLED) -> None:
        self._files = _read(folder)
        self.version = _version(self._files)

    def url(self, name: str) -> str:
        """The address of a file. Raises LookupError for one that isn't there, so a wrong name fails in the first test."""
        if name not in self._files:
            raise LookupError(f"no static file {name}")
        return f"{PREFIX}/{self.version}/{name}"

    def size(self, name: str) -> int:
        """The length of a file in bytes, uncompressed."""
        return len(self._files[name].body)

    def route(self) -> Route:
        """The route that answers for all of them."""
        return Route(FILES, self._answer, methods=["GET"], name="static", include_in_schema=False)

    async def _answer(self, request: Request) -> Response:
        file = self._files.get(request.path_params["name"])
        if file is None:
            return Response(status_code=404)
        tag = f'W/"{self.version}"'  # weak: the same for the plain and the compressed copy
        ours = request.path_params["version"] == self.version
        headers = {"Cache-Control": _FOR_EVER if ours else "no-cache", "ETag": tag, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(file.body, media_type=file.media_type, headers=headers)
        return Response(file.gzipped, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"})


def _read(folder: Path) -> dict[str, StaticFile]:
    return {
        path.name: _packed(_served(path), _MEDIA_TYPES[path.suffix])
        for path in sorted(folder.iterdir())
        if path.suffix in _MEDIA_TYPES
    }


def without_remarks(sheet: str) -> str:
    """A stylesheet without its remarks and without the blanks that only people need; it says the same."""
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", bare).strip()


def _served(path: Path) -> bytes:
    body = path.read_bytes()
    return without_remarks(body.decode()).encode() if path.suffix == ".css" else body


def _packed(body: bytes, media_type: str) -> StaticFile:
    # mtime=0: the same content gives the same bytes on every machine.
    return StaticFile(body, gzip.compress(body, compresslevel=9, mtime=0), media_type)


def _version(files: Mapping[str, StaticFile]) -> str:
    digest = hashlib.sha256()
    for name, file in files.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(file.body).digest())
    return digest.hexdigest()[:12]
