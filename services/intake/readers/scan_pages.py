"""Bytes of a scan to grey pages, one at a time: fax TIFF, PDF, PNG, JPEG.

Law of this file: a size is checked before anything is decoded, and at most one page is in memory. It runs in the
worker process only (``ocr_worker``): it decodes what strangers sent. It must not know what is done with a page.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps, UnidentifiedImageError

from services.intake.domain.scan_text import Box, FaxTags, Line, Turn, Unreadable, UnreadableScan
from services.intake.readers.pdf_text import lines_of_text_layer
from services.intake.readers.scan_format import MAX_FRAMES, MAX_PIXELS, ScanFormat, recognise

Image.MAX_IMAGE_PIXELS = MAX_PIXELS

PDF_DPI = 204
"""A fax's own resolution: what the recogniser was measured on."""

READING_PIXELS = 16_000_000
"""More than this is shrunk before reading: A4 at 400 dpi is 15 million, and the recogniser halves that itself."""

SQUARE_WITHIN = 1.5
"""Resolutions whose ratio is below this are left alone; 204x98 has 2.08, 204x391 has 0.52."""

WIDEST_RATIO = 4.5
"""A ratio of dots across to dots down beyond every fax resolution is a wrong tag, and is ignored."""

DESCRIPTION, MAKE, DATE_TIME = 270, 271, 306
"""TIFF 6.0 tags; HylaFAX writes the sender's number into the first line of ImageDescription."""

FAX_SERVER_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""TIFF times carry no zone; the fax server stands in the centre."""

ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|OpenAction|AA|Launch|EmbeddedFiles?|XFA|RichMedia|SubmitForm)\b")

TRANSPOSE = {
    Turn.UPSIDE_DOWN: Image.Transpose.ROTATE_180,
    Turn.LEFT: Image.Transpose.ROTATE_90,
    Turn.RIGHT: Image.Transpose.ROTATE_270,
    Turn.MIRRORED: Image.Transpose.FLIP_LEFT_RIGHT,
}


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page in grey with square pixels; ``lines`` where the file itself said what stands on it."""

    image: Image.Image
    lines: tuple[Line, ...] = ()


class Scan(Protocol):
    """An opened file. ``page`` raises ``UnreadableScan`` for a page that is damaged; the others can still be read."""

    @property
    def page_count(self) -> int:
        """Pages in the file, read or not."""
        ...

    @property
    def fax(self) -> FaxTags | None:
        """What a fax server noted, if one did."""
        ...

    @property
    def active_content(self) -> bool:
        """Whether the file carries scripts, actions or other files."""
        ...

    @property
    def has_header(self) -> bool:
        """Whether a fax machine may have printed its strip on top: a photograph has none."""
        ...

    def page(self, number: int) -> ScannedPage:
        """Decode page ``number``, counted from 1."""
        ...


def open_scan(data: bytes, media_type: str = "") -> Scan:
    """Open ``data`` without decoding a page. Raises ``UnreadableScan`` where no page can ever be read."""
    return OPENERS[recognise(data, media_type)](data)


def picture(scan: Scan, number: int, *, turn: Turn, region: Box | None, longest_side: int) -> bytes:
    """Page ``number`` as a grey PNG for the scan desk, or the ``region`` of it, no side above ``longest_side`` pixels.

    The picture is drawn anew: nothing of the file's own metadata (place, camera, author) is in it.
    """
    image = turned(scan.page(number).image, turn)
    if region is not None:
        image = image.crop(_in_pixels(region, image.size))
    image.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    file = BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()


def turned(image: Image.Image, turn: Turn) -> Image.Image:
    """The page as a person would turn it."""
    return image.transpose(TRANSPOSE[turn]) if turn in TRANSPOSE else image.copy()


class FaxTiff:
    """A TIFF of one or many frames, as fax servers and scanners write it."""

    active_content = False
    has_header = True

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.page_count = frames_in_tiff(data)
        with _decoding(), self._open() as image:
            self.fax: FaxTags | None = _fax_tags(image)

    def page(self, number: int) -> ScannedPage:
        """Decode one frame; broken lines of a fax are filled by libtiff, as its machine would have done."""
        with _decoding(), self._open() as image:
            image.seek(number - 1)
            return ScannedPage(_grey(image, _across_to_down(image)))

    def _open(self) -> Image.Image:
        return Image.open(BytesIO(self._data), formats=[ScanFormat.TIFF])


class Photograph:
    """A PNG or JPEG: one page, turned as its EXIF says."""

    fax = None
    active_content = False
    has_header = False
    page_count = 1

    def __init__(self, data: bytes, scan_format: ScanFormat) -> None:
        self._data, self._format = data, scan_format
        with _decoding():
            self._open().close()

    def page(self, number: int) -> ScannedPage:
        """Decode the picture; it has no second page."""
        if number != 1:
            raise UnreadableScan(Unreadable.DAMAGED)
        with _decoding(), self._open() as image:
            _check_size(image.size)
            return ScannedPage(_grey(ImageOps.exif_transpose(image), 1.0))

    def _open(self) -> Image.Image:
        return Image.open(BytesIO(self._data), formats=[self._format])


class Pdf:
    """A PDF. Nothing in it is run: this build of PDFium has no script engine, and no form is filled."""

    fax = None
    has_header = True

    def __init__(self, data: bytes) -> None:
        with _decoding():
            self._document = _open_pdf(data)
            self.page_count = len(self._document)
            self.active_content = _is_active(data, self._document)

    def page(self, number: int) -> ScannedPage:
        """Render one page in grey, small enough whatever size it claims; with its own text where that is to be believed."""
        with _decoding():
            page = self._document[number - 1]
            try:
                bitmap = page.render(scale=_scale(page.get_size()), grayscale=True)
                return ScannedPage(bitmap.to_pil().convert("L"), lines_of_text_layer(page))
            finally:
                page.close()


OPENERS: dict[ScanFormat, Callable[[bytes], Scan]] = {
    ScanFormat.TIFF: FaxTiff,
    ScanFormat.PDF: Pdf,
    ScanFormat.PNG: lambda data: Photograph(data, ScanFormat.PNG),
    ScanFormat.JPEG: lambda data: Photograph(data, ScanFormat.JPEG),
}


def frames_in_tiff(data: bytes) -> int:
    """Count frames by walking the chain of directories (TIFF 6.0 §2), which no decoder has to believe in.

    A chain that runs past the end counts the missing page. Raises ``UnreadableScan``: damaged where the chain bites
    its tail, too_many_pages.
    """
    order = "<" if data[:2] == b"II" else ">"
    seen: set[int] = set()
    offset = _number(data, order + "I", 4)
    while offset:
        if offset in seen:
            raise UnreadableScan(Unreadable.DAMAGED, "IFD loop")
        seen.add(offset)
        if len(seen) > MAX_FRAMES:
            raise UnreadableScan(Unreadable.TOO_MANY_PAGES)
        entries = _number(data, order + "H", offset)
        offset = _number(data, order + "I", offset + 2 + 12 * entries)
    return len(seen) or 1


def _number(data: bytes, layout: str, offset: int) -> int:
    try:
        return int(struct.unpack_from(layout, data, offset)[0])
    except struct.error:
        return 0


@contextmanager
def _decoding() -> Iterator[None]:
    """Whatever a decoder raises about a stranger's file is the file's fault; name it, and quote nothing of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UnreadableScan:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise UnreadableScan(Unreadable.TOO_MANY_PIXELS, type(bomb).__name__) from None
    except MemoryError as full:
        raise UnreadableScan(Unreadable.OUT_OF_MEMORY, type(full).__name__) from None
    except UnidentifiedImageError as unknown:
        raise UnreadableScan(Unreadable.DAMAGED, type(unknown).__name__) from None
    except Exception as fault:  # noqa: BLE001 - decoders raise anything from KeyError to struct.error on broken files
        raise UnreadableScan(Unreadable.DAMAGED, type(fault).__name__) from None


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise UnreadableScan(Unreadable.TOO_MANY_PIXELS)


def _grey(image: Image.Image, across_to_down: float) -> Image.Image:
    """One grey page with square pixels, transparent parts white, within the pixels that are worth reading."""
    width, height = image.size
    _check_size((width, height))
    _check_size((width, round(height * across_to_down)))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    grey = image.convert("L")
    if across_to_down != 1.0:
        grey = grey.resize((width, round(height * across_to_down)), Image.Resampling.BICUBIC)
    excess = grey.width * grey.height / READING_PIXELS
    return grey if excess <= 1 else grey.resize(_shrunk(grey.size, excess), Image.Resampling.BOX)


def _shrunk(size: tuple[int, int], excess: float) -> tuple[int, int]:
    return max(1, int(size[0] / excess**0.5)), max(1, int(size[1] / excess**0.5))


def _across_to_down(image: Image.Image) -> float:
    """How much a page must be stretched downwards, from its resolution tags."""
    resolution = _resolution(image)
    if resolution is None:
        return 1.0
    ratio = resolution[0] / resolution[1]
    is_square = 1 / SQUARE_WITHIN < ratio < SQUARE_WITHIN
    return 1.0 if is_square or not 1 / WIDEST_RATIO < ratio < WIDEST_RATIO else ratio


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    across, down = (float(dots) for dots in image.info.get("dpi", (0, 0)))
    return (across, down) if across > 0 and down > 0 else None


def _fax_tags(image: Image.Image) -> FaxTags:
    tags = getattr(image, "tag_v2", {})
    return FaxTags(
        sender=_first_line(tags.get(DESCRIPTION)),
        make=_first_line(tags.get(MAKE)),
        stamped_at=_stamp(tags.get(DATE_TIME)),
        resolution=_resolution(image),
    )


def _first_line(tag: object) -> str | None:
    """The first line of a text tag without control characters; 64 characters are more than any number has."""
    if not isinstance(tag, str) or not tag.strip():
        return None
    printable = "".join(char for char in tag.strip().splitlines()[0] if char.isprintable())
    return printable.strip()[:64] or None


def _stamp(tag: object) -> datetime | None:
    try:
        return datetime.strptime(str(tag).strip(), "%Y:%m:%d %H:%M:%S").replace(tzinfo=FAX_SERVER_ZONE)
    except ValueError:
        return None


def _open_pdf(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as refusal:
        if refusal.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise UnreadableScan(Unreadable.ENCRYPTED) from None
        return pypdfium2.PdfDocument(_repaired(data))


def _repaired(data: bytes) -> bytes:
    """A PDF cut off or with a broken table, put together anew by qpdf, which finds more of it than PDFium does."""
    file = BytesIO()
    with pikepdf.open(BytesIO(data)) as document:
        document.save(file)
    return file.getvalue()


def _is_active(data: bytes, document: pypdfium2.PdfDocument) -> bool:
    """Whether a PDF carries scripts, actions or files, seen in its bytes or, where those are packed, by PDFium."""
    if ACTIVE_PDF.search(data) or document.count_attachments():
        return True
    return bool(pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0)


def _scale(size: tuple[float, float]) -> float:
    """Pixels a point (1/72 inch): a fax's resolution, or less where the page claims to be a poster."""
    width, height = (max(side, 1.0) for side in size)
    return float(min(PDF_DPI / 72, (READING_PIXELS / (width * height)) ** 0.5))


def _in_pixels(region: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The region in whole pixels, at least one wide and high."""
    width, height = size
    left, top = min(int(region.left * width), width - 1), min(int(region.top * height), height - 1)
    return left, top, max(left + 1, round(region.right * width)), max(top + 1, round(region.bottom * height))
