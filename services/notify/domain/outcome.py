"""What a provider can answer: a closed set of outcomes, the same for every provider.

Law of this file: a provider says what it did with a message and what it knows of it, never what should happen next;
``retry`` decides that. It must not hold an address or a text: outcomes are logged and stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Progress = Literal["accepted", "delivered", "undelivered", "failed"]
"""How far a provider says a message has come."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it. ``final``: it gives no receipts, so this is the most that will ever be known."""

    provider: str
    provider_id: str
    final: bool
    progress: Progress = "accepted"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Temporary:
    """It was not taken, for certain, and may be later. ``give_up_after``: such trouble that lasts is permanent."""

    provider: str
    code: str
    reason: str
    retry_after: timedelta | None = None
    give_up_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Permanent:
    """It was not taken and never will be. ``only_here``: another provider of the same route might."""

    provider: str
    code: str
    reason: str
    only_here: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been taken or not: a timeout, a 5xx, a connection that broke. Look first, then send."""

    provider: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing at all can be sent this way (account, certificate, configuration): no message is at fault."""

    provider: str
    code: str
    reason: str


SendOutcome = Accepted | Temporary | Permanent | Unknown | Stop


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The provider can't say whether it has the message: its list lags, is down, or doesn't exist."""

    provider: str
    reason: str
    ever: bool = True
    """False where asking again is useless: the provider keeps no list."""


Found = Accepted | CannotTell | None
"""The answer to "do you have it?". None means certainly not."""
