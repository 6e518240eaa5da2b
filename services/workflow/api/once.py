"""The answer to a request with an ``Idempotency-Key`` is kept, and given again the same (design 8).

Law of this file: the answer is kept in the transaction that did the work, so that there is never one without the other; it
is sealed, because a look at an identity is an answer too.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, update

from services.workflow.store.tables import idempotency
from shared.once import Once
from shared.sealing import KeyRing
from shared.store.unit_of_work import UnitOfWork


async def kept_answer(unit: UnitOfWork, ring: KeyRing, same: Once) -> dict[str, Any] | None:
    """What was answered before; None where this is the first time, which takes the key.

    Of two that come at once the second waits here for the first. Raises KeyReused for another body.
    """
    row = {"key": same.key, "request_sha256": same.digest, "answer": "", "made_at": unit.now}
    if await unit.claim(idempotency, [row], key="key"):
        return None
    kept = (await unit.connection.execute(select(idempotency).where(idempotency.c.key == same.key))).one()
    same.check(kept.request_sha256)
    answer: dict[str, Any] = json.loads(ring.open(kept.answer))
    return answer


async def keep_answer(unit: UnitOfWork, ring: KeyRing, same: Once, answer: dict[str, Any]) -> None:
    """Keep the answer with the work."""
    sealed = ring.seal_record(json.dumps(answer).encode())
    await unit.connection.execute(update(idempotency).where(idempotency.c.key == same.key).values(answer=sealed))
