"""What a script sends of a form that is being filled in: a JSON object of its fields, small enough to be sent every few seconds."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from shared.web.problems import Problem
from shared.web.sent_json import read_json

LARGEST = 64 * 1024
"""Bytes of JSON; also what browsers let a page send while it is being left."""


async def draft_in(request: Request) -> dict[str, Any]:
    """The fields. Raises Problem 413 for more than ``LARGEST``, 400 for no JSON, 422 for anything but an object."""
    body = await request.body()
    if len(body) > LARGEST:
        raise Problem(413, "draft_too_large", "草稿太大", "A draft holds at most 64 KiB")
    content = read_json(body)
    if not isinstance(content, dict):
        raise Problem(422, "draft_not_an_object", "草稿应为 JSON 对象", "A draft is a JSON object")
    return content
