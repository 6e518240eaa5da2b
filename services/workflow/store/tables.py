"""Workflow's tables.

Law of this file: ``timeline`` is the truth and only ever grows (triggers refuse anything else, and production grants the
service no more than INSERT and SELECT on it); ``cases`` is its latest fold, kept for lists. Free text and identities are
sealed; what lists sort and filter by is not.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, Uuid, false

from shared.store.answers import answers_table
from shared.store.columns import UtcDateTime
from shared.store.message_tables import message_tables

metadata = MetaData()
messages = message_tables(metadata)

cases = Table(
    "cases",
    metadata,
    Column("number", String(11), primary_key=True),
    Column("complaint_id", Uuid, nullable=False, unique=True),
    Column("tracking_code", String(10), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("acted_version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("round", Integer, nullable=False),
    Column("track", String(10)),
    Column("unit", String(120)),
    Column("target_unit", String(120)),
    Column("concerned", String(120)),
    Column("matter", String(80)),
    Column("channel", String(20), nullable=False),
    Column("real_name", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("holder_id", String(80), nullable=False),
    Column("holder_name", String(80), nullable=False),
    Column("first_receiver", String(80)),
    Column("officer_id", String(80)),
    Column("staff_blind", String(32)),
    Column("extension_asked", Boolean, nullable=False, server_default=false()),
    Column("urgency", String(10)),
    Column("urgent_since", UtcDateTime),
    Column("next_limit", UtcDateTime),
    Column("next_clock", String(20)),
    Column("watch_at", UtcDateTime),
    Column("counted_by", Integer, nullable=False, server_default="0"),
    Column("searchable", Boolean, nullable=False, server_default=false()),
    Column("sealed_case", Text, nullable=False),
    Column("sealed_complaint", Text, nullable=False),
    Column("timeline_head", String(64), nullable=False),
)
_OPEN = cases.c.next_limit.isnot(None)
_KEPT_FROM = ("restricted", "staff_blind", "target_unit")
"""Whom a case is kept from. The indexes of lists carry what ``domain.sight`` asks of a row, so that PostgreSQL counts a view in
them alone."""
_IN_CHARGE = ("holder_id", "officer_id")
Index(
    "cases_worklist",
    cases.c.state,
    cases.c.concerned,
    cases.c.next_limit,
    postgresql_include=[*_KEPT_FROM, *_IN_CHARGE],
)
Index("cases_unit", cases.c.unit, cases.c.next_limit, postgresql_include=_KEPT_FROM)
Index("cases_limit", cases.c.next_limit, postgresql_include=[*_KEPT_FROM, *_IN_CHARGE])
Index(
    "cases_holder",
    cases.c.holder_id,
    cases.c.next_limit,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
    postgresql_include=[*_KEPT_FROM, "officer_id", "unit", "first_receiver"],
)
Index("cases_receiver", cases.c.first_receiver, cases.c.next_limit, sqlite_where=_OPEN, postgresql_where=_OPEN)
_AGAIN = _OPEN & (cases.c.round > 1)
Index("cases_again", cases.c.next_limit, sqlite_where=_AGAIN, postgresql_where=_AGAIN)
Index(
    "cases_extension",
    cases.c.next_limit,
    sqlite_where=cases.c.extension_asked,
    postgresql_where=cases.c.extension_asked,
)
_URGENT = cases.c.urgent_since.isnot(None)
Index("cases_urgent", cases.c.urgent_since, sqlite_where=_URGENT, postgresql_where=_URGENT)
_UNLISTED = cases.c.first_receiver.is_(None)
Index("cases_unlisted", cases.c.number, sqlite_where=_UNLISTED, postgresql_where=_UNLISTED)
Index(
    "cases_watch",
    cases.c.watch_at,
    sqlite_where=cases.c.watch_at.isnot(None),
    postgresql_where=cases.c.watch_at.isnot(None),
)
Index("cases_received", cases.c.received_at)
Index(
    "cases_counted",
    cases.c.counted_by,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("cases_unindexed", cases.c.number, sqlite_where=~cases.c.searchable, postgresql_where=~cases.c.searchable)

case_facts = Table(
    "case_facts",
    metadata,
    Column("number", String(11), primary_key=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("month", String(7), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("unit", String(120)),
    Column("window", String(120)),
    Column("matter", String(200)),
    Column("ground", String(10)),
    Column("state", String(20), nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("extension_days", Integer, nullable=False),
    Column("satisfaction", String(20)),
    Column("substantiated", Boolean, nullable=False),
    Column("sanctions", Integer, nullable=False),
    Column("caller", String(32)),
)
"""What is counted of a case (arts. 19-21), so that no statistic ever opens a seal. ``caller`` is blinded."""
Index("case_facts_received", case_facts.c.received_at)
Index("case_facts_caller", case_facts.c.caller, case_facts.c.received_at)

clock_facts = Table(
    "clock_facts",
    metadata,
    Column("number", String(11), primary_key=True),
    Column("clock", String(40), primary_key=True),
    Column("name", String(20), nullable=False),
    Column("unit", String(120)),
    Column("limit", UtcDateTime, nullable=False),
    Column("outcome", String(10)),
    Column("ended_at", UtcDateTime),
)

supplements = Table(
    "supplements",
    metadata,
    Column("supplement_id", Uuid, primary_key=True),
    Column("number", String(11), nullable=False, index=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sealed", Text, nullable=False),
)

search_tokens = Table(
    "search_tokens",
    metadata,
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("number", String(11), primary_key=True),
)
"""Keyed hashes of pairs of characters: a stolen index says nothing and can't be tried out."""

anchors_known = Table(
    "anchors_known",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)
"""Which anchor files there must be: the newest one's removal breaks no chain of files, but it shows here."""

frozen_periods = Table(
    "frozen_periods",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("signature", String(128), nullable=False),
)

result_notices = Table(
    "result_notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit", String(120), nullable=False),
    Column("first_day", String(10)),
    Column("last_day", String(10)),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("issued_by", String(80), nullable=False),
    Column("body", Text),
    Column("number", String(11)),
    Column("entry", Integer),
    Column("received_at", UtcDateTime),
    Column("received_by", String(80)),
)
"""What a unit was told (arts. 19, 20), and who signed for it there: the results of a frozen period, with days and body; or, at
once, of one entry of a case's timeline, whose words stay there."""
Index("result_notices_unit", result_notices.c.unit, result_notices.c.issued_at)
Index("result_notices_entry", result_notices.c.number, result_notices.c.entry, unique=True)

timeline = Table(
    "timeline",
    metadata,
    Column("number", String(11), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("actor_id", String(80), nullable=False),
    Column("actor_name", String(80), nullable=False),
    Column("actor_role", String(20), nullable=False),
    Column("article", String(10), nullable=False),
    Column("round", Integer, nullable=False),
    Column("sealed_event", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

Index("timeline_at", timeline.c.at)

number_series = Table(
    "number_series",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("unit", String(120)),
    Column("active", Boolean, nullable=False),
    Column("deputy", String(80)),
    Column("desk_number", String(40)),
    Column("since", UtcDateTime, nullable=False),
    Column("seated", Boolean),
)
"""Who acts for the office and the units. ``active``: at work, says the directory. ``seated``: may come in, says the account or
token of this id; null where there is neither, and then it is the directory's word alone."""
Index("staff_unit", staff.c.unit, staff.c.role)

absences = Table(
    "absences",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("staff_id", String(80), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
)
"""Days (Asia/Shanghai, both included, ISO 8601) on which somebody is away and the deputy stands in."""
Index("absences_days", absences.c.last_day, absences.c.first_day)

idempotency = answers_table(metadata)

action_drafts = Table(
    "action_drafts",
    metadata,
    Column("author", String(80), primary_key=True),
    Column("number", String(11), primary_key=True),
    Column("form", String(40), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)
"""What somebody has typed into an action's form and not sent; ``author`` is a person's id, ``form`` a command's name."""
