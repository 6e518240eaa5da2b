"""``/openapi.json`` made to say what is so: problems as they travel (RFC 9457), who must sign in, bodies that are read as bytes.

Law of this file: one declaration for what every route has in common; what only one route knows stands beside it. It must not
know any route.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI

from shared.web.problems import MEDIA_TYPE

_PROBLEM: Final = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_TEXT: Final = {"type": "string"}
_FAULT: Final = {
    "type": "object",
    "required": ["field", "label", "code", "message"],
    "properties": dict.fromkeys(("field", "label", "code", "message"), _TEXT),
}
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "description": "RFC 9457, in Chinese or English by Accept-Language; errors names every faulty field.",
    "required": ["type", "title", "status", "code", "request_id", "instance"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "request_id", "instance", "detail"), _TEXT),
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": _FAULT},
    },
}
_NOT_OURS: Final = ("HTTPValidationError", "ValidationError")
"""FastAPI's own shape of a 422, which no route of ours answers with."""

_FOR_EVERYBODY: Final = {
    "400": "What was sent can't be read, or could be read in two ways.",
    "422": "Something that was sent doesn't fit; errors names it.",
    "429": "Too often from one address; Retry-After says when to come again.",
    "4XX": "Any other fault of the request: too large (413), too long (414, 431), of a kind that isn't taken (415).",
    "503": "The database or the object store can't be reached; nothing was taken. Send again.",
}
_FOR_STAFF: Final = {"401": "Nobody is signed in.", "403": "Not for this role, or not for this token."}
_NAMED: Final = {"404": "There is no such thing, or none that the asker may know of."}
_CHANGING: Final = {"409": "It isn't as it would have to be; the answer says how it is.", "412": "Changed meanwhile."}


class DescribedApi(FastAPI):
    """An application whose OpenAPI document is true."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = made_true(super().openapi())
        return self.openapi_schema


def made_true(document: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's document with what it can't know, changed in place."""
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    for path, method, operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schemas.update(content.get("schema", {}).pop("$defs", {}))
        _add_problems(path, method, operation)
    for name in _NOT_OURS:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM_SCHEMA
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            yield path, method, operation


def _add_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    answers: dict[str, Any] = operation["responses"]
    if "422" in answers and "content" in answers["422"]:
        del answers["422"]  # as FastAPI would answer it
    for status, words in _problems_of(path, method, operation).items():
        answers[status] = {"description": words} | answers.get(status, {}) | _PROBLEM


def _problems_of(path: str, method: str, operation: dict[str, Any]) -> dict[str, str]:
    staff = _FOR_STAFF if "security" in operation else {}
    named = _NAMED if "{" in path else {}
    changing = _CHANGING if method != "get" else {}
    return _FOR_EVERYBODY | staff | named | changing
