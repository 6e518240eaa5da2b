"""How problems are told: RFC 9457 for programs, a page for people, both in their language."""

import json
import logging
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
import structlog
from fastapi import Body, FastAPI, HTTPException
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core._pydantic_core import list_all_errors

from shared.web.edge import install_web
from shared.web.i18n import Language
from shared.web.problem_answers import STATUS_CODES, Problems, wants_html
from shared.web.problems import FieldFault, Problem, problem_body
from shared.web.validation import MESSAGES, UNREADABLE, field_faults, field_name
from tests.parts import html
from tests.parts.page_gallery import pages
from tests.parts.page_samples import SITE

CANARY = "欧阳谨言13900002046"
ENGLISH = {"accept-language": "en"}
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Complainant(BaseModel):
    """A part of a body."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=5)
    phone: str | None = None

    @field_validator("phone")
    @classmethod
    def must_be_a_number(cls, phone: str | None) -> str | None:
        """Refuse a phone that isn't one, in our own words and in a validator's."""
        if phone == "short":
            raise PydanticCustomError("phone_too_short", "short", {"zh": "手机号少一位", "en": "is one digit short"})
        if phone is not None and not phone.isdecimal():
            raise ValueError(f"not a phone: {phone}")
        return phone


class Complaint(BaseModel):
    """A body."""

    facts: str = Field(min_length=1)
    complainant: Complainant
    channel: Literal["phone", "web"] = "web"


def make_app() -> FastAPI:
    """An application with one route for each kind of trouble."""
    app = FastAPI()
    install_web(app, pages())

    @app.post("/complaints")
    async def complain(body: Complaint) -> dict[str, bool]:
        return {"taken": bool(body.facts)}

    @app.get("/list")
    async def listed(page: Annotated[int, Field(ge=1)] = 1) -> int:
        return page

    @app.get("/conflict")
    async def conflict() -> None:
        raise Problem(
            409,
            "stale",
            "案件已被更新",
            "The case has changed",
            detail_zh="请刷新后再办理。",
            detail_en="Reload and try again.",
            headers={"Retry-After": "1"},
        )

    @app.get("/forbidden")
    async def forbidden() -> None:
        raise HTTPException(403, detail=f"secret {CANARY}")

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError(f"could not reach {CANARY}")

    @app.get("/storage-away")
    async def storage_away() -> None:
        raise ConnectionRefusedError(f"nobody answers {CANARY}")

    @app.post("/crash-on-data")
    async def crash_on_data(text: Annotated[str, Body()]) -> int:
        return TypeAdapter(int).validate_python(text)

    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client of the application; an exception that leaves it fails the test."""
    with TestClient(make_app()) as client:
        yield client


BAD = {"facts": "", "complainant": {"name": "六个字的名字", "phone": "short", "role": "admin"}, "channel": "fax"}


def test_every_faulty_field_is_named_in_chinese(client: TestClient) -> None:
    """Name, label, code and message of each, and all of it in one sentence besides."""
    answer = client.post("/complaints", json=BAD)
    body = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "zh-CN"
    assert body["type"] == "urn:shouli:problem:validation"
    assert (body["status"], body["code"], body["title"]) == (422, "validation", "有内容需要改正")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["errors"] == [
        {"field": "facts", "label": "事情经过", "code": "string_too_short", "message": "至少 1 个字"},
        {"field": "complainant.name", "label": "姓名", "code": "string_too_long", "message": "最多 5 个字"},
        {"field": "complainant.phone", "label": "电话", "code": "phone_too_short", "message": "手机号少一位"},
        {
            "field": "complainant.role",
            "label": "complainant.role",
            "code": "extra_forbidden",
            "message": "不认识这一项，请去掉",
        },
        {"field": "channel", "label": "channel", "code": "literal_error", "message": "应为下列之一：phone, web"},
    ]
    assert body["detail"].startswith("事情经过：至少 1 个字；姓名：最多 5 个字；")


def test_every_faulty_field_is_named_in_english(client: TestClient) -> None:
    """The same in the reader's language."""
    answer = client.post("/complaints", json=BAD, headers=ENGLISH)
    assert answer.headers["content-language"] == "en"
    assert [error["message"] for error in answer.json()["errors"]] == [
        "must have at least 1 characters",
        "must have at most 5 characters",
        "is one digit short",
        "is not a known field; leave it out",
        "must be one of: phone, web",
    ]


def test_a_fault_in_the_address_is_named_too(client: TestClient) -> None:
    """Query parameters are fields like any other."""
    assert client.get("/list?page=0").json()["errors"] == [
        {"field": "page", "label": "page", "code": "greater_than_equal", "message": "应不小于 1"}
    ]


@pytest.mark.parametrize(
    "sent",
    [b"{", b"", b"nonsense", b'{"facts": "\xff\xfe"}', b'{"facts": "\\ud800"}'],
    ids=["cut", "empty", "no JSON", "no UTF-8", "lone surrogate"],
)
def test_a_body_that_cannot_be_read_is_told_so(client: TestClient, sent: bytes) -> None:
    """400 where nothing could be read; nothing at all is a missing body, 422."""
    answer = client.post("/complaints", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == (422 if sent == b"" else 400)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_problem_raised_by_a_route_says_what_to_do(client: TestClient) -> None:
    """Its own words, its own headers."""
    answer = client.get("/conflict", headers=ENGLISH)
    assert answer.status_code == 409
    assert answer.headers["retry-after"] == "1"
    assert {key: answer.json()[key] for key in ("type", "title", "detail", "code")} == {
        "type": "urn:shouli:problem:stale",
        "title": "The case has changed",
        "detail": "Reload and try again.",
        "code": "stale",
    }
    assert "errors" not in answer.json()


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/forbidden", 403), ("/crash", 500)])
def test_a_browser_gets_a_page(client: TestClient, path: str, status: int) -> None:
    """Whoever asks for HTML gets the problem as a page, with the number to quote."""
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    page = html.parse(answer.text)
    assert html.elements(page, "//h1")
    assert answer.headers["x-request-id"] in html.text_of(page)
    assert CANARY not in answer.text


def test_a_browser_gets_the_faults_of_a_form_by_name(client: TestClient) -> None:
    """The page lists each faulty field as people know it."""
    answer = client.post("/complaints", json=BAD, headers=BROWSER)
    assert answer.status_code == 422
    assert [html.text_of(each) for each in html.elements(html.parse(answer.text), "//dt")][:2] == ["事情经过", "姓名"]


def test_a_wrong_method_is_a_problem_like_any_other(client: TestClient) -> None:
    """405 says which methods there are."""
    answer = client.put("/complaints")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("status", STATUS_CODES)
def test_every_status_has_its_words_and_a_code_of_its_own(status: int, language: Language) -> None:
    """What went wrong and what to do, whatever raised it."""
    problem = Problems(pages()).of_status(status)
    assert problem.status == status
    assert problem.title.in_language(language)
    assert problem.detail.in_language(language).endswith(("。", "."))
    assert list(STATUS_CODES.values()).count(problem.code) == 1


@pytest.mark.parametrize(("status", "code"), [(418, "malformed"), (502, "unforeseen"), (507, "unforeseen")])
def test_a_rare_status_is_told_in_general_words(status: int, code: str) -> None:
    """The status stays what it is."""
    problem = Problems(pages()).of_status(status)
    assert (problem.status, problem.code) == (status, code)


def test_whoever_is_turned_away_is_given_the_number_to_call() -> None:
    """A rate limit is never a wall."""
    assert SITE.hotline in Problems(pages()).of_status(429).detail.zh


def test_what_nobody_foresaw_tells_nothing_but_a_number(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """One general body with an id: no stack, no message, no personal data; the log has type and place alone."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logged:
        answer = client.get("/crash")
    assert answer.status_code == 500
    assert set(answer.json()) == {"type", "title", "status", "code", "request_id", "instance", "detail"}
    assert CANARY not in answer.text
    assert "Traceback" not in answer.text
    [line] = logged
    assert (line["event"], line["error"]) == ("unforeseen", "builtins.RuntimeError")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert any("test_problems.py" in where for where in line["where"])
    assert CANARY not in json.dumps(logged, ensure_ascii=False)
    assert CANARY not in caplog.text


def test_storage_that_is_away_is_told_on_every_route(client: TestClient) -> None:
    """No route has to foresee it: 503, when to try again, and not a word of where it happened."""
    answer = client.get("/storage-away")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "30"
    assert CANARY not in answer.text


def test_a_validation_error_within_the_house_is_our_fault_and_tells_no_data(client: TestClient) -> None:
    """Pydantic's own message quotes the input; neither the answer nor the log does."""
    with structlog.testing.capture_logs() as logged:
        answer = client.post("/crash-on-data", json=CANARY)
    assert answer.status_code == 500
    assert CANARY not in answer.text
    assert CANARY not in json.dumps(logged, ensure_ascii=False)


@given(st.text(min_size=6, max_size=40).filter(lambda text: not text.isascii()))
def test_no_answer_repeats_what_was_sent(text: str) -> None:
    """A fault names its field and its rule, never the value."""
    try:
        Complaint.model_validate({"facts": [text], "complainant": {"name": text, "phone": text}, "channel": text})
    except ValidationError as error:
        problem = Problem(422, "validation", "有误", "wrong", fields=field_faults(error.errors()))
    for language in Language:
        body = problem_body(problem, language, request_id="-", labels={})
        assert text not in json.dumps(body, ensure_ascii=False)


def examples() -> list[dict[str, Any]]:
    """Every error that pydantic can find, as pydantic itself lists them."""
    return [dict(error) for error in list_all_errors()]


def test_every_error_of_pydantic_has_its_words() -> None:
    """The table is whole, and holds nothing that pydantic doesn't know."""
    assert {error["type"] for error in examples()} == set(MESSAGES)
    assert set(MESSAGES) >= UNREADABLE


@pytest.mark.parametrize("error", examples(), ids=lambda error: error["type"])
def test_the_words_fit_what_pydantic_gives_with_the_error(error: dict[str, Any]) -> None:
    """No row asks for a value that doesn't come with its error, and none is left in English or in braces."""
    [fault] = field_faults([{"type": error["type"], "loc": ("body", "x"), "ctx": error.get("example_context")}])
    assert fault.name == "x"
    assert not {"{", "}"} & set(fault.message_zh + fault.message_en)
    assert any("\u4e00" <= character <= "\u9fff" for character in fault.message_zh)
    assert fault.message_en.isascii()


@pytest.mark.parametrize(
    ("location", "name"),
    [
        (("body", "complainant", "phone"), "complainant.phone"),
        (("body", "evidence", 0, "name"), "evidence.0.name"),
        (("query", "page"), "page"),
        (("header", "Idempotency-Key"), "Idempotency-Key"),
        (("body",), "body"),
        ((), "body"),
        (("name",), "name"),
    ],
)
def test_a_field_goes_by_its_own_name(location: tuple[str | int, ...], name: str) -> None:
    """The place it came in is left out."""
    assert field_name(location) == name


@pytest.mark.parametrize(
    ("accept", "html_wanted"),
    [
        (BROWSER["accept"], True),
        ("text/html", True),
        ("*/*", False),
        ("", False),
        ("application/json", False),
        ("application/json, text/html", False),
        ("application/json;q=0.5, text/html", True),
        ("text/html;q=0.1, application/problem+json", False),
        ("text/html;q=x", False),
    ],
)
def test_only_who_ranks_html_first_gets_a_page(accept: str, html_wanted: bool) -> None:
    """A program that says nothing gets JSON."""
    assert wants_html(accept) is html_wanted


def test_a_fault_has_words_in_both_languages() -> None:
    """As the form shows them."""
    fault = FieldFault("phone", "short", "少一位", "one short")
    assert [fault.in_language(language) for language in Language] == ["少一位", "one short"]
