"""Which characters a font file has glyphs for, read from its ``cmap`` table (OpenType 1.9, formats 4 and 12).

A font library would do it too, but reads the whole font for it: a quarter of a second and 24 MB on disk where this takes
some milliseconds, and the first document of a process must not wait. The tests hold it against fontTools.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from struct import calcsize, iter_unpack, unpack_from
from typing import BinaryIO

_UNICODE = {(3, 10), (0, 6), (0, 4), (3, 1), (0, 3)}
"""(platform, encoding) of the subtables that are keyed by Unicode code points."""


class NotAFont(ValueError):
    """These bytes are no OpenType font, or have no Unicode ``cmap``."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The code points a font covers, as sorted ranges that don't overlap."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, character: str) -> bool:
        point = ord(character)
        place = bisect_right(self.starts, point) - 1
        return place >= 0 and point <= self.ends[place]


def read_coverage(path: Path, index: int = 0) -> Coverage:
    """The coverage of font ``index`` of the file. Raises NotAFont, OSError."""
    try:
        with path.open("rb") as file:
            return _coverage(_cmap(file, index))
    except struct.error as fault:
        raise NotAFont(f"{path.name} ends too early") from fault


def _cmap(file: BinaryIO, index: int) -> bytes:
    """The ``cmap`` table of one font, found by way of the table directory (and of the collection, if it is one)."""
    head = file.read(12)
    if head[:4] == b"ttcf":
        file.seek(12 + 4 * index)
        file.seek(int.from_bytes(file.read(4), "big"))
        head = file.read(12)
    (count,) = unpack_from(">H", head, 4)
    for tag, _, start, length in iter_unpack(">4sIII", file.read(16 * count)):
        if tag == b"cmap":
            file.seek(start)
            return file.read(length)
    raise NotAFont("no cmap table")


def _coverage(cmap: bytes) -> Coverage:
    ranges: list[tuple[int, int]] = []
    (count,) = unpack_from(">H", cmap, 2)
    records = iter_unpack(">HHI", cmap[4 : 4 + 8 * count])
    for place in {offset for platform, encoding, offset in records if (platform, encoding) in _UNICODE}:
        ranges += _subtable(cmap[place:])
    ranges = sorted((start, end) for start, end in ranges if start <= end)
    if not ranges:
        raise NotAFont("no Unicode character map that can be read")
    return _merged(ranges)


def _subtable(table: bytes) -> list[tuple[int, int]]:
    (kind,) = unpack_from(">H", table)
    if kind == 4:  # noqa: PLR2004 - the format's number is its name
        return _format_4(table)
    if kind == 12:  # noqa: PLR2004 - the format's number is its name
        (groups,) = unpack_from(">I", table, 12)
        return [
            (start if glyph else start + 1, end)  # glyph 0 is .notdef: no glyph
            for start, end, glyph in iter_unpack(">III", table[16 : 16 + 12 * groups])
        ]
    return []


def _format_4(table: bytes) -> list[tuple[int, int]]:
    (twice,) = unpack_from(">H", table, 6)
    count = twice // 2
    column = f">{count}H"
    size = calcsize(column)
    ends = unpack_from(column, table, 14)
    starts = unpack_from(column, table, 16 + size)
    deltas = unpack_from(column, table, 16 + 2 * size)
    offsets = unpack_from(column, table, 16 + 3 * size)
    ranges: list[tuple[int, int]] = []
    for place, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        if start == 0xFFFF:  # noqa: PLR2004 - the segment that closes the table
            continue
        if not offset:
            without = -delta & 0xFFFF  # the one character that the delta would send to glyph 0, .notdef
            ranges += [(start, min(end, without - 1)), (max(start, without + 1), end)]
            continue
        first = 16 + 3 * size + 2 * place + offset
        glyphs = unpack_from(f">{end - start + 1}H", table, first)
        ranges += [(start + step, start + step) for step, glyph in enumerate(glyphs) if glyph]
    return ranges


def _merged(ranges: list[tuple[int, int]]) -> Coverage:
    starts, ends = [ranges[0][0]], [ranges[0][1]]
    for start, end in ranges[1:]:
        if start <= ends[-1] + 1:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Coverage(tuple(starts), tuple(ends))
