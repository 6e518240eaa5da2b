"""Days and moments as an address or a form names them: of the years that our calendar can reckon in, and no others.

Law of this file: a date that is real but that no clock of ours reaches (the year 1, the year 9999) is a fault of whoever sent
it, told at its field, and never an overflow somewhere within. It must not know what the day is of.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from shared.clock import SHANGHAI
from shared.working_time.year_data import FIRST_YEAR, LAST_YEAR

FIRST_DAY: Final = date(FIRST_YEAR, 1, 1)
LAST_DAY: Final = date(LAST_YEAR, 12, 31)
_FIRST: Final = datetime(FIRST_YEAR, 1, 1, tzinfo=SHANGHAI)
_BEHIND: Final = datetime(LAST_YEAR + 1, 1, 1, tzinfo=SHANGHAI)

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day at the centre, as a parameter."""
Moment = Annotated[AwareDatetime, Field(ge=_FIRST, lt=_BEHIND)]
"""A moment with its zone, as a parameter."""


def day_named(text: str) -> date | None:
    """The day that a page's address or form names; None where it is none."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def moment_named(text: str) -> datetime | None:
    """The moment that a page's form or script names, on the centre's clock where it names no zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return moment if _FIRST <= moment < _BEHIND else None
