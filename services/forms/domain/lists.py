"""Documents about many cases: the opening of a suggestion box, the day's calls, the month's figures.

Law of this file: rows in the order they are given, figures as they are given; nothing is counted or looked up here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.forms.domain.definition import Form, FormId, Listing
from services.forms.domain.values import FormValues, WrongValues
from services.forms.domain.wording import official_number, shown_date, shown_moment, shown_phone

LISTS = frozenset({FormId.BOX_RECORD, FormId.CALL_LIST, FormId.MONTHLY_REPORT})
"""Forms that are about many cases, filled in from rows that the asker brings."""


def check_list(form: Form, values: FormValues) -> None:
    """Raise WrongValues unless the values are the form's, and every row has as many cells as the listing has columns."""
    values.check(form)
    headings = headings_of(form)
    for name, rows in values.tables.items():
        for place, row in enumerate(rows, 1):
            if len(row) != len(headings[name]):
                raise WrongValues(f"{name}: row {place} has {len(row)} cells instead of {len(headings[name])}")


def headings_of(form: Form) -> dict[str, tuple[str, ...]]:
    """The headings of each table of a list."""
    return {block.field: block.headings for block in form.body if isinstance(block, Listing)}


def read_rows(text: str, width: int) -> list[tuple[str, ...]]:
    """Rows as they are pasted from a spreadsheet (tabs) or typed (``｜`` or ``|``): one a line, wanting cells are blank.

    Raises WrongValues naming the line that has too many.
    """
    rows = []
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else line.replace("｜", "|").split("|"))]
        if len(cells) > width:
            raise WrongValues(f"line {place} has {len(cells)} cells instead of {width}")
        rows.append((*cells, *[""] * (width - len(cells))))
    return rows


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip out of a box. ``case_number`` is None where it was no complaint, or isn't registered yet."""

    register_number: str
    kind: str
    summary: str
    signed: bool
    case_number: str | None = None


def box_record(
    *, box: str, batch: str, opened_at: datetime, opened_by: str, witness: str, slips: Sequence[Slip]
) -> FormValues:
    """意见箱开箱记录 (art. 14): every slip with its own register number."""
    rows = [
        (
            str(place),
            slip.register_number,
            slip.kind,
            slip.summary,
            "实名" if slip.signed else "匿名",
            official_number(slip.case_number) if slip.case_number else "",
        )
        for place, slip in enumerate(slips, 1)
    ]
    texts = {"box": box, "batch": batch, "opened_at": shown_moment(opened_at), "slips": f"{len(slips)}张"}
    return FormValues(
        form=FormId.BOX_RECORD, texts=texts | {"opened_by": opened_by, "witness": witness}, tables={"rows": rows}
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make. ``phone`` in E.164; ``latest`` is the limit it must be made before."""

    case_number: str
    name: str
    phone: str
    message: str
    latest: datetime


def call_list(*, day: date, caller: str, calls: Sequence[Call]) -> FormValues:
    """电话告知清单 (arts. 14 and 18.5)."""
    rows = [
        (
            str(place),
            official_number(call.case_number),
            call.name,
            shown_phone(call.phone),
            call.message,
            shown_moment(call.latest),
            "",
            "",
            "",
        )
        for place, call in enumerate(calls, 1)
    ]
    texts = {"day": f"{day.year}年{day.month}月{day.day}日", "caller": caller, "count": str(len(calls))}
    return FormValues(form=FormId.CALL_LIST, texts=texts, tables={"rows": rows})


@dataclass(frozen=True, slots=True)
class Month:
    """The figures of art. 21, each row as it is printed; see the headings of the form."""

    first: datetime
    last: datetime
    summary: Sequence[tuple[str, str, str, str]]
    by_channel: Sequence[tuple[str, str, str, str]]
    by_unit: Sequence[tuple[str, str, str, str, str, str, str, str]]
    by_matter: Sequence[tuple[str, str, str]]
    trend: Sequence[tuple[str, str, str, str]]
    analysis: str = ""


def monthly_report(month: Month) -> FormValues:
    """月度统计分析 (art. 21)."""
    return FormValues(
        form=FormId.MONTHLY_REPORT,
        texts={"period": f"{shown_date(month.first)}至{shown_date(month.last)}", "analysis": month.analysis},
        tables={
            "summary": list(month.summary),
            "by_channel": list(month.by_channel),
            "by_unit": list(month.by_unit),
            "by_matter": list(month.by_matter),
            "trend": list(month.trend),
        },
    )
