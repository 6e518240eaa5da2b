"""Notify's tables.

Law of this file: one row a message and try (``deliveries``), unique by what it says, the route and the try, so that a
redelivered event sends nothing twice; what is knowingly not said stands in ``silences`` with its reason. What providers
report is unique by what it says. Addresses, texts and notes are sealed; they are compared by keyed hashes (``…_blind``).
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, Uuid

from shared.store.answers import answers_table
from shared.store.columns import UtcDateTime
from shared.store.message_tables import message_tables

metadata = MetaData()
messages = message_tables(metadata)

contacts = Table(
    "contacts",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("tracking_code", String(10), nullable=False, unique=True),
    Column("case_number", String(12)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("phone_blind", String(64), index=True),
    Column("unit", String(120)),
    Column("closed_at", UtcDateTime),
    Column("sealed", Text, nullable=False),
)
"""``unit``: the unit the case was last given to (art. 20); ``closed_at``: after it no reply by text is about this case."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False, index=True),
    Column("key", String(160), nullable=False),
    Column("route", String(20), nullable=False),
    Column("address_blind", String(64)),
    Column("try_number", Integer, nullable=False, default=1),
    Column("purpose", String(40), nullable=False),
    Column("audience", String(20), nullable=False),
    Column("article", String(10), nullable=False),
    Column("answers", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("polls", Integer, nullable=False, default=0),
    Column("due_at", UtcDateTime),
    Column("must_by", UtcDateTime, nullable=False),
    Column("first_attempt_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("provider", String(40)),
    Column("provider_id", String(120), index=True),
    Column("final", Boolean, nullable=False, default=False),
    Column("code", String(40), nullable=False, default=""),
    Column("reason", String(400), nullable=False, default=""),
    Column("seen_by", JSON, nullable=False),
    Column("template", String(60), nullable=False),
    Column("segments", Integer, nullable=False, default=0),
    Column("sealed_plan", Text, nullable=False),
    Column("sealed_text", Text, nullable=False),
    Column("lease_token", Uuid),
    Column("lease_until", UtcDateTime),
    UniqueConstraint("key", "route", "try_number", name="deliveries_once"),
)
Index(
    "deliveries_due",
    deliveries.c.due_at,
    sqlite_where=deliveries.c.due_at.isnot(None),
    postgresql_where=deliveries.c.due_at.isnot(None),
)
Index("deliveries_state", deliveries.c.state, deliveries.c.must_by)
Index("deliveries_to", deliveries.c.address_blind, deliveries.c.first_attempt_at)
Index("deliveries_left", deliveries.c.route, deliveries.c.first_attempt_at)

calls = Table(
    "calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("delivery_id", Uuid, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("sealed_note", Text),
)
"""What people did on the call list: append-only."""

silences = Table(
    "silences",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False, index=True),
    Column("audience", String(20), nullable=False),
    Column("purpose", String(40)),
    Column("reason", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("address_blind", String(64), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

staff_contacts = Table(
    "staff_contacts",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("unit", String(120)),
    Column("sealed", Text, nullable=False),
    Column("kept_by", String(80), nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

provider_reports = Table(
    "provider_reports",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("provider", String(40), nullable=False),
    Column("provider_id", String(120), nullable=False),
    Column("status", String(40), nullable=False),
    Column("progress", String(20)),
    Column("code", String(40), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("later_may_help", Boolean, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("outcome", String(20)),
)
_open = provider_reports.c.settled_at.is_(None)
Index("provider_reports_open", provider_reports.c.provider_id, sqlite_where=_open, postgresql_where=_open)

inbound_texts = Table(
    "inbound_texts",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("sender_blind", String(64), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, index=True),
    Column("meaning", String(20)),
    Column("needs_person", Boolean),
    Column("sealed_sender", Text),
    Column("settled_at", UtcDateTime),
    Column("settled_by", String(80)),
)
"""``needs_person``: from when it was read until somebody has dealt with it (``settled_at``, ``settled_by``)."""

response_rules = Table(
    "response_rules",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("channel", String(20)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("met_at", UtcDateTime),
    Column("owes", Boolean, nullable=False),
    Column("person_asked_at", UtcDateTime),
)
Index("response_rules_open", response_rules.c.owes, response_rules.c.respond_by)
Index("response_rules_received", response_rules.c.received_at)

idempotency = answers_table(metadata)
