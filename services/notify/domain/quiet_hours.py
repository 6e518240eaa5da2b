"""When people are left in peace: texts and calls wait from 22:00 to 08:00, unless the law would be broken by it.

Law of this file: what may not leave by night is held until 08:00 in Asia/Shanghai, except the purposes whose row says
``by_night``; a message that would miss its last moment by waiting doesn't wait. It must not know why a message is sent.
Carriers in mainland China throttle from about 23:00 to 07:00 anyway, so a text held is a text that arrives.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notify.domain.purposes import PURPOSES, Purpose
from shared.contracts.values import Route

HOME = ZoneInfo("Asia/Shanghai")
QUIET_FROM = time(22, 0)
QUIET_UNTIL = time(8, 0)

WAKES: dict[Route, bool] = {
    Route.SMS: True,
    Route.CALL: True,
    Route.EMAIL: False,
    Route.POST: False,
    Route.TRACKING_PAGE: False,
}
"""Whether a message by this route makes something ring."""


def is_quiet(moment: datetime) -> bool:
    """Whether people are left in peace at this moment."""
    clock = moment.astimezone(HOME).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def release(route: Route, purpose: Purpose, moment: datetime, *, latest: datetime | None) -> datetime:
    """When a message planned for ``moment`` may leave: then, or at the next 08:00; in UTC as given.

    ``latest`` is what the law sets, None where it sets nothing: where 08:00 would be too late, the night is broken and
    the law kept.
    """
    if not WAKES[route] or PURPOSES[purpose].by_night or not is_quiet(moment):
        return moment
    here = moment.astimezone(HOME)
    morning = here.replace(hour=QUIET_UNTIL.hour, minute=QUIET_UNTIL.minute, second=0, microsecond=0)
    if here.time() >= QUIET_FROM:
        morning += timedelta(days=1)
    return moment if latest is not None and morning > latest else morning.astimezone(moment.tzinfo)
