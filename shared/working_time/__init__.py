"""Working time: which days are worked (``calendar``), how periods are counted in them (``period``), limits in words.

Everything is a pure function of a calendar and of moments that are passed in; ``published()`` alone reads something, the
package's own data files. Dates are dates in Asia/Shanghai; moments are aware, and limits are in UTC.
"""

from shared.working_time.amendment import LimitChange, OpenLimit, changed_days, recompute
from shared.working_time.calendar import WorkCalendar
from shared.working_time.days import Day, DayKind, Override
from shared.working_time.period import (
    CENTRE_HOURS,
    SHANGHAI,
    BusinessHours,
    Limit,
    WorkingTime,
    end_of_period,
    extend,
    latest_moment_inside,
    next_working_day,
    previous_working_day,
    working_days_between,
    working_time_left,
)
from shared.working_time.published import published
from shared.working_time.words import LimitKind, LimitWords, limit_in_full, limit_words
from shared.working_time.year_data import YearData, fault_in_words, load_year

__all__ = [
    "CENTRE_HOURS",
    "SHANGHAI",
    "BusinessHours",
    "Day",
    "DayKind",
    "Limit",
    "LimitChange",
    "LimitKind",
    "LimitWords",
    "OpenLimit",
    "Override",
    "WorkCalendar",
    "WorkingTime",
    "YearData",
    "changed_days",
    "end_of_period",
    "extend",
    "fault_in_words",
    "latest_moment_inside",
    "limit_in_full",
    "limit_words",
    "load_year",
    "next_working_day",
    "previous_working_day",
    "published",
    "recompute",
    "working_days_between",
    "working_time_left",
]
