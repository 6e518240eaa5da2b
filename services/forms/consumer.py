"""What forms hears: complaints and everything that happens to their cases, by one handler; lists to be issued, by another."""

from __future__ import annotations

from collections.abc import Mapping

from services.forms.domain.lists import LISTS
from services.forms.handlers import hear
from services.forms.listing import issue_list
from services.forms.print_room import PrintRoom
from shared.contracts.catalogue import BY_MODEL, CATALOGUE
from shared.messaging.consumer import Handler


def handlers(room: PrintRoom) -> Mapping[str, Handler]:
    """The table: message type to handler."""
    of_cases, of_lists = hear(room), issue_list(room)
    heard = {row.name: of_cases for row in CATALOGUE if row.owner in ("intake", "workflow")}
    return heard | {BY_MODEL[model].name: of_lists for model in LISTS}
