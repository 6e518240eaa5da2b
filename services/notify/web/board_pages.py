"""``/desk/response``: how the one-working-day rule stands now, and how it was kept in a period (arts. 14, 21).

Law of this file: every figure opens the complaints it counts; no address and no word of a complaint stands here. The
figures are those of ``GET /notify/response-rule``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from services.notify.domain.retry import SAFETY_MARGIN
from services.notify.domain.rule import Standing
from services.notify.domain.state import State
from services.notify.store import queries
from services.notify.web.room import Room
from services.notify.web.words import RINGS, ROUTES, STANDINGS, state_words
from shared.clock import SHANGHAI
from shared.contracts.values import Channel, Route
from shared.identity.principal import Principal
from shared.web.days import day_named
from shared.web.desk_frame import desk_head
from shared.web.i18n import Bilingual, Language, language_of
from shared.web.limits import Due

RESPONSE = "/desk/response"
LIVE_SECONDS = 60
"""Between two looks, for whoever switched that on."""
MOST_LISTED = 200
_NO_SUCH_PERIOD = Bilingual("起止日期不对：起不能晚于止。", "The period is wrong: it ends before it begins.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for. Days in Asia/Shanghai, both included."""

    first: date
    last: date
    standing: Standing | None = None
    channel: Channel | None = None
    live: bool = False

    @property
    def since(self) -> datetime:
        """The beginning of the first day."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=SHANGHAI)

    @property
    def until(self) -> datetime:
        """The end of the last day."""
        return datetime(self.last.year, self.last.month, self.last.day, tzinfo=SHANGHAI) + timedelta(days=1)

    @property
    def is_narrowed(self) -> bool:
        """Whether one figure's complaints are asked for."""
        return self.standing is not None or self.channel is not None

    def href(self, **changes: object) -> str:
        """The address of the same page with something else asked for."""
        other = replace(self, **changes)  # type: ignore[arg-type]  # fields of this class, by name
        asked = {
            "from": other.first.isoformat(),
            "to": other.last.isoformat(),
            "standing": other.standing,
            "channel": other.channel,
            "live": "1" if other.live else None,
        }
        return f"{RESPONSE}?{urlencode({name: value for name, value in asked.items() if value})}"


@dataclass(frozen=True, slots=True)
class Now:
    """How it stands at this moment: complaints without an answer, by how near their limit is, and whom people must reach."""

    owing: int
    near: int
    missed: int
    calls: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """The message that is to answer: its route and how far it is."""

    route: Bilingual
    state: Bilingual
    ring: str


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint. ``number``: empty until the case is registered; ``limit``: of those that still wait."""

    complaint_id: UUID
    number: str
    tracking_code: str
    channel: str
    received_at: datetime
    limit: Due | None
    standing: Bilingual
    met_at: datetime | None
    last: OnItsWay | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that opens what it counts."""

    count: int
    href: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A channel's figures; ``channel`` is empty for all of them together. ``share``: kept in time, of those decided."""

    channel: str
    received: Figure
    standings: Sequence[tuple[Standing, Figure]]
    share: str


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """The board and the report."""

    now: datetime
    stands: Now
    owing: Sequence[Line]
    wanted: Wanted
    rows: Sequence[ReportRow]
    standings: Mapping[Standing, Bilingual]
    listed: Sequence[Line]
    listed_are: Bilingual | None
    trouble: Bilingual | None

    @property
    def live_href(self) -> str:
        """Switches looking again by itself on or off."""
        return self.wanted.href(live=not self.wanted.live)


def board_pages(room: Room) -> APIRouter:
    """GET /desk/response."""
    router = APIRouter(include_in_schema=False)

    @router.get(RESPONSE)
    async def response(
        request: Request,
        standing: Standing | None = None,
        channel: Channel | None = None,
        live: str = "",
        who: Principal = Depends(room.gate.admit),
    ) -> Response:
        """How it stands, how it was kept, and who is behind a figure."""
        today = room.desk.clock().astimezone(SHANGHAI).date()
        asked = _period(request, today)
        wanted = replace(asked or _this_month(today), standing=standing, channel=channel, live=live == "1")
        page = await _page(room, wanted, language_of(request), None if asked else _NO_SUCH_PERIOD)
        head = desk_head(who, "response", csrf=room.gate.csrf(request), waiting={"response": page.stands.owing})
        headers = {"Refresh": str(LIVE_SECONDS)} if wanted.live else {}
        status = 200 if asked else 422
        return room.pages.render(request, "response.html", status=status, headers=headers, desk=head, page=page)

    return router


def _this_month(today: date) -> Wanted:
    return Wanted(today.replace(day=1), today)


def _period(request: Request, today: date) -> Wanted | None:
    """The days that were asked for, by default this month; None where they make no period."""
    usual = _this_month(today)
    first = day_named(request.query_params.get("from") or usual.first.isoformat())
    last = day_named(request.query_params.get("to") or usual.last.isoformat())
    return Wanted(first, last) if first and last and first <= last else None


async def _page(room: Room, wanted: Wanted, language: Language, trouble: Bilingual | None) -> ResponsePage:
    store, now = room.desk.store, room.desk.clock()
    owing = await queries.who_is_owed(store, now, MOST_LISTED)
    figures = await queries.rule_figures(store, wanted.since, wanted.until, now)
    behind: list[RowMapping] = []
    if wanted.is_narrowed:
        channel = wanted.channel.value if wanted.channel else None
        behind = await queries.rules_behind(
            store, wanted.since, wanted.until, now, standing=wanted.standing, channel=channel, limit=MOST_LISTED
        )
    last = await queries.answers_of(store, [row["complaint_id"] for row in (*owing, *behind)])
    return ResponsePage(
        now=now,
        stands=Now(**await queries.how_it_stands(store, now, SAFETY_MARGIN)),
        owing=[_line(room, row, last, language) for row in owing],
        wanted=wanted,
        rows=_rows(figures, wanted),
        standings=STANDINGS,
        listed=[_line(room, row, last, language) for row in behind],
        listed_are=_are(wanted) if wanted.is_narrowed else None,
        trouble=trouble,
    )


def _line(room: Room, row: RowMapping, last: Mapping[UUID, RowMapping], language: Language) -> Line:
    standing = Standing(row["standing"])
    waits = standing in {Standing.OPEN, Standing.MISSED}
    message = last.get(row["complaint_id"])
    return Line(
        complaint_id=row["complaint_id"],
        number=row["case_number"] or "",
        tracking_code=row["tracking_code"] or "",
        channel=row["channel"] or "",
        received_at=row["received_at"],
        limit=room.due(row["respond_by"], language) if waits else None,
        standing=STANDINGS[standing],
        met_at=row["met_at"],
        last=None if message is None else _on_its_way(message),
    )


def _on_its_way(row: RowMapping) -> OnItsWay:
    route, state = Route(row["route"]), State(row["state"])
    return OnItsWay(ROUTES[route], state_words(route, state), RINGS[state])


def _rows(figures: Sequence[RowMapping], wanted: Wanted) -> list[ReportRow]:
    """All channels together, then each that something came by."""
    everything: Counter[Standing] = Counter()
    by_channel: dict[str | None, Counter[Standing]] = {}
    for row in figures:
        for counts in (everything, by_channel.setdefault(row["channel"], Counter())):
            counts[Standing(row["standing"])] += row["count"]
    came = [channel.value for channel in Channel if channel.value in by_channel]
    return [_row("", everything, wanted), *(_row(channel, by_channel[channel], wanted) for channel in came)]


def _row(channel: str, counts: Counter[Standing], wanted: Wanted) -> ReportRow:
    narrowed = replace(wanted, channel=Channel(channel) if channel else None, live=False)
    decided = counts.total() - counts[Standing.OPEN]
    return ReportRow(
        channel=channel,
        received=Figure(counts.total(), narrowed.href(standing=None) if channel else ""),
        standings=[(each, Figure(counts[each], narrowed.href(standing=each))) for each in Standing],
        share=f"{counts[Standing.IN_TIME] / decided:.1%}" if decided else "",
    )


def _are(wanted: Wanted) -> Bilingual:
    """What the complaints of the list have in common; their channel is said by an icon beside it."""
    return STANDINGS[wanted.standing] if wanted.standing else Bilingual("收到", "received")
