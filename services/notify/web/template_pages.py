"""``/desk/templates``: every sentence that is sent, previewed as it would leave, its segments counted.

Law of this file: previews are of invented values, never of a case. The words are changed in the catalogue's files, since
carriers register them and each version is pinned; here they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.notify.domain.phones import MAINLAND
from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.segments import size_of
from services.notify.domain.template_check import preview
from services.notify.domain.text import NEUTRAL, Rendered, Wording
from services.notify.web.room import Room
from services.notify.web.words import PURPOSE_WORDS, ROUTES
from shared.contracts.values import Route
from shared.identity.principal import Principal
from shared.web.desk_frame import desk_head
from shared.web.i18n import Bilingual, Language
from shared.web.problems import Problem

TEMPLATES = "/desk/templates"
SHOWN_ROUTES = (Route.SMS, Route.EMAIL, Route.CALL, Route.POST)
LANGUAGES = {Language.ZH: Bilingual("中文", "Chinese"), Language.EN: Bilingual("英文", "English")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One template of a language."""

    key: str
    name: Bilingual
    article: str
    version: int
    legal: bool
    """No opt-out and no ordinary cap holds it back."""
    characters: int
    segments: int


@dataclass(frozen=True, slots=True)
class TemplatesPage:
    """All templates of one language."""

    locale: Language
    languages: dict[Language, Bilingual]
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """One template by one route. ``encoding`` and ``segments`` are of a text message; ``largest``: what carriers take."""

    entry: Entry
    locale: Language
    languages: dict[Language, Bilingual]
    route: Route
    routes: Sequence[tuple[Route, Bilingual]]
    shown: Rendered
    encoding: str
    largest: int


def template_pages(room: Room) -> APIRouter:
    """GET the list, GET one preview."""
    router = APIRouter(include_in_schema=False)

    @router.get(TEMPLATES)
    async def templates(
        request: Request, locale: Language = Language.ZH, who: Principal = Depends(room.gate.admit)
    ) -> Response:
        """Every template of a language."""
        entries = [_entry(room, locale, wording) for wording in room.desk.catalogues[locale].wordings.values()]
        page = TemplatesPage(locale, LANGUAGES, entries)
        head = desk_head(who, "templates", csrf=room.gate.csrf(request))
        return room.pages.render(request, "templates.html", desk=head, page=page)

    @router.get(TEMPLATES + "/{key}")
    async def template(
        key: str,
        request: Request,
        locale: Language = Language.ZH,
        route: Route = Query(default=Route.SMS),
        who: Principal = Depends(room.gate.admit),
    ) -> Response:
        """One template, as it would travel by this route."""
        wording = room.desk.catalogues[locale].wordings.get(key)
        if wording is None or route not in _routes_of(wording):
            raise Problem(404, "no_such_template", "没有这个模板", "There is no such template")
        page = _preview(room, wording, locale, route)
        head = desk_head(who, "templates", csrf=room.gate.csrf(request))
        return room.pages.render(request, "template.html", desk=head, page=page)

    return router


def _routes_of(wording: Wording) -> list[Route]:
    return [route for route in SHOWN_ROUTES if route is not Route.CALL or wording.call]


def _preview(room: Room, wording: Wording, locale: Language, route: Route) -> PreviewPage:
    shown = preview(room.desk.catalogues[locale], wording.key, route, room.desk.office)
    return PreviewPage(
        entry=_entry(room, locale, wording),
        locale=locale,
        languages=LANGUAGES,
        route=route,
        routes=[(each, ROUTES[each]) for each in _routes_of(wording)],
        shown=shown,
        encoding=size_of(shown.body).encoding if route is Route.SMS else "",
        largest=MAINLAND.largest_segments,
    )


def _entry(room: Room, locale: Language, wording: Wording) -> Entry:
    text = preview(room.desk.catalogues[locale], wording.key, Route.SMS, room.desk.office)
    rule = None if wording.key == NEUTRAL else PURPOSES[Purpose(wording.key)]
    return Entry(
        key=wording.key,
        name=PURPOSE_WORDS[wording.key],
        article=rule.article if rule else "17",
        version=wording.version,
        legal=rule.legal if rule else True,
        characters=len(text.body),
        segments=text.segments,
    )
