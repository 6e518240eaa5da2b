"""The units and windows of the centre as people at the desk type them: by name, by window number, by pinyin initials.

Law of this file: pure; what is typed is either one of our windows or it stays as it was typed, since a complaint about a
window that we don't know is still a complaint. Initials come from the names alone (``ydjyba`` for 异地就医备案).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from shared.centre import Centre, Unit

BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class WindowName:
    """One choice: what the field then holds, what finds it, and what it means."""

    value: str
    finds: str
    unit: str
    window: str | None


@lru_cache(maxsize=4)
def window_names(centre: Centre) -> Sequence[WindowName]:
    """Every unit by itself, then its windows, in the order of the configuration."""
    return [choice for unit in centre.units for choice in _of_unit(unit)]


def read_window(typed: str, centre: Centre) -> tuple[str | None, str | None]:
    """The unit and the window that were typed; what we don't know is told as the unit."""
    said = " ".join(typed.split())
    if not said:
        return None, None
    for choice in window_names(centre):
        if said in (choice.value, choice.window) or said.upper() == (choice.window or "").split(" ")[0]:
            return choice.unit, choice.window
    unit = centre.unit_named(said)
    return (unit.name if unit else said), None


def shown_window(unit: str | None, window: str | None) -> str:
    """A unit and a window as the field shows them."""
    return BETWEEN.join(filter(None, (unit, window)))


def _of_unit(unit: Unit) -> list[WindowName]:
    names = " ".join(dict.fromkeys(_initials(name) for name in (*unit.aliases, unit.name)))
    own = WindowName(unit.name, names, unit.name, None)
    return [own, *(_of_window(unit, names, window) for window in unit.windows)]


def _of_window(unit: Unit, names: str, window: str) -> WindowName:
    number, _, task = window.partition(" ")
    return WindowName(shown_window(unit.name, window), f"{names} {_initials(task)} {number.lower()}", unit.name, window)


def _initials(name: str) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its tables take 30 MB and are needed at the desk only

    letters = lazy_pinyin("".join(filter(str.isalnum, name)), style=Style.FIRST_LETTER)
    return "".join(letters).lower()
