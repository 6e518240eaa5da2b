"""Texts that people sent us and that wait for a person: who wrote, about which open cases, and who has dealt with it.

Law of this file: a text waits until somebody says that it is dealt with, and their name stays with it; of two who say so
one is first. What a text means is ``domain.replies``'s to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from services.notify.desk import Desk
from services.notify.store import queries
from services.notify.store.tables import inbound_texts


class NoSuchText(LookupError):
    """The caller is at fault: no text under this key waits for a person, or ever did."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A complaint of the sender's that has not ended. ``number``: None until it is registered."""

    complaint_id: UUID
    tracking_code: str
    number: str | None


@dataclass(frozen=True, slots=True)
class WaitingText:
    """One text. ``sender``: the number it came from."""

    key: str
    received_at: datetime
    text: str = field(repr=False)
    sender: str | None = field(repr=False)
    cases: Sequence[OpenCase]


async def waiting_texts(desk: Desk) -> list[WaitingText]:
    """What waits, the oldest first, with the sender's open cases: nobody else can tell which of them is meant."""
    rows = await queries.texts_for_people(desk.store)
    cases = await queries.open_cases_of(desk.store, [row["sender_blind"] for row in rows])
    return [
        WaitingText(
            key=row["key"],
            received_at=row["received_at"],
            text=desk.ring.open(row["sealed"]).decode(),
            sender=desk.ring.open(row["sealed_sender"]).decode() if row["sealed_sender"] else None,
            cases=[
                OpenCase(case["complaint_id"], case["tracking_code"], case["case_number"])
                for case in cases
                if case["phone_blind"] == row["sender_blind"]
            ],
        )
        for row in rows
    ]


async def deal_with(desk: Desk, key: str, by: str) -> None:
    """It waits no longer. A second time changes nothing. Raises NoSuchText."""
    columns = inbound_texts.c
    async with desk.store.transaction(desk.clock()) as unit:
        values = {"needs_person": False, "settled_at": unit.now, "settled_by": by}
        statement = update(inbound_texts).where(columns.key == key, columns.needs_person).values(**values)
        if (await unit.connection.execute(statement)).rowcount:
            return
        settled = select(columns.key).where(columns.key == key, columns.settled_at.is_not(None))
        if (await unit.connection.execute(settled)).first() is None:
            raise NoSuchText
