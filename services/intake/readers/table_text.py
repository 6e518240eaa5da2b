"""Tables as text: CSV and tab files in whatever charset, separator and line ending, read record by record.

Law of this file: nothing is dropped: a record whose quote is never closed, or which another charset wrote than the rest of
the file, is given as damaged, and reading goes on with the next line. Memory stays small: the bytes are decoded as they are
read. It must not know what a column means.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from services.intake.readers.charset import decode

LARGEST_RECORD = 100_000
"""Characters of one record; a longer one is damaged (an unclosed quote, as a rule)."""
MOST_LINES = 200
"""Physical lines that one record may span."""
SEPARATORS = ",\t;|"
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSETS = ("utf-8", "gb18030", "big5hkscs")
_SAMPLED = 1 << 18
"""Bytes from whose lines the charset is told, where the file isn't of one."""
_FIRST_RECORDS = 4
_ESCAPED = dict.fromkeys(range(0xDC80, 0xDD00), "\ufffd")
ANOTHER_CHARSET = "这一行的文字编码与文件其余部分不同，或有无法识别的字符，请核对文字"


class UnknownCharset(ValueError):
    """The sender is at fault: these bytes are no text in any charset that we know."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number in the file (the header is 1), and its cells. ``damaged``: why, where it could not be cut."""

    number: int
    cells: tuple[str, ...]
    damaged: str | None = None


def charset_of(raw: bytes) -> str:
    """The charset: by its mark, by its zero bytes, or the one that most of the text is written in. Raises UnknownCharset."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return name
    head = raw[:4000]
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8" if _decodes(raw, "utf-8") else _voted(raw[:_SAMPLED])


def _voted(raw: bytes) -> str:
    """Files are put together from several: each line is read for itself, and the charset of most of them is the file's."""
    votes: Counter[str] = Counter()
    for line in raw.splitlines():
        found = decode(line)
        votes["" if found.damaged else found.charset] += 0 if line.isascii() else len(line)
    charset = max(_CHARSETS, key=lambda name: votes[name])
    if votes[charset] * 2 <= votes.total():
        raise UnknownCharset("no charset fits")
    return charset


def _decodes(raw: bytes, charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)()
    try:
        for start in range(0, len(raw), 1 << 16):
            decoder.decode(raw[start : start + (1 << 16)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def separator_of(raw: bytes, charset: str) -> str:
    """The separator that stands most often in the first record that has one; a comma where none does."""
    first = (_outside_quotes(text) for _, text, _ in islice(_records_text(raw, charset), _FIRST_RECORDS))
    parted = next((text for text in first if any(separator in text for separator in SEPARATORS)), "")
    return max(SEPARATORS, key=parted.count)


def _outside_quotes(text: str) -> str:
    return "".join(text.split('"')[::2])


def records(raw: bytes, charset: str, separator: str) -> Iterator[Record]:
    """Every record that isn't blank, the header first."""
    for number, text, damaged in _records_text(raw, charset):
        meant = _by_another_charset(text, charset)
        said = text if meant is None else meant
        if damaged:
            yield Record(number, (said[:500],), damaged)
            continue
        try:
            rows = list(csv.reader(io.StringIO(said, newline=""), delimiter=separator))
        except csv.Error:
            yield Record(number, (said[:500],), "引号或分隔符有误，无法分列")
            continue
        cells = tuple(cell for row in rows for cell in row)
        if any(cell.strip() for cell in cells):
            yield Record(number, cells, None if meant is None else ANOTHER_CHARSET)


def _by_another_charset(text: str, charset: str) -> str | None:
    """What a record says that another charset wrote than the rest of the file, or none; None where it fits.

    GB 18030 reads nearly everything as something: there a record is looked at whole, elsewhere only one that didn't decode.
    """
    shown = text.translate(_ESCAPED)
    if text.isascii() or (charset != "gb18030" and shown == text):
        return None
    if charset.startswith("utf-16"):
        return shown
    plain = charset.removesuffix("-sig")
    found = decode(text.encode(plain, "surrogateescape"), plain)
    return found.text if found.damaged or found.charset != plain else None


def _escaped(fault: UnicodeError) -> tuple[str, int]:
    """Bytes that didn't decode, kept apart from all text (PEP 383), but for ASCII, which no handler of Python's takes."""
    assert isinstance(fault, UnicodeDecodeError)
    bad = fault.object[fault.start : fault.end]
    return "".join(chr(byte) if chr(byte).isascii() else chr(0xDC00 + byte) for byte in bad), fault.end


codecs.register_error("shouli.escaped", _escaped)


def _records_text(raw: bytes, charset: str) -> Iterator[tuple[int, str, str | None]]:
    """The texts of the records, each with the number of its first line; a quote keeps lines together."""
    lines = enumerate(io.TextIOWrapper(io.BytesIO(raw), encoding=charset, newline="", errors="shouli.escaped"), 1)
    waiting: deque[tuple[int, str]] = deque()
    while True:
        taken = _whole(waiting, lines)
        if not taken:
            return
        text = "".join(line for _, line in taken)
        if text.count('"') % 2 == 0:
            yield taken[0][0], text.rstrip("\r\n"), None
            continue
        yield taken[0][0], taken[0][1].rstrip("\r\n"), "引号没有闭合"
        waiting.extendleft(reversed(taken[1:]))


def _whole(waiting: deque[tuple[int, str]], lines: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    """Lines until the quotes are even, or until it is too much for one record, or the end."""
    taken: list[tuple[int, str]] = []
    quotes = length = 0
    while len(taken) < MOST_LINES and length < LARGEST_RECORD:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            break
        taken.append(line)
        quotes += line[1].count('"')
        length += len(line[1])
        if quotes % 2 == 0:
            break
    return taken
