"""Attachments as pages: pictures onto A4 sheets, PDFs as they are, without anything in them that acts.

Law of this file: whatever a person sent is read with limits, and what can't be read raises Unreadable; nothing of it is
executed or fetched. Pictures are reduced to what a printer can show, so that a binder stays small.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import Pdf
    from PIL.Image import Image

SHEET = (595.276, 841.89)
"""A4 in points."""
MARGIN = 36.0
MOST_PIXELS = 60_000_000
"""A picture with more is not opened: an A3 sheet at 600 dpi has 70 million, a scan at 300 dpi a quarter of that."""
MOST_PAGES = 500
_DOTS_PER_INCH = 150
_POINTS_PER_INCH = 72
_QUALITY = 80
_ACTIONS = ("/AA", "/OpenAction", "/Names", "/AcroForm", "/JavaScript")


class Unreadable(ValueError):
    """It can't be shown as pages: another kind of file, damaged, locked, or beyond all measure."""


def pages_of(content: bytes) -> Pdf:
    """The attachment as a PDF of its own; what it is, is told by its bytes and not by its name. Raises Unreadable."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _opened(content)
    return _pictures(content)


def _opened(content: bytes) -> Pdf:
    import pikepdf  # noqa: PLC0415 - 10 MB that only a process that binds should pay

    try:
        pdf = pikepdf.open(BytesIO(content))
        if not 0 < len(pdf.pages) <= MOST_PAGES:
            raise Unreadable("pages")
        pdf.flatten_annotations("all")
        for page in pdf.pages:
            for name in ("/AA", "/Annots"):
                if name in page:
                    del page[name]
        for name in _ACTIONS:
            if name in pdf.Root:
                del pdf.Root[name]
    except (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError, ValueError, KeyError, TypeError) as fault:
        raise Unreadable(type(fault).__name__) from fault
    return pdf


def _pictures(content: bytes) -> Pdf:
    import pikepdf  # noqa: PLC0415 - see above
    from PIL import Image, ImageSequence  # noqa: PLC0415 - see above

    pdf = pikepdf.new()
    try:
        with Image.open(BytesIO(content)) as picture:
            if getattr(picture, "n_frames", 1) > MOST_PAGES:
                raise Unreadable("frames")
            for frame in ImageSequence.Iterator(picture):
                _add_sheet(pdf, _reduced(frame))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as fault:
        raise Unreadable(type(fault).__name__) from fault
    return pdf


def _reduced(frame: Image) -> Image:
    from PIL import ImageOps  # noqa: PLC0415 - see above

    if frame.width * frame.height > MOST_PIXELS:
        raise Unreadable("pixels")
    wide, high = (int((side - 2 * MARGIN) / _POINTS_PER_INCH * _DOTS_PER_INCH) for side in SHEET)
    frame.draft("RGB", (wide, high) if frame.height >= frame.width else (high, wide))
    upright = ImageOps.exif_transpose(frame)
    kind = "L" if upright.mode in ("1", "L") else "RGB"
    if "A" in upright.getbands() or upright.mode == "P":
        upright = _on_white(upright)
    shown = upright.convert(kind)
    shown.thumbnail((wide, high) if shown.height >= shown.width else (high, wide), reducing_gap=2.0)
    return shown


def _on_white(picture: Image) -> Image:
    from PIL import Image as Pictures  # noqa: PLC0415 - see above

    layered = picture.convert("RGBA")
    sheet = Pictures.new("RGBA", layered.size, "white")
    sheet.alpha_composite(layered)
    return sheet


def _add_sheet(pdf: Pdf, picture: Image) -> None:
    """One picture in the middle of a sheet, lying or standing as the picture does."""
    import pikepdf  # noqa: PLC0415 - see above

    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=_QUALITY)
    drawn = pdf.make_stream(
        jpeg.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    wide, high = SHEET if picture.height >= picture.width else SHEET[::-1]
    scale = min((wide - 2 * MARGIN) / picture.width, (high - 2 * MARGIN) / picture.height, 1.0)
    across, up = picture.width * scale, picture.height * scale
    placed = f"q {across:.2f} 0 0 {up:.2f} {(wide - across) / 2:.2f} {(high - up) / 2:.2f} cm /Im0 Do Q"
    page = pdf.add_blank_page(page_size=(wide, high))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=drawn))
    page.obj.Contents = pdf.make_stream(placed.encode())


def slip_words(name: str, origin: str, media_type: str, sha256: str, why: str) -> Iterator[tuple[str, str]]:
    """What stands on the page in place of an attachment that isn't shown."""
    yield "名称", name
    yield "来源", origin
    if media_type:
        yield "类型", media_type
    yield "SHA-256", sha256
    yield "说明", why
