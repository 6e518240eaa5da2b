"""The premises: what all services of one process share. A bag of ports, filled by ``services.bootstrap`` and nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from shared.calendar_book.book import CalendarBook
from shared.centre import Centre
from shared.clock import Clock
from shared.identity.tokens import Tokens
from shared.messaging.ports import Transport
from shared.originals import Originals
from shared.sealing import KeyRing
from shared.settings import Settings
from shared.working_time import BusinessHours


@dataclass(frozen=True, slots=True)
class Premises:
    """Ports and values that every service is built from."""

    settings: Settings
    ring: KeyRing
    originals: Originals
    transport: Transport
    tokens: Tokens
    centre: Centre
    calendars: CalendarBook
    hours: BusinessHours
    clock: Clock
