"""``/notify/templates``: the words, previewed with invented values as they would leave, segments counted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from services.notify.desk import Desk
from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.segments import size_of
from services.notify.domain.template_check import preview
from services.notify.domain.text import NEUTRAL
from shared.contracts.values import Route
from shared.web.access import Gate
from shared.web.problems import Problem

_Locale = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]


def template_routes(desk: Desk, gate: Gate) -> APIRouter:
    """The list, and one preview."""
    router = APIRouter(tags=["templates"])

    @router.get("/notify/templates", dependencies=[Depends(gate.admit)])
    async def templates() -> dict[str, Any]:
        """Every template of every language, with its version and how heavy its text message is."""
        return {
            "items": [
                _entry(desk, locale, key) for locale, catalogue in desk.catalogues.items() for key in catalogue.wordings
            ]
        }

    @router.get("/notify/templates/{key}", dependencies=[Depends(gate.admit)])
    async def template(key: str, locale: _Locale = "zh", route: Route = Query(default=Route.SMS)) -> dict[str, Any]:
        """One template with invented values, as it would travel by this route."""
        catalogue = desk.catalogues.get(locale)
        wording = catalogue.wordings.get(key) if catalogue else None
        if catalogue is None or wording is None or (route is Route.CALL and not wording.call):
            raise Problem(404, "no_such_template", "没有这个模板", "There is no such template")
        shown = preview(catalogue, key, route, desk.office)
        size = size_of(shown.body)
        return _entry(desk, locale, key) | {
            "template": shown.template,
            "route": route,
            "subject": shown.subject,
            "body": shown.body,
            "characters": len(shown.body),
            "encoding": size.encoding if route is Route.SMS else None,
            "segments": shown.segments,
            "values": dict(shown.values),
        }

    return router


def _entry(desk: Desk, locale: str, key: str) -> dict[str, Any]:
    wording = desk.catalogues[locale].wordings[key]
    rule = PURPOSES[Purpose(key)] if key != NEUTRAL else None
    return {
        "key": key,
        "locale": locale,
        "version": wording.version,
        "name": rule.chinese if rule else "保密事项告知",
        "article": rule.article if rule else "17",
        "sms_segments": preview(desk.catalogues[locale], key, Route.SMS, desk.office).segments,
    }
