"""A request with an ``Idempotency-Key`` is done once, and answered the same way each time (design 8).

Law of this file: the answer is kept in the transaction that did the work, so that there is never one without the other; it
is sealed, because a look at an identity is an answer too. A key used for another request is refused.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from services.workflow.store.tables import idempotency
from shared.sealing import KeyRing
from shared.store.unit_of_work import UnitOfWork
from shared.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Once:
    """One request of one person: whose, on what, under which key, and its body."""

    who: str
    what: str
    key: str
    body: bytes = field(repr=False)

    @property
    def _key(self) -> str:
        return hashlib.sha256(json.dumps([self.who, self.what, self.key]).encode()).hexdigest()

    @property
    def _digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    async def kept_answer(self, unit: UnitOfWork, ring: KeyRing) -> dict[str, Any] | None:
        """What was answered before; None where this is the first time, which takes the key.

        Of two that come at once the second waits here for the first. Raises Problem 422 for another body.
        """
        row = {"key": self._key, "request_sha256": self._digest, "answer": "", "made_at": unit.now}
        if await unit.claim(idempotency, [row], key="key"):
            return None
        kept = (await unit.connection.execute(select(idempotency).where(idempotency.c.key == self._key))).one()
        if kept.request_sha256 != self._digest:
            raise Problem(
                422,
                "idempotency_key_reused",
                "这个 Idempotency-Key 已用于另一请求，请换一个",
                "This Idempotency-Key was used for another request; take a new one",
            )
        answer: dict[str, Any] = json.loads(ring.open(kept.answer))
        return answer

    async def keep(self, unit: UnitOfWork, ring: KeyRing, answer: dict[str, Any]) -> None:
        """Keep the answer with the work."""
        sealed = ring.seal_record(json.dumps(answer).encode())
        await unit.connection.execute(update(idempotency).where(idempotency.c.key == self._key).values(answer=sealed))
