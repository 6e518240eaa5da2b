"""What every ``OcrReader`` promises: the same facts for the real worker and for the fake that other tests use."""

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.intake.domain.scan_text import Box, ScanText, Unreadable, UnreadableScan
from services.intake.readers.fake_ocr import FakeOcr
from services.intake.readers.ocr import OcrReader, WorkerOcr
from services.intake.readers.scan_format import MAX_BYTES
from tests.parts.char_error import character_error
from tests.parts.fax_pages import SENDER, make_fax, pages_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = Path(__file__).parents[3] / "services" / "samples"
LETTER = (SAMPLES / "fax.txt").read_text("utf-8")
PAGES = pages_of(LETTER)
FAX = make_fax(*PAGES, resolution=(204, 196), compression="group3")
BLANK = make_fax([], [], header=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["fake", "worker"])
async def reader(request: pytest.FixtureRequest) -> AsyncIterator[OcrReader]:
    """Each reader in turn; the fake knows what the real one has to find out."""
    if request.param == "fake":
        fake = FakeOcr()
        fake.knows(FAX, *PAGES, sender=SENDER)
        yield fake
    else:
        worker = WorkerOcr()
        yield worker
        await worker.close()


async def reason_of(reader: OcrReader, data: bytes, media_type: str = "image/tiff") -> Unreadable:
    """Why a file can't be read."""
    with pytest.raises(UnreadableScan) as refused:
        await reader.read(data, media_type)
    return refused.value.reason


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scan(reader: OcrReader) -> ScanText:
    """The fax, read once."""
    return await reader.read(FAX, "application/pdf")


async def test_a_typed_fax_is_read_page_by_page_in_order(scan: ScanText) -> None:
    """Two fine G3 pages: at most one character in a hundred wrong, every row where it stands, sure enough to prefill."""
    assert character_error(scan.text, LETTER) <= 0.01
    assert [len(page.text.splitlines()) for page in scan.pages] == [len(page) for page in PAGES]
    assert (scan.pages_in_file, scan.unread, [page.number for page in scan.pages]) == (2, (), [1, 2])
    assert scan.confidence >= 0.97


async def test_lines_carry_a_score_and_a_place_from_top_to_bottom(scan: ScanText) -> None:
    """Rows follow each other down the page, so that the desk can cut the strip beside a field."""
    lines = scan.pages[0].lines
    middles = [(line.box.top + line.box.bottom) / 2 for line in lines]
    assert middles == sorted(middles)
    assert all(line.box.left < line.box.right and 0.5 < line.score <= 1 for line in lines)


async def test_the_sender_of_a_fax_is_known(scan: ScanText) -> None:
    """The number that the fax server noted; and that the label said PDF did no harm, since the content decides."""
    assert scan.sender == SENDER


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Unreadable.EMPTY),
        (b"II*\x00" + b"\0" * MAX_BYTES, Unreadable.TOO_LARGE),
        (b"GIF89a", Unreadable.UNSUPPORTED),
        (BLANK, Unreadable.BLANK),
    ],
    ids=["empty", "too large", "unsupported", "blank"],
)
async def test_what_nobody_could_read_is_refused_with_its_reason(
    reader: OcrReader, data: bytes, reason: Unreadable
) -> None:
    """Each such file ends in front of a person, who is told why."""
    assert await reason_of(reader, data) is reason


async def test_a_page_is_drawn_as_a_bounded_png(reader: OcrReader) -> None:
    """No side is longer than asked for, a region is smaller than its page, and pages differ."""
    first = await reader.picture(FAX, "image/tiff", page=1, longest_side=600)
    second = await reader.picture(FAX, "image/tiff", page=2, longest_side=600)
    strip = await reader.picture(
        FAX, "image/tiff", page=1, region=Box(left=0.1, top=0.1, right=0.4, bottom=0.12), longest_side=600
    )
    assert max(png_size(first)) == 600
    assert first != second
    assert max(png_size(strip)) <= 600
    assert png_size(strip) != png_size(first)


async def test_a_page_that_is_not_there_can_not_be_drawn(reader: OcrReader) -> None:
    """Page 3 of 2."""
    with pytest.raises(UnreadableScan):
        await reader.picture(FAX, "image/tiff", page=3)


async def test_callers_at_once_are_all_answered(reader: OcrReader) -> None:
    """Each gets its own answer."""
    refusal, first, second = await asyncio.gather(
        reason_of(reader, BLANK),
        reader.picture(FAX, "image/tiff", page=1),
        reader.picture(FAX, "image/tiff", page=2),
    )
    assert refusal is Unreadable.BLANK
    assert [first, second] == [await reader.picture(FAX, "image/tiff", page=page) for page in (1, 2)]


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height, from a PNG's header."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack_from("!II", png, 16)
    return width, height
