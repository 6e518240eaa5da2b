"""What a program of intake says, in Chinese and in English.

Law of this file: the two stand beside each other in the table they are of. A row keeps the Chinese, for the people of the
centre; an English page finds the English by it.
"""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """One sentence."""

    chinese: str
    english: str
