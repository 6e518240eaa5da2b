"""What every page of notify is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notify.desk import Desk
from shared.calendar_book.book import CalendarBook
from shared.web.access import Gate
from shared.web.i18n import Language
from shared.web.limits import Due, due
from shared.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Room:
    """The desk, who may come in, the pages, and the calendar that limits are shown by."""

    desk: Desk
    gate: Gate
    pages: Pages
    calendars: CalendarBook
    units: Sequence[str] = ()
    """The names of the units, as the centre publishes them."""

    def due(self, moment: datetime, language: Language) -> Due:
        """A limit as it stands now, in words."""
        return due(moment, self.desk.clock(), language, self.calendars.calendar)
