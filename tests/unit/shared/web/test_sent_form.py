"""Forms as they are sent: words are UTF-8 or refused, what is too much is refused, and nothing is guessed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from shared.web.problems import Problem
from shared.web.sent_form import FormLimits, read_form, sent_form

BOUNDARY = "x-boundary"
ENCODED = "application/x-www-form-urlencoded"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
GBK = "投诉".encode("gbk")
UTF8 = "投诉".encode()
SURROGATE, OVERLONG = b"\xed\xa0\x80", b"\xc0\xaf"


def a_request(content_type: str, body: bytes) -> Request:
    """A posted form, its body in two pieces."""

    async def pieces() -> AsyncIterator[Message]:
        half = len(body) // 2
        yield {"type": "http.request", "body": body[:half], "more_body": True}
        yield {"type": "http.request", "body": body[half:], "more_body": False}

    coming = pieces()
    headers = [(b"content-type", content_type.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}
    return Request(scope, lambda: anext(coming))


def part(head: bytes, content: bytes) -> bytes:
    """One part."""
    return b"--x-boundary\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + content + b"\r\n"


def parts(*each: bytes) -> bytes:
    """A whole body."""
    return b"".join(each) + b"--x-boundary--\r\n"


def read(content_type: str, body: bytes, most: FormLimits | None = None) -> list[tuple[str, str]]:
    """The fields; of a file, its name."""

    async def fields() -> list[tuple[str, str]]:
        async with sent_form(a_request(content_type, body), most or FormLimits()) as form:
            return [
                (name, value.filename or "" if isinstance(value, UploadFile) else value)
                for name, value in form.multi_items()
            ]

    return asyncio.run(fields())


def refusal(content_type: str, body: bytes, most: FormLimits | None = None) -> tuple[int, str]:
    """How a form is refused."""
    with pytest.raises(Problem) as refused:
        read(content_type, body, most)
    return refused.value.status, refused.value.code


@pytest.mark.parametrize("bad", [GBK, SURROGATE, OVERLONG, b"\xff"], ids=["gbk", "surrogate", "overlong", "junk"])
@pytest.mark.parametrize(
    "whole",
    [
        lambda bad: parts(part(b'name="' + bad + b'"', UTF8)),
        lambda bad: parts(part(b'name="facts"', bad)),
        lambda bad: parts(part(b'name="file"; filename="' + bad + b'.txt"', UTF8)),
    ],
    ids=["name", "value", "file"],
)
def test_what_is_not_utf8_is_refused_wherever_it_stands(bad: bytes, whole: object) -> None:
    """In a field's name, its value, a file's name: 400, and never letters that nobody wrote."""
    assert callable(whole)
    assert refusal(MULTIPART, whole(bad)) == (400, "not_utf8")


@pytest.mark.parametrize(
    "body",
    [b"facts=%CD%B6%CB%DF", b"facts=" + GBK, b"%CD%B6%CB%DF=1", b"facts=%ED%A0%80", b"facts=%C0%AF"],
    ids=["escaped", "as it is", "name", "surrogate", "overlong"],
)
def test_a_percent_encoded_form_is_held_to_the_same(body: bytes) -> None:
    """Escaped or not."""
    assert refusal(ENCODED, body) == (400, "not_utf8")


@pytest.mark.parametrize("charset", ["gbk", "latin-1", "utf-7", "utf-16", "no-such", '"'])
def test_a_charset_that_the_header_names_is_not_believed(charset: str) -> None:
    """Browsers name none; whoever names another than UTF-8 is read as UTF-8 all the same."""
    assert refusal(f"{MULTIPART}; charset={charset}", parts(part(b'name="facts"', GBK)))[0] == 400
    assert read(f"{MULTIPART}; charset=gbk", parts(part(b'name="facts"', UTF8))) == [("facts", "投诉")]


@given(st.lists(st.tuples(st.text("ab投诉é𠮷"), st.text(st.characters(codec="utf-8"))), max_size=5))
def test_whatever_is_utf8_comes_out_as_it_went_in(fields: list[tuple[str, str]]) -> None:
    """Both ways of sending; contents of files are nobody's business here."""
    assert read(ENCODED, urlencode(fields).encode()) == fields
    sent = parts(*(part(f'name="{name}"'.encode(), value.encode()) for name, value in fields))
    assert read(MULTIPART, sent) == fields
    assert read(MULTIPART, parts(part('name="f"; filename="扫描.tif"'.encode(), b"\xff\0"))) == [("f", "扫描.tif")]


ONE = FormLimits(files=1, fields=1, field_bytes=8)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, parts(part(b'name="a"', b"1"), part(b'name="b"', b"2"))),
        (MULTIPART, parts(part(b'name="a"; filename="1"', b""), part(b'name="b"; filename="2"', b""))),
        (MULTIPART, parts(part(b'name="a"', b"123456789"))),
        (ENCODED, b"a=1&b=2"),
        (ENCODED, b"a=123456789"),
        (ENCODED, b"a=" + b"1" * (2 * 1024 * 1024)),
    ],
    ids=["fields", "files", "field", "encoded fields", "encoded field", "encoded whole"],
)
def test_more_than_a_form_may_hold_is_too_large(content_type: str, body: bytes) -> None:
    """413, so that a person knows what to do about it."""
    assert refusal(content_type, body, ONE) == (413, "too_large")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b""),
        (MULTIPART, b"not a form"),
        (MULTIPART, parts(part(b"nameless", b""))),
    ],
    ids=["no boundary", "no parts", "no name"],
)
def test_what_is_no_form_is_refused(content_type: str, body: bytes) -> None:
    """400; nothing is made of it."""
    assert refusal(content_type, body) == (400, "malformed")


def test_what_is_sent_as_something_else_is_an_empty_form() -> None:
    """A route that takes both asks what came."""
    assert read("application/json", b"{}") == []


def test_a_form_is_read_once_a_request() -> None:
    """The gate reads it for its token, the route for the rest."""

    async def twice() -> bool:
        request = a_request(ENCODED, b"a=1")
        return await read_form(request) is await read_form(request)

    assert asyncio.run(twice())
