"""Scans that are hard to read, through the real worker: standard resolution, turned, worn, packed in other formats."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.intake.domain.scan_elements import Offered, offers_in
from services.intake.domain.scan_text import Turn, Unreadable, UnreadableScan
from services.intake.readers.ocr import WorkerOcr
from services.intake.readers.scan_worker import WorkerLimits
from tests.parts import scan_files as files
from tests.parts.char_error import character_error
from tests.parts.fax_pages import CLEAN, WORN, Damage, make_fax, page_image, pages_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = Path(__file__).parents[3] / "services" / "samples"
LETTER = (SAMPLES / "fax.txt").read_text("utf-8")
FIRST_PAGE = pages_of(LETTER)[0]
FIRST_TEXT = "\n".join(FIRST_PAGE)
SANS = "NotoSansSC-Regular.otf"
WORKER_MOST_KB = 600 * 1024


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[WorkerOcr]:
    """One worker for the module."""
    worker = WorkerOcr()
    yield worker
    await worker.close()


LETTER_TOP = FIRST_PAGE[:7]
HARD = {
    "standard G4, serif": (FIRST_PAGE, make_fax(FIRST_PAGE), Turn.AS_FED, 0.01),
    "standard G3, sans": (FIRST_PAGE, make_fax(FIRST_PAGE, compression="group3", font=SANS), Turn.AS_FED, 0.01),
    "upside down": (LETTER_TOP, make_fax(LETTER_TOP, damage=Damage(turned=180)), Turn.UPSIDE_DOWN, 0.01),
    "on its left side": (LETTER_TOP, make_fax(LETTER_TOP, damage=Damage(turned=90)), Turn.RIGHT, 0.01),
    "mirrored": (LETTER_TOP, make_fax(LETTER_TOP, damage=Damage(mirrored=True)), Turn.MIRRORED, 0.01),
    "skewed by 6 degrees": (LETTER_TOP, make_fax(LETTER_TOP, damage=Damage(skew=6)), Turn.AS_FED, 0.02),
    "specks and a little skew": (LETTER_TOP, make_fax(LETTER_TOP, damage=WORN), Turn.AS_FED, 0.02),
    "a photograph": (LETTER_TOP, files.picture_file(page_image(LETTER_TOP), "JPEG", quality=60), Turn.AS_FED, 0.01),
    "a copier's PDF": (LETTER_TOP, files.a_scanned_pdf(page_image(LETTER_TOP)), Turn.AS_FED, 0.01),
}


@pytest.mark.parametrize(("written", "data", "turn", "most_error"), HARD.values(), ids=HARD)
async def test_a_typed_page_is_read_however_it_arrives(
    reader: WorkerOcr, written: list[str], data: bytes, turn: Turn, most_error: float
) -> None:
    """Characters wrong at most 1 % on clean typed pages, 204x98 included; 2 % where the feeder or the line was bad."""
    scan = await reader.read(data, "")
    assert character_error(scan.text, "".join(written)) <= most_error
    assert scan.pages[0].turn is turn


SHORT = ["我叫孟庆兰。", "电话：13800005718"]


@pytest.mark.parametrize("turned", [180, 90, 270])
async def test_a_short_letter_fed_the_wrong_way_round_is_not_blank(reader: WorkerOcr, turned: int) -> None:
    """Two lines that give nothing as they lie are turned until they do."""
    scan = await reader.read(make_fax(SHORT, damage=Damage(turned=turned)), "")
    assert scan.text.splitlines() == SHORT


async def test_the_printed_strip_is_read_apart_and_never_as_part_of_the_letter(reader: WorkerOcr) -> None:
    """The sender's machine is no part of what a citizen wrote, whichever way the page lay."""
    for damage in (CLEAN, Damage(turned=180)):
        page = (await reader.read(make_fax(FIRST_PAGE[:4], damage=damage), "")).pages[0]
        assert "06320000188" in page.header
        assert "06320000188" not in page.text


@pytest.mark.article("9", "15")
async def test_the_sample_fax_offers_what_a_person_would_look_for(reader: WorkerOcr) -> None:
    """From bytes to offers: name, phone, address, desk number and demand of the sample that the demonstration feeds."""
    scan = await reader.read((SAMPLES / "fax.tiff").read_bytes(), "image/tiff")
    offers = {offer.element: offer.value for offer in reversed(offers_in(scan))}
    assert character_error(scan.text, LETTER) <= 0.01
    assert offers[Offered.NAME] == "孟庆兰"
    assert offers[Offered.PHONE] == "+8613800005718"
    assert offers[Offered.ADDRESS] == "薛城区泰山路36号"
    assert offers[Offered.DESK_NUMBER] == "C02-1"
    assert offers[Offered.DEMAND].endswith("把结果答复我本人")


async def test_a_misread_character_is_among_those_marked_as_doubtful(reader: WorkerOcr) -> None:
    """What the person at the desk is shown: most of what was misread on a bad page, and little else."""
    scan = await reader.read(make_fax(FIRST_PAGE, damage=Damage(specks=30_000, skew=1)), "")
    read = [(line, at) for line in scan.lines for at, char in enumerate(line.text) if "一" <= char <= "鿿"]
    misread = [(line, at) for line, at in read if line.text[at] not in FIRST_TEXT]
    marked = sum(len(line.unsure) for line in scan.lines)
    assert misread
    assert sum(at in line.unsure for line, at in misread) >= len(misread) / 2
    assert marked <= sum(len(line.text) for line in scan.lines) / 5


async def test_a_long_typed_pdf_is_read_to_the_limit_and_the_rest_is_named(reader: WorkerOcr) -> None:
    """Fifty pages are read, the others listed, so that nobody believes that there are none."""
    pages = [f"第{number}页：我叫孟庆兰，反映公积金窗口无人在岗。" for number in range(1, 61)]
    scan = await reader.read(files.a_typed_pdf(*pages), "application/pdf")
    assert [page.number for page in scan.pages] == list(range(1, 51))
    assert (scan.pages_in_file, scan.unread) == (60, tuple(range(51, 61)))
    assert all(page.from_text_layer for page in scan.pages)


async def test_when_the_time_is_over_the_pages_left_are_named(reader: WorkerOcr) -> None:
    """A long fax on a busy machine: what was read by then is kept, and a person reads the rest."""
    hasty = WorkerOcr(WorkerLimits(reading=0.0))
    hasty.reading = reader.reading
    scan = await hasty.read(files.a_typed_pdf("我叫孟庆兰，反映公积金窗口。", "第二页。"), "application/pdf")
    assert ([page.number for page in scan.pages], scan.unread) == ([1], (2,))


async def test_a_fax_whose_line_dropped_keeps_the_page_that_came(reader: WorkerOcr) -> None:
    """The second page is cut off: the first is read, the second is named as unread."""
    whole = make_fax(FIRST_PAGE[:4], FIRST_PAGE[:4])
    scan = await reader.read(whole[: len(whole) * 3 // 4], "")
    assert (len(scan.pages), scan.unread, scan.pages_in_file) == (1, (2,), 2)


HOSTILE = {
    "pages that bite their tail": files.a_pdf_whose_pages_bite_their_tail(),
    "directories in a loop": files.a_tiff_that_bites_its_tail(),
    "a TIFF of 65,000 x 65,000": files.a_tiff_that_claims(65_000, 65_000),
    "all black": files.picture_file(page_image([]).point(lambda _: 0), "PNG"),
    "a PDF with a password": files.protected(files.a_typed_pdf("甲"), user="secret", owner="boss"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_file_leaves_the_worker_running(reader: WorkerOcr, data: bytes) -> None:
    """It is refused, and the same process reads the next one."""
    before = reader.reading.pid
    with pytest.raises(UnreadableScan):
        await reader.read(data, "")
    assert reader.reading.pid == before


async def test_a_bomb_inside_a_pdf_costs_at_most_the_worker(reader: WorkerOcr) -> None:
    """A gigabyte in a megabyte breaks the limit of memory, three times; the next letter is read."""
    with pytest.raises(UnreadableScan) as refused:
        await reader.read(files.a_flate_bomb_pdf(), "application/pdf")
    assert refused.value.reason is Unreadable.CRASHED
    assert (await reader.read(make_fax(FIRST_PAGE[:2]), "")).text


async def test_the_worker_stays_below_600_megabytes(reader: WorkerOcr) -> None:
    """The most memory it ever held, after every page of this module and a photograph of 39 million pixels."""
    large = page_image(FIRST_PAGE).resize((5_300, 7_300))
    await reader.read(files.picture_file(large, "PNG"), "")
    status = Path(f"/proc/{reader.reading.pid}/status").read_text()
    most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert most < WORKER_MOST_KB
