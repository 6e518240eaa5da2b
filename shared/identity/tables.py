"""Tables of the identity database.

Law of this file: whoever steals it can't come in with it. Tokens, sessions and links rest as SHA-256, passwords as argon2id,
second factors sealed, and who tried to come in from where as a keyed hash.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, Uuid

from shared.store.columns import Sequence64, UtcDateTime

metadata = MetaData()

tokens = Table(
    "tokens",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("unit", String(80)),
    Column("scopes", String(400), nullable=False, default=""),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(80)),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", String(80)),
)
"""Rows stay when a token is revoked: who made it and who ended it is their record."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("unit", String(120)),
    Column("password_hash", String(200)),
    Column("outer_subject", String(400), unique=True),
    Column("sealed_totp", Text),
    Column("sealed_totp_offered", Text),
    Column("totp_step", Sequence64),
    Column("made_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)
"""``name`` is unique too: records show it, and a record must not be ambiguous. Without a password hash nobody comes in
but by a link or by OpenID Connect (``outer_subject``: issuer and subject)."""

sessions = Table(
    "sessions",
    metadata,
    Column("session_sha256", String(64), primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)
Index("sessions_account", sessions.c.account_id)

links = Table(
    "links",
    metadata,
    Column("link_sha256", String(64), primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
Index("links_account", links.c.account_id)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcDateTime, nullable=False),
)

account_events = Table(
    "account_events",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("account_id", Uuid, ForeignKey("accounts.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("by", String(80), nullable=False),
)
"""Who did what to an account: grows only."""
