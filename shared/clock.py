"""The one place that asks what time it is. Everything else is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present, aware, in UTC."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


def system_clock() -> datetime:
    """The present by the machine's clock, in UTC."""
    return datetime.now(UTC)
