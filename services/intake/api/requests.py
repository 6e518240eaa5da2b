"""What makes a request the same as an earlier one, and the answer that the earlier one had."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from services.intake.handlers import Receipt, earlier_receipt
from services.intake.ports import Door
from services.intake.scan_desk import NotWaitingError
from shared.once import KeyReused, Once
from shared.web import repetition as keys


async def settled_once(door: Door, same: Once | None, settle: Callable[[], Awaitable[Receipt]]) -> Receipt:
    """Settle what waits, or give the answer that the same request had. Raises Problem 422, NotWaitingError."""
    try:
        if first := await earlier_receipt(door, same):
            return first
        try:
            return await settle()
        except NotWaitingError:
            if first := await earlier_receipt(door, same):
                return first
            raise
    except KeyReused as fault:
        raise keys.key_reused() from fault


async def repetition(request: Request, scope: str, content: bytes | None = None) -> Once | None:
    """What makes this request the same as an earlier one, from ``Idempotency-Key``; None without it. Raises Problem 400.

    ``content`` is what must be the same; the body unless given. An upload's body can't be read after its form, and its
    boundary is another each time.
    """
    key = request.headers.get("idempotency-key")
    return keys.repetition(key, scope, await request.body() if content is None else content)
