"""A JSON body as it was sent (RFC 8259): it means one thing to every reader, or it isn't taken.

Law of this file: a key that stands twice, a number that no reader could hold, text that is no Unicode or that no database
keeps, more levels than anybody means: 400, told by its kind and place and never by its words, which may name a person. Every
route reads JSON by this file, once the asker is let in, and not by a typed parameter or ``request.json()``. It must not know
what a field means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isinf
from typing import Any, Final, TypeVar

import jiter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from shared.web.i18n import Bilingual
from shared.web.problems import Problem

M = TypeVar("M", bound=BaseModel)

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Some programs on Windows begin every file with it. It says nothing that could be read in two ways, so a complaint isn't
refused for it; a reader may ignore it (RFC 8259 8.1)."""
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The character as JSON writes it; as a bare byte it is no JSON. PostgreSQL keeps it in no text."""
_PLACE: Final = re.compile(r" at line (\d+) column (\d+)$")
"""Where the reader stopped; of a key that stands twice, the end of its second value."""

_FAULTS: Final[Mapping[str, tuple[str, Bilingual]]] = {
    "Detected duplicate key": (
        "duplicate_key",
        Bilingual(
            "同一个键出现了两次，无法判断以哪一个为准", "A key stands twice: which of the two is meant nobody can tell"
        ),
    ),
    "recursion limit exceeded": ("too_deep", Bilingual("JSON 嵌套的层次太深", "The JSON is nested too deeply")),
    "invalid unicode": ("not_unicode", Bilingual("文字不是 UTF-8 编码", "Its text is not UTF-8")),
    "unexpected end of hex escape": ("not_unicode", Bilingual("有不成对的代理字符", "It holds half a surrogate pair")),
    "lone leading surrogate": ("not_unicode", Bilingual("有不成对的代理字符", "It holds half a surrogate pair")),
    "number out of range": ("number_too_large", Bilingual("有一个数字太大", "A number is too large")),
}
"""How the reader begins to say what is wrong: the problem's code and title. Whatever else it says, it is no JSON."""
_NO_JSON: Final = ("malformed", Bilingual("请求正文不是有效的 JSON", "The body is not valid JSON"))
_NUL_WITHIN: Final = (
    "nul_character",
    Bilingual("文字里有空字符（U+0000）", "Its text holds the NUL character (U+0000)"),
)
_NOT_FINITE: Final = _FAULTS["number out of range"]


async def json_body(request: Request, model: type[M], *, empty: bytes = b"") -> M:
    """The body as ``model``, validated straight from its bytes; ``empty`` is what a body of nothing stands for.

    Raises Problem 400 for what means nothing or more than one thing, RequestValidationError for what ``model`` isn't.
    """
    content = (await request.body() or empty).removeprefix(_BYTE_ORDER_MARK)
    _parsed(content)
    try:
        return model.model_validate_json(content)
    except ValidationError as fault:
        raise RequestValidationError(fault.errors()) from fault


def read_json(body: bytes) -> Any:
    """What the body says, where no model says what it should. Raises Problem 400."""
    said = _parsed(body.removeprefix(_BYTE_ORDER_MARK))
    if _is_endless(said):
        raise _told(_NOT_FINITE)
    return said


def _parsed(body: bytes) -> Any:
    try:
        said = jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as fault:
        raise _unreadable(str(fault)) from None  # its words hold the key that stands twice
    if b"\\u0000" in body and (found := _NUL.search(body)):
        raise _told(_NUL_WITHIN, *_place(body, found.end() - len(rb"\u0000")))
    return said


def takes(*models: type[BaseModel], required: bool = True) -> dict[str, Any]:
    """The body as OpenAPI shows it, for ``openapi_extra`` of a route that reads it here: one of ``models``, or any object."""
    each = [model.model_json_schema(ref_template="#/components/schemas/{model}") for model in models]
    named = {name: schema for one in each for name, schema in one.pop("$defs", {}).items()}
    schema = {"anyOf": each} if len(each) > 1 else each[0] if each else {"type": "object"}
    content = {"application/json": {"schema": schema | {"$defs": named}}}
    return {"requestBody": {"required": required, "content": content}}


def _is_endless(said: Any) -> bool:
    """Whether a number within became infinite, as 1e400 does; at most as deep as the reader goes. A model's fields see to
    that themselves.
    """
    if isinstance(said, float):
        return isinf(said)
    within = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return any(map(_is_endless, within))


def _unreadable(words: str) -> Problem:
    fault = next((fault for begins, fault in _FAULTS.items() if words.startswith(begins)), _NO_JSON)
    place = _PLACE.search(words)
    return _told(fault, *map(int, place.groups())) if place else _told(fault)


def _place(body: bytes, index: int) -> tuple[int, int]:
    """Line and byte of it, both from 1, as the reader counts them."""
    return body.count(b"\n", 0, index) + 1, index - body.rfind(b"\n", 0, index)


def _told(fault: tuple[str, Bilingual], line: int = 0, column: int = 0) -> Problem:
    code, title = fault
    zh, en = (f"第 {line} 行第 {column} 字节处。", f"At line {line}, byte {column}. ") if line else ("", "")
    return Problem(
        400,
        code,
        title.zh,
        title.en,
        detail_zh=f"{zh}什么也没有收下，请改正后再发。",
        detail_en=f"{en}Nothing was taken; correct it and send it again.",
    )
