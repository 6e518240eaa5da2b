"""The three tables by which messages can't get lost: outbox, inbox and dead letters; the same in every service.

``outbox``: what was decided and must be told; rows stay after publishing (with ``published_at``) so that a wiped broker
can be filled again. ``inbox``: what was already handled, kept as long as the complaint. ``dead_letters``: what could not
be handled, with the reason, until a person replays or discards it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid

from shared.store.columns import Sequence64, UtcDateTime


@dataclass(frozen=True, slots=True)
class MessageTables:
    """The tables, bound to one service's metadata."""

    outbox: Table
    inbox: Table
    dead_letters: Table


def message_tables(metadata: MetaData) -> MessageTables:
    """Declare the three tables in a service's metadata."""
    outbox = Table(
        "outbox",
        metadata,
        Column("seq", Sequence64, primary_key=True, autoincrement=True),
        Column("message_id", Uuid, nullable=False, unique=True),
        Column("type", String(80), nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("written_at", UtcDateTime, nullable=False),
        Column("available_at", UtcDateTime, nullable=False),
        Column("published_at", UtcDateTime),
        Column("attempts", Integer, nullable=False, default=0),
        Column("last_error", String(400)),
    )
    waiting = outbox.c.published_at.is_(None)
    Index("outbox_waiting", outbox.c.seq, postgresql_where=waiting, sqlite_where=waiting)
    Index("outbox_subject", outbox.c.subject)
    inbox = Table(
        "inbox",
        metadata,
        Column("consumer", String(40), primary_key=True),
        Column("message_id", Uuid, primary_key=True),
        Column("handled_at", UtcDateTime, nullable=False),
    )
    dead_letters = Table(
        "dead_letters",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("consumer", String(40), nullable=False),
        Column("message_id", Uuid),
        Column("type", String(80), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("reason", String(1000), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("died_at", UtcDateTime, nullable=False),
        Column("settled_at", UtcDateTime),
        Column("settled_by", String(80)),
        Column("settled_how", String(400)),
    )
    return MessageTables(outbox, inbox, dead_letters)
