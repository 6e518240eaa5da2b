"""``/notify/webhooks/twilio/…``: what the text provider tells us. Believed only when signed, stored, answered; applied after.

Law of this file: the URL under the signature comes from configuration, never from the request; nothing of what was sent
stands in an answer or a log.
"""

from __future__ import annotations

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.notify.desk import Desk
from services.notify.metrics import CALLBACKS
from services.notify.ports import Refused, Webhook
from services.notify.reports import store_inbound, store_status
from shared.web.files import gives
from shared.web.problems import Problem

NOTHING_TO_SAY = "<Response/>"
"""TwiML: no answer by text; who writes to us is answered by a person."""

_log = structlog.get_logger("webhooks")


def webhook_routes(desk: Desk) -> APIRouter:
    """The two doors. 404 where no provider that reports is configured."""
    router = APIRouter(tags=["webhooks"])

    @router.post("/notify/webhooks/twilio/status", status_code=204)
    async def status(request: Request) -> Response:
        """A status callback: 204 once it is on disk, also the second time and for messages that aren't ours."""
        read = _webhook(desk).read_status(await request.body(), *_signed(request))
        if isinstance(read, Refused):
            raise _refused(read)
        fresh = await store_status(desk, read)
        CALLBACKS.labels(answer="stored" if fresh else "known").inc()
        return Response(status_code=204)

    @router.post("/notify/webhooks/twilio/inbound", response_class=Response, responses=gives("text/xml"))
    async def inbound(request: Request) -> Response:
        """A text from outside: 200 once it is on disk."""
        read = _webhook(desk).read_inbound(await request.body(), *_signed(request))
        if isinstance(read, Refused):
            raise _refused(read)
        fresh = await store_inbound(desk, read)
        CALLBACKS.labels(answer="stored" if fresh else "known").inc()
        return Response(NOTHING_TO_SAY, media_type="text/xml")

    return router


def _webhook(desk: Desk) -> Webhook:
    if desk.webhook is None:
        raise Problem(404, "no_webhook", "未启用短信回调", "No provider that reports is configured")
    return desk.webhook


def _signed(request: Request) -> tuple[str, str | None]:
    return request.headers.get("content-type", ""), request.headers.get("x-twilio-signature")


def _refused(refused: Refused) -> Problem:
    CALLBACKS.labels(answer=str(refused.http_status)).inc()
    _log.warning("webhook.refused", status=refused.http_status, reason=refused.reason)
    return Problem(refused.http_status, "webhook_refused", "回调未被接受", "The callback was not accepted")
