"""POST /intake/emails: one mail as its server hands it over (message/rfc822), for an MTA's pipe."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.intake.api.answers import RECEIPT_DOCUMENTED, receipt_answer, unavailable, wrong_media_type
from services.intake.mail_outcome import RFC822
from services.intake.mail_receiving import Arrival, receive_mail
from services.intake.ports import Door
from shared.identity.principal import Principal
from shared.store.engine import is_unreachable
from shared.web.access import Gate


def mail_routes(door: Door, gate: Gate, public_url: str) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["intake"])

    @router.post(
        "/intake/emails",
        status_code=201,
        responses=RECEIPT_DOCUMENTED
        | {202: {"description": "Kept, but not a complaint: class and reason say what it is."}},
        openapi_extra={
            "requestBody": {"required": True, "content": {RFC822: {"schema": {"type": "string", "format": "binary"}}}}
        },
    )
    async def mail(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """201 with a receipt for a complaint, 202 for what is something else or waits for a person. Never refused."""
        media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type != RFC822:
            raise wrong_media_type(RFC822)
        own = frozenset({door.centre.channels.email})
        try:
            taken = await receive_mail(
                door,
                await request.body(),
                received_by=who.name,
                received_at=door.clock(),
                own_addresses=own,
                arrival=Arrival(f"pipe {who.name}"),
            )
        except Exception as fault:
            if is_unreachable(fault):
                raise unavailable() from fault
            raise
        if taken.receipt is not None:
            return receipt_answer(taken.receipt, public_url)
        about = str(taken.complaint_id) if taken.complaint_id else None
        answer = {"class": taken.mail_class.value, "reason": taken.reason, "complaint_id": about}
        return JSONResponse(answer, status_code=202)

    return router
