"""The calendar that comes with the software.

Law of this file: the only place of this package that reads anything, and all it reads is the package's own data.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from shared.working_time.calendar import WorkCalendar
from shared.working_time.year_data import load_year


@cache
def published() -> WorkCalendar:
    """The notices of all years that were out when this software was, amendments included; no local overrides."""
    folder = files("shared.working_time") / "data"
    years = [load_year(file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".json")]
    return WorkCalendar(tuple(sorted(years, key=lambda data: data.year)))
