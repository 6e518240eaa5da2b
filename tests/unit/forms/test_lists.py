"""Documents about many cases."""

from __future__ import annotations

from datetime import date

import pytest

from services.forms.domain import lists
from services.forms.domain.definition import FormId, Listing
from services.forms.templates import FORMS
from tests.parts.forms import LIMIT, NOON, values_for


@pytest.mark.article("14")
def test_every_slip_of_a_box_has_its_own_register_number():
    """Letters and slips are opened and registered one by one, no complaint or not, signed or anonymous."""
    rows = values_for(FormId.BOX_RECORD).tables["rows"]
    assert rows == [
        ("1", "箱3-20261124-1", "投诉", "窗口边接私人电话边办件", "匿名", "枣诉〔2026〕1085号"),
        ("2", "箱3-20261124-2", "非投诉", "表扬户政窗口", "实名", ""),
    ]


@pytest.mark.article("14")
def test_an_empty_box_is_recorded_too():
    """A box was checked even where nothing was in it (art. 6)."""
    values = lists.box_record(box="1号箱", batch="1", opened_at=NOON, opened_by="李静", witness="曹海峰", slips=[])
    assert (values.text("slips"), values.tables["rows"]) == ("0张", [])


def test_a_call_says_whom_to_call_about_what_and_by_when():
    """The number as it is dialled, the limit in Shanghai time, and three columns for the pen."""
    values = lists.call_list(
        day=date(2026, 3, 1),
        caller="孙晓敏",
        calls=[lists.Call("2026-000007", "段喆", "+866328690012", "已受理", LIMIT)],
    )
    assert values.text("day") == "2026年3月1日"
    assert values.tables["rows"] == [
        ("1", "枣诉〔2026〕7号", "段喆", "0632-8690012", "已受理", "2026年11月24日 17:00", "", "", "")
    ]


@pytest.mark.article("21")
@pytest.mark.parametrize("form", [FormId.BOX_RECORD, FormId.CALL_LIST, FormId.MONTHLY_REPORT])
def test_every_row_has_a_cell_for_every_heading(form):
    """No figure of a report stands under another's heading."""
    headings = {block.field: len(block.headings) for block in FORMS[form].body if isinstance(block, Listing)}
    for field, rows in values_for(form).tables.items():
        assert {len(row) for row in rows} == {headings[field]}
