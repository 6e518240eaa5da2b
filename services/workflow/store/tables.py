"""Workflow's tables.

Law of this file: ``timeline`` is the truth and only ever grows (triggers refuse anything else, and production grants the
service no more than INSERT and SELECT on it); ``cases`` is its latest fold, kept for lists. Free text and identities are
sealed; what lists sort and filter by is not.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text, Uuid

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
    Column("matter", String(80)),
    Column("channel", String(20), nullable=False),
    Column("real_name", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("holder_id", String(80), nullable=False),
    Column("holder_name", String(80), nullable=False),
    Column("next_limit", UtcDateTime),
    Column("next_clock", String(20)),
    Column("watch_at", UtcDateTime),
    Column("sealed_case", Text, nullable=False),
    Column("sealed_complaint", Text, nullable=False),
    Column("timeline_head", String(64), nullable=False),
)
Index("cases_worklist", cases.c.state, cases.c.unit, cases.c.next_limit)
Index("cases_unit", cases.c.unit, cases.c.next_limit)
Index("cases_limit", cases.c.next_limit)
Index(
    "cases_watch",
    cases.c.watch_at,
    sqlite_where=cases.c.watch_at.isnot(None),
    postgresql_where=cases.c.watch_at.isnot(None),
)
Index("cases_received", cases.c.received_at)

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
    Column("since", UtcDateTime, nullable=False),
)
Index("staff_unit", staff.c.unit, staff.c.role)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)
