"""QR codes as one path of an inline SVG: no request of its own, sharp in print, and allowed by the policy of contents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

QUIET_ZONE = 4
"""Blank modules around the symbol that ISO/IEC 18004 asks for."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code: the path of its dark modules, in a square of ``side`` modules, quiet zone included."""

    path: str
    side: int


def qr_code(text: str) -> QrCode:
    """The QR code (ISO/IEC 18004, error correction M: up to 15 % may be soiled) of an address."""
    import segno  # noqa: PLC0415 - only a receipt needs it; a start should not wait for it

    rows = [[bool(module) for module in row] for row in segno.make_qr(text, error="m").matrix]
    return QrCode("".join(_runs(rows)), len(rows) + 2 * QUIET_ZONE)


def _runs(rows: list[list[bool]]) -> Iterable[str]:
    for y, row in enumerate(rows, QUIET_ZONE):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield f"M{start + QUIET_ZONE} {y}h{x - start}v1h-{x - start}z"
                start = None
