"""The daily check of every channel (arts. 6 and 14): who checks it, between when and when, and how a day stands.

Law of this file: the table below is complete, one row a check; times are the centre's (Asia/Shanghai) and may be set by
configuration, the rows may not. On days that are not worked nothing is due. Pure: days, moments and facts come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum

from shared.contracts.values import Channel
from shared.working_time import SHANGHAI


class By(StrEnum):
    """Who makes the check."""

    MACHINE = "machine"
    PERSON = "person"


class Standing(StrEnum):
    """How a check stands on a day."""

    NOT_DUE = "not_due"
    OPEN = "open"
    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    NOT_WORKED = "not_worked"


CHINESE: dict[Standing, str] = {
    Standing.NOT_DUE: "未到时间",
    Standing.OPEN: "待查看",
    Standing.DONE: "已查看",
    Standing.LATE: "逾时查看",
    Standing.MISSED: "未查看",
    Standing.NOT_WORKED: "非工作日",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One row: a check, its channel, its article, who makes it, and the window of the day it belongs in."""

    name: str
    channel: Channel
    article: str
    chinese: str
    by: By
    opens: time
    due: time


CHECKS: tuple[Check, ...] = (
    Check("mailbox", Channel.EMAIL, "14", "投诉邮箱", By.MACHINE, time(9, 0), time(9, 30)),
    Check("web_form", Channel.WEB, "14", "网上投诉", By.MACHINE, time(9, 0), time(9, 30)),
    Check("fax", Channel.FAX, "6", "传真", By.MACHINE, time(9, 0), time(9, 30)),
    Check("phone", Channel.PHONE, "6", "投诉电话", By.PERSON, time(8, 30), time(9, 30)),
    Check("reception", Channel.VISIT, "6", "现场接待点", By.PERSON, time(8, 30), time(9, 30)),
    Check("boxes", Channel.SUGGESTION_BOX, "14", "意见箱", By.PERSON, time(9, 0), time(11, 0)),
    Check("letters", Channel.LETTER, "14", "来信", By.PERSON, time(9, 0), time(16, 0)),
)


@dataclass(frozen=True, slots=True)
class CheckOfDay:
    """A check on one day, as it stands at one moment."""

    check: Check
    day: date
    standing: Standing
    done_at: datetime | None
    opens_at: datetime
    due_at: datetime


def checks_at(times: str, by_person: frozenset[str] = frozenset()) -> tuple[Check, ...]:
    """The table with configured windows: ``boxes=09:00-10:30 letters=14:00-15:00``.

    ``by_person``: checks that no machine can make here, since nothing is polled. Raises ValueError naming the word.
    """
    windows = dict(_window(word) for word in times.split())
    unknown = windows.keys() - {check.name for check in CHECKS}
    if unknown:
        raise ValueError(f"no channel check is called {', '.join(sorted(unknown))}")
    return tuple(_configured(check, windows, by_person) for check in CHECKS)


def _configured(check: Check, windows: Mapping[str, tuple[time, time]], by_person: frozenset[str]) -> Check:
    opens, due = windows.get(check.name, (check.opens, check.due))
    return replace(check, opens=opens, due=due, by=By.PERSON if check.name in by_person else check.by)


def _window(word: str) -> tuple[str, tuple[time, time]]:
    name, _, window = word.partition("=")
    try:
        opens, due = (time.fromisoformat(part) for part in window.split("-"))
    except ValueError as fault:
        raise ValueError(f"{word!r} is not of the form boxes=09:00-10:30") from fault
    if opens >= due:
        raise ValueError(f"{word!r} ends before it begins")
    return name, (opens, due)


def stands(check: Check, day: date, done_at: datetime | None, now: datetime, *, worked: bool) -> CheckOfDay:
    """How a check stands: by its window and when it was made. A check once missed is late when made up for."""
    opens_at = datetime.combine(day, check.opens, SHANGHAI)
    due_at = datetime.combine(day, check.due, SHANGHAI)
    return CheckOfDay(check, day, _standing(opens_at, due_at, done_at, now, worked=worked), done_at, opens_at, due_at)


def _standing(
    opens_at: datetime, due_at: datetime, done_at: datetime | None, now: datetime, *, worked: bool
) -> Standing:
    if done_at is not None:
        return Standing.DONE if done_at <= due_at or not worked else Standing.LATE
    if not worked:
        return Standing.NOT_WORKED
    if now < opens_at:
        return Standing.NOT_DUE
    return Standing.OPEN if now <= due_at else Standing.MISSED
