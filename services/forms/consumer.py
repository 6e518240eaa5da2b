"""What forms hears: complaints and everything that happens to their cases, by one handler."""

from __future__ import annotations

from collections.abc import Mapping

from services.forms.handlers import hear
from services.forms.print_room import PrintRoom
from shared.contracts.catalogue import CATALOGUE
from shared.messaging.consumer import Handler


def handlers(room: PrintRoom) -> Mapping[str, Handler]:
    """The table: message type to handler."""
    handler = hear(room)
    return {row.name: handler for row in CATALOGUE if row.owner in ("intake", "workflow")}
