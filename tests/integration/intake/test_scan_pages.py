"""Scans as files: what is opened, what is refused before it is decoded, and what a page looks like afterwards."""

from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.intake.domain.scan_text import Box, Turn, Unreadable, UnreadableScan
from services.intake.readers.scan_format import MAX_BYTES, MAX_PIXELS, ScanFormat, recognise
from services.intake.readers.scan_pages import READING_PIXELS, Scan, frames_in_tiff, open_scan, picture
from tests.parts import scan_files as files
from tests.parts.fax_pages import SENDER, WIDTH, Damage, make_fax, page_image

LETTER = ["投诉信", "我叫孟庆兰。", "电话：13800005718"]
TYPED = files.a_typed_pdf("我叫孟庆兰，家住薛城区泰山路36号，办理公积金提取。")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def reason_of(data: bytes, media_type: str = "") -> Unreadable:
    """Why a file can't be read: found at opening, or else at its first page."""
    with pytest.raises(UnreadableScan) as refused:
        open_scan(data, media_type).page(1)
    return refused.value.reason


REFUSED = {
    "nothing": (b"", Unreadable.EMPTY),
    "a header and nothing else": (b"II*\x00\x08\x00\x00\x00", Unreadable.DAMAGED),
    "a PDF that is only a header": (b"%PDF-1.7\n", Unreadable.DAMAGED),
    "a PDF without pages": (files.a_pdf_without_pages(), Unreadable.DAMAGED),
    "a PDF with a password": (files.protected(TYPED, user="secret", owner="boss"), Unreadable.ENCRYPTED),
    "a tree of pages that bites its tail": (files.a_pdf_whose_pages_bite_their_tail(), Unreadable.DAMAGED),
    "a table that bites its tail": (files.a_pdf_whose_xref_bites_its_tail(), Unreadable.DAMAGED),
    "a fax cut off before its directory": (make_fax(LETTER)[:1000], Unreadable.DAMAGED),
    "a thousand frames": (files.a_tiff_of_empty_frames(1000), Unreadable.TOO_MANY_PAGES),
    "directories in a loop": (files.a_tiff_that_bites_its_tail(), Unreadable.DAMAGED),
    "a TIFF of 65,000 x 65,000": (files.a_tiff_that_claims(65_000, 65_000), Unreadable.TOO_MANY_PIXELS),
    "a TIFF a little too large": (files.a_tiff_that_claims(40_001, 1_000), Unreadable.TOO_MANY_PIXELS),
    "a PNG of 65,000 x 65,000": (files.a_png_that_claims(65_000, 65_000), Unreadable.TOO_MANY_PIXELS),
    "a PNG without a picture": (files.a_png_that_claims(10, 10), Unreadable.DAMAGED),
    "a JPEG that ends at once": (b"\xff\xd8\xff\xe0", Unreadable.DAMAGED),
    "more than 20 MB": (b"%PDF-" + b"\0" * MAX_BYTES, Unreadable.TOO_LARGE),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n", Unreadable.UNSUPPORTED),
    "PSD": (b"8BPS\x00\x01", Unreadable.UNSUPPORTED),
    "FITS": (b"SIMPLE  =                    T", Unreadable.UNSUPPORTED),
    "WMF": (b"\xd7\xcd\xc6\x9a\x00\x00", Unreadable.UNSUPPORTED),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Unreadable.UNSUPPORTED),
    "GIF": (files.picture_file(Image.new("L", (9, 9)), "GIF"), Unreadable.UNSUPPORTED),
    "BigTIFF": (b"II+\x00\x08\x00\x00\x00", Unreadable.UNSUPPORTED),
    "the virus test file": (EICAR, Unreadable.UNSUPPORTED),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_no_page_can_be_read_of_is_refused_with_its_reason(data: bytes, reason: Unreadable) -> None:
    """Each hostile or broken file ends in one reason, before anything large is decoded."""
    assert reason_of(data) is reason


OPENED = {
    "a PDF whose table is broken": (files.with_broken_xref(TYPED), 1),
    "a PDF whose end is missing": (TYPED[:-200], 1),
    "a PDF that only its owner may change": (files.protected(TYPED, user="", owner="boss"), 1),
    "a G3 fax with broken lines": (files.with_broken_lines(make_fax(LETTER, compression="group3"), at=2500), 1),
    "a G4 fax with broken lines": (files.with_broken_lines(make_fax(LETTER), at=1000), 1),
    "a fax of two pages": (make_fax(LETTER, LETTER), 2),
    "a JPEG": (files.picture_file(page_image(LETTER), "JPEG"), 1),
    "a PNG of a palette, partly transparent": (
        files.picture_file(page_image(LETTER).convert("P"), "PNG", transparency=0),
        1,
    ),
}


@pytest.mark.parametrize(("data", "pages"), OPENED.values(), ids=OPENED)
def test_what_can_be_repaired_is_read(data: bytes, pages: int) -> None:
    """Broken but not lost: every page of it is decoded, and is grey."""
    scan = open_scan(data)
    assert scan.page_count == pages
    assert all(scan.page(number).image.mode == "L" for number in range(1, pages + 1))


def test_a_fax_cut_off_in_its_second_page_keeps_the_first() -> None:
    """The line dropped: what came is read, and the page that is missing is known to be."""
    whole = make_fax(LETTER, LETTER)
    scan = open_scan(whole[: len(whole) * 3 // 4])
    assert scan.page_count == 2
    assert scan.page(1).image.width == WIDTH
    with pytest.raises(UnreadableScan):
        scan.page(2)


@pytest.mark.parametrize("vertical", [98, 196, 391])
def test_pages_of_every_fax_resolution_become_equally_high(vertical: int) -> None:
    """204x98 is stretched and 204x391 pressed until pixels are square; 204x196 nearly are."""
    image = open_scan(make_fax(LETTER, resolution=(204, vertical))).page(1).image
    assert image.height / image.width == pytest.approx(297 / 215, rel=0.05)


def test_a_resolution_that_no_fax_has_is_ignored() -> None:
    """A page can't be blown up by its tags."""
    image = open_scan(make_fax(LETTER, resolution=(204, 1))).page(1).image
    assert image.height < 100


def test_a_faxs_tags_say_who_sent_it_and_when() -> None:
    """The sender's number from ImageDescription, the server's stamp as a moment in Asia/Shanghai."""
    fax = open_scan(make_fax(LETTER)).fax
    assert fax is not None
    assert (fax.sender, fax.make, fax.resolution) == (SENDER, "HylaFAX test modem", (204.0, 98.0))
    assert fax.stamped_at == datetime(2026, 11, 24, 0, 56, 10, tzinfo=UTC)


def test_a_typed_pdf_speaks_for_itself() -> None:
    """A word processor's text is exact: nothing is recognised, and places are those of the page."""
    lines = open_scan(TYPED).page(1).lines
    text = "".join(line.text for line in lines)
    assert text.replace(" ", "") == "我叫孟庆兰，家住薛城区泰山路36号，办理公积金提取。"
    assert {line.score for line in lines} == {1.0}
    assert all(line.box.left < line.box.right and line.box.top < 0.2 for line in lines)


def test_a_scanned_pdf_is_looked_at_whatever_text_lies_under_it() -> None:
    """A copier's own recognition has unknown doubts; ours are known."""
    assert open_scan(files.a_scanned_pdf(page_image(LETTER))).page(1).lines == ()


ACTIVE = {"a script": files.with_script(TYPED), "a file inside": files.with_attachment(TYPED)}


@pytest.mark.parametrize("data", ACTIVE.values(), ids=ACTIVE)
def test_active_content_is_flagged_and_its_text_still_read(data: bytes) -> None:
    """Nothing in it is run, and a person is told that it was there."""
    scan = open_scan(data)
    assert scan.active_content
    assert scan.page(1).lines
    assert not open_scan(TYPED).active_content


def test_a_poster_is_rendered_small() -> None:
    """200 inches square at 204 dpi would be 1,665 million pixels."""
    image = open_scan(files.a_poster_pdf()).page(1).image
    assert 0.9 * READING_PIXELS < image.width * image.height <= READING_PIXELS * 1.01


def test_a_large_photograph_is_shrunk_to_what_is_worth_reading() -> None:
    """39 million pixels are opened, since cameras make them, and read as 16."""
    image = open_scan(files.picture_file(Image.new("L", (6_500, 6_000), 255), "PNG")).page(1).image
    assert READING_PIXELS * 0.9 < image.width * image.height <= READING_PIXELS < MAX_PIXELS


def test_a_photograph_is_turned_as_its_camera_says() -> None:
    """A phone held upright writes a lying picture and a tag."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = files.picture_file(page_image(LETTER).rotate(90, expand=True), "JPEG", exif=exif)
    image = open_scan(data).page(1).image
    assert image.height > image.width


def pixels(png: bytes) -> np.ndarray:
    """A PNG's grey values."""
    return np.asarray(Image.open(BytesIO(png)))


def draw(scan: Scan, *, turn: Turn = Turn.AS_FED, region: Box | None = None, longest_side: int = 800) -> bytes:
    """The picture of a scan's first page."""
    return picture(scan, 1, turn=turn, region=region, longest_side=longest_side)


def test_a_picture_is_bounded_and_forgets_where_it_was_taken() -> None:
    """The desk's copy has no place, camera or author in it; the original is kept elsewhere."""
    exif = Image.Exif()
    exif[0x010E], exif[0x8825] = "secret place", {1: "N"}
    png = draw(open_scan(files.picture_file(page_image(LETTER), "JPEG", exif=exif)))
    image = Image.open(BytesIO(png))
    assert max(image.size) == 800
    assert not image.getexif()
    assert b"secret" not in png
    assert image.info == {}


def test_a_picture_of_a_region_shows_that_region() -> None:
    """The strip of the page beside a field: the first line has ink, the foot of the page has none."""
    scan = open_scan(make_fax(LETTER, header=False))
    line = pixels(draw(scan, region=Box(left=0.05, top=0.06, right=0.5, bottom=0.11)))
    foot = pixels(draw(scan, region=Box(left=0.05, top=0.8, right=0.5, bottom=0.85)))
    assert line.min() < 100
    assert foot.min() > 200


def test_a_region_of_no_size_is_still_a_picture() -> None:
    """A box on the page's very edge can't break the desk."""
    assert pixels(draw(open_scan(make_fax(LETTER)), region=Box(left=1, top=1, right=1, bottom=1))).size == 1


TURNS = [(Turn.UPSIDE_DOWN, 180), (Turn.LEFT, -90), (Turn.RIGHT, 90)]


@pytest.mark.parametrize(("turn", "fed"), TURNS)
def test_a_picture_is_turned_as_the_reading_was(turn: Turn, fed: int) -> None:
    """A page that was fed turned is shown upright, so that boxes fit it."""
    upright = pixels(draw(open_scan(files.picture_file(page_image(LETTER), "PNG"))))
    turned = files.picture_file(page_image(LETTER, damage=Damage(turned=fed)), "PNG")
    assert np.abs(pixels(draw(open_scan(turned), turn=turn)).astype(int) - upright).mean() < 1


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_walking_the_directories_of_any_bytes_ends(data: bytes) -> None:
    """Whatever the offsets say, there is a count or a reason."""
    outcome: int | Unreadable
    try:
        outcome = frames_in_tiff(b"II*\x00" + data)
    except UnreadableScan as refused:
        outcome = refused.reason
    assert outcome in (*range(1, 201), Unreadable.DAMAGED, Unreadable.TOO_MANY_PAGES)


def test_only_a_pdfs_label_allows_a_false_start() -> None:
    """Mail gateways put a line before a PDF; the label is then what tells it from text that mentions one."""
    assert recognise(b"\n\n" + TYPED, "application/pdf") is ScanFormat.PDF
    assert reason_of(b"\n\n" + TYPED, "image/png") is Unreadable.UNSUPPORTED
