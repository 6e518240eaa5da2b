"""The OpenAPI document: problems as they travel, who must sign in, and every reference leads somewhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from shared.web.openapi import DescribedApi
from shared.web.problems import MEDIA_TYPE
from shared.web.sent_form import takes_form
from shared.web.sent_json import takes


class Inner(BaseModel):
    """A part of what is sent."""

    a: int


class Outer(BaseModel):
    """What is sent."""

    inner: Inner


class Other(BaseModel):
    """What may be sent instead."""

    others: list[Inner]


def described() -> dict[str, Any]:
    """The document of an application with a route of each kind."""
    api, router = DescribedApi(), APIRouter()

    @router.get("/things/{number}")
    async def thing(number: int) -> dict[str, int]:
        return {"number": number}

    @router.post("/things", openapi_extra=takes(Outer, Other), dependencies=[Depends(HTTPBearer(auto_error=False))])
    async def add() -> None: ...

    @router.post(
        "/files", openapi_extra=takes_form(Outer, file="scan"), responses={422: {"description": "No picture."}}
    )
    async def file() -> None: ...

    api.include_router(router)
    assert api.openapi() is api.openapi()
    return api.openapi()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Made once."""
    return described()


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """Parts of bodies that routes read themselves are among the components."""
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named >= {"Inner", "Problem"}
    assert named <= document["components"]["schemas"].keys()
    assert "$defs" not in json.dumps(document)


def test_problems_are_told_as_they_travel(document: dict[str, Any]) -> None:
    """As problem+json, for whatever may go wrong there; the framework's own shape is nowhere."""
    looked_at, added = document["paths"]["/things/{number}"]["get"], document["paths"]["/things"]["post"]
    assert looked_at["responses"].keys() >= {"200", "400", "404", "422", "429", "503", "4XX"}
    assert not looked_at["responses"].keys() & {"401", "403", "409"}
    assert added["responses"].keys() >= {"401", "403", "409", "412"}
    problems = [said for status, said in added["responses"].items() if status[0] in "45"]
    assert all(list(said["content"]) == [MEDIA_TYPE] for said in problems)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_what_a_route_says_of_a_problem_stands(document: dict[str, Any]) -> None:
    """Its own words go before the general ones."""
    assert document["paths"]["/files"]["post"]["responses"]["422"]["description"] == "No picture."


def test_a_form_is_described_with_its_file(document: dict[str, Any]) -> None:
    """Its fields and its file, which need not be sent where there are fields."""
    [(kind, said)] = document["paths"]["/files"]["post"]["requestBody"]["content"].items()
    assert kind == "multipart/form-data"
    assert said["schema"]["properties"].keys() == {"inner", "scan"}
    assert said["schema"]["required"] == ["inner"]
