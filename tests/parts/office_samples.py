"""The office's books with sample data: statistics, what was frozen, the rule of one working day, messages and their templates.

All of it is invented, at the moment of ``desk_samples``; figures are shaped as the reports answer them. Knows no browser and
no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from services.notify.domain.purposes import Audience
from services.notify.domain.rule import Standing
from services.notify.domain.state import State
from services.notify.domain.template_check import preview
from services.notify.templates import load_catalogue
from services.notify.web import board_pages, message_pages, staff_pages, template_pages
from services.notify.web.words import AUDIENCES, PURPOSE_WORDS, RINGS, ROUTES, STANDINGS, WHY_NOT, state_words
from services.workflow.domain.articles import article_of
from services.workflow.domain.states import STATES
from services.workflow.period_report import LONGEST_ANALYSIS
from services.workflow.reading import Listed
from services.workflow.reports import CLOCKS, HEADINGS, UNIT_CLOCKS
from services.workflow.store.statistics import By
from services.workflow.web import audit_page, calendar_page, periods, rules_routes, taken_page, worklist
from services.workflow.web import statistics_page as shown
from services.workflow.web.statistics_routes import Asked
from shared.contracts.values import Role, Route
from shared.web.desk_frame import ROLE_WORDS
from shared.web.i18n import Bilingual, Language
from shared.web.problems import FieldFault
from tests.parts.case_samples import NOTICE, READER, SIGNED_FOR, entries, listed, second_round, wants_more_time
from tests.parts.desk_samples import CENTRE, NOW, OVER, TODAY
from tests.parts.page_samples import CODE
from tests.unit.workflow.building import at

UNIT = CENTRE.units[0].name
_DAY = date(2026, 11, 24)
_MONTH = periods.chosen({}, _DAY)
_WORDS = shown.GroupNames(Language.ZH, lambda key: {"phone": "电话", "web": "网页"}.get(key.partition(".")[2], key))
_ROW = SimpleNamespace(
    id=UUID(int=5), first_day="2026-10-01", last_day="2026-10-31", made_at=at("2026-11-02 09:10"), made_by="高建国",
    signature="5a" * 64,
)  # fmt: skip


def _group(key: str | None, count: int, missed: int = 0) -> dict[str, Any]:
    """A group of figures as the reports answer it."""
    cases = "/workflow/cases?from=2026-11-01&to=2026-11-30&figure=received"
    ended = {
        "met": count - missed, "missed": missed, "on_time": 1 - missed / count, "met_cases": cases, "missed_cases": cases,
    }  # fmt: skip
    return {
        "key": key,
        "extension_days": 2,
        "figures": {figure.value: {"count": count, "cases": cases} for figure in HEADINGS},
        "clocks": dict.fromkeys(CLOCKS, ended),
    }


def _figures(by: By | None, *groups: dict[str, Any]) -> Mapping[str, Any]:
    return {"by": by, "groups": groups}


_WHOLE = _figures(None, _group(None, 118, 3))
_BY_CHANNEL = _figures(By.CHANNEL, _group("phone", 47), _group("web", 66, 1))
_BY_UNIT = _figures(By.UNIT, _group(UNIT, 27, 2), _group(CENTRE.units[1].name, 41), _group(None, 4))


def _statistics(*, may_freeze: bool) -> Mapping[str, Any]:
    months = {f"{2025 + each // 12}-{each % 12 + 1:02d}": 60 + 7 * each for each in range(23)}
    return {
        "asked": Asked(_MONTH, By.UNIT, None),
        "offered": periods.offered(_DAY),
        "units": [unit.name for unit in CENTRE.units],
        "by_words": shown.BY_WORDS,
        "headlines": shown.headlines(_WHOLE, _WHOLE),
        "charts": shown.charts(_BY_CHANNEL, _BY_UNIT, months, _MONTH.period, None, _WORDS),
        "table": shown.table(_BY_UNIT, _WORDS, sheet=_MONTH.period),
        "address": partial(shown.address, _MONTH.period, None),
        "frozen": [_ROW],
        "frozen_now": [_ROW],
        "may_freeze": may_freeze,
    }


def _sheet() -> Mapping[str, Any]:
    missed = SimpleNamespace(
        number="2026-001083", name="forward", limit=at("2026-11-20 17:00"), ended_at=at("2026-11-23 09:00")
    )
    return {
        "unit": UNIT,
        "chosen": _MONTH,
        "sheet": {"missed": [missed], "sanctioned": ["2026-001083"]},
        "table": shown.table(_figures(None, _group(None, 27, 1)), _WORDS, [each for each in CLOCKS if each in UNIT_CLOCKS]),
        "address": shown.sheet_address(UNIT, _MONTH.period),
        "heading": lambda name: CLOCKS[name].chinese,
    }  # fmt: skip


def _frozen(*, is_whole: bool) -> Mapping[str, Any]:
    return {
        "row": _ROW,
        "is_whole": is_whole,
        "told": [NOTICE, SIGNED_FOR] if is_whole else [],
        "digest": "5a" * 32,
        "may_report": True,
        "longest": LONGEST_ANALYSIS,
        "chosen": periods.chosen({"period": "2026-10"}, _DAY),
        "tables": [shown.table(_WHOLE, _WORDS), shown.table(_BY_CHANNEL, _WORDS)],
        "notice": worklist.Notice("good", Bilingual("已封存并签名", "Frozen and signed")) if is_whole else None,
    }


def _line(standing: Standing, number: str = "", **more: Any) -> board_pages.Line:
    waits = {"limit": OVER if standing is Standing.MISSED else TODAY}
    last = board_pages.OnItsWay(ROUTES[Route.SMS], state_words(Route.SMS, State.FAILED), RINGS[State.FAILED])
    told = {"limit": None, "met_at": None, "last": last} | (
        waits if standing in (Standing.OPEN, Standing.MISSED) else {}
    )
    return board_pages.Line(
        UUID(int=3), number, CODE, "web", at("2026-11-24 09:12"), standing=STANDINGS[standing], **(told | more)
    )


def _response(*, behind: bool) -> Mapping[str, Any]:
    wanted = board_pages.Wanted(_DAY.replace(day=1), _DAY, Standing.IN_TIME if behind else None)
    figure = board_pages.Figure(12, wanted.href(standing=Standing.OPEN))
    row = board_pages.ReportRow("phone", figure, [(each, figure) for each in Standing], "98.2%")
    page = board_pages.ResponsePage(
        now=NOW,
        stands=board_pages.Now(owing=2, near=1, missed=1, calls=3, unreachable=1),
        owing=[] if behind else [_line(Standing.MISSED), _line(Standing.OPEN, "2026-001093", last=None)],
        wanted=wanted,
        rows=[replace(row, channel="", received=board_pages.Figure(30, ""), share=""), row],
        standings=STANDINGS,
        listed=[_line(Standing.IN_TIME, "2026-001080", met_at=at("2026-11-24 09:13"))] if behind else [],
        listed_are=STANDINGS[Standing.IN_TIME] if behind else None,
        trouble=None if behind else Bilingual("起止日期不对。", "The period is wrong."),
    )
    return {"page": page}


def _messages(*states: State) -> Mapping[str, Any]:
    messages = [
        message_pages.Message(
            PURPOSE_WORDS["receipt"], "14", AUDIENCES[Audience.COMPLAINANT], ROUTES[Route.SMS], state_words(Route.SMS, each),
            RINGS[each], at("2026-11-24 10:46"), at("2026-11-24 10:47"), 2, "模拟短信", "21 空号", "zh/receipt/1", 2,
        )
        for each in states
    ]  # fmt: skip
    kept_back = message_pages.Silence(
        NOW, PURPOSE_WORDS["receipt"], AUDIENCES[Audience.COMPLAINANT], next(iter(WHY_NOT.values()))
    )
    silences = [kept_back] if states else []
    return {"page": message_pages.MessagesPage(CODE, "2026-001093" if states else "", messages, silences)}


_CATALOGUE = load_catalogue("zh")


def _entry(key: str) -> template_pages.Entry:
    return template_pages.Entry(key, PURPOSE_WORDS[key], "14", 1, legal=True, characters=62, segments=1)


def _templates() -> Mapping[str, Any]:
    entries = [_entry(key) for key in _CATALOGUE.wordings]
    return {"page": template_pages.TemplatesPage(Language.ZH, template_pages.LANGUAGES, entries)}


def _template(route: Route) -> Mapping[str, Any]:
    routes = [(each, ROUTES[each]) for each in (Route.SMS, Route.EMAIL)]
    drawn = preview(_CATALOGUE, "receipt", route)
    return {
        "page": template_pages.PreviewPage(
            _entry("receipt"), Language.ZH, template_pages.LANGUAGES, route, routes, drawn,
            "UCS-2" if route is Route.SMS else "", 6,
        )
    }  # fmt: skip


def _contacts(faults: Sequence[FieldFault] = (), **typed: str) -> Mapping[str, Any]:
    ways = [ROUTES[Route.SMS], ROUTES[Route.EMAIL]]
    people = [
        staff_pages.Person("周明", ROLE_WORDS[Role.UNIT_HANDLER], UNIT, ways, "系统管理员", at("2026-11-20 09:00")),
        staff_pages.Person("王立新", ROLE_WORDS[Role.HANDLER], "", [], "系统管理员", at("2026-11-20 09:00")),
    ]
    page = staff_pages.ContactsPage(
        [] if faults else people,
        [(role, ROLE_WORDS[role]) for role in staff_pages.TOLD],
        [unit.name for unit in CENTRE.units],
        dict.fromkeys(staff_pages.FIELDS, "") | typed,
        {each.name: each for each in faults},
        kept=not faults,
    )
    return {"page": page}


def _dated(each: Listed, moment: datetime) -> Listed:
    row: Any = {**each.row, "tracking_code": CODE, "received_at": moment}
    return Listed(row, each.complaint)


def _taken() -> taken_page.TakenPage:
    rows = [listed(wants_more_time(), 1092), listed(second_round(), 1083)]
    moments = [at("2026-11-24 10:31"), at("2026-11-23 15:02")]
    found = [_dated(each, moment) for each, moment in zip(rows, moments, strict=True)]
    return taken_page.taken_page(found, taken_page.WEEK, READER)


def _audit(view: str, *, found: bool = True) -> Mapping[str, Any]:
    wanted = audit_page.Wanted(view, "", date(2026, 10, 25), _DAY, page=1)
    acts = [dict(each) | {"number": "2026-001083"} for each in entries(second_round())] if found else []
    return {"page": replace(audit_page.audit_page(acts, wanted), next_href=wanted.href(page=2) if found else "")}


def _calendar(query: Mapping[str, str], **more: Any) -> Mapping[str, Any]:
    page = calendar_page.calendar_page(READER, query, **more)
    return {"page": replace(page, months=page.months[8:10]), "notice": None}


_FIELDS = ("text", "name", "phone", "number")
_UNITS = [unit.name for unit in CENTRE.units]
_SEARCH = {"fields": _FIELDS, "units": _UNITS, "is_cut": True, "faults": {}}


def _rules(language: Language) -> rules_routes.Rules:
    """A few rows of each table stand for all, but for the articles, which the others point to."""
    whole = rules_routes.rules_in(_DAY, language)
    return replace(
        whole, tables=[each if each.name == "articles" else replace(each, rows=each.rows[:3]) for each in whole.tables]
    )


CONTEXTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "taken": ("taken.html", {"page": _taken()}),
    "taken-none": ("taken.html", {"page": taken_page.taken_page([], taken_page.TODAY, READER)}),
    "audit": ("audit.html", _audit(audit_page.ALL)),
    "audit-none": ("audit.html", _audit(audit_page.LOOKS, found=False)),
    "calendar": ("calendar.html", _calendar({"start": "2026-09-25", "days": "5"}, may_decide=False)),
    "calendar-back": (
        "calendar.html",
        _calendar(
            {"year": "2025"}, may_decide=True, faults={"day": FieldFault("day", "wrong", "请填日期", "Give the day")}
        ),
    ),
    "search": (
        "search.html",
        _SEARCH
        | {
            "values": {"text": "叫号"},
            "rows": [worklist.row_of(listed(second_round(), 1083), READER, for_a_unit=False)],
        },
    ),
    "search-nothing": (
        "search.html",
        _SEARCH
        | {
            "values": {"phone": "13"},
            "rows": [],
            "faults": {"phone": FieldFault("phone", "short", "太短", "too short")},
        },
    ),
    "rules": (
        "rules.html",
        {"rules_in": _rules, "states": STATES, "article_of": article_of, "anchor": rules_routes.anchor},
    ),
    "statistics": ("statistics.html", _statistics(may_freeze=True)),
    "statistics-sheet": ("assessment.html", _sheet()),
    "statistics-frozen": ("frozen.html", _frozen(is_whole=True)),
    "statistics-altered": ("frozen.html", _frozen(is_whole=False)),
    "response": ("response.html", _response(behind=False)),
    "response-behind": ("response.html", _response(behind=True)),
    "messages": ("messages.html", _messages(State.UNDELIVERED, State.DELIVERED)),
    "messages-none": ("messages.html", _messages()),
    "templates": ("templates.html", _templates()),
    "template": ("template.html", _template(Route.SMS)),
    "template-mail": ("template.html", _template(Route.EMAIL)),
    "staff-contacts": ("staff_contacts.html", _contacts()),
    "staff-contacts-back": (
        "staff_contacts.html",
        _contacts([FieldFault("phone", "wrong", "请填写手机号", "a mobile number")], name="周明", phone="13"),
    ),
}
"""Template and context of each page, but for the desk's head, by the name it has in the gallery."""
