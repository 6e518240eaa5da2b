"""``/docs``: the operations of this process, listed on a page of our own from its OpenAPI document, without any script.

Law of this file: what is listed is what ``/openapi.json`` says and nothing else; no third party's asset is asked for,
since our own policy would not let it in. For developers, so in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shared.web.pages import Pages

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, where it stands, whether it must."""

    name: str
    place: str
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]
    takes: tuple[str, ...]
    fields: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """All operations, by path and then by method."""
    return [
        _operation(document, path, method, item[method])
        for path, item in sorted(document.get("paths", {}).items())
        for method in METHODS
        if method in item
    ]


def _operation(document: Mapping[str, Any], path: str, method: str, said: Mapping[str, Any]) -> Operation:
    content = said.get("requestBody", {}).get("content", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        text=said.get("description", ""),
        parameters=tuple(
            Parameter(each["name"], each["in"], each.get("required", False)) for each in said.get("parameters", ())
        ),
        takes=tuple(content),
        fields=tuple(field for kind in content.values() for field in _fields(document, kind.get("schema", {}))),
        answers=tuple((status, each.get("description", "")) for status, each in said.get("responses", {}).items()),
    )


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Parameter]:
    """The fields of a body, one level deep; the rest stands in the document."""
    name = schema.get("$ref", "").rpartition("/")[2]
    whole = document.get("components", {}).get("schemas", {}).get(name, {}) if name else schema
    required = whole.get("required", ())
    return [Parameter(field, "body", field in required) for field in whole.get("properties", {})]


def docs_routes(app: FastAPI, pages: Pages) -> APIRouter:
    """``GET /docs``."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        """The list."""
        return pages.render(request, "docs.html", title=app.title, operations=operations(app.openapi()))

    return router
