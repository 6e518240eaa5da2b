"""What workflow hears: a table of message type to handler."""

from __future__ import annotations

from collections.abc import Mapping

from services.workflow.handlers import record, register_complaint
from services.workflow.office import Office
from shared.messaging.consumer import Handler


def handlers(office: Office) -> Mapping[str, Handler]:
    """The table."""
    filed = record(office)
    return {
        "complaint.received.v1": register_complaint(office),
        "complaint.supplemented.v1": filed,
        "delivery.accepted.v1": filed,
        "delivery.delivered.v1": filed,
        "document.rendered.v1": filed,
    }
