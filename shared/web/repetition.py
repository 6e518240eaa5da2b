"""``Idempotency-Key`` at the door: the header read, its two faults told, a repeated answer marked (design 8).

Law of this file: every POST that takes the header takes it so. What a request does, and where its answer is kept, is its
service's own affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Header

from shared.once import Once, once
from shared.web.problems import FieldFault, Problem

LONGEST_KEY: Final = 200
_HEADER = "Idempotency-Key"
_MEANING = f"1 to {LONGEST_KEY} visible characters; the same request again is done once"
IdempotencyKey = Annotated[str | None, Header(alias=_HEADER, description=_MEANING)]
"""The header as a route's parameter."""

DOCUMENTED: Mapping[str, Any] = MappingProxyType(
    {"parameters": [{"name": _HEADER, "in": "header", "schema": {"type": "string"}, "description": _MEANING}]}
)
"""The header as OpenAPI shows it, for routes that read it from the request themselves (``openapi_extra``)."""

REPLAYED: Mapping[str, str] = MappingProxyType({"Idempotency-Replayed": "true"})
"""Header of an answer that was given before."""


def repetition(key: str | None, scope: str, content: bytes) -> Once | None:
    """The mark of this request; None where no key was sent. ``scope``: who sends, by which door. Raises Problem 400."""
    if key is None:
        return None
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        raise _unusable()
    return once(scope, key, content)


def key_reused() -> Problem:
    """422: the sender used one key for two contents."""
    fault = FieldFault(
        _HEADER, "reused", "这个键已用于另一份内容，请换一个", "was used for another content; take a new key"
    )
    return Problem(
        422, "idempotency_key_reused", "幂等键重复使用", "The idempotency key was used before", fields=[fault]
    )


def _unusable() -> Problem:
    fault = FieldFault(
        _HEADER, "malformed", f"应为 1 到 {LONGEST_KEY} 个可见字符", f"must be 1 to {LONGEST_KEY} visible characters"
    )
    return Problem(
        400, "idempotency_key_malformed", "幂等键不可用", "The idempotency key can't be used", fields=[fault]
    )
