"""The calendar book tells the ops team that the published days run out."""

from datetime import date
from pathlib import Path

from structlog.testing import capture_logs

from shared.calendar_book.book import StoredCalendar
from shared.store.engine import open_engine
from shared.working_time import published


def test_the_end_of_the_published_days_is_warned_of(tmp_path: Path) -> None:
    """From 60 days before, with the day; not earlier."""
    book = StoredCalendar(open_engine(f"sqlite+aiosqlite:///{tmp_path}/identity.db"), published())
    end = book.calendar.covered_until
    with capture_logs() as logs:
        book.warn(date(end.year, 6, 1))
        book.warn(date(end.year, 12, 1))
    assert [(line["event"], line["until"]) for line in logs] == [("calendar.runs_out", end.isoformat())]
