"""A new year's data: what is taken, and what is refused, field by field."""

from __future__ import annotations

import json
from datetime import date
from string import Formatter
from typing import Any

import pytest
from pydantic import ValidationError

from shared.working_time import YearData, fault_in_words, load_year, published
from shared.working_time.year_data import FAULTS
from tests.unit.shared.working_time.parts import notice_2027, on, year_json

HOLIDAY = {"name": "春节", "first": "2020-01-24", "last": "2020-02-02", "statutory_days": 3}


def refused(data: dict[str, Any]) -> dict[tuple[int | str, ...], str]:
    """The faults found in a year's data: where, and which."""
    with pytest.raises(ValidationError) as caught:
        load_year(json.dumps(data))
    return {error["loc"]: error["type"] for error in caught.value.errors()}


def spoilt(year: int, *path: int | str, to: Any) -> dict[str, Any]:
    """A published year with one value changed."""
    data = year_json(year)
    inner: Any = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return data


@pytest.mark.parametrize("year", range(2020, 2027))
def test_a_published_year_is_read_back_as_it_stands(year: int):
    """What comes with the software passes the same door as what is loaded later."""
    assert load_year(json.dumps(year_json(year))) == published().years[year - 2020]


def test_a_new_year_is_read():
    """A notice in the right form is taken, make-up workdays and all."""
    data = load_year(notice_2027())
    assert (data.year, data.notice.published, data.holidays[0].make_up_workdays) == (
        2027,
        on("2026-11-20"),
        (on("2027-01-03"),),
    )


def last_of_spring_festival(year: YearData, known_on: str) -> date:
    """The last day of 春节 as it was known on a day."""
    return next(holiday.last for holiday, _ in year.rows(on(known_on)) if holiday.name == "春节")


# Each row spoils one value of a good year, and names the field and the fault that must come of it.
SPOILT = [
    # 2026: holidays are 0 元旦, 1 春节, 2 清明节, 3 劳动节, 4 端午节, 5 中秋节, 6 国庆节
    (2026, ("holidays", 1, "make_up_workdays", 0), "2026-02-13", "made_up_on_a_weekday"),
    (2026, ("holidays", 1, "make_up_workdays", 1), "2026-02-14", "made_up_twice"),
    (2026, ("holidays", 1, "make_up_workdays", 1), "2026-04-05", "made_up_while_off"),
    (2026, ("holidays", 1, "make_up_workdays", 1), "2027-02-28", "outside_the_year"),
    (2026, ("holidays", 0, "make_up_workdays", 0), "2025-11-30", "outside_the_year"),
    (2026, ("holidays", 6, "last"), "2027-10-07", "outside_the_year"),
    (2026, ("holidays", 0, "first"), "2025-11-30", "outside_the_year"),
    (2026, ("holidays", 4, "last"), "2026-06-18", "ends_before_it_begins"),
    (2026, ("holidays", 5, "first"), "2026-06-21", "off_twice"),
    (2026, ("holidays", 2, "name"), "春节", "named_twice"),
    (2026, ("statutory_days",), 11, "statutory_days_differ"),
    (2026, ("notice", "published"), "2024-11-04", "published_in_another_year"),
    (2020, ("amendments", 0, "notice", "published"), "2019-01-27", "published_in_another_year"),
    (2020, ("amendments", 0, "in_force_from"), "2020-01-26", "in_force_before_published"),
    (2020, ("amendments", 0, "holidays", 0, "make_up_workdays", 0), "2020-01-20", "made_up_on_a_weekday"),
    (2020, ("amendments", 0, "holidays", 0, "last"), "2021-02-02", "outside_the_year"),
]


@pytest.mark.parametrize(("year", "path", "value", "fault"), SPOILT, ids=lambda value: str(value).replace(" ", ""))
def test_nonsense_is_refused_at_its_field(year: int, path: tuple[int | str, ...], value: object, fault: str):
    """What makes no sense is refused, and the fault stands at the field that is wrong, and nowhere else."""
    found = refused(spoilt(year, *path, to=value))
    assert found.get(path) == fault
    assert len(found) == 1 or fault in ("named_twice", "off_twice")


# Each row takes away or misspells the form of one value.
MALFORMED = [
    (("notice",), None),
    (("notice", "number"), ""),
    (("notice", "number"), "国办发明电〔2025〕号"),
    (("notice", "number"), "鲁政办发〔2025〕7号"),
    (("notice", "published"), "2025-13-04"),
    (("decree",), "第795号"),
    (("year",), 1926),
    (("year",), "2026"),
    (("holidays",), []),
    (("holidays", 0, "name"), ""),
    (("holidays", 0, "first"), 20260101),
    (("holidays", 0, "first"), "2026-02-30"),
    (("holidays", 0, "statutory_days"), 0),
    (("holidays", 1, "make_up_workdays", 0), "Saturday"),
    (("holidays", 1, "make_up_workday"), ["2026-02-14"]),
]


@pytest.mark.parametrize(("path", "value"), MALFORMED, ids=lambda value: str(value).replace(" ", ""))
def test_what_is_malformed_is_refused_at_its_field(path: tuple[int | str, ...], value: object):
    """A value of the wrong form, and a field that doesn't exist, are refused where they stand."""
    assert list(refused(spoilt(2026, *path, to=value))) == [path]


@pytest.mark.parametrize("field", ["year", "notice", "statutory_days", "decree", "holidays"])
def test_no_field_may_be_missing(field: str):
    """A year without its notice, or without any other of its fields, is refused."""
    data = year_json(2026)
    del data[field]
    assert refused(data) == {(field,): "missing"}


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff\xfe", b"null"])
def test_what_is_no_json_object_is_refused(data: bytes):
    """A file that isn't a year's data at all is refused like any other wrong input."""
    with pytest.raises(ValidationError):
        load_year(data)


def test_a_forgotten_holiday_is_noticed():
    """Without one of its holidays a year's statutory days no longer add up to what the decree lays down."""
    data = year_json(2026)
    del data["holidays"][4]
    assert refused(data) == {("statutory_days",): "statutory_days_differ"}


def test_an_amendment_must_amend_something():
    """An amendment of a holiday that the notice doesn't have is refused at that holiday's name."""
    data = year_json(2020)
    data["amendments"][0]["holidays"][0]["name"] = "中秋"
    assert refused(data)[("amendments", 0, "holidays", 0, "name")] == "no_such_holiday"


def test_amendments_stand_in_order():
    """Amendments that are not in the order they came into force are refused."""
    data = year_json(2020)
    second = {
        "notice": {"number": "国办发明电〔2020〕2号", "published": "2020-01-20"},
        "in_force_from": "2020-01-20",
        "holidays": [HOLIDAY],
    }
    data["amendments"].append(second)
    assert refused(data) == {("amendments",): "out_of_order"}


@pytest.mark.parametrize(("day", "first_counts_until"), [("2020-01-30", "2020-01-29"), ("2020-01-27", None)])
def test_the_later_of_two_amendments_counts(day: str, first_counts_until: str | None):
    """A second amendment of the same holiday stands in place of the first, from its own day on, be it the same day."""
    data = year_json(2020)
    second = {
        "notice": {"number": "国办发明电〔2020〕2号", "published": day},
        "in_force_from": day,
        "holidays": [HOLIDAY | {"last": "2020-02-09"}],
    }
    data["amendments"].append(second)
    year = load_year(json.dumps(data))
    assert last_of_spring_festival(year, day) == on("2020-02-09")
    assert first_counts_until is None or last_of_spring_festival(year, first_counts_until) == on("2020-02-02")


def test_a_holiday_may_begin_and_be_made_up_for_in_december():
    """New Year's holiday may begin, and be made up for, in the December before: 2023 and 2012 had that."""
    data = json.loads(notice_2027())
    data["holidays"][0] |= {"first": "2026-12-31", "make_up_workdays": ["2026-12-26"]}
    calendar = published().with_year(load_year(json.dumps(data)))
    assert not calendar.is_working_day(on("2026-12-31"))
    assert calendar.is_working_day(on("2026-12-26"))


def test_a_holiday_must_touch_its_year():
    """A holiday that lies wholly in the December before belongs to another notice."""
    data = spoilt(2026, "holidays", 0, "last", to="2025-12-31")
    data["holidays"][0]["first"] = "2025-12-30"
    assert refused(data) == {("holidays", 0, "last"): "outside_the_year"}


def test_several_faults_are_told_at_once():
    """Whoever types a notice is told of everything that is wrong with it, not of one thing after the other."""
    data = spoilt(2026, "holidays", 1, "make_up_workdays", 0, to="2026-02-13")
    data["statutory_days"] = 11
    data["notice"]["published"] = "2024-11-04"
    assert set(refused(data)) == {("holidays", 1, "make_up_workdays", 0), ("statutory_days",), ("notice", "published")}


def test_a_span_of_centuries_is_refused_at_once():
    """A slip of the pen in a year isn't walked through day by day."""
    data = spoilt(2026, "holidays", 6, "last", to="9999-12-31")
    assert refused(data) == {("holidays", 6, "last"): "outside_the_year"}


def test_faults_are_told_in_chinese_and_english():
    """Each fault says in both languages what is wrong, with the very values."""
    with pytest.raises(ValidationError) as caught:
        load_year(json.dumps(spoilt(2026, "holidays", 1, "make_up_workdays", 0, to="2026-02-13")))
    (error,) = caught.value.errors()
    assert fault_in_words(error, "zh").startswith("2026-02-13 是周一至周五")
    assert fault_in_words(error, "en").startswith("2026-02-13 is a Monday to Friday")
    assert error["msg"] == fault_in_words(error, "en")


def test_faults_of_form_have_words_too():
    """A fault that pydantic found is told in pydantic's words."""
    with pytest.raises(ValidationError) as caught:
        load_year(json.dumps(spoilt(2026, "statutory_days", to="13")))
    (error,) = caught.value.errors()
    assert fault_in_words(error, "zh") == error["msg"]


def test_every_fault_can_be_found():
    """Each fault in the table is proven above, and says the same values in both languages."""
    elsewhere = {"no_such_holiday", "out_of_order"}
    assert {fault for *_, fault in SPOILT} | elsewhere == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_language_says_what_the_other_cannot(fault: str):
    """The values that stand in a fault's texts are ones that every fault of its kind has."""
    fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in FAULTS[fault].values()]
    assert fields[0] == fields[1]
