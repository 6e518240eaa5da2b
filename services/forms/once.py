"""The same request twice makes one thing: which document or recorded fact came of an ``Idempotency-Key`` (design 8).

Law of this file: the key is taken in the transaction that makes the thing, so that there is never one without the other. What
was made is found by its id; the answer is told from it anew, since what was made is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from services.forms.store.tables import requests
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a request, and whether it had come of it before."""

    id: UUID
    repeated: bool


async def claimed(unit: UnitOfWork, same: Once | None) -> Made:
    """A fresh id, or the one that the same request got before. Raises KeyReused."""
    identifier = new_id()
    if same is None:
        return Made(identifier, repeated=False)
    row = {"key": same.key, "digest": same.digest, "document_id": identifier, "asked_at": unit.now}
    if await unit.claim(requests, [row], key="key"):
        return Made(identifier, repeated=False)
    before = (await unit.connection.execute(select(requests).where(requests.c.key == same.key))).one()
    same.check(before.digest)
    return Made(before.document_id, repeated=True)
