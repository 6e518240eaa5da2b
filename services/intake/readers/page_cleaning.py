"""Takes specks, streaks and skew off a grey page, for a second look at one that read badly.

Law of this file: the order and the sizes are as measured on fax pages. It runs in the worker process only (OpenCV),
and must not know what a page says.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Matrix = NDArray[np.float64]

INK = 128
SPECK_PIXELS = 3
"""A full stop at 204x98 has 6 pixels; noise on the line makes dots of 1 to 3."""

STREAK_INK = 0.12
STREAK_ABOVE_MEDIAN = 0.1
STREAK_ABOVE_NEIGHBOURS = 3
"""A column is a streak of the sender's glass if it has much ink and its neighbours have not; a ruled line is wider."""

SKEW_STEPS = ((0.5, 12.0), (0.1, 0.5))
"""Degrees: step and half the range, coarse then fine; feeders skew up to 3, a page laid by hand up to 10."""

SKEW_SCALE = 0.33

AS_IT_IS: Matrix = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@dataclass(frozen=True, slots=True)
class Straightened:
    """A page and the affine matrix that made it from the page before."""

    grey: Grey
    matrix: Matrix

    def before(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where ``corners`` were before the page was straightened."""
        inverse = cv2.invertAffineTransform(self.matrix)
        return np.asarray(corners, dtype=np.float64) @ inverse[:, :2].T + inverse[:, 2]


def clean_page(page: Grey) -> Straightened:
    """The page without streaks, specks and skew."""
    return straighten(without_specks(without_streaks(page)))


def without_streaks(page: Grey) -> Grey:
    """Patch thin black columns that run down the page from the columns beside them."""
    ink = (page < INK).mean(axis=0)
    beside = np.maximum(np.roll(ink, 2), np.roll(ink, -2))
    is_dark = ink > max(STREAK_INK, float(np.median(ink)) + STREAK_ABOVE_MEDIAN)
    is_alone = ink > STREAK_ABOVE_NEIGHBOURS * np.maximum(beside, 0.01)
    patched = page.copy()
    for column in np.flatnonzero(is_dark & is_alone):
        if 1 < column < page.shape[1] - 2:
            patched[:, column] = np.maximum(page[:, column - 1], page[:, column + 1])
    return patched


def without_specks(page: Grey) -> Grey:
    """Paint every black patch of up to three pixels white."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((page < INK).astype(np.uint8), connectivity=8)
    is_speck = stats[:, cv2.CC_STAT_AREA] <= SPECK_PIXELS
    is_speck[0] = False  # label 0 is the paper
    cleaned = page.copy()
    cleaned[is_speck[labels]] = 255
    return cleaned


def straighten(page: Grey) -> Straightened:
    """Turn the page by the angle at which its rows of ink are sharpest."""
    ink = cv2.resize(255 - page, (0, 0), fx=SKEW_SCALE, fy=SKEW_SCALE, interpolation=cv2.INTER_AREA)
    small = np.asarray(ink, dtype=np.uint8)
    angle = 0.0
    for step, half in SKEW_STEPS:
        tried = np.arange(angle - half, angle + half + step / 2, step)
        angle = float(max(tried, key=lambda degrees: _sharpness(small, degrees)))
    matrix = _rotation(page, angle)
    height, width = page.shape
    level = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return Straightened(np.asarray(level, dtype=np.uint8), matrix)


def _sharpness(ink: Grey, angle: float) -> float:
    height, width = ink.shape
    rows = cv2.warpAffine(ink, _rotation(ink, angle), (width, height)).sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())


def _rotation(page: Grey, angle: float) -> Matrix:
    height, width = page.shape
    return np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0), dtype=np.float64)
