"""The book's one table. Law of this file: entries are only ever added; a decision is undone by a later one."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

from shared.store.columns import UtcDateTime

metadata = MetaData()

calendar_entries = Table(
    "calendar_entries",
    metadata,
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("body", Text, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("entered_by", String(80), nullable=False),
)
