"""A hotline's export as a table: which columns there are, what their headers are called, and how cells get damaged.

Law of this file: a header means a column only by the table below or by a person's word; a damaged cell is named with its
cause and never repaired by guessing (a spreadsheet that rounded a number has lost it). Pure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.working_time import SHANGHAI


class Column(StrEnum):
    """What a column holds."""

    CALL_ID = "call_id"
    STARTED_AT = "started_at"
    ENDED_AT = "ended_at"
    CALLER_NUMBER = "caller_number"
    TAKEN_BY = "taken_by"
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    ID_CARD = "id_card"
    UNIT = "unit"
    WINDOW = "window"
    STAFF = "staff"
    DESK_NUMBER = "desk_number"
    FACTS = "facts"
    DEMAND = "demand"
    OCCURRED_AT = "occurred_at"
    KIND = "kind"


HEADERS: dict[Column, tuple[str, ...]] = {
    Column.CALL_ID: ("工单编号", "编号", "流水号", "来电编号", "通话编号", "录音编号", "call_id", "id"),
    Column.STARTED_AT: ("来电时间", "通话开始", "开始时间", "受理时间", "登记时间", "通话时间", "started_at"),
    Column.ENDED_AT: ("结束时间", "通话结束", "ended_at"),
    Column.CALLER_NUMBER: ("来电号码", "主叫号码", "主叫", "caller_number"),
    Column.TAKEN_BY: ("话务员", "接诉人", "接线员", "坐席", "taken_by"),
    Column.NAME: ("投诉人", "投诉人姓名", "姓名", "来电人", "来电人姓名", "name"),
    Column.PHONE: ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "phone"),
    Column.ADDRESS: ("地址", "联系地址", "住址", "address"),
    Column.ID_CARD: ("身份证", "身份证号", "身份证号码", "证件号码"),
    Column.UNIT: ("被投诉单位", "单位", "部门", "unit"),
    Column.WINDOW: ("被投诉窗口", "窗口", "window"),
    Column.STAFF: ("被投诉人", "被投诉人姓名", "工作人员", "staff"),
    Column.DESK_NUMBER: ("工位号", "工位", "desk_number"),
    Column.FACTS: ("投诉内容", "内容", "事实情节", "事由", "问题描述", "诉求内容", "facts"),
    Column.DEMAND: ("诉求", "要求", "投诉诉求", "demand"),
    Column.OCCURRED_AT: ("发生时间", "事发时间", "occurred_at"),
    Column.KIND: ("来电类型", "来电类别", "工单类型", "工单类别", "诉求类型", "呼叫类型", "kind"),
}
"""By what names exchanges and spreadsheets call them; compared without blanks, case and width."""

MOST_COLUMNS = 200
"""More is no export of calls: a separator gone wrong, or somebody who wants to see what breaks."""
REQUIRED = (Column.FACTS,)
TAKEN_FOR_NOTHING = frozenset({Column.ID_CARD})
"""Checked for damage, since that tells that the file was spoiled, but not stored: a complaint needs no such number."""

_MOMENTS = tuple(Column(name) for name in ("started_at", "ended_at"))
_NUMBERS = (Column.CALLER_NUMBER, Column.PHONE)
_LONG_NUMBERS = (Column.CALL_ID, Column.ID_CARD)


class Formula(str):
    """The text of a cell that holds a formula: shown, never evaluated."""

    __slots__ = ()


Cell = str | datetime
"""A cell as read: text, or a moment (naive: the centre's own time) where the file says that it is one."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, for the person who sent the file."""

    column: Column
    reason: str


def bare_header(header: str) -> str:
    """A header as it is compared."""
    return "".join(unicodedata.normalize("NFKC", header).split()).strip("*:()").lower()


_BY_HEADER: dict[str, Column] = {bare_header(name): column for column, names in HEADERS.items() for name in names}


def fingerprint(headers: Sequence[str]) -> str:
    """What names a header row: its headers in their order (SHA-256)."""
    return hashlib.sha256("\x1f".join(map(bare_header, headers)).encode()).hexdigest()


def guessed_mapping(headers: Sequence[str]) -> dict[str, Column]:
    """Header to column, as far as the table knows them."""
    return {header: _BY_HEADER[bare_header(header)] for header in headers if bare_header(header) in _BY_HEADER}


def mapping_faults(headers: Sequence[str], mapping: Mapping[str, Column]) -> list[str]:
    """Why a file with these headers can't be imported; empty where it can."""
    faults = [f"没有“{HEADERS[column][0]}”一列" for column in REQUIRED if column not in mapping.values()]
    faults += [f"映射中的“{header}”不在表头里" for header in mapping if header not in headers]
    faults += [f"表头“{header}”重复" for header, times in Counter(filter(None, headers)).items() if times > 1]
    faults += [f"两列都被当作“{HEADERS[one][0]}”" for one, times in Counter(mapping.values()).items() if times > 1]
    return faults


_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
_ROUNDED = re.compile(r"\d{13,}0{3}")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NO_YEAR = re.compile(r"\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?(?:\s.*)?")
_YEAR_LAST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?:\s.*)?")
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]*(\d{1,2})\s*[:时]\s*(\d{1,2})\s*(?:[:分]\s*(\d{1,2})?\s*秒?)?)?(?:\.\d+)?"
)
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_EXCEL_EPOCH = date(1899, 12, 30)


def damage(column: Column, cell: Cell) -> CellFault | None:
    """Whether a spreadsheet or an exchange has spoiled this cell, and how it came about."""
    if isinstance(cell, datetime):
        return None if column in {*_MOMENTS, Column.OCCURRED_AT} else CellFault(column, "被表格软件变成了日期")
    if isinstance(cell, Formula):
        return CellFault(column, "单元格是公式，请在表格软件中“粘贴为数值”后再导出")
    if "\0" in cell or re.search(r"\r(?!\n)", cell):
        return CellFault(column, "含有不可见的控制字符")
    text = cell.strip()
    if column in (*_NUMBERS, *_LONG_NUMBERS) and _SCIENTIFIC.fullmatch(text):
        return CellFault(column, f"Excel 把号码变成了科学计数法（{text}），请将该列设为文本后重新导出")
    if column in _LONG_NUMBERS and _ROUNDED.fullmatch(text):
        return CellFault(column, "Excel 只保留 15 位数字，末尾几位已变成 0，请将该列设为文本后重新导出")
    return None


def moment_in(column: Column, cell: Cell) -> datetime | CellFault | None:
    """The moment that a cell says, by the centre's clock; None where it is blank. Whatever could be two is a fault."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=SHANGHAI)
    text = unicodedata.normalize("NFKC", cell).strip()
    if not text:
        return None
    found = _MOMENT.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        return CellFault(column, _why_no_moment(text))
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError:
        return CellFault(column, f"没有这个日期或时间（{text[:30]}）")


def _why_no_moment(text: str) -> str:
    if _SERIAL.fullmatch(text):
        try:
            day = _EXCEL_EPOCH + timedelta(days=int(float(text)))
        except OverflowError:
            return "不是日期"
        return f"Excel 日期序号 {text}（可能是 {day.isoformat()}），请将该列设为日期格式后重新导出"
    if _YEAR_LAST.fullmatch(text):
        return f"“{text[:30]}”分不清年月日的次序，请写成 2026-03-05"
    if _NO_YEAR.fullmatch(text):
        return f"“{text[:30]}”没有年份，请写成 2026-03-05"
    return f"看不懂的时间“{text[:30]}”，请写成 2026-03-05 14:20"


def lost_zero(text: str) -> bool:
    """Whether a number that is none looks like a landline whose leading zero a spreadsheet has dropped."""
    return re.fullmatch(r"[3-9]\d{8,10}", text.strip()) is not None


_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """A cell for a file that somebody opens in a spreadsheet: what would be a formula is made text (OWASP ASVS 1.2.10)."""
    return f"'{text}" if text.startswith(_FORMULA_START) else text
