"""Forms as they are sent: words are UTF-8 or refused, what is too much is refused, and nothing is guessed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile
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


@given(
    st.lists(
        st.tuples(st.text("ab投诉é𠮷"), st.text(st.characters(codec="utf-8", exclude_characters="\0"))), max_size=5
    )
)
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


FILE = b'name="file"; filename="a.txt"'
TWO_READERS: dict[str, bytes] = {
    "a second name in the other spelling": part(FILE + b"; filename*=UTF-8''..%2F..%2Fpasswd", b""),
    "the other spelling alone": part(b"name=file; filename*=UTF-8''a.txt", b""),
    "a name in pieces": part(b'name="file"; filename*0="a"; filename*1=".exe"', b""),
    "the field's name in the other spelling": part(b"name=a; name*=UTF-8''b", b""),
    "two file names": part(FILE + b'; filename="b.exe"', b""),
    "two names": part(b'name="a"; NAME = "b"', b""),
    "two dispositions": part(b'name="a"\r\nContent-Disposition: form-data; name="b"', b""),
    "two types": part(FILE + b"\r\nContent-Type: text/plain\r\nContent-Type: text/html", b""),
    "another disposition": part(b"", b"").replace(b"form-data; ", b'attachment; name="a"'),
    "a form within": part(b'name="a"\r\nContent-Type: Multipart/mixed; boundary=y', b"--y\r\n\r\n--y--"),
    "an encoding that nobody undoes": part(FILE + b"\r\nContent-Transfer-Encoding: base64", b"YQ=="),
    "no name": part(b'filename="a.txt"', b""),
    "an empty header": part(b'name="a"\r\n: x', b""),
    "a header without end": part(b'name="a"\r\nX: ' + b"x" * 100_000, b""),
    "headers without end": part(b'name="a"' + b"".join(b"\r\nX-%d: x" % n for n in range(5_000)), b""),
    "a parameter without end": part(b'name="' + b"x" * 100_000 + b'"', b""),
    "something before": b"x" * 100_000 + b"\r\n" + part(b'name="a"', b""),
}


@pytest.mark.parametrize("kind", list(TWO_READERS))
def test_a_part_that_two_readers_could_read_in_two_ways_is_refused(kind: str) -> None:
    """400, whichever of the two would have been right."""
    assert refusal(MULTIPART, parts(TWO_READERS[kind])) == (400, "malformed")


def test_a_file_name_that_only_looks_like_a_parameter_is_a_name() -> None:
    """Whatever stands between quotes is nothing but a name."""
    sent = part(b'name="f"; filename="a; filename*=b; name=c \\"d\\".txt"', b"")
    assert read(MULTIPART, parts(sent)) == [("f", 'a; filename*=b; name=c "d".txt')]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, parts(*(part(b'name="a%d"' % number, b"") for number in range(5_000)))),
        (MULTIPART, parts(*(part(b'name="a"; filename="%d"' % number, b"") for number in range(5_000)))),
        (ENCODED, b"&".join(b"a%d=" % number for number in range(5_000))),
        (MULTIPART, parts(part(b'name="a"', b"")) + b"x" * 500_000),
    ],
    ids=["fields", "files", "encoded", "behind the end"],
)
def test_parts_without_end_are_too_large(content_type: str, body: bytes) -> None:
    """413 at the one that is too many: the rest is never read."""
    assert refusal(content_type, body) == (413, "too_large")


@pytest.mark.parametrize("boundary", ["", '""', "x" * 300, "x-boundary2", 'x"; boundary="y'])
def test_a_boundary_that_separates_nothing_is_refused(boundary: str) -> None:
    """Missing, empty, longer than any program makes one, or not the one that was used."""
    body = parts(part(b'name="a"', b""))
    assert refusal(f"multipart/form-data; boundary={boundary}", body)[0] == 400


@pytest.mark.parametrize(
    ("content_type", "body", "told"),
    [
        (ENCODED, b"%00=a%00", ("␀", "a␀")),
        (MULTIPART, parts(part(b'name="\0"', b"a\0")), ("␀", "a␀")),
        (MULTIPART, parts(part(b'name="a"; filename="\0.txt"', b"")), ("a", "␀.txt")),
    ],
    ids=["encoded", "part", "file name"],
)
def test_a_nul_character_is_shown_as_what_it_is(content_type: str, body: bytes, told: tuple[str, str]) -> None:
    """PostgreSQL keeps it in no text, and nobody's words are lost for it."""
    assert read(content_type, body) == [told]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(ENCODED, b"a=1&b=2&a=3"), (MULTIPART, parts(part(b'name="a"', b"1"), part(b'name="a"; filename="b"', b"2")))],
    ids=["encoded", "multipart"],
)
def test_a_name_that_stands_twice_is_refused_where_one_is_due(content_type: str, body: bytes) -> None:
    """Whoever asks for one, or for all by name, gets 400; whoever asks for several gets them."""

    async def asked(how: Callable[[FormData], object]) -> object:
        return how(await read_form(a_request(content_type, body)))

    for how in (lambda form: form.get("a"), lambda form: form["a"], dict, lambda form: form.items()):
        with pytest.raises(Problem) as refused:
            asyncio.run(asked(how))
        assert (refused.value.status, [fault.name for fault in refused.value.fields]) == (400, ["a"])
    assert asyncio.run(asked(lambda form: len(form.getlist("a")))) == 2
    assert asyncio.run(asked(lambda form: form.get("c"))) is None


def test_what_is_sent_as_something_else_is_an_empty_form() -> None:
    """A route that takes both asks what came."""
    assert read("application/json", b"{}") == []


def test_a_form_is_read_once_a_request() -> None:
    """The gate reads it for its token, the route for the rest."""

    async def twice() -> bool:
        request = a_request(ENCODED, b"a=1")
        return await read_form(request) is await read_form(request)

    assert asyncio.run(twice())
