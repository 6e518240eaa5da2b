"""Column types that mean the same on PostgreSQL and SQLite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Sequence64 = BigInteger().with_variant(Integer(), "sqlite")
"""A growing 64-bit number; SQLite grows only what it calls INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC: ``timestamptz`` on PostgreSQL, microseconds since 1970 on SQLite, so that order is order.

    Raises ValueError on a naive datetime: a moment without a zone is a bug where it was made, not here.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Pick the column type of the database at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Aware in, UTC down."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime; every moment needs its zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else (moment - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """UTC up, aware out."""
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        if isinstance(value, int):
            return _EPOCH + timedelta(microseconds=value)
        return None
