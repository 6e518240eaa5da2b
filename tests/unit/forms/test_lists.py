"""Documents about many cases: rows and figures as they are handed over, put into words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.forms.domain.composition import compose
from services.forms.domain.lists import LISTS, box_record, call_list, period_report
from services.forms.domain.values import FormValues, WrongValues
from services.forms.templates import FORMS
from shared.contracts.catalogue import BY_MODEL
from shared.contracts.lists import Counted, FollowUpsListed, ListAsked, PeriodKind, PeriodReported
from tests.parts.forms import BOX, CALLS, ISSUE, LISTED, PERIOD, values_for


def test_every_message_of_a_list_becomes_a_document():
    """None is heard and left lying; all travel sealed, since they name people."""
    assert set(LISTS) == set(ListAsked.__subclasses__())
    assert all(BY_MODEL[model].sealed for model in LISTS)


@pytest.mark.article("14")
def test_every_slip_of_a_box_has_its_own_register_number():
    """Letters and slips are opened and registered one by one, signed or anonymous; what doesn't add up is said."""
    values = box_record(BOX)
    assert values.tables["rows"] == [
        ("1", "箱2026-0041", "窗口边接私人电话边办件", "匿名", "枣诉〔2026〕1085号"),
        ("2", "箱2026-0042", "一次没有说清要带的材料", "实名", ""),
    ]
    assert (values.text("slips"), values.text("registered")) == ("3张", "2张")
    assert values.text("difference") == "一张是表扬（周明一起核对）"


@pytest.mark.article("14")
def test_an_empty_box_is_recorded_too():
    """A box was checked even where nothing was in it (art. 6)."""
    values = box_record(BOX.model_copy(update={"counted": 0, "slips": [], "difference": ""}))
    assert (values.text("slips"), values.text("difference"), values.tables["rows"]) == ("0张", "相符", [])


def test_a_call_says_whom_to_call_about_what_and_by_when():
    """The number as it is dialled, the limit in Shanghai time, and three columns for the pen; before a case, the code."""
    (call,) = CALLS.calls
    landline = call.model_copy(update={"case_number": None, "name": None, "phone": "+866328690012"})
    values = call_list(CALLS.model_copy(update={"calls": [call, landline]}))
    said, latest = "您好，您反映的收费问题已受理。", "2026年11月24日 17:00"
    assert (values.text("day"), values.text("caller")) == ("2026年11月23日", "孙晓敏")
    assert values.tables["rows"] == [
        ("1", "枣诉〔2026〕1061号", "秦玥", "13700005520", said, latest, "", "", ""),
        ("2", "2QW8H-N5T08", "未提供", "0632-8690012", said, latest, "", "", ""),
    ]


@pytest.mark.article("18.5")
def test_a_list_says_what_people_are_called_for():
    """To be told something, or to be asked: in its title, so that the two are not mixed up on a desk."""
    asked = FollowUpsListed(**CALLS.model_dump())
    titles = [compose(FORMS[each.form], each, ISSUE).headlines for each in (call_list(CALLS), call_list(asked))]
    assert titles == [("枣庄市民中心投诉电话清单（告知）",), ("枣庄市民中心投诉电话清单（回访）",)]


def test_calls_that_are_not_on_the_list_are_counted_on_it():
    """A list that is full says so: nobody takes it for all there is."""
    assert call_list(CALLS).text("count") == "1件"
    assert "另有12件未列入" in call_list(CALLS.model_copy(update={"waiting": 13})).text("count")


@pytest.mark.article("21")
def test_a_report_says_the_figures_as_they_were_frozen():
    """Counts as they came, shares worked out from them, the month before beside them, and what was left out."""
    tables = period_report(PERIOD).tables
    assert ("收到投诉", "118", "131", "") in tables["summary"]
    assert ("按时回应", "117/118（99.2%）", "117/118（99.2%）", "第十四条，一个工作日内") in tables["summary"]
    assert tables["by_channel"][0] == ("电话", "100", "84.7%", "117/118（99.2%）")
    assert tables["by_unit"] == [("市医疗保障局", "27", "95", "5", "3", "4", "7", "1")]
    assert tables["by_matter"] == [("一次性告知不到位", "31", "9"), ("其余", "87", "")]
    assert tables["trend"] == [("2026年10月", "118", "95/100（95.0%）", "42/49（85.7%）")]


@pytest.mark.article("21")
@pytest.mark.parametrize(
    ("kind", "first", "last", "name"),
    [
        ("month", date(2026, 10, 1), date(2026, 10, 31), "2026年10月"),
        ("quarter", date(2026, 7, 1), date(2026, 9, 30), "2026年第三季度"),
        ("quarter", date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度"),
        ("year", date(2026, 1, 1), date(2026, 12, 31), "2026年"),
        ("days", date(2026, 11, 2), date(2026, 11, 15), "2026年11月2日至2026年11月15日"),
    ],
)
def test_a_report_is_called_by_its_period_and_says_what_it_is_compared_with(kind, first, last, name):
    """In its title: a month, a quarter, a year, or days of one's own; the period before by its days."""
    told = PERIOD.model_copy(update={"kind": PeriodKind(kind), "first_day": first, "last_day": last})
    values = period_report(told)
    assert compose(FORMS[values.form], values, ISSUE).headlines == (f"枣庄市民中心政务服务投诉统计分析（{name}）",)
    assert values.text("before") == "2026年9月1日至2026年9月30日"


def test_a_month_that_was_not_over_when_it_was_counted_says_so():
    """Nobody takes half a month's figure in the trend for a fall."""
    running = PERIOD.by_month[0].model_copy(update={"key": "2026-11"})
    told = PERIOD.model_copy(update={"by_month": [*PERIOD.by_month, running]})
    assert [row[0] for row in period_report(told).tables["trend"]] == ["2026年10月", "2026年11月（未满）"]


@pytest.mark.article("21")
def test_a_report_says_where_its_figures_come_from():
    """Who froze them when, and the hash of what was signed."""
    source = period_report(PERIOD).text("source")
    assert all(words in source for words in ("赵志远", "2026年11月23日 12:00", str(PERIOD.frozen_id), PERIOD.sha256))


def test_a_report_without_anything_to_compare_says_nothing_of_it():
    """Figures frozen before the month before was frozen with them, and a month in which nothing was due."""
    gone: dict[str, Any] = {
        "before": None,
        "before_first_day": None,
        "before_last_day": None,
        "by_matter": [],
        "by_month": [],
    }
    values = period_report(PERIOD.model_copy(update={"whole": Counted(), **gone}))
    tables = values.tables
    assert values.text("before") == "—"
    assert ("收到投诉", "0", "—", "") in tables["summary"]
    assert ("按时回应", "—", "—", "第十四条，一个工作日内") in tables["summary"]
    assert (tables["by_matter"], tables["trend"]) == ([("无", "", "")], [("无", "", "", "")])


def test_only_the_period_report_is_one_of_a_series():
    """A report of the same frozen figures supersedes the one before; two call lists of a day both stand."""
    assert [model for model, due in LISTS.items() if due.series] == [PeriodReported]
    again = PERIOD.model_copy(update={"occurred_at": PERIOD.occurred_at + timedelta(days=1)})
    series = LISTS[PeriodReported].series
    assert series is not None
    assert series(again) == series(PERIOD) == PERIOD.frozen_id


@pytest.mark.article("21")
@pytest.mark.parametrize("form", LISTED)
def test_every_row_has_a_cell_for_every_heading(form):
    """No figure stands under another's heading: a row that is too short or too long is refused."""
    values = values_for(form)
    values.check(FORMS[form])
    table = next(iter(values.tables))
    for row in (("1",), tuple("123456789012")):
        with pytest.raises(WrongValues, match=f"{table}: row 1"):
            FormValues(form=form, tables={table: [row]}).check(FORMS[form])
