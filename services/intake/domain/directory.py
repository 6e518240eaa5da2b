"""The unit and the window that somebody means, found in the centre's directory.

Law of this file: what fits one place is that place, what fits several or none stays as it was said, and the several are
listed for a person to choose from; nothing is guessed between two. By the first row of ``WAYS`` that finds anything.
Likeness of spelling and initials are functions that come in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from services.intake.domain.text import folded

Likeness = Callable[[str, str], float]
"""How alike two spellings are, between 0 and 1."""
Initials = Callable[[str], str]
"""The first letters of a text's pinyin: 医保局 is ``ybj``."""

LIKE_ENOUGH = 0.72
"""A name of six characters with one wrong one is 0.83 like the right one; two names of the sample are at most 0.6 alike."""
CLEARLY_LIKER = 0.08
"""The likeliest must be ahead of the next by this much."""
SHORTEST_INITIALS = 3
_NOISE = str.maketrans("", "", " 　()（）、，,.·-")


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit of the directory: its name, the other names people use, its windows as ``A07 医保报销``."""

    name: str
    aliases: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. ``unit`` and ``window`` are the directory's words, or those that were said where nothing is sure."""

    unit: str | None
    window: str | None
    candidates: tuple[str, ...] = ()
    """Units that may be meant, where more than one may."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The units, and how spellings are compared."""

    entries: Sequence[Entry] = ()
    likeness: Likeness = field(default=lambda one, other: float(one == other))
    initials: Initials = field(default=lambda text: text)

    def resolve(self, unit: str | None, window: str | None) -> Found:
        """The place that was meant. Without a unit, a window's number that only one unit has tells the unit as well."""
        units = self._units(unit) if unit else self._owners(window)
        if len(units) != 1:
            return Found(unit, window, tuple(entry.name for entry in units))
        return Found(units[0].name, self._window(units[0], window))

    def _units(self, said: str) -> list[Entry]:
        wanted = _bare(said)
        if not wanted:
            return []
        return next((found for way in (self._exact, self._initials, self._alike) if (found := way(wanted))), [])

    def _exact(self, wanted: str) -> list[Entry]:
        return [entry for entry in self.entries if wanted in map(_bare, entry.spellings)]

    def _initials(self, wanted: str) -> list[Entry]:
        """``ybj``: only what was typed in letters."""
        if not (wanted.isascii() and wanted.isalpha() and len(wanted) >= SHORTEST_INITIALS):
            return []
        return [
            entry
            for entry in self.entries
            if wanted in (self.initials(_bare(spelling)) for spelling in entry.spellings)
        ]

    def _alike(self, wanted: str) -> list[Entry]:
        """The likeliest, and those so close behind it that it isn't clear."""
        scores = {
            entry.name: max(self.likeness(wanted, _bare(spelling)) for spelling in entry.spellings)
            for entry in self.entries
        }
        best = max(scores.values(), default=0.0)
        if best < LIKE_ENOUGH:
            return []
        return [entry for entry in self.entries if scores[entry.name] > best - CLEARLY_LIKER]

    def _owners(self, window: str | None) -> list[Entry]:
        return [entry for entry in self.entries if window and self._window(entry, window) in entry.windows]

    def _window(self, entry: Entry, said: str | None) -> str | None:
        """By number (``a7`` is ``A07``), or by its name where that is clear."""
        if said is None:
            return None
        found = [window for window in entry.windows if _is_window(window, said)]
        return found[0] if len(found) == 1 else said


def _is_window(window: str, said: str) -> bool:
    number, _, name = window.partition(" ")
    wanted = _bare(said)
    return wanted in (_bare(window), _bare(number), _bare(name)) or _numbered(wanted) == _numbered(_bare(number))


def _numbered(text: str) -> tuple[str, int] | str:
    """``a07号窗口`` and ``a7`` as the same: letters and a number."""
    core = text.removesuffix("窗口").removesuffix("号")
    letters = core.rstrip("0123456789")
    digits = core[len(letters) :]
    return (letters, int(digits)) if digits and letters.isascii() else text


@lru_cache(maxsize=4096)  # the directory's own names are asked for at every complaint
def _bare(text: str) -> str:
    """A spelling for comparison: folded, lower case, without blanks and brackets."""
    return (folded(text) or "").lower().translate(_NOISE)
