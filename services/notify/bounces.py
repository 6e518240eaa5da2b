"""Bounces, as intake's mailbox brings them: the delivery is undelivered, and the next route is taken at once.

Law of this file: a report counts only for a delivery that it names by our sealed return path, so nobody outside can take
an answer back; delays change nothing; the same bounce twice changes nothing the second time.
"""

from __future__ import annotations

import structlog

from services.notify.desk import Desk
from services.notify.domain.outcome import Accepted
from services.notify.domain.return_path import read_return_path
from services.notify.sending import Sender
from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.contracts.mail import MailBounced
from shared.messaging.consumer import Handler, HandlerOutcome
from shared.store.unit_of_work import UnitOfWork

_log = structlog.get_logger("bounces")


def mark_bounced(desk: Desk) -> Handler:
    """``mail.bounced``: mark the delivery undelivered and go on to the next rung of its ladder (art. 14)."""
    sender = Sender(desk)

    async def handler(unit: UnitOfWork, _envelope: Envelope, data: Published) -> HandlerOutcome:
        assert isinstance(data, MailBounced)
        if not data.failed:
            return None
        named = (read_return_path(address, desk.ring.index_key) for address in data.returned_to)
        delivery_id = next((found for found in named if found is not None), None)
        if delivery_id is None:
            _log.info("bounce.names_no_delivery", bounce=str(data.bounce_id))
            return None
        await unit.flush()
        outcome = Accepted("smtp", "", final=True, progress="undelivered", code=data.status or "bounced")
        changed = await sender.reported(unit, delivery_id, outcome)
        _log.info("bounce.taken", delivery=str(delivery_id), changed=changed)
        return None

    return handler
