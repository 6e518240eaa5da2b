"""What intake answers: the receipt as JSON, and the problems that its doors know."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from services.intake.handlers import Receipt
from shared.contracts.tracking import show_tracking_code
from shared.contracts.values import Channel
from shared.web.problems import Problem
from shared.web.repetition import REPLAYED


class ReceiptAnswer(BaseModel):
    """The receipt: what the sender can hold us to. Moments are UTC."""

    complaint_id: UUID
    tracking_code: str
    tracking_code_shown: str
    channel: Channel
    received_at: datetime
    respond_by: datetime
    missing: list[str]
    track_url: str
    register_number: str | None = None
    """Of a slip or a letter: its own number in the year's series."""


def receipt_answer(receipt: Receipt, public_url: str, register_number: str | None = None) -> Response:
    """201 with ``Location``; byte for byte the same for a repetition, which a header tells."""
    body = ReceiptAnswer(
        complaint_id=receipt.complaint_id,
        tracking_code=receipt.tracking_code,
        tracking_code_shown=show_tracking_code(receipt.tracking_code),
        channel=receipt.channel,
        received_at=receipt.received_at,
        respond_by=receipt.respond_by,
        missing=list(receipt.missing),
        track_url=f"{public_url}/track/{receipt.tracking_code}",
        register_number=register_number,
    )
    headers = {"Location": f"/intake/submissions/{receipt.complaint_id}"}
    if receipt.repeated:
        headers |= REPLAYED
    return Response(body.model_dump_json(), status_code=201, media_type="application/json", headers=headers)


RECEIPT_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    201: {"model": ReceiptAnswer, "description": "Stored; the complaint message is in the outbox."},
    422: {"description": "problem+json naming each field (RFC 9457)"},
    503: {"description": "The database or the object store can't be reached; nothing was taken. Send again."},
}


def unavailable() -> Problem:
    """503: our fault, nothing was taken; what was kept before is safe."""
    return Problem(
        503,
        "unavailable",
        "暂时无法登记，您的内容没有被收下，请稍后再发",
        "Nothing was taken: storage can't be reached. Please send again later",
        headers={"Retry-After": "10"},
    )


def wrong_media_type(wanted: str) -> Problem:
    """415: this door takes another kind."""
    return Problem(
        415,
        "wrong_media_type",
        "内容类型不受支持",
        "This kind of content is not taken here",
        detail_zh=f"请用 {wanted}",
        detail_en=f"Send {wanted}",
    )
