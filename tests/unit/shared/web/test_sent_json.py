"""JSON bodies: one meaning or none; what is wrong is told by its kind and place, and nothing that was sent is repeated."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.requests import Request

from shared.web.problems import Problem
from shared.web.sent_json import json_body, read_json, takes

NAME = "刘桂华"
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "a key twice": (b'{"a":1,"a":2}', "duplicate_key", "line 1, byte 12"),
    "a key twice, written in two ways": (rb'{"a":1,"\u0061":2}', "duplicate_key", "line 1, byte 17"),
    "a key twice further down": (b'{"a":1,\n"b":[{"c":1,\n"c":2}]}', "duplicate_key", "line 3, byte 5"),
    "the same value twice": (b'{"a":1,"a":1}', "duplicate_key", "line 1, byte 12"),
    "a name as a key twice": (f'{{"{NAME}":1,"{NAME}":1}}'.encode(), "duplicate_key", "line 1"),
    "not a number": (b'{"a":NaN}', "malformed", "line 1, byte 6"),
    "infinity": (b'{"a":Infinity}', "malformed", "line 1, byte 6"),
    "minus infinity": (b'{"a":-Infinity}', "malformed", "line 1, byte 7"),
    "beyond every float": (b'{"a":[{"b":1e400}]}', "number_too_large", ""),
    "beyond every float, below zero": (b"-1E+0400", "number_too_large", ""),
    "beyond every float, by its digits": (b"9" * 310 + b".0", "number_too_large", ""),
    "digits without end": (b"9" * 5000, "number_too_large", "line 1"),
    "depth": (b"[" * 10_000, "too_deep", "line 1"),
    "depth, closed": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep", "line 1"),
    "invalid UTF-8": (b'{"a":"\xff"}', "not_unicode", "line 1, byte 7"),
    "GBK": (b'{"a":"' + "投诉".encode("gbk") + b'"}', "not_unicode", "line 1, byte 9"),
    "an overlong letter": (b'{"a":"\xc0\xaf"}', "not_unicode", "line 1, byte 7"),
    "half a surrogate pair": (rb'{"a":"\ud800"}', "not_unicode", "line 1"),
    "the other half": (rb'{"a":"\udc00"}', "not_unicode", "line 1"),
    "half a surrogate pair as bytes": (b'{"a":"\xed\xa0\x80"}', "not_unicode", "line 1, byte 7"),
    "half a surrogate pair as a key": (rb'{"\ud800":1}', "not_unicode", "line 1"),
    "NUL": (b'{"a":1,\n"b":"x\\u0000"}', "nul_character", "line 2, byte 7"),
    "NUL in a key": (rb'{"a\u0000":1}', "nul_character", "line 1, byte 4"),
    "NUL behind a backslash": (rb'{"a":"\\\u0000"}', "nul_character", "line 1, byte 9"),
    "NUL as it is": (b'{"a":"\x00"}', "malformed", "line 1, byte 7"),
    "nothing": (b"", "malformed", "line 1"),
    "two texts": (b"{}{}", "malformed", "line 1, byte 3"),
    "a comment": (b"{} // no", "malformed", "line 1, byte 4"),
    "a comma too many": (b'{"a":1,}', "malformed", "line 1, byte 8"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "malformed", "line 1, byte 1"),
    "two byte order marks": (b"\xef\xbb\xbf" * 2 + b"{}", "malformed", "line 1, byte 1"),
}


class Told(BaseModel):
    """A body with one field."""

    a: int = 0


def a_request(body: bytes) -> Request:
    """A posted body."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}, receive)


def told(body: bytes, **more: Any) -> Told:
    """The body as its door reads it."""
    return asyncio.run(json_body(a_request(body), Told, **more))


@pytest.mark.parametrize("kind", list(REFUSED))
def test_what_means_nothing_or_two_things_is_refused(kind: str) -> None:
    """400, with its kind and place, and never the words that were sent."""
    body, code, place = REFUSED[kind]
    with pytest.raises(Problem) as refused:
        read_json(body)
    with pytest.raises((Problem, RequestValidationError)):
        told(body)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert place in refused.value.detail.en
    assert ("第 " in refused.value.detail.zh) == bool(place)
    assert NAME not in repr(refused.value.detail) + repr(refused.value.title)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"a"', b"true", b"[" * 150 + b"]" * 150])
def test_json_that_is_no_object_is_a_fault_of_the_body(body: bytes) -> None:
    """It could be read, so it is checked like any other: 422."""
    with pytest.raises(RequestValidationError):
        told(body)


def test_a_byte_order_mark_is_read_over() -> None:
    """Programs on Windows write one; it changes nothing that is said."""
    assert told(b'\xef\xbb\xbf{"a":1}') == Told(a=1)


def test_an_empty_body_is_what_the_door_says_it_is() -> None:
    """Where nothing need be said, nothing need be sent."""
    assert told(b"", empty=b'{"a":2}') == Told(a=2)


@pytest.mark.parametrize(
    "said", [{"a": 1, "b": {"a": 1}}, [{"a": 1}, {"a": 2}], {"a": "\\u0000"}, 1e308, 10**400, {"a": "😀"}]
)
def test_what_only_looks_wrong_is_read(said: object) -> None:
    """One key in two objects, a backslash before a u, a number that just fits."""
    assert read_json(json.dumps(said).encode()) == said


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("a0\\uè投😀"),
    lambda within: st.lists(within) | st.dictionaries(st.text("ab\\"), within),
    max_leaves=8,
)


@given(_VALUES, st.booleans())
def test_whatever_json_can_say_comes_out_as_it_went_in(value: object, ascii_only: bool) -> None:
    """Nothing that means one thing is refused."""
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Nothing else happens, whatever is sent."""
    with contextlib.suppress(Problem):
        read_json(body)


def test_what_a_door_takes_stands_in_its_description() -> None:
    """As ``application/json``, with its fields."""
    content = takes(Told, required=False)["requestBody"]["content"]["application/json"]
    assert list(content["schema"]["properties"]) == ["a"]
