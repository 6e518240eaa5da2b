"""What a mail header says: raw bytes with encoded words (RFC 2047) and parameters (RFC 2231) to text.

Law of this file: the bytes of adjacent encoded words are joined before they are decoded, because Chinese mailers cut
words in the middle of a character; headers of raw 8-bit GBK are read by the same rule as bodies. It must not
know which header it reads.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import unquote_to_bytes

from services.intake.readers.charset import Decoded, decode

LONGEST = 100_000
"""Bytes of one header that are read; what follows stays in the original only."""

_FOLD = re.compile(rb"(?:\r\n|\r|\n)[ \t]?")
_WORD = re.compile(rb"=\?([^?\s]{0,60})\?([bBqQ])\?([^?]*+)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of header bytes: literal ones have no charset label."""

    content: bytes
    charset: str | None = None
    is_base64: bool = False


def unfolded(raw: bytes) -> bytes:
    """One logical line, at most ``LONGEST`` bytes."""
    return _FOLD.sub(b" ", raw[:LONGEST]).strip()


def header_text(raw: bytes) -> Decoded:
    """The text of an unstructured header such as Subject. ``guessed`` and ``damaged`` hold for any part of it."""
    parts = [_decoded(list(run)) for _, run in groupby(_pieces(unfolded(raw)), key=lambda piece: piece.charset)]
    return Decoded(
        text="".join(part.text for part in parts),
        charset=parts[-1].charset if parts else "utf-8",
        guessed=any(part.guessed for part in parts),
        damaged=any(part.damaged for part in parts),
    )


def words_in(text: str) -> str:
    """The same for a piece that is already text, such as a display name or a file name."""
    return header_text(text.encode("utf-8", "replace")).text if "=?" in text else text


def _pieces(raw: bytes) -> Iterator[_Piece]:
    end = 0
    after_word = False
    for found in _WORD.finditer(raw):
        between = raw[end : found.start()]
        if between and not (after_word and between.isspace()):
            yield _Piece(between)
        charset = found[1].split(b"*")[0].decode("ascii", "replace").lower()
        yield _Piece(found[3], charset, is_base64=found[2] in b"bB")
        end, after_word = found.end(), True
    if end < len(raw):
        yield _Piece(raw[end:])


def _decoded(run: list[_Piece]) -> Decoded:
    if run[0].charset is None:
        return decode(b"".join(piece.content for piece in run))
    return decode(b"".join(_bytes_of(run)), run[0].charset)


def _bytes_of(run: list[_Piece]) -> Iterator[bytes]:
    for is_base64, words in groupby(run, key=lambda piece: piece.is_base64):
        contents = [word.content for word in words]
        if is_base64:
            yield from _from_base64(contents)
        else:
            yield from (binascii.a2b_qp(content, header=True) for content in contents)


def _from_base64(words: list[bytes]) -> list[bytes]:
    """Decode each word; where a mailer cut the base64 itself, not its bytes, join the words first."""
    cleaned = [_NOT_BASE64.sub(b"", word) for word in words]
    if any(len(word) % 4 == 1 for word in cleaned):
        cleaned = [b"".join(cleaned)]
    return [binascii.a2b_base64(_whole_groups(word)) for word in cleaned]


def _whole_groups(word: bytes) -> bytes:
    odd = len(word) % 4
    return word[:-1] if odd == 1 else word + b"=" * (-odd % 4)


_PARAMETER = re.compile(r";\s*+([^\s=;\"]++)\s*+=\s*+(?:\"((?:[^\"\\]|\\.)*+)\"?|([^;]*+))", re.DOTALL)
_ESCAPED = re.compile(r"\\([\"\\])")
_SEGMENT = re.compile(r"([^*]++)(?:\*(\d{1,3}))?(\*)?")


def parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """A structured header such as Content-Type: its value, lower-cased, and its parameters by lower-cased name.

    RFC 2231 continuations are put together and decoded by the charset rule; encoded words inside quotes, which are
    illegal and usual, are read too.
    """
    text = decode(unfolded(raw)).text
    value = text.partition(";")[0].strip().lower()
    written = [
        (found[1].lower(), _ESCAPED.sub(r"\1", found[2]) if found[2] is not None else found[3].strip())
        for found in _PARAMETER.finditer(text[len(text.partition(";")[0]) :])
    ]
    return value, {**_plain(written), **_extended(written)}


def _plain(written: list[tuple[str, str]]) -> dict[str, str]:
    return {name: words_in(text) for name, text in reversed(written) if "*" not in name}


def _extended(written: list[tuple[str, str]]) -> dict[str, str]:
    segments: dict[str, list[tuple[int, bool, str]]] = {}
    for name, text in written:
        found = _SEGMENT.fullmatch(name)
        if found and "*" in name:
            segments.setdefault(found[1], []).append((int(found[2] or 0), bool(found[3]), text))
    return {name: _joined(sorted(parts, key=lambda part: part[0])) for name, parts in segments.items()}


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    label = None
    first_number, first_is_coded, first = parts[0]
    if first_is_coded and first.count("'") >= 2:  # noqa: PLR2004 - charset'language'text
        label, _, first = first.split("'", 2)
        parts = [(first_number, True, first), *parts[1:]]
    content = b"".join(
        unquote_to_bytes(text) if is_coded else text.encode("utf-8", "replace") for _, is_coded, text in parts
    )
    return decode(content, label).text
