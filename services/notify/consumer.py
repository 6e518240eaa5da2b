"""What notify hears: every message that is an occasion for somebody, by one handler; and bounces, by another."""

from __future__ import annotations

from collections.abc import Mapping

from services.notify.bounces import hear_bounce
from services.notify.desk import Desk
from services.notify.domain.occasions import HEARD
from services.notify.handlers import hear
from shared.contracts.catalogue import BY_MODEL
from shared.contracts.mail import MailBounced
from shared.messaging.consumer import Handler


def handlers(desk: Desk) -> Mapping[str, Handler]:
    """The table: message type to handler."""
    handler = hear(desk)
    heard = {BY_MODEL[model].name: handler for model in HEARD if BY_MODEL[model].owner != "forms"}
    return heard | {BY_MODEL[MailBounced].name: hear_bounce(desk)}
