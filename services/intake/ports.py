"""What intake's handlers need of the world, as Protocols; ``bootstrap`` brings the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.intake.domain.directory import Directory
from services.intake.recent_matters import RecentMatters
from shared.calendar_book.book import CalendarBook
from shared.centre import Centre
from shared.clock import Clock
from shared.originals import Originals
from shared.sealing import KeyRing
from shared.store.group_commit import GroupWriter
from shared.store.unit_of_work import Store
from shared.working_time import BusinessHours, WorkCalendar


@dataclass(frozen=True, slots=True)
class Door:
    """Everything a handler of intake is given."""

    store: Store
    write: GroupWriter
    originals: Originals
    ring: KeyRing
    centre: Centre
    calendars: CalendarBook
    hours: BusinessHours
    clock: Clock
    directory: Directory = field(default_factory=Directory)
    recent: RecentMatters = field(default_factory=RecentMatters)

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar that counts now."""
        return self.calendars.calendar
