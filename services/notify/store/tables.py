"""Notify's tables.

Law of this file: one row a message and try (``deliveries``), unique by what it says, the route and the try, so that a
redelivered event sends nothing twice; what is knowingly not said stands in ``silences`` with its reason. Addresses and
texts are sealed.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, Uuid

from shared.store.columns import UtcDateTime
from shared.store.message_tables import message_tables

metadata = MetaData()
messages = message_tables(metadata)

contacts = Table(
    "contacts",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("tracking_code", String(10), nullable=False, unique=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("sealed", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid, nullable=False, index=True),
    Column("key", String(160), nullable=False),
    Column("route", String(20), nullable=False),
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

response_rules = Table(
    "response_rules",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("met_at", UtcDateTime),
    Column("owes", Boolean, nullable=False),
)
Index("response_rules_open", response_rules.c.owes, response_rules.c.respond_by)
