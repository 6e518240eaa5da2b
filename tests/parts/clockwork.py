"""The clock of every test: it stands until it is set."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Clockwork:
    """A clock that stands until it is set."""

    now: datetime

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now

    def goes_on(self, **by: float) -> None:
        """Let time go by."""
        self.now += timedelta(**by)
