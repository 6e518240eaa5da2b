"""What notify needs of the world outside: somebody who takes a message, and can say whether he has it.

Law of this file: every provider, printed to Twilio, is one ``MessageProvider``, held to one suite of contract tests
(``tests/contract/notify/test_providers.py``). It must not know a concrete provider.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from services.notify.domain.outcome import (
    Accepted,
    CannotTell,
    Found,
    Permanent,
    SendOutcome,
    Stop,
    Temporary,
    Unknown,
)
from services.notify.domain.state import ANYWHERE
from shared.contracts.values import Route

__all__ = [
    "Accepted",
    "CannotTell",
    "Found",
    "MessageProvider",
    "OutgoingText",
    "Permanent",
    "SendOutcome",
    "Stop",
    "Temporary",
    "Unknown",
]


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """One rendered message on its way. Address, words and values never show in a repr, so they can't slip into a log."""

    delivery_id: UUID
    route: Route
    reference: str
    """Six characters that stand in the text of an SMS and go along as the provider's own field where it has one."""
    to: str = field(repr=False)
    """E.164 for a text message, an e-mail address for a mail."""
    body: str = field(repr=False)
    subject: str | None = field(default=None, repr=False)
    template: str = ""
    """``zh/receipt/1``; providers with registered templates map language and key to their own id."""
    values: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    seen_by: tuple[str, ...] = (ANYWHERE,)
    """``Delivery.seen_by``: with which providers ``find`` has to look."""


class MessageProvider(Protocol):
    """One way to hand a message over."""

    @property
    def name(self) -> str:
        """A short name that stands in the ledger: ``twilio``, ``smtp``, ``printed``."""
        ...

    @property
    def route(self) -> Route:
        """The route it serves."""
        ...

    @property
    def abroad(self) -> bool:
        """Whether it takes personal information out of the country (PIPL arts. 36 and 38)."""
        ...

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Hand the message over, once. Never raises for what the outside does; ends within a minute.

        The caller has committed ``attempting`` before, holds no transaction, and calls again only after ``Temporary``,
        ``Stop``, or ``Unknown`` followed by a ``find`` that answered None.
        """
        ...

    async def find(self, message: OutgoingText) -> Found:
        """Say whether this message is there already, and what became of it; None means certainly not.

        Also the way to ask for a receipt that never came: ``Accepted.progress`` says how far it got.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...
