"""Reading order, and text fit to be kept: what a page's pieces have in common, whoever found them.

Law of this file: pieces whose middles are on one height are one row, read from the left. It must not know where the
pieces came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

Piece = TypeVar("Piece")

SAME_ROW = 0.5
"""Middles nearer than this share of a piece's height are on one row (measured on 20 fax pages, skewed up to 2 degrees)."""

WHITE = re.compile(r"[\r\n\t]")
UNSEEN = ("Cc", "Cf", "Cs")
"""Unicode categories of control, formatting and half characters."""


def rows_of(
    pieces: Iterable[Piece], *, middle: Callable[[Piece], float], height: Callable[[Piece], float]
) -> list[list[Piece]]:
    """Group pieces into rows from top to bottom; within a row they keep no order yet."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=middle):
        if rows and middle(piece) - middle(rows[-1][0]) < SAME_ROW * height(piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def clean(text: str) -> str:
    """NFC without control and direction-changing characters, which a page may hold to deceive whoever reads it later."""
    spaced = ("" if unicodedata.category(char) in UNSEEN else char for char in WHITE.sub(" ", text))
    return unicodedata.normalize("NFC", "".join(spaced)).strip()
