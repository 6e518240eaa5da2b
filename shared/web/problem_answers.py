"""How problems travel: as problem+json for programs, as a page for people, in their language.

Law of this file: whoever asks for HTML gets a page, everyone else RFC 9457; an exception nobody foresaw gives one
general body with a number to quote, and is reported by its type and place alone, since its message may hold what a
citizen wrote.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from shared.web.frame import ProblemPage
from shared.web.i18n import Bilingual, Language, language_of
from shared.web.pages import Pages
from shared.web.problems import MEDIA_TYPE, Problem, problem_body
from shared.web.session_cookie import session_of
from shared.web.then import HOME, login_and_back
from shared.web.typed_words import typed_words
from shared.web.validation import UNREADABLE, field_faults
from shared.web.words import full_moment

_OUR_FAULT = 500
_PAGES_OF_THEIR_OWN = frozenset({401, 403, 404, 422, 503})

STATUS_CODES: Mapping[int, str] = {
    400: "malformed",
    401: "login_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    413: "too_large",
    414: "address_too_long",
    415: "unsupported_format",
    422: "validation",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "unforeseen",
    503: "unavailable",
}
"""The ``code`` of a status that comes without a problem of its own. Any other status is told as 400 or 500 are."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Problems:
    """Makes the answer for a problem. One per application; the middleware and the handlers share it."""

    pages: Pages
    now: Callable[[], datetime] = _now

    def answer(
        self, connection: HTTPConnection, problem: Problem, *, typed: Sequence[tuple[str, str]] = ()
    ) -> Response:
        """The problem as the client wants it told; a page gives back what was ``typed`` into a form."""
        if wants_html(connection.headers.get("accept", "")):
            return self._page(connection, problem, typed)
        language = language_of(connection)
        return JSONResponse(
            problem_body(problem, language, request_id=request_id(connection), labels=self._labels(problem, language)),
            status_code=problem.status,
            media_type=MEDIA_TYPE,
            headers={"Content-Language": language.tag, "Vary": "Accept, Accept-Language, Cookie", **problem.headers},
        )

    def of_status(self, status: int, *, headers: Mapping[str, str] | None = None) -> Problem:
        """The general problem for a status, in the catalogue's words."""
        told_as = status if status in STATUS_CODES else (400 if status < _OUR_FAULT else 500)
        title, detail = self._words(f"problem.{told_as}.title"), self._words(f"problem.{told_as}.detail")
        return Problem(
            status,
            STATUS_CODES[told_as],
            title.zh,
            title.en,
            detail_zh=detail.zh,
            detail_en=detail.en,
            headers=headers,
        )

    def of_validation(self, error: RequestValidationError) -> Problem:
        """422 with every faulty field; 400 where the body couldn't be read at all."""
        errors = error.errors()
        if any(each["type"] in UNREADABLE for each in errors):
            return self.of_status(400)
        title = self._words("problem.422.title")
        return Problem(422, STATUS_CODES[422], title.zh, title.en, fields=field_faults(errors))

    def _page(self, connection: HTTPConnection, problem: Problem, typed: Sequence[tuple[str, str]]) -> Response:
        language = language_of(connection)
        template = f"{problem.status}.html" if problem.status in _PAGES_OF_THEIR_OWN else "problem.html"
        page = ProblemPage(
            status=problem.status,
            title=problem.title.in_language(language),
            detail=problem.detail.in_language(language),
            faults=problem.fields,
            request_id=request_id(connection),
            happened_at=full_moment(self.now(), language),
            home=HOME if session_of(connection) else "",
            login_url=_login_url(connection),
            typed=typed,
        )
        return self.pages.render(connection, template, status=problem.status, headers=problem.headers, page=page)

    def _words(self, key: str) -> Bilingual:
        say, hotline = self.pages.catalogue.say, self.pages.site.hotline
        return Bilingual(say(key, Language.ZH, hotline=hotline), say(key, Language.EN, hotline=hotline))

    def _labels(self, problem: Problem, language: Language) -> dict[str, str]:
        catalogue = self.pages.catalogue
        return {
            fault.name: catalogue.say(fault.label_key, language)
            for fault in problem.fields
            if fault.label_key in catalogue
        }


def wants_html(accept: str) -> bool:
    """Whether an Accept header (RFC 9110 12.5.1) names HTML and ranks it over JSON, as a browser's navigation does."""
    html = json = 0.0
    for part in accept.split(","):
        media_type, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        if media_type.strip() in {"text/html", "application/xhtml+xml"}:
            html = max(html, weight)
        elif media_type.strip() in {"application/json", MEDIA_TYPE}:
            json = max(json, weight)
    return html > json


def request_id(connection: HTTPConnection) -> str:
    """The number of this request, as ``RequestId`` gave it; a dash where none was."""
    return str(connection.scope.get("state", {}).get("request_id", "-"))


def report_unforeseen(error: BaseException, number: str) -> None:
    """Log an exception nobody foresaw: its type and where it arose, never its message or values."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    structlog.get_logger("shouli.web").error(
        "unforeseen",
        request_id=number,
        error=f"{type(error).__module__}.{type(error).__qualname__}",
        where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )


def install_problem_handlers(app: FastAPI, problems: Problems) -> None:
    """Answer every problem, fault of a field and HTTP error that a route raises."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return problems.answer(request, error, typed=await typed_words(request, error))

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problems.answer(request, problems.of_validation(error))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problems.answer(request, problems.of_status(error.status_code, headers=error.headers))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http_error)


def _login_url(connection: HTTPConnection) -> str:
    """The log-in, and back to the page that the form stood on."""
    return login_and_back(urlsplit(connection.headers.get("referer", "")).path or HOME)


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
