"""The tables of error codes speak one language: whose fault is it, and may it pass?

Law of this file: permanent is about this recipient or text, temporary may pass, technical is about our account and stops
everything. Each provider's codes are a table of such rows beside its adapter. It must not know any provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.notify.ports import Permanent, SendOutcome, Stop, Temporary


class Kind(StrEnum):
    """Whose fault, and whether it passes."""

    PERMANENT = "permanent"
    """This recipient by this route: never. Another route may."""
    ELSEWHERE = "elsewhere"
    """This provider: never. Another one of the same route may."""
    TEMPORARY = "temporary"
    """Later it may work."""
    TECHNICAL = "technical"
    """Account, credentials, configuration: nothing works until a person has mended it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a provider's error code means."""

    kind: Kind
    reason: str


UNLISTED = Trouble(Kind.PERMANENT, "a code that is not in the table")
"""A code nobody knows takes the next route: the person is reached, and the code stands in the ledger for the table."""


def outcome_of(provider: str, code: str, trouble: Trouble, *, retry_after: timedelta | None = None) -> SendOutcome:
    """The outcome that a row of a table stands for."""
    match trouble.kind:
        case Kind.PERMANENT:
            return Permanent(provider, code, trouble.reason)
        case Kind.ELSEWHERE:
            return Permanent(provider, code, trouble.reason, only_here=True)
        case Kind.TEMPORARY:
            return Temporary(provider, code, trouble.reason, retry_after)
        case Kind.TECHNICAL:
            return Stop(provider, code, trouble.reason)
