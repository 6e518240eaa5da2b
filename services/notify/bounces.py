"""Bounces: a mail that had counted as an answer came back, so the answer is owed again (art. 14).

Law of this file: a bounce counts only for the delivery that our own sealed return path names, so nobody outside can take
an answer back; what may still pass changes nothing; the same bounce twice changes nothing the second time.
"""

from __future__ import annotations

from functools import partial

from services.notify.desk import Desk
from services.notify.domain import retry
from services.notify.domain.return_path import read_return_path
from services.notify.domain.state import Reported, State
from services.notify.reports import report
from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.contracts.mail import MailBounced
from shared.messaging.consumer import Handler, HandlerOutcome
from shared.store.unit_of_work import UnitOfWork


def hear_bounce(desk: Desk) -> Handler:
    """``mail.bounced``, as intake's mailbox brings it: every return path of ours that the report was sent to is tried."""

    async def handler(unit: UnitOfWork, _envelope: Envelope, data: Published) -> HandlerOutcome:
        assert isinstance(data, MailBounced)
        if data.failed:
            await unit.flush()
            for path in data.returned_to:
                await bounce(unit, desk, path, code=data.status)
        return None

    return handler


async def bounce(unit: UnitOfWork, desk: Desk, return_path: str, *, code: str) -> bool:
    """Take a report of a mail server to this return path; False where it names none of ours or changes nothing.

    ``code``: RFC 3463, e.g. ``5.1.1``; empty where there is none.
    """
    delivery_id = read_return_path(return_path, desk.ring.index_key)
    if delivery_id is None:
        return False
    event = Reported(State.UNDELIVERED, unit.now, "smtp", "", code=code or "bounced", reason="came back")
    decide = partial(retry.after_undelivered, later_may_help=False, reason=event.code)
    return await report(unit, desk, delivery_id, event, decide)
