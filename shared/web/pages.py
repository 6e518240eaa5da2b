"""Pages: templates and texts made into HTML.

Law of this file: everything put into a page is escaped, a name that isn't given and a value that is None are faults and
not blanks, and no page is kept by a browser or a proxy, since any may hold what concerns one person. It must not know
what any page is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, UndefinedError
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from shared.contracts.tracking import show_tracking_code
from shared.web import words
from shared.web.frame import Site
from shared.web.i18n import (
    LANGUAGE_COOKIE,
    LANGUAGE_QUERY,
    Catalogue,
    Language,
    Sayable,
    language_of,
    read_catalogue,
)
from shared.web.static_files import StaticFiles
from shared.web.theme import QUERY as THEME_QUERY
from shared.web.theme import Theme, remember_theme, theme_of

HERE = Path(__file__).parent
_A_YEAR = 365 * 24 * 3600
UNSWITCHED: Mapping[str, object] = {"switch_url": "", "theme_url": "", "theme": Theme.SYSTEM}
"""What a page is told of the switches where there is nothing to switch, or nobody has switched."""


class Pages:
    """The pages of one service in both languages, over the common frame."""

    def __init__(self, templates: Sequence[Path], catalogue: Catalogue, site: Site, static: StaticFiles) -> None:
        self.catalogue = catalogue
        self.static = static
        self.site = site
        # One environment a language: macros can then be imported without context, and are compiled and cached once.
        self._environments = {
            language: _environment(templates, catalogue, language, site, static) for language in Language
        }

    def text(self, template: str, language: Language, **context: object) -> str:
        """The page as text, for a reader of ``language``. Raises UndefinedError for what the template lacks."""
        return self._environments[language].get_template(template).render({**UNSWITCHED, **context})

    def render(
        self,
        request: HTTPConnection,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> HTMLResponse:
        """The page as an answer, in the language that the request asks for.

        ``?lang=`` and ``?theme=`` are remembered in cookies. A page that answers a POST offers no switch, since following it would
        lose what was typed.
        """
        language = language_of(request)
        if request.scope.get("method") in {"GET", "HEAD"}:
            context.setdefault("switch_url", _address_with(request, LANGUAGE_QUERY, language.other))
            context.setdefault("theme_url", _address_with(request, THEME_QUERY, ""))
        response = HTMLResponse(
            self.text(template, language, **{"theme": theme_of(request), **context}),
            status_code=status,
            headers={
                "Content-Language": language.tag,
                "Vary": "Accept-Language, Cookie",
                "Cache-Control": "no-store",
                **(headers or {}),
            },
        )
        if request.query_params.get(LANGUAGE_QUERY) == language:
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR, samesite="lax", httponly=True)
        remember_theme(request, response)
        return response


def make_templates(*rooms: Path, site: Site, static: StaticFiles | None = None) -> Pages:
    """The pages of a service. Each room is a service's ``web`` folder with ``templates/`` and ``locale/`` in it.

    Raises BadCatalogue where the rooms' texts clash with each other or with the common ones.
    """
    folders = [*rooms, HERE]
    return Pages(
        [folder / "templates" for folder in folders],
        read_catalogue(*(folder / "locale" for folder in folders)),
        site,
        static or StaticFiles(),
    )


def _environment(
    templates: Sequence[Path], catalogue: Catalogue, language: Language, site: Site, static: StaticFiles
) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in templates]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_must_be_something,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "t": partial(_say, catalogue, language),
        "known": catalogue.__contains__,
        "say": partial(_in_language, language),
        "asset": static.url,
        "site": site,
        "language": language,
        "cite": partial(_cite, language),
    }
    environment.filters |= _filters(language)
    return environment


def _filters(language: Language) -> dict[str, Any]:
    return {
        "day": partial(_in, words.day, language),
        "full_day": partial(_in, words.full_day, language),
        "day_and_clock": partial(_in, words.day_and_clock, language),
        "full_moment": partial(_in, words.full_moment, language),
        "clock": words.clock,
        "iso": words.iso,
        "size": words.size,
        "as_written": words.as_written,
        "code": show_tracking_code,
    }


def _in(how: Any, language: Language, when: datetime | date) -> str:
    return str(how(when, language))


def _say(catalogue: Catalogue, language: Language, key: str, **values: object) -> str:
    return catalogue.say(key, language, **values)


def _in_language(language: Language, text: Sayable) -> str:
    return text.in_language(language)


def _cite(language: Language, *numbers: str) -> str:
    return words.articles(numbers, language)


def _must_be_something(value: object) -> object:
    if value is None:
        raise UndefinedError("a page was about to print None")
    return value


def _address_with(request: HTTPConnection, name: str, value: str) -> str:
    """This page's own address with another ``name``, all else in its query as it was; the value may be put behind it."""
    others = [(each, said) for each, said in request.query_params.multi_items() if each != name]
    return f"?{urlencode([*others, (name, value)])}"
