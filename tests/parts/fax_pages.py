"""Makes fax pages as a machine sends them: 1728 pixels wide, one bit, G3 or G4, with the sender's strip on top.

Law of this file: the same arguments give the same bytes, so that a test can name what it expects. It must not know
how pages are read.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, TiffImagePlugin

WIDTH = 1728
"""Pixels in a scan line of an A4 fax (ITU-T T.4)."""

A4_INCHES = 297 / 25.4
SCAN_DPI = 204
HEADER_PIXELS = 22
LETTER_PIXELS = 40
LEADING = 1.8
MARGIN = (150, 170)

SENDER = "+86 632 0000188"
HEADER = "2026-11-24 08:56 FROM: 06320000188 TO: 06320000121 P.{number:02}/{of:02}"

IMAGE_DESCRIPTION, MAKE, DATE_TIME = 270, 271, 306


@dataclass(frozen=True, slots=True)
class Damage:
    """What the line, the feeder and the glass do to a page; nothing by default."""

    specks: int = 0
    skew: float = 0.0
    turned: int = 0
    mirrored: bool = False


CLEAN = Damage()
WORN = Damage(specks=1500, skew=0.8)


def make_fax(
    *pages: Sequence[str],
    resolution: tuple[int, int] = (204, 98),
    compression: str = "group4",
    damage: Damage = CLEAN,
    header: bool = True,
    font: str = "NotoSerifSC-Regular.otf",
) -> bytes:
    """Draw each of ``pages`` (its lines, top to bottom) and pack them into one TIFF as a fax server stores it.

    ``resolution`` is horizontal x vertical in dots an inch (204x98 standard, 204x196 fine); ``compression`` is
    ``group3`` or ``group4``.
    """
    frames = [
        _frame(lines, HEADER.format(number=number, of=len(pages)) if header else "", resolution[1], damage, font)
        for number, lines in enumerate(pages, start=1)
    ]
    file = BytesIO()
    frames[0].save(
        file,
        format="TIFF",
        save_all=True,
        append_images=frames[1:],
        compression=compression,
        dpi=resolution,
        tiffinfo=_tags(),
    )
    return file.getvalue()


def page_image(
    lines: Sequence[str], *, header: str = "", damage: Damage = CLEAN, font: str = "NotoSerifSC-Regular.otf"
) -> Image.Image:
    """One page in grey at 204x204, before a fax machine halves its height: what a scanner or a camera would give."""
    page = Image.new("L", (WIDTH, round(A4_INCHES * SCAN_DPI)), 255)
    _write(page, lines, font)
    if damage.skew:
        page = page.rotate(damage.skew, Image.Resampling.BICUBIC, fillcolor=255)
    if damage.mirrored:
        page = page.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if damage.turned:
        page = page.rotate(damage.turned, expand=True, fillcolor=255)
    if header:
        ImageDraw.Draw(page).text((60, 14), header, fill=0, font=_font(font, HEADER_PIXELS))
    return page


def _frame(lines: Sequence[str], header: str, vertical_dpi: int, damage: Damage, font: str) -> Image.Image:
    page = page_image(lines, header=header, damage=damage, font=font)
    squeezed = page.resize((WIDTH, round(page.height * vertical_dpi / SCAN_DPI)), Image.Resampling.BOX)
    _pepper(squeezed, damage.specks)
    return squeezed.point(lambda grey: 255 if grey > 140 else 0).convert("1")


def _write(page: Image.Image, lines: Sequence[str], font: str) -> None:
    pen, (x, y) = ImageDraw.Draw(page), MARGIN
    for line in lines:
        pen.text((x, y), line, fill=0, font=_font(font, LETTER_PIXELS))
        y += round(LETTER_PIXELS * LEADING)


def _pepper(page: Image.Image, specks: int) -> None:
    dice = random.Random(2020)
    for _ in range(specks):
        page.putpixel((dice.randrange(page.width), dice.randrange(page.height)), 0)


def _tags() -> TiffImagePlugin.ImageFileDirectory_v2:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[IMAGE_DESCRIPTION] = SENDER
    tags[MAKE] = "HylaFAX test modem"
    tags[DATE_TIME] = "2026:11:24 08:56:10"
    return tags


def _font(name: str, pixels: int) -> ImageFont.FreeTypeFont:
    with resources.as_file(resources.files("pylopdf_fonts_zh_cn") / name) as path:
        return ImageFont.truetype(str(path), pixels)


def pages_of(text: str) -> list[list[str]]:
    """Pages of lines, from a text whose pages are parted by an empty line."""
    return [page.splitlines() for page in text.strip().split("\n\n")]


if __name__ == "__main__":  # python -m tests.parts.fax_pages TEXT TIFF
    source, target = map(Path, sys.argv[1:])
    target.write_bytes(make_fax(*pages_of(source.read_text("utf-8"))))
