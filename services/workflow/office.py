"""Everything a handler of workflow is given; filled by ``bootstrap``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from services.workflow.domain.roles import Person
from services.workflow.store.queries import visible_to
from services.workflow.store.tables import idempotency
from shared.calendar_book.book import CalendarBook
from shared.centre import Centre
from shared.clock import Clock
from shared.originals import Originals
from shared.sealing import KeyRing
from shared.store.answers import Answers
from shared.store.unit_of_work import Store
from shared.working_time import BusinessHours, WorkCalendar


@dataclass(frozen=True, slots=True)
class Office:
    """Ports and values of workflow."""

    store: Store
    ring: KeyRing
    originals: Originals
    centre: Centre
    calendars: CalendarBook
    hours: BusinessHours
    clock: Clock

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar that counts now."""
        return self.calendars.calendar

    @property
    def answers(self) -> Answers:
        """What requests with an ``Idempotency-Key`` were answered."""
        return Answers(idempotency, self.ring)

    def seen_by(self, person: Person) -> ColumnElement[bool]:
        """The cases this person may know of, as a condition on ``cases``."""
        return visible_to(person, self.ring)
