"""Tables of the identity database. Tokens rest as SHA-256: whoever steals the table can't use it."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, String, Table, Uuid

from shared.store.columns import UtcDateTime

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
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)
