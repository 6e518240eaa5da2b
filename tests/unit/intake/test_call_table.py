"""Hotline exports, cell by cell and file by file: what is damaged is named, what is good is read."""

import contextlib
import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from services.intake.adapters.phone_log import CallWithoutComplaint, PhoneLogEntry
from services.intake.domain.call_endings import Ending
from services.intake.domain.call_table import (
    HEADERS,
    Column,
    guessed_mapping,
    harmless,
    mapping_faults,
)
from services.intake.phone_table import NoHeader, ReadRow, header_of, read_rows, shape_of
from services.intake.readers.spreadsheet import Refusal, SpreadsheetRefused
from services.intake.readers.table_text import UnknownCharset

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HEADER = ("工单编号", "来电时间", "来电号码", "姓名", "内容", "身份证号")
GOOD = ("A-1", "2026-03-05 14:20", "13800138000", "张三", "窗口推诿", "")


def table(*rows: tuple[str, ...], separator: str = ",", ending: str = "\r\n") -> str:
    """A table as text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=ending).writerows([HEADER, *rows])
    return out.getvalue()


def changed(column: int, cell: str) -> tuple[str, ...]:
    """The good row with one other cell."""
    return (*GOOD[:column], cell, *GOOD[column + 1 :])


def read(raw: bytes) -> list[ReadRow]:
    """All rows of a file, by the columns that its header is known to mean."""
    shape = shape_of(raw)
    return list(read_rows(raw, shape, guessed_mapping(header_of(raw, shape)), NOW))


def workbook(*rows: tuple[Any, ...], header: tuple[str, ...] = HEADER) -> bytes:
    """A table as a spreadsheet."""
    book = Workbook()
    assert book.active is not None
    for row in (header, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def complaint(row: ReadRow) -> PhoneLogEntry:
    """The complaint that a row tells."""
    assert row.call is not None
    assert isinstance(row.call.entry, PhoneLogEntry)
    return row.call.entry


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        ("误拨", Ending.WRONG_NUMBER),
        ("无声电话", Ending.SILENCE),
        ("咨询类", Ending.QUESTION),
        (" 骚扰 来电", Ending.NUISANCE),
        ("表扬", Ending.PRAISE),
    ],
)
def test_a_call_is_no_complaint_by_the_word_of_the_export(kind: str, ending: Ending) -> None:
    """It needs no facts then; those that it tells are kept, under the phone desk's names."""
    for facts in ("", "问几点上班"):
        [row] = read(f"来电类型,工单编号,内容,电话\n{kind},A-1,{facts},13800138000\n".encode())
        assert row.call is not None
        entry = row.call.entry
        assert isinstance(entry, CallWithoutComplaint)
        assert (entry.ending, entry.call.id) == (ending, "A-1")
        assert dict(row.call.typed) == {"phone": "13800138000"} | ({"facts": facts} if facts else {})


@pytest.mark.parametrize("kind", ["投诉", "催办", "", "咨询后投诉"])
def test_whatever_else_the_export_calls_a_call_it_is_a_complaint(kind: str) -> None:
    """Only the table's words make it none; without facts it comes back as ever."""
    [good, bad] = read(f"来电类型,工单编号,内容\n{kind},A-1,推诿\n{kind},A-2,　\n".encode())
    assert complaint(good).facts == "推诿"
    assert bad.call is None


def test_a_kind_that_changes_nothing_leaves_the_row_the_same() -> None:
    """So that a longer copy of an export is still known row by row; one that was none and is a complaint now is another."""
    plain, named, none = (
        read(raw.encode())[0].key
        for raw in ("内容\n推诿\n", "内容,来电类型\n推诿,投诉\n", "内容,来电类型\n推诿,咨询\n")
    )
    assert plain == named != none


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_charset_is_recognised(charset: str) -> None:
    """GBK from Excel, UTF-8 with and without its mark, UTF-16: the words come out right."""
    [row] = read(table(GOOD, separator="\t").encode(charset))
    entry = complaint(row)
    assert (entry.facts, entry.complainant.name) == ("窗口推诿", "张三")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_every_separator_and_line_ending_is_read(separator: str, ending: str) -> None:
    """Semicolons and tabs, CRLF, LF and CR."""
    [row] = read(table(GOOD, separator=separator, ending=ending).encode())
    assert row.call is not None


def test_a_quoted_line_break_stays_in_its_cell() -> None:
    """A cell may have several lines."""
    [row] = read(table(changed(4, "第一行\n第二行，“引号”")).encode())
    assert complaint(row).facts == "第一行\n第二行，“引号”"


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (("姓名", "电话"), "没有“投诉内容”一列"),
        (("内容", "内容"), "表头“内容”重复"),
        (("内容", "事由"), "两列都被当作“投诉内容”"),
    ],
)
def test_a_header_that_does_not_do_is_explained(headers: tuple[str, ...], said: str) -> None:
    """Missing and doubled columns are listed."""
    assert said in mapping_faults(headers, guessed_mapping(headers))


def test_renamed_reordered_and_extra_columns_are_read() -> None:
    """Order, case, width and blanks mean nothing; unknown columns are left alone."""
    raw = "备注,ｎａｍｅ, 投诉 内容 \n无,李四,推诿\n".encode()
    [row] = read(raw)
    entry = complaint(row)
    assert (entry.facts, entry.complainant.name) == ("推诿", "李四")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A-2,2026-03-05", "只有 2 格"),
        (",".join((*GOOD, "x", "y")), "有 8 格"),
        ('A-2,2026-03-05,,张三,"没有闭合,', "引号没有闭合"),
    ],
)
def test_a_row_of_the_wrong_shape_comes_back_and_the_others_go_in(line: str, said: str) -> None:
    """Too few or too many cells, an unclosed quote: that row and no other."""
    raw = f"{','.join(HEADER)}\n{','.join(GOOD)}\n{line}\n{','.join(GOOD)}\n".encode()
    rows = read(raw)
    assert [row.call is not None for row in rows] == [True, False, True]
    assert said in rows[1].reasons[0]
    assert rows[1].number == 3


def test_a_huge_cell_is_one_bad_row() -> None:
    """A cell beyond the limit harms its own row."""
    rows = read(table(changed(4, "长" * 200_000), GOOD).encode())
    assert [row.call is not None for row in rows] == [False, True]


DAMAGED = {
    "a zero byte": (4, "推\0诿", "控制字符"),
    "a lone carriage return": (4, "推\r诿", "控制字符"),
    "a phone in scientific notation": (2, "1.38E+10", "科学计数法"),
    "an id that lost its last digits": (5, "370402199001010000", "15 位"),
    "a serial number in scientific notation": (0, "3.7E+17", "科学计数法"),
    "a serial date": (1, "45721", "2025-03-05"),
    "a date without a year": (1, "3月5日", "没有年份"),
    "a date of unclear order": (1, "05.03.26", "次序"),
    "a day that is none": (1, "2026-02-30", "没有这个日期"),
    "a moment to come": (1, "2027-01-01", "将来"),
    "a clock never set": (1, "1999-12-31 23:59", "请核对年份"),
    "a landline without its zero": (2, "6323312345", "开头的 0"),
    "no words": (4, "  ", "没有写"),
    "letters for a number": (2, "请回电", "不是电话号码"),
    "words without end": (4, "长" * 5001, "过长"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_cell_is_named_with_its_cause(name: str) -> None:
    """Nothing is guessed: the row comes back and says what spoiled it."""
    column, cell, said = DAMAGED[name]
    rows = read(table(changed(column, cell), GOOD).encode())
    assert [row.call is not None for row in rows] == [False, True]
    assert any(said in reason for reason in rows[0].reasons), rows[0].reasons


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026/3/5 14:20", "2026-03-05T14:20:00+08:00"),
        ("2026年3月5日14时20分", "2026-03-05T14:20:00+08:00"),
        ("2026.03.05", "2026-03-05T00:00:00+08:00"),
        ("20260305142005", "2026-03-05T14:20:05+08:00"),
        ("２０２６－０３－０５", "2026-03-05T00:00:00+08:00"),
    ],
)
@pytest.mark.article("11-13")
def test_the_call_is_recorded_as_it_was(said: str, meant: str) -> None:
    """When it began, from which number, under which id, by whom it was answered."""
    raw = table(changed(1, said)).replace("姓名", "话务员").encode()
    [row] = read(raw)
    assert row.call is not None
    call = row.call.entry.call
    assert call.started_at is not None
    assert call.started_at.isoformat() == meant
    assert (call.id, call.caller_number, row.call.taken_by) == ("A-1", "13800138000", "张三")


def test_equal_rows_have_keys_of_their_own_wherever_they_stand() -> None:
    """The same file has the same keys; one with more rows has the old ones and new ones."""
    short = [row.key for row in read(table(GOOD, GOOD).encode())]
    longer = [row.key for row in read(table(GOOD, GOOD, changed(4, "另一件"), GOOD).encode("gbk"))]
    assert len(set(short)) == 2
    assert set(short) < set(longer)
    assert len(set(longer)) == 4


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_what_would_be_a_formula_goes_out_as_text(start: str) -> None:
    """Whatever opens the file of bad rows does not run it."""
    assert harmless(start) == f"'{start}"
    assert harmless("张三") == "张三"


def test_a_formula_is_never_evaluated() -> None:
    """A cell with a formula is a fault of its row, in whatever column."""
    rows = read(workbook(changed(4, '=HYPERLINK("http://x","推诿")'), GOOD))
    assert [row.call is not None for row in rows] == [False, True]
    assert "公式" in rows[0].reasons[0]


def test_a_spreadsheet_is_read_with_its_numbers_and_dates() -> None:
    """Numbers are what they were, dates are dates, and an id of 18 digits that was a number is named."""
    moment = datetime(2026, 3, 5, 14, 20)  # noqa: DTZ001 - spreadsheets know no zones
    good = ("A-1", moment, 13800138000, "张三", "推诿", None)
    rows = read(workbook(good, (*good[:5], 370402199001011234)))
    assert rows[0].call is not None
    assert rows[0].call.entry.call.started_at is not None
    assert rows[0].call.entry.call.started_at.isoformat() == "2026-03-05T14:20:00+08:00"
    assert rows[0].call.entry.call.caller_number == "13800138000"


def spoiled(name: str, content: bytes, raw: bytes | None = None) -> bytes:
    """A spreadsheet with one part more, or another."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw or workbook(GOOD))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part.filename))
        new.writestr(name, content)
    return out.getvalue()


XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
REFUSED = {
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), Refusal.OLD_EXCEL),
    "macros": (spoiled("xl/vbaProject.bin", b"x"), Refusal.MACROS),
    "another zip": (b"PK\x03\x04" + bytes(100), Refusal.NOT_A_SPREADSHEET),
    "an external entity": (spoiled("xl/workbook.xml", XXE), Refusal.DECLARATIONS),
    "one in UTF-16": (spoiled("xl/workbook.xml", XXE.decode().encode("utf-16")), Refusal.DECLARATIONS),
    "a bomb": (spoiled("xl/media/big.bin", bytes(40 * 2**20)), Refusal.TOO_LARGE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_plain_spreadsheet_is_not_opened(name: str) -> None:
    """Refused before any part of it is parsed."""
    raw, refusal = REFUSED[name]
    with pytest.raises(SpreadsheetRefused) as refused:
        shape_of(raw)
    assert refused.value.refusal is refusal


def test_a_million_empty_rows_are_nothing() -> None:
    """Rows that are marked as used and hold nothing end the reading."""
    book = Workbook()
    assert book.active is not None
    book.active.append(HEADER)
    book.active.append(GOOD)
    book.active.cell(row=1_048_576, column=1, value=" ")
    out = io.BytesIO()
    book.save(out)
    assert len(read(out.getvalue())) == 1


def test_marked_rows_without_an_end_are_not_walked_through() -> None:
    """After ten thousand blank rows in a row the sheet counts as read."""
    marked = "".join(f'<row r="{number}"/>' for number in range(1, 10_003))
    last = '<row r="10003"><c r="A10003" t="inlineStr"><is><t>x</t></is></c></row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{marked}{last}</sheetData></worksheet>'
    raw = spoiled("xl/worksheets/sheet1.xml", sheet.encode())
    with pytest.raises(NoHeader):
        header_of(raw, shape_of(raw))


def test_shared_strings_rich_text_and_own_date_formats_are_read() -> None:
    """As Excel itself writes: strings apart from the cells, runs of rich text, phonetic hints, own date formats."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = (
        f'<sst xmlns="{main}"><si><t>内容</t></si><si><r><t>窗口</t></r><r><t>推诿</t></r>'
        "<rPh><t>chuang</t></rPh></si><si><t>来电时间</t></si></sst>"
    )
    styles = (
        f'<styleSheet xmlns="{main}"><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    sheet = (
        f'<worksheet xmlns="{main}"><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>2</v></c></row>'
        '<row><c t="s"><v>1</v></c><c s="1"><v>46086.5</v></c></row></sheetData></worksheet>'
    )
    raw = workbook(GOOD)
    for name, part in (
        ("xl/sharedStrings.xml", strings),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", sheet),
    ):
        raw = spoiled(name, part.encode(), raw)
    [row] = read(raw)
    entry = complaint(row)
    assert entry.facts == "窗口推诿"
    assert entry.call.started_at is not None
    assert entry.call.started_at.isoformat() == "2026-03-05T12:00:00+08:00"


LINES = [",".join(row).encode() for row in (HEADER, GOOD, GOOD, GOOD)]


def gbk(line: bytes) -> bytes:
    """A line of UTF-8 in GBK."""
    return line.decode().encode("gbk")


MIXED = {
    "a row of GBK in UTF-8": (*LINES[:3], gbk(LINES[3])),
    "a row of GBK in UTF-8 with its mark": (b"\xef\xbb\xbf" + LINES[0], *LINES[1:3], gbk(LINES[3])),
    "a row of UTF-8 in GBK": (*map(gbk, LINES[:3]), LINES[3]),
}


@pytest.mark.parametrize("lines", MIXED.values(), ids=MIXED)
def test_a_row_of_another_charset_comes_back_readable_and_the_others_go_in(lines: tuple[bytes, ...]) -> None:
    """Files are put together from several exports: no row is taken in garbled, and none harms another."""
    *good, bad = read(b"\r\n".join(lines))
    assert [row.call and row.call.typed["facts"] for row in good] == ["窗口推诿"] * len(good)
    assert bad.call is None
    assert "编码" in bad.reasons[0]
    assert bad.shown[4] == "窗口推诿"


def test_a_file_cut_in_the_middle_of_a_character_loses_its_last_row_alone() -> None:
    """It comes back, and what came before is taken."""
    raw = table(GOOD, (*changed(5, "")[:5], "推")).encode().rstrip()[:-1]
    good, cut = read(raw)
    assert good.call is not None
    assert "无法识别" in cut.reasons[0]


@pytest.mark.parametrize("above", ["12345热线工单导出\n", "导出日期：2026-03-06,,,\n\n工单,,,\n", "sep=,\n"])
def test_a_caption_above_the_header_is_passed_over(above: str) -> None:
    """A title, the day of the export, Excel's own mark of the separator."""
    [row] = read((above + table(GOOD)).encode())
    assert row.call is not None


def test_a_header_of_a_single_column_is_no_caption() -> None:
    """It is known by its name."""
    assert [row.call is not None for row in read("内容\n推诿\n推诿,三次\n".encode())] == [True, False]


def test_as_many_columns_as_anybody_likes_are_judged_at_once() -> None:
    """Each is looked at once, and a wide row keeps no more cells than a header may have."""
    headers = [f"c{number}" for number in range(200_000)]
    assert mapping_faults(headers, {}) == ["没有“投诉内容”一列"]
    [row] = read((table() + "x" + ",y" * 200_000).encode())
    assert len(row.shown) == 200


def test_bytes_that_are_no_text_are_refused() -> None:
    """No charset fits, so nothing is guessed."""
    with pytest.raises(UnknownCharset):
        shape_of(bytes(range(128, 256)) * 4)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", *HEADER]))
def test_any_bytes_are_rows_or_are_refused(raw: bytes, header: str) -> None:
    """Whatever the bytes, nothing else is raised, and what is shown of a row can be stored."""
    with contextlib.suppress(UnknownCharset, NoHeader, SpreadsheetRefused):
        for row in read(f"{header}\n".encode() + raw):
            assert "".join(row.shown).encode()


def test_an_empty_file_has_no_header() -> None:
    """There is nothing to import."""
    with pytest.raises(NoHeader):
        header_of(b"\r\n\r\n", shape_of(b"\r\n\r\n"))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.text(max_size=30), min_size=6, max_size=6), max_size=6), st.sampled_from(",;\t|"))
def test_no_row_is_lost(rows: list[list[str]], separator: str) -> None:
    """Whatever stands in the cells, every row that isn't blank is given once, good or bad."""
    cells = [
        tuple(cell.encode("utf-8", "replace").decode().replace("\n", " ").replace("\r", " ") for cell in row)
        for row in rows
    ]
    raw = table(*((f"n{place}", *row[1:]) for place, row in enumerate(cells)), separator=separator).encode()
    found = [row.shown[0] for row in read(raw)]
    assert found == [f"n{place}" for place in range(len(rows))]


def test_every_column_has_a_name_in_chinese() -> None:
    """What is asked of a person can be said to them."""
    assert set(HEADERS) == set(Column)
    assert all(ord(names[0][0]) > 0x4E00 for names in HEADERS.values())
