"""winmail.dat: the body and the files inside a TNEF stream ([MS-OXTNEF]), as Outlook sends them.

Law of this file: one pass over the bytes, every count checked against the bytes that are there. That is why it is our
own: tnefparse 1.4 follows a count of values written in the stream, and 49 bytes kept it busy beyond 20 s. Text is given
as bytes, for the charset rule to read. It must not know MIME.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_SIGNATURE = 0x223E9F78
_ATTRIBUTE = struct.Struct("<BII")
_CHECKSUM = 2

_BODY, _MESSAGE_PROPERTIES = 0x800C, 0x9003
_CODE_PAGE, _RENDERING = 0x9007, 0x9002
_TITLE, _CONTENT, _ATTACHMENT_PROPERTIES = 0x8010, 0x800F, 0x9005
"""Attributes by the low half of their number; the high half only repeats their type."""

_TAG_BODY, _TAG_HTML, _TAG_CODE_PAGE = 0x1000, 0x1013, 0x3FDE
_TAG_CONTENT, _TAG_SHORT_NAME, _TAG_LONG_NAME = 0x3701, 0x3704, 0x3707

_FIXED = {0x0002: 2, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 2, 0x0014: 8, 0x0040: 8}
_FIXED |= {0x0048: 16}
"""Bytes of a value by its property type ([MS-OXCDATA] §2.11.1)."""
_VARIABLE = frozenset({0x000D, 0x001E, 0x001F, 0x0102})
_OBJECT, _UNICODE = 0x000D, 0x001F
_MANY, _NAMED = 0x1000, 0x8000
_GUID, _INTEGER = 16, 4


class NotTnef(ValueError):
    """The bytes are no TNEF stream, or one whose parts don't fit together: keep the file closed."""


@dataclass(frozen=True, slots=True)
class TnefFile:
    """One file: its name as bytes in ``charset``, and its content."""

    name: bytes = b""
    charset: str | None = None
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class TnefMessage:
    """What was found; texts are bytes, each with its charset label (None: unknown)."""

    body: bytes = b""
    body_charset: str | None = None
    html: bytes = b""
    html_charset: str | None = None
    files: tuple[TnefFile, ...] = ()


@dataclass(slots=True)
class _Reading:
    message: TnefMessage = field(default_factory=TnefMessage)
    files: list[TnefFile] = field(default_factory=list)
    charset: str | None = None


def read_tnef(stream: bytes) -> TnefMessage:
    """Read a TNEF stream. Raises NotTnef; linear in the size of ``stream``."""
    try:
        if struct.unpack_from("<I", stream)[0] != _SIGNATURE:
            raise NotTnef("no TNEF signature")
        reading = _Reading()
        for attribute, content in _attributes(stream):
            _take(reading, attribute, content)
    except struct.error as fault:
        raise NotTnef("the stream ends inside a value") from fault
    return replace(reading.message, files=tuple(reading.files))


def _attributes(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Each attribute's number and bytes; a stream that was cut gives what is whole."""
    position = 6
    while position + _ATTRIBUTE.size <= len(stream):
        _, attribute, length = _ATTRIBUTE.unpack_from(stream, position)
        position += _ATTRIBUTE.size
        if position + length > len(stream):
            raise NotTnef("an attribute is longer than the stream")
        yield attribute & 0xFFFF, stream[position : position + length]
        position += length + _CHECKSUM


def _take(reading: _Reading, attribute: int, content: bytes) -> None:
    if attribute == _CODE_PAGE:
        reading.charset = f"cp{struct.unpack_from('<I', content)[0]}"
    elif attribute == _BODY:
        reading.message = replace(reading.message, body=content.rstrip(b"\0"), body_charset=reading.charset)
    elif attribute == _MESSAGE_PROPERTIES:
        _take_message_properties(reading, content)
    elif attribute == _RENDERING:
        reading.files.append(TnefFile(charset=reading.charset))
    elif reading.files and attribute in {_TITLE, _CONTENT, _ATTACHMENT_PROPERTIES}:
        reading.files[-1] = _with(reading.files[-1], attribute, content)


def _take_message_properties(reading: _Reading, content: bytes) -> None:
    for tag, kind, value in _properties(content):
        if tag == _TAG_BODY:
            charset = "utf-16-le" if kind == _UNICODE else reading.charset
            text = value if kind == _UNICODE else value.rstrip(b"\0")
            reading.message = replace(reading.message, body=text, body_charset=charset)
        elif tag == _TAG_HTML:
            reading.message = replace(reading.message, html=value.rstrip(b"\0"))
        elif tag == _TAG_CODE_PAGE and len(value) == _INTEGER:
            reading.message = replace(reading.message, html_charset=f"cp{int.from_bytes(value, 'little')}")


def _with(file: TnefFile, attribute: int, content: bytes) -> TnefFile:
    if attribute == _TITLE:
        return file if file.charset == "utf-16-le" else replace(file, name=content.rstrip(b"\0"))
    if attribute == _CONTENT:
        return replace(file, content=content)
    for tag, kind, value in _properties(content):
        if tag in {_TAG_LONG_NAME, _TAG_SHORT_NAME} and (tag == _TAG_LONG_NAME or not file.name):
            is_unicode = kind == _UNICODE
            file = replace(file, name=value, charset="utf-16-le" if is_unicode else file.charset)
        elif tag == _TAG_CONTENT and not file.content:
            file = replace(file, content=value[_GUID:] if kind == _OBJECT else value)
    return file


def _properties(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each MAPI property's tag, kind and first value. Stops in silence at the first one that can't be understood."""
    (count,) = struct.unpack_from("<I", content)
    position = 4
    while count and position < len(content):
        count -= 1
        kind, tag = struct.unpack_from("<HH", content, position)
        position += 4
        if tag & _NAMED:
            position = _after_name(content, position)
        values, position = _value_count(content, position, kind)
        kind &= ~_MANY
        if kind not in _FIXED and kind not in _VARIABLE:
            return
        value = b""
        for _ in range(values):
            if position >= len(content):
                return
            value, position = _value(content, position, kind)
        position = _padded(position)
        yield tag, kind, value


def _after_name(content: bytes, position: int) -> int:
    kind, length = struct.unpack_from("<II", content, position + _GUID)
    return position + _GUID + 8 + (_padded(length) if kind else 0)


def _value_count(content: bytes, position: int, kind: int) -> tuple[int, int]:
    if kind & _MANY or kind in _VARIABLE:
        (count,) = struct.unpack_from("<I", content, position)
        return count, position + 4
    return 1, position


def _value(content: bytes, position: int, kind: int) -> tuple[bytes, int]:
    if kind in _FIXED:
        return content[position : position + _FIXED[kind]], position + _FIXED[kind]
    (length,) = struct.unpack_from("<I", content, position)
    return content[position + 4 : position + 4 + length], position + 4 + _padded(length)


def _padded(length: int) -> int:
    return length + -length % 4
