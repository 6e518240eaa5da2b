"""The parts of a mail: bytes into a tree, and a part's bytes out of it.

Law of this file: the standard library parses (compat32, raw bytes), behind guards of ours: depth and number of parts are
limited while it parses, and headers are cut before its quadratic parameter parser sees them. Header values stay raw
bytes; decoding them is ``header_text``'s work. It must not know what parts mean.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesFeedParser, BytesHeaderParser
from functools import cached_property
from itertools import islice
from typing import cast

from services.intake.readers.header_text import parameters
from services.intake.readers.parsed_mail import Fault, Unreadable

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")

DEEPEST_PART = 44
"""Parts inside parts: ten mails in one another, each in multiparts of its own, still pass."""
MOST_PARTS = 1500
"""500 attachments and 500 inline images pass."""
_FED_AT_ONCE = 2**18
"""Bytes: the parser keeps what it is fed at four bytes a character until it has cut it into lines."""
_LONGEST_STRUCTURAL = 12_000
_MOST_PARAMETERS = 128


class Part(Message):
    """One part, with the bytes of its body as they came; ``get_payload`` would decode 8-bit text by its label."""

    _payload: str | list[Part] | None

    @property
    def children(self) -> list[Part]:
        """The parts within; none for a leaf."""
        return self._payload if isinstance(self._payload, list) else []

    @cached_property
    def raw_headers(self) -> dict[str, list[bytes]]:
        """The headers by lower-cased name, as the bytes that came; read once, because a mail may have 100 000."""
        found: dict[str, list[bytes]] = {}
        for name, value in self.items():
            found.setdefault(name.lower(), []).append(_as_bytes(value))
        return found

    @property
    def raw_body(self) -> bytes:
        """The body of a leaf, transfer encoding and all."""
        return _as_bytes(self._payload) if isinstance(self._payload, str) else b""


class _RawHeaders(policy.Compat32):
    """compat32 that hands header values back as they came, and cuts those it parses itself."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if name.lower() == "content-type":
            value = ";".join(value[:_LONGEST_STRUCTURAL].split(";", _MOST_PARAMETERS)[:_MOST_PARAMETERS])
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> str:
        del name
        return value


_POLICY = _RawHeaders(message_factory=Part)


class _GuardedParser(BytesFeedParser):
    """A parser that counts. ``_new_message`` and ``_msgstack`` have been the library's since Python 2.4."""

    _made = 0
    _msgstack: list[Part]

    def _new_message(self) -> None:
        self._made += 1
        if len(self._msgstack) >= DEEPEST_PART:
            raise Unreadable(Fault.NESTED)
        if self._made > MOST_PARTS:
            raise Unreadable(Fault.TOO_MANY_PARTS)
        super()._new_message()  # type: ignore[misc]  # typeshed leaves it out


def parse_tree(raw: bytes) -> Part:
    """The tree of a mail. Raises Unreadable where it is deeper or wider than the limits, or breaks the parser."""
    parser = _GuardedParser(policy=_POLICY)
    mended = _mended(raw)
    try:
        for start in range(0, len(mended), _FED_AT_ONCE):
            parser.feed(mended[start : start + _FED_AT_ONCE])
        return cast("Part", parser.close())
    except (RecursionError, AssertionError, ValueError, LookupError, TypeError) as fault:
        raise Unreadable(Fault.MALFORMED) from fault


def parse_head(raw: bytes) -> Part:
    """The headers alone; whatever follows the first blank line is not looked at. Never raises Unreadable."""
    start = _mended(raw)
    end = _BLANK_LINE.search(start)
    return cast("Part", BytesHeaderParser(policy=_POLICY).parsebytes(start[: end.start()] if end else start))


_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_BLANK_BEFORE_COLON = re.compile(rb"^([!-9;-~]{1,60})[ \t]+:", re.MULTILINE)
_MOST_STRAY_LINES = 100
_STRAY_LINE = re.compile(rb"^(?![!-9;-~]{1,200}:|[ \t]|From )(?=[^\r\n])", re.MULTILINE)
_STRUCTURAL = re.compile(
    rb"^(?:content-type|mime-version|from|to|subject|date|message-id|received):", re.MULTILINE | re.IGNORECASE
)


def _mended(raw: bytes) -> bytes:
    """The mail without what stands before its headers, and with header lines that would end the headers too early.

    A blank before the colon goes; a stray line (an unfolded continuation) is folded, where more headers follow it.
    """
    raw = raw.lstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
    end = _BLANK_LINE.search(raw)
    if end is None:
        return raw
    head = _BLANK_BEFORE_COLON.sub(rb"\1:", raw[: end.start()])
    stray = list(islice(_STRAY_LINE.finditer(head), _MOST_STRAY_LINES + 1))
    if 0 < len(stray) <= _MOST_STRAY_LINES and _STRUCTURAL.search(head, stray[-1].start()):
        head = _STRAY_LINE.sub(b" ", head)
    return head + raw[end.start() :]


_OPENING = re.compile(rb"^--([A-Za-z0-9'()+_,./:=?-]{1,200})[ \t]*$", re.MULTILINE)
_MOST_OPENINGS = 20


def boundary_within(body: bytes) -> bytes | None:
    """The boundary that a multipart's body itself uses: of the first opening line that has its closing line after it."""
    lines = body.replace(b"\r\n", b"\n") + b"\n"
    for opening in islice(_OPENING.finditer(lines), _MOST_OPENINGS):
        if lines.find(b"\n--" + opening[1] + b"--\n", opening.end()) >= 0:
            return opening[1]
    return None


def raw_headers(part: Part, name: str) -> list[bytes]:
    """The values of every header called ``name``, as the bytes that came."""
    return part.raw_headers.get(name.lower(), [])


def raw_header(part: Part, name: str) -> bytes:
    """The first header called ``name``; empty where there is none."""
    return next(iter(raw_headers(part, name)), b"")


def _as_bytes(value: str) -> bytes:
    return value.encode("ascii", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Described:
    """What a part says of itself: media type, disposition, and the parameters of both."""

    media_type: str
    parameters: dict[str, str]
    disposition: str
    file_name: str
    named_by_disposition: bool


def describe(part: Part) -> Described:
    """Read Content-Type and Content-Disposition; a type that can't be one is the part's default."""
    media_type, type_parameters = parameters(raw_header(part, "Content-Type"))
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = part.get_content_type()
    disposition, own = parameters(raw_header(part, "Content-Disposition"))
    return Described(
        media_type=media_type,
        parameters=type_parameters,
        disposition=disposition,
        file_name=own.get("filename") or type_parameters.get("name", ""),
        named_by_disposition="filename" in own,
    )


@dataclass(frozen=True, slots=True)
class Content:
    """A part's bytes after its transfer encoding was undone; ``damaged`` where the encoding was broken."""

    content: bytes
    damaged: bool = False


def content_of(part: Part) -> Content:
    """The bytes of a leaf. Never raises; whatever can be decoded is."""
    return undo(part.raw_body, transfer_encoding(part))


def transfer_encoding(part: Part) -> str:
    """The Content-Transfer-Encoding, in lower case."""
    return raw_header(part, "Content-Transfer-Encoding").decode("ascii", "replace").strip(" \t\"'").lower()


def undo(raw: bytes, encoding: str) -> Content:
    """Undo a Content-Transfer-Encoding (RFC 2045 §6); an unknown one leaves the bytes as they are."""
    if encoding == "base64":
        return _base64(raw)
    if encoding == "quoted-printable":
        return Content(binascii.a2b_qp(raw))
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return _uuencoded(raw)
    return Content(raw)


_BLANKS = b" \t\r\n"
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]+")


def _base64(raw: bytes) -> Content:
    try:
        return Content(binascii.a2b_base64(raw.translate(None, _BLANKS), strict_mode=True))
    except binascii.Error:
        return Content(_broken_base64(raw), damaged=True)


def _broken_base64(raw: bytes) -> bytes:
    """What a lenient reader gets: prose between the lines and junk in them left out, each padded stretch on its own."""
    lines = [line for line in raw.splitlines() if len(line.split(None, 1)) == 1]
    stretches = re.split(rb"=+", _FOREIGN.sub(b"", b"".join(lines)))
    return b"".join(binascii.a2b_base64(_whole_groups(stretch)) for stretch in stretches)


def _whole_groups(stretch: bytes) -> bytes:
    odd = len(stretch) % 4
    return stretch[:-1] if odd == 1 else stretch + b"=" * (-odd % 4)


def _uuencoded(raw: bytes) -> Content:
    pieces: list[bytes] = []
    damaged = False
    for line in raw.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            damaged = True
    return Content(b"".join(pieces), damaged)
