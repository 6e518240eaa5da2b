"""What a person did with a message of the call list or the post room, and what comes next (art. 14).

Law of this file: reached or posted, it has arrived; not reached, it is tried again, and after the last try it goes by
post where there is an address. It must not know who called or what was said.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.notify.domain import retry
from shared.contracts.values import Route


class CallOutcome(StrEnum):
    """What a person can record."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    POSTED = "posted"


CHINESE: dict[CallOutcome, str] = {
    CallOutcome.REACHED: "已接通并告知",
    CallOutcome.NOT_REACHED: "未接通",
    CallOutcome.POSTED: "已邮寄",
}

BY_ROUTE: dict[CallOutcome, Route] = {
    CallOutcome.REACHED: Route.CALL,
    CallOutcome.NOT_REACHED: Route.CALL,
    CallOutcome.POSTED: Route.POST,
}
"""On which route each may be recorded."""

LARGEST_CALLS: Final = 3
CALL_AGAIN: Final = timedelta(hours=1)
"""Who didn't answer is at work or on the road; the same minute again is the same call."""
SAME_CALL: Final = timedelta(minutes=10)
"""Two records of "not reached" closer than this are one call that was entered twice."""


def is_same_call(last: datetime | None, now: datetime) -> bool:
    """Whether this is the call that has just been recorded, perhaps by somebody else."""
    return last is not None and now - last < SAME_CALL


def is_last(calls: int) -> bool:
    """Whether so many calls without an answer are enough."""
    return calls >= LARGEST_CALLS


def after_call(outcome: CallOutcome, calls: int, c: retry.Circumstances) -> retry.Decision:
    """What comes next; ``calls`` counts this one too. Three times not reached: by post where there is an address."""
    if outcome is not CallOutcome.NOT_REACHED:
        return retry.Done()
    if not is_last(calls):
        return retry.Retry(c.now + CALL_AGAIN, "not reached")
    reason = f"not reached in {calls} calls"
    return retry.PersonNeeded(Route.POST, reason) if Route.POST in c.fallbacks else retry.GiveUp(reason)
