"""Limits and moments of a case, said in the reader's language. Pure; which limit applies is the domain's to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.workflow.domain.clocks import Clock, ClockEnd
from services.workflow.domain.clockwork import clock_row
from shared.web.i18n import Bilingual, Language
from shared.working_time import BusinessHours, WorkCalendar, limit_words


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and when: the language of the words, and the time and calendar they are counted by."""

    language: Language
    now: datetime
    calendar: WorkCalendar
    hours: BusinessHours


@dataclass(frozen=True, slots=True)
class Shown:
    """A limit: its words, what is left, and the moment itself in short and for machines."""

    kind: str
    words: str
    left: str
    short: str
    when: datetime | None


def shown(limit: datetime, reader: Reader, met_at: datetime | None = None) -> Shown:
    """A limit as it stands for this reader."""
    said = limit_words(limit, reader.now, met_at, reader.language.value, calendar=reader.calendar, hours=reader.hours)
    return Shown(said.kind.value, said.words, said.left, said.when, limit)


def clock_shown(clock: Clock, reader: Reader) -> Shown:
    """A clock of a case: running, kept, missed, or fallen away."""
    if clock.end is ClockEnd.LIFTED:
        words = Bilingual("不再需要", "no longer needed").in_language(reader.language)
        return Shown("later", words, "", shown(clock.limit, reader).short, None)
    if clock.end is ClockEnd.MISSED:
        late = shown(clock.limit, reader)
        return Shown("missed", late.words, "", late.short, clock.limit)
    return shown(clock.limit, reader, clock.ended_at)


def clock_name(clock: Clock) -> Bilingual:
    """What is counted, by name."""
    row = clock_row(clock)
    return Bilingual(row.chinese, row.english)
