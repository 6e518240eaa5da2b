"""The pages of the statistics: the figures of a period, a unit's assessment sheet, what was frozen, and what anybody may read.

Law of this file: the same reports as the API's; which cases are counted is who asks (``domain.sight``). A period is frozen by
a leader's button and then leads to what was signed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow import kept_figures, notices, reports
from services.workflow.api.access import FREEZES, OFFICE, REPORTS
from services.workflow.api.list_routes import no_report
from services.workflow.api.people import person_of
from services.workflow.api.statistics_routes import Freezing, as_file
from services.workflow.office import Office
from services.workflow.period_report import LONGEST_ANALYSIS, NotAReport, hand_over
from services.workflow.store.statistics import By
from services.workflow.verifying import is_as_frozen
from services.workflow.web import statistics_page as shown
from services.workflow.web.periods import Chosen, chosen, months_over, offered
from services.workflow.web.staff_routes import StaffDesk, form_values
from services.workflow.web.worklist import Notice
from shared.identity.principal import Principal
from shared.web.handed_over import lead_to
from shared.web.i18n import Bilingual, Language, language_of
from shared.web.negotiation import PageRoute
from shared.web.pages import Pages
from shared.web.problems import Problem

_MONTHS_PUBLISHED = 12
_FORMS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the statistics asks for."""

    chosen: Chosen
    by: By
    unit: str | None


def statistics_pages(desk: StaffDesk, freezing: Freezing, key: Ed25519PublicKey) -> APIRouter:
    """The pages for staff; to be included before the API, whose addresses they share."""
    router = APIRouter(include_in_schema=False)
    beside_the_api = APIRouter(include_in_schema=False, route_class=PageRoute)
    _add_figures(beside_the_api, desk)
    _add_sheet(beside_the_api, desk)
    _add_frozen(beside_the_api, desk, freezing, key)
    _add_report(beside_the_api, desk, key)
    router.include_router(beside_the_api)
    return router


def public_figures_page(office: Office, pages: Pages) -> APIRouter:
    """The page for everybody."""
    router = APIRouter(include_in_schema=False, route_class=PageRoute)

    @router.get("/workflow/public-figures")
    async def figures(request: Request, month: str = "") -> Response:
        """The figures of a month that is over; the last one where none is named."""
        months = months_over(office.hours.date_of(office.clock()), _MONTHS_PUBLISHED)
        told = next((each for each in months if each.key == month), months[0])
        answer = await reports.public_figures(office, told.period)
        words = _words(request, pages)
        return pages.render(
            request, "public_figures.html", months=months, chosen=told, figures=answer["figures"], few=answer["few"],
            clocks=[(name, _limit_named(name)) for name in reports.CLOCKS], words=words,
            by=[By.CHANNEL, By.UNIT], by_words=shown.BY_WORDS,
        )  # fmt: skip

    return router


def _add_figures(router: APIRouter, desk: StaffDesk) -> None:
    @router.get("/workflow/statistics")
    async def figures(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """The figures of a period: headlines, charts, and a table by whatever is chosen."""
        asked = _asked(request, who, desk)
        told = partial(reports.statistics, desk.office, unit=asked.unit, seen_by=desk.office.seen_by(person_of(who)))
        period = asked.chosen.period
        by_chosen = await told(period, asked.by)
        form = request.query_params.get("form", "")
        if form in _FORMS:
            return as_file(form, reports.as_table(by_chosen), f"statistics-{period.first}-{period.last}")
        whole, before = await told(period, None), await told(asked.chosen.before, None)
        kept = {asked.by: by_chosen}
        by_channel, by_unit = [kept.get(by) or await told(period, by) for by in (By.CHANNEL, By.UNIT)]
        months = await reports.monthly(
            desk.office, shown.two_years_to(period.last), unit=asked.unit, seen_by=desk.office.seen_by(person_of(who))
        )
        words = _words(request, desk.pages)
        frozen = await kept_figures.all_frozen(desk.office) if who.role in OFFICE else []
        return await desk.render(
            request, who, "statistics", "statistics.html",
            asked=asked, offered=offered(_today(desk)), units=_units(desk, who), by_words=shown.BY_WORDS,
            headlines=shown.headlines(whole, before),
            charts=shown.charts(by_channel, by_unit, months, period, asked.unit, words),
            table=shown.table(by_chosen, words, sheet=period),
            address=partial(shown.address, asked.chosen.period, asked.unit),
            frozen=frozen, frozen_now=[row for row in frozen if _is_of(row, asked.chosen)],
            may_freeze=who.role in FREEZES and asked.unit is None and period.last < _today(desk),
        )  # fmt: skip


def _add_sheet(router: APIRouter, desk: StaffDesk) -> None:
    @router.get("/workflow/assessment")
    async def sheet(request: Request, unit: str = "", who: Principal = Depends(desk.gate.admit)) -> Response:
        """A unit's sheet, made to be printed."""
        if not unit or who.unit not in {None, unit}:
            raise Problem(404, "not_found", "没有这份考核表", "There is no such sheet")
        period = chosen(request.query_params, _today(desk))
        told = await reports.assessment(desk.office, period.period, unit, seen_by=desk.office.seen_by(person_of(who)))
        form = request.query_params.get("form", "")
        if form in _FORMS:
            return as_file(
                form, reports.assessment_table(told), f"assessment-{period.period.first}-{period.period.last}"
            )
        clocks = [name for name in reports.CLOCKS if name in reports.UNIT_CLOCKS]
        words = _words(request, desk.pages)
        return await desk.render(
            request, who, "statistics", "assessment.html", unit=unit, chosen=period, sheet=told,
            table=shown.table(told, words, clocks), address=shown.sheet_address(unit, period.period),
            heading=partial(_clock_heading, request),
        )  # fmt: skip


def _add_frozen(router: APIRouter, desk: StaffDesk, freezing: Freezing, key: Ed25519PublicKey) -> None:
    @router.post("/workflow/statistics/freeze")
    async def freeze(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Freeze the period of the page."""
        period = chosen(await form_values(request), _today(desk))
        made = await freezing.freeze(period.period, who.name)
        return RedirectResponse(f"/workflow/statistics/frozen/{made.answer['id']}?done=1", status_code=303)

    @router.get("/workflow/statistics/frozen/{frozen_id}")
    async def frozen(
        request: Request, frozen_id: UUID, done: str = "", who: Principal = Depends(desk.gate.admit)
    ) -> Response:
        """What was frozen: its figures as they were, its signature, and whether it still holds."""
        row = await kept_figures.one_frozen(desk.office, frozen_id)
        if row is None:
            raise Problem(404, "not_found", "没有这份统计", "There are no such figures")
        figures, words = json.loads(row["body"])["figures"], _words(request, desk.pages)
        first, last = row["first_day"], row["last_day"]
        said = Bilingual("已封存并签名，不再变动", "Frozen and signed; it changes no more")
        return await desk.render(
            request, who, "statistics", "frozen.html", row=row, is_whole=is_as_frozen(row, key),
            digest=sha256(row["body"].encode()).hexdigest(),
            chosen=chosen({"from": first, "to": last}, _today(desk)),
            tables=[shown.table(figures[name], words) for name in ("all", *By) if name in figures],
            notice=Notice("good", said) if done else None,
            may_report=who.role in REPORTS, longest=LONGEST_ANALYSIS,
            told=await notices.of_period(desk.office, first, last, row["made_at"]),
        )  # fmt: skip


def _add_report(router: APIRouter, desk: StaffDesk, key: Ed25519PublicKey) -> None:
    @router.post("/workflow/statistics/frozen/{frozen_id}/report")
    async def report(request: Request, frozen_id: UUID, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Have the frozen period issued as a document, with the analysis that was written, and lead to it."""
        analysis = _analysis(await form_values(request))
        try:
            made = await hand_over(desk.office, key, frozen_id, analysis, asked_by=who.name)
        except NotAReport as fault:
            raise no_report() from fault
        return lead_to(made.answer["id"])


def _analysis(values: Mapping[str, str]) -> str:
    """What was written, with the ends of lines as a browser counts them. Raises Problem 422: nothing is cut off."""
    analysis = values.get("analysis", "").strip().replace("\r\n", "\n")
    if len(analysis) > LONGEST_ANALYSIS:
        raise Problem(422, "too_long", f"分析最多 {LONGEST_ANALYSIS} 字", f"At most {LONGEST_ANALYSIS} characters")
    return analysis


def _asked(request: Request, who: Principal, desk: StaffDesk) -> Asked:
    query = request.query_params
    by = By(query["by"]) if query.get("by") in set(By) else (By.MATTER if who.unit else By.UNIT)
    return Asked(chosen(query, _today(desk)), by, query.get("unit") or None)


def _words(request: Request, pages: Pages) -> shown.GroupNames:
    language = language_of(request)
    return shown.GroupNames(language, lambda key: pages.catalogue.say(key, language))


def _limit_named(name: str) -> Bilingual:
    return Bilingual(reports.clock_heading(name, Language.ZH), reports.clock_heading(name, Language.EN))


def _clock_heading(request: Request, name: str) -> str:
    return reports.clock_heading(name, language_of(request))


def _units(desk: StaffDesk, who: Principal) -> list[str]:
    return [] if who.unit else [unit.name for unit in desk.office.centre.units]


def _is_of(row: RowMapping, asked: Chosen) -> bool:
    return {"from": row["first_day"], "to": row["last_day"]} == asked.period.shown()


def _today(desk: StaffDesk) -> date:
    return desk.office.hours.date_of(desk.office.clock())
