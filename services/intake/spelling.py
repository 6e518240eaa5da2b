"""How spellings are compared: the libraries behind the directory's and the scan desk's look-ups."""

from __future__ import annotations

from functools import cache

from rapidfuzz import fuzz

from services.intake.domain.directory import Directory, Entry
from services.intake.domain.scan_elements import Offered, Place
from shared.centre import Centre


def likeness(one: str, other: str) -> float:
    """Between 0 and 1, by edits (Indel)."""
    return fuzz.ratio(one, other) / 100


@cache
def initials(text: str) -> str:
    """``医保局`` to ``ybj``; letters and digits stay."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - 0.3 s and 20 MB, for the rare who type initials

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default")).lower()


def directory_of(centre: Centre) -> Directory:
    """The centre's units as the normaliser looks them up."""
    entries = tuple(Entry(unit.name, unit.aliases, unit.windows) for unit in centre.units)
    return Directory(entries, likeness, initials)


def places_of(centre: Centre) -> tuple[Place, ...]:
    """The centre's units and windows as they are looked for in what was read from a scan."""
    units = tuple(Place(Offered.UNIT, unit.name, (unit.name, *unit.aliases)) for unit in centre.units)
    windows = tuple(
        Place(Offered.WINDOW, window, (window, window.replace(" ", ""), window.split()[0]))
        for unit in centre.units
        for window in unit.windows
    )
    return units + windows
