"""A refusal: why a command was not done, by which rule and article, and what would have to be.

Law of this file: a refusal is a value, not an exception; it changes nothing, and names who must do what, in Chinese and
in English. Turning codes into HTTP answers is the API's to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why, roughly: so that the API can choose its answer."""

    NOT_YOURS = "not_yours"
    """The actor may not even know of the case."""
    NOT_YOUR_ROLE = "not_your_role"
    """The actor's role may never do this."""
    NOT_NOW = "not_now"
    """Not in the state the case is in."""
    RULE = "rule"
    """The state is right, but a rule of the regulation forbids it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing was done. ``rule`` is the name of the guard, or of the table that has no such row."""

    code: RefusalCode
    rule: str
    article: str
    message_zh: str
    message_en: str
