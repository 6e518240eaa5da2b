"""Charts as geometry: bars, a line over months, parts of a whole. Pure; the template only draws what stands here.

Law of this file: lengths are in the units of the drawing's own view box; every bar and point bears the words that are read out
for it and the list it opens, so that a chart says nothing to eyes alone. It must not know what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from unicodedata import east_asian_width

_ROW = 32
_LETTER = 13
"""The width of a Chinese character in the chart's type."""
_VALUE = 66
_LEFT, _RIGHT, _TOP, _FOOT = 40, 24, 22, 32
_LINES = 4


@dataclass(frozen=True, slots=True)
class Item:
    """What one bar, point or part stands for. ``value`` is drawn, ``shown`` written, ``read`` read out."""

    label: str
    value: float
    shown: str
    read: str
    href: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar on its track."""

    item: Item
    y: int
    length: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other, their labels before and their values behind them."""

    width: int
    height: int
    start: int
    track: int
    bars: Sequence[Bar]


def bars(items: Sequence[Item], *, width: int, whole: float | None = None) -> Bars:
    """As long as their share of ``whole``, or of the largest where there is none."""
    start = _label_width(items)
    track = width - start - _VALUE
    most = whole or max((item.value for item in items), default=0)
    drawn = [
        Bar(item, 8 + place * _ROW, round(track * item.value / most, 1) if most else 0)
        for place, item in enumerate(items)
    ]
    return Bars(width, 8 + len(items) * _ROW, start, track, drawn)


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a line."""

    item: Item
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A line over months, and the line of the year before behind it. ``grid``: height and value of each rule."""

    width: int
    height: int
    left: int
    right: int
    foot: int
    grid: Sequence[tuple[float, int]]
    points: Sequence[Point]
    before: str

    @property
    def line(self) -> str:
        """The points as a polyline has them."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def trend(now: Sequence[Item], before: Sequence[float], *, width: int, height: int) -> Trend:
    """``before``: the values of the same months a year earlier."""
    top, bottom = _TOP, height - _FOOT
    most = _round_up(max((*(item.value for item in now), *before), default=0))
    step = (width - _LEFT - _RIGHT) / max(len(now) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        return round(_LEFT + index * step, 1), round(bottom - (bottom - top) * value / most, 1)

    return Trend(
        width=width,
        height=height,
        left=_LEFT,
        right=width - _RIGHT,
        foot=height - 10,
        grid=[(place(0, most * line / _LINES)[1], most * line // _LINES) for line in range(_LINES + 1)],
        points=[Point(item, *place(index, item.value)) for index, item in enumerate(now)],
        before=" ".join(f"{x},{y}" for x, y in (place(index, value) for index, value in enumerate(before))),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a row. ``kind`` is how it is filled."""

    item: Item
    kind: str
    x: float
    length: float


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One whole and its parts."""

    label: str
    y: int
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Split:
    """Wholes of equal length, each divided into its parts."""

    width: int
    height: int
    start: int
    rows: Sequence[SplitRow]


def split(rows: Sequence[tuple[str, Sequence[tuple[str, Item]]]], *, width: int) -> Split:
    """Each row: its label, and its parts as (kind, item); a part of nothing is left out."""
    start = _label_width([Item(label, 0, "", "") for label, _ in rows])
    drawn = [
        SplitRow(label, 4 + place * _ROW, list(_parts(parts, start, width - start - 8)))
        for place, (label, parts) in enumerate(rows)
    ]
    return Split(width, 4 + len(rows) * _ROW, start, drawn)


def _parts(parts: Sequence[tuple[str, Item]], start: float, length: float) -> Sequence[Part]:
    whole = sum(item.value for _, item in parts)
    drawn, x = list[Part](), start
    for kind, item in parts:
        if item.value:
            long = length * item.value / whole
            drawn.append(Part(item, kind, round(x, 1), round(max(long - 2, 1), 1)))
            x += long
    return drawn


def _label_width(items: Sequence[Item]) -> int:
    return 16 + max((round(sum(map(_letter, item.label))) for item in items), default=0)


def _letter(character: str) -> float:
    return _LETTER if east_asian_width(character) in "WF" else _LETTER * 0.58


def _round_up(most: float) -> int:
    """A height that ``_LINES`` rules divide into round numbers: 4, 8, 20, 40, 80, 200, …"""
    step, factors = 1, cycle((2, 2.5, 2))
    while step * _LINES < most:
        step = int(step * next(factors))
    return step * _LINES
