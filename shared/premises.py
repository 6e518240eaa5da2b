"""The premises: what all services of one process share. A bag of ports, filled by ``services.bootstrap`` and nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from shared.calendar_book.book import CalendarBook
from shared.centre import Centre
from shared.clock import Clock
from shared.identity.seats import Seats
from shared.identity.sessions import Sessions
from shared.identity.tokens import Tokens
from shared.messaging.ports import Transport
from shared.originals import Originals
from shared.sealing import KeyRing
from shared.settings import Settings
from shared.web.access import Gate
from shared.web.access_table import AccessTable
from shared.web.csrf import FormTokens
from shared.working_time import BusinessHours


@dataclass(frozen=True, slots=True)
class Premises:
    """Ports and values that every service is built from."""

    settings: Settings
    ring: KeyRing
    originals: Originals
    transport: Transport
    tokens: Tokens
    sessions: Sessions
    seats: Seats
    centre: Centre
    calendars: CalendarBook
    hours: BusinessHours
    clock: Clock

    def gate(self, table: AccessTable) -> Gate:
        """The gate before the routes of this table."""
        return Gate(self.tokens, self.sessions, FormTokens(self.ring.session_key), self.clock, table)
