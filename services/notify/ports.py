"""What notify needs of the world outside: somebody who takes a message, can say whether he has it, and may report later.

Law of this file: every provider, printed to Twilio, is one ``MessageProvider``, held to one suite of contract tests
(``tests/contract/notify/test_providers.py``). It must not know a concrete provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from services.notify.domain.outcome import (
    Accepted,
    CannotTell,
    Found,
    Permanent,
    Progress,
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
    "InboundText",
    "MessageProvider",
    "NobodyWatches",
    "OutgoingText",
    "Permanent",
    "ProviderWatch",
    "Refused",
    "SendOutcome",
    "StatusReport",
    "Stop",
    "Temporary",
    "Unknown",
    "Webhook",
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


class ProviderWatch(Protocol):
    """Knows how the providers of a route are doing. This process's opinion, and no more."""

    def delivered(self, name: str, after: timedelta) -> None:
        """A provider's message arrived so long after it was accepted."""
        ...

    def health(self) -> Mapping[str, bool]:
        """Whether each would be tried now."""
        ...


class NobodyWatches:
    """Where there is one provider, or none: nobody could take its place."""

    def delivered(self, name: str, after: timedelta) -> None:
        """Nothing follows from it."""

    def health(self) -> Mapping[str, bool]:
        """Nothing is known."""
        return {}


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of a message. ``progress`` is None for a status that says nothing of that: kept, changing nothing."""

    provider: str
    provider_id: str
    status: str
    progress: Progress | None
    code: str = ""
    """As it came: text, whatever is in it; cut at 32 characters."""
    reason: str = ""
    later_may_help: bool = False

    @property
    def key(self) -> str:
        """Unique in the ledger: the same report twice, or replayed a year later, is one report."""
        return f"{self.provider}:{self.provider_id}:{self.status}"


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text somebody sent us."""

    provider: str
    provider_id: str
    sender: str = field(repr=False)
    to: str
    text: str = field(repr=False)

    @property
    def key(self) -> str:
        """Unique in the ledger."""
        return f"{self.provider}:{self.provider_id}"


@dataclass(frozen=True, slots=True)
class Refused:
    """Not believed or not understood: the HTTP status to answer, and why, without a word of the content."""

    http_status: int
    reason: str


class Webhook(Protocol):
    """Reads what a provider tells us by HTTP; believes only what is signed. Never raises for what the outside sends."""

    def read_status(self, body: bytes, content_type: str, signature: str | None) -> StatusReport | Refused:
        """What became of a message."""
        ...

    def read_inbound(self, body: bytes, content_type: str, signature: str | None) -> InboundText | Refused:
        """What somebody texted us."""
        ...
