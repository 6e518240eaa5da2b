"""The QR code on a receipt can be read."""

import re

import cv2
import numpy as np
import pytest

from shared.web.qr import QUIET_ZONE, qr_code


@pytest.mark.parametrize("text", ["https://tousu.example.gov.cn/verify/2QW8HN5T0C", "A", "x" * 200])
def test_the_drawing_reads_as_the_address(text: str) -> None:
    """Painted from its path as a browser would, it is read by an independent reader."""
    code = qr_code(text)
    image = np.full((code.side, code.side), 255, np.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path):
        image[int(y), int(x) : int(x) + int(width)] = 0
    large = cv2.resize(image, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(large)[0] == text


def test_the_drawing_keeps_its_quiet_zone() -> None:
    """Four blank modules around, as ISO/IEC 18004 asks."""
    code = qr_code("https://tousu.example.gov.cn/verify/2QW8HN5T0C")
    xs = [int(x) for x in re.findall(r"M(\d+) ", code.path)]
    ys = [int(y) for y in re.findall(r"M\d+ (\d+)h", code.path)]
    assert min(xs) == min(ys) == QUIET_ZONE
    assert max(ys) == code.side - QUIET_ZONE - 1
