"""Parts that the tests of working time are built from."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from shared.working_time import Limit, Override, published

SHANGHAI = ZoneInfo("Asia/Shanghai")

FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)
EVERY_DAY = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]


def at(text: str) -> datetime:
    """A moment as people at the centre would write it: ``at("2026-11-24 10:43")``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def on(text: str) -> date:
    """A date: ``on("2026-11-24")``."""
    return date.fromisoformat(text)


def limit_at(text: str, *, provisional: bool = False) -> Limit:
    """A limit that ends at a moment in Shanghai."""
    moment = at(text)
    return Limit(moment.astimezone(UTC), moment.date(), provisional, published().version)


def override(day: str, *, working: bool, **more: Any) -> Override:
    """A local decision, complete but for what a test wants otherwise."""
    fields: dict[str, Any] = {
        "day": on(day),
        "working": working,
        "name": "台风停班" if not working else "值班",
        "who": "管理员",
        "decided_at": at("2026-07-01 09:00"),
        "in_force_from": on("2026-07-01"),
    }
    return Override(**fields | more)


def year_json(year: int) -> dict[str, Any]:
    """A published year's data, as it stands in its file, to be spoilt by a test."""
    data: dict[str, Any] = json.loads((files("shared.working_time") / "data" / f"{year}.json").read_bytes())
    return data


def notice_2027() -> bytes:
    """A notice for 2027 as it might come: invented, but for the statutory days. It works Sunday 3 January."""
    holidays = [
        {"name": "元旦", "first": "2027-01-01", "last": "2027-01-02", "statutory_days": 1, "make_up_workdays": ["2027-01-03"]},
        {"name": "春节", "first": "2027-02-05", "last": "2027-02-12", "statutory_days": 4, "make_up_workdays": ["2027-02-20"]},
        {"name": "清明节", "first": "2027-04-03", "last": "2027-04-05", "statutory_days": 1},
        {"name": "劳动节", "first": "2027-05-01", "last": "2027-05-05", "statutory_days": 2, "make_up_workdays": ["2027-05-08"]},
        {"name": "端午节", "first": "2027-06-09", "last": "2027-06-09", "statutory_days": 1},
        {"name": "中秋节", "first": "2027-09-15", "last": "2027-09-15", "statutory_days": 1},
        {"name": "国庆节", "first": "2027-10-01", "last": "2027-10-07", "statutory_days": 3, "make_up_workdays": ["2027-10-09"]},
    ]  # fmt: skip
    notice = {"number": "国办发明电〔2026〕99号", "published": "2026-11-20"}
    year = {"year": 2027, "notice": notice, "statutory_days": 13, "decree": "国务院令第795号", "holidays": holidays}
    return json.dumps(year).encode()
