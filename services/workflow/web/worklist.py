"""The worklist as its page shows it: grouped by limit, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from services.workflow.domain.clocks import ClockName
from services.workflow.domain.in_force import MEASURE_IN_FORCE
from services.workflow.domain.limits import limit_row
from services.workflow.domain.states import STATES, State
from services.workflow.domain.urgency import Standing
from services.workflow.reading import MOST_URGENT, PAGE, Listed, Wanted
from services.workflow.reports import HEADINGS, UNNAMED
from services.workflow.store.statistics import By, Figure, Filter
from services.workflow.web.limits_shown import Reader, Shown, shown
from services.workflow.web.masked import masked
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.masking import Showing, mask_text
from shared.contracts.values import Channel
from shared.web.frame import count_shown
from shared.web.i18n import Bilingual
from shared.web.numbers import whole_number

RINGS: Mapping[State, str] = {
    State.REGISTERED: "",
    State.AWAITING_STATEMENT: "wait",
    State.ACCEPTED: "half",
    State.AWAITING_APPROVAL: "wait",
    State.DISPATCHED: "half",
    State.FEEDBACK_SUBMITTED: "full",
    State.CLOSED: "full",
    State.REFUSED: "no",
    State.REDIRECTED: "no",
    State.WITHDRAWN: "no",
    State.ARCHIVED: "full",
}
"""How a state is drawn beside its words."""
_TITLE = 28
_ENDS = {"met": ("按时", ", in time"), "missed": ("逾期", ", missed")}
_LOOKED_AT = 300
"""Characters, some more than a row shows, so that no number is cut before it is known for one."""
_URGENT_GROUP = "urgent"
_GROUPS = ("over", "today", "soon", "later", "none")


@dataclass(frozen=True, slots=True)
class Notice:
    """What came of an action: ``kind`` is ``good``, ``over`` or ``soon``."""

    kind: str
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Behind:
    """What a list stands behind, where a number of the statistics opened it, and the addresses beside it."""

    words: Sequence[Bilingual]
    back_href: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. ``query``: as it stands, for the pages of the cases behind a figure."""

    wanted: Wanted
    page: int
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One case on a list."""

    number: str
    short: str
    limit: Shown | None
    clock: Bilingual | None
    title: str
    text: str
    unit: str
    window: str
    name: str
    real_name: bool
    confidential: bool
    channel: str
    ring: str
    state: Bilingual
    round: int
    holder: str
    urgency: Standing | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one limit: ``over today soon later none``; before all others ``urgent``; ``listed``: behind a figure."""

    key: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class View:
    """A saved view, and how many cases stand in it: ``999+`` where they are more than are counted."""

    key: str
    href: str
    count: int
    here: bool

    @property
    def shown(self) -> str:
        """The count as it is written."""
        return count_shown(self.count)


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """``GET /workflow/cases`` for a browser."""

    groups: Sequence[Group]
    views: Sequence[View]
    wanted: Wanted
    states: Sequence[tuple[str, Bilingual]]
    units: Sequence[str]
    channels: Sequence[str]
    now: datetime
    due_today: str
    first: int
    last: int
    next_href: str
    previous_href: str
    wider_href: str
    assignees: Sequence[tuple[str, str]]
    done: Notice | None
    behind: Behind | None = None
    urgent_left: str = ""
    """How many urgent cases there are in all, where not all of them are listed."""
    unsigned: int = 0
    """Notices of results that wait for the signature of the reader's unit (art. 20)."""

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set."""
        return bool(self.wanted.state or self.wanted.unit or self.wanted.channel or self.wanted.text)


def row_of(listed: Listed, reader: Reader, *, for_a_unit: bool) -> Row:
    """A row; a unit never reads a name where the complainant asked for secrecy (art. 17)."""
    row, complaint = listed.row, listed.complaint
    hidden = row["confidential"] and for_a_unit
    title, text = title_of(complaint)
    state = STATES[State(row["state"])]
    return Row(
        number=row["number"],
        short=str(int(row["number"][5:])),
        limit=shown(row["next_limit"], reader) if row["next_limit"] else None,
        clock=_clock(row["next_clock"], reader),
        title=title,
        text=text,
        unit=row["unit"] or row["target_unit"] or "",
        window=complaint.target.window or "",
        name="" if hidden else masked(complaint.complainant).name,
        real_name=row["real_name"],
        confidential=row["confidential"],
        channel=row["channel"],
        ring=RINGS[state.state],
        state=Bilingual(state.chinese, state.english),
        round=row["round"],
        holder=row["holder_name"],
        urgency=Standing(row["urgency"]) if row["urgency"] else None,
    )


def title_of(complaint: ComplaintReceived) -> tuple[str, str]:
    """The first sentence as a title, and what follows; a list is no look at an identity, for anybody (art. 17)."""
    facts = mask_text(" ".join(complaint.facts.split())[:_LOOKED_AT], complaint.complainant, Showing.PARTLY)
    end = min((at for mark in "。！？；" if (at := facts.find(mark)) > 0), default=len(facts))
    cut = min(end, _TITLE)
    return facts[:cut] + ("…" if cut < end else ""), facts[cut:].lstrip("。！？；")[:80]


def grouped(rows: Sequence[Row]) -> list[Group]:
    """By limit, the nearest first; inside a group real names first (art. 14), then the nearer limit."""
    groups = []
    for key in _GROUPS:
        own = [row for row in rows if (row.limit.kind if row.limit else "none") == key]
        if own:
            groups.append(Group(key, sorted(own, key=lambda row: not row.real_name)))
    return groups


def address(wanted: Wanted, page: int = 0, **changes: str) -> str:
    """The worklist's address for what is wanted."""
    asked = {
        "view": wanted.view,
        "state": wanted.state,
        "unit": wanted.unit,
        "channel": wanted.channel,
        "q": wanted.text,
    }
    asked |= changes | ({"page": str(page)} if page else {})
    kept = {name: value for name, value in asked.items() if value and (name, value) != ("view", "all")}
    return "/workflow/cases" + (f"?{urlencode(kept)}" if kept else "")


def figure_address(asked: Asked, page: int) -> str:
    """The address of the cases behind a figure."""
    return f"/workflow/cases?{urlencode([*asked.query, *([('page', str(page))] if page else [])])}"


def bounds(found: int, page: int) -> tuple[int, int]:
    """The first and last place of a page among all, from 1."""
    return page * PAGE + (1 if found else 0), page * PAGE + min(found, PAGE)


def asked_for(query: Mapping[str, str]) -> Asked:
    """What an address asks for; anything else in it is passed over."""
    said = {name: query.get(name, "").strip() for name in ("view", "state", "unit", "channel", "q", "page")}
    wanted = Wanted(said["view"] or "all", said["state"], said["unit"], said["channel"], said["q"])
    return Asked(
        wanted, whole_number(said["page"]) or 0, tuple((name, value) for name, value in query.items() if name != "page")
    )


def asks_for_a_figure(query: Mapping[str, str]) -> bool:
    """Whether an address is that of the list behind a number of the statistics."""
    return any(query.get(name) for name in ("from", "to", "figure", "clock"))


def behind(which: Filter) -> Behind:
    """What the list behind a number says of itself."""
    words = [_counted(which)]
    if which.first_day is not None and which.last_day is not None:
        words.append(
            Bilingual(f"{which.first_day} 至 {which.last_day} 收到", f"received {which.first_day} to {which.last_day}")
        )
    for by, value in (which.alike or {}).items():
        if by is not By.MONTH:
            words.append(Bilingual(value, value) if value else UNNAMED)
    days = {"from": which.first_day, "to": which.last_day}
    asked = urlencode({name: day.isoformat() for name, day in days.items() if day is not None})
    return Behind(words, f"/workflow/statistics?{asked}")


def _counted(which: Filter) -> Bilingual:
    if which.clock is not None:
        row = limit_row(ClockName(which.clock), (which.last_day or MEASURE_IN_FORCE))
        zh, en = _ENDS.get(which.outcome or "", ("", ""))
        return Bilingual(f"{row.chinese}{zh}", f"{row.english}{en}")
    return HEADINGS[which.figure or Figure.RECEIVED]


def worklist_page(
    found: Sequence[Listed],
    asked: Asked,
    counts: Mapping[str, int],
    reader: Reader,
    *,
    views: Sequence[str],
    units: Sequence[str],
    for_a_unit: bool,
    assignees: Sequence[tuple[str, str]],
    done: Notice | None,
    urgent: Sequence[Listed] = (),
    figure: Behind | None = None,
) -> WorklistPage:
    """The page; ``found`` holds one row more than is shown where there is a next page, ``urgent`` stands above on the first."""
    rows = [row_of(each, reader, for_a_unit=for_a_unit) for each in found[:PAGE]]
    alarms = [row_of(each, reader, for_a_unit=for_a_unit) for each in urgent]
    first, last = bounds(len(rows), asked.page)
    wanted = asked.wanted
    there = partial(figure_address, asked) if figure is not None else partial(address, wanted)
    return WorklistPage(
        groups=_groups(alarms, rows, behind_a_figure=figure is not None),
        views=[View(key, address(Wanted(view=key)), counts[key], key == wanted.view) for key in views],
        wanted=wanted,
        states=[(row.state.value, Bilingual(row.chinese, row.english)) for row in STATES.values()],
        units=units,
        channels=[channel.value for channel in Channel],
        now=reader.now,
        due_today=count_shown(counts["today"]),
        first=first,
        last=last,
        next_href=there(asked.page + 1) if len(found) > PAGE else "",
        previous_href=there(asked.page - 1) if asked.page else "",
        wider_href=address(Wanted(view=wanted.view)),
        assignees=assignees,
        done=done,
        behind=figure,
        urgent_left=count_shown(counts["urgent"]) if len(urgent) == MOST_URGENT < counts["urgent"] else "",
        unsigned=counts.get("notices", 0),
    )


def _groups(alarms: Sequence[Row], rows: Sequence[Row], *, behind_a_figure: bool) -> list[Group]:
    others = [Group("listed", rows)] if behind_a_figure else grouped(rows)
    return [group for group in (Group(_URGENT_GROUP, alarms), *others) if group.rows]


def _clock(name: str | None, reader: Reader) -> Bilingual | None:
    if name is None:
        return None
    row = limit_row(ClockName(name), reader.hours.date_of(reader.now))
    return Bilingual(row.chinese, row.english)
