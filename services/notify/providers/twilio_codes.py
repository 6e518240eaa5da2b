"""Twilio's words as tables: error codes, and the statuses of a message.

Law of this file: a code means what its row says; one without a row is UNLISTED. Twilio splits codes as it learns
(changelog of 2024-07-10) and asks not to depend on them, so nothing here decides more than which route is next.
Codes: twilio.com/docs/api/errors; statuses: ``message_enum_status`` of its OpenAPI file. It must not do any I/O.
"""

from __future__ import annotations

from types import MappingProxyType

from services.notify.domain.outcome import Progress
from services.notify.providers.trouble import UNLISTED, Kind, Trouble

CODES = MappingProxyType(
    {
        20003: Trouble(Kind.TECHNICAL, "credentials refused"),
        20005: Trouble(Kind.TECHNICAL, "account not active"),
        20008: Trouble(Kind.TECHNICAL, "test credentials"),
        20403: Trouble(Kind.TECHNICAL, "forbidden"),
        20404: Trouble(Kind.TECHNICAL, "no such account or service"),
        20429: Trouble(Kind.TEMPORARY, "too many requests"),
        21211: Trouble(Kind.PERMANENT, "not a phone number"),
        21212: Trouble(Kind.TECHNICAL, "our sender is not a valid number"),
        21214: Trouble(Kind.PERMANENT, "number can't be reached"),
        21217: Trouble(Kind.PERMANENT, "not a phone number"),
        21265: Trouble(Kind.PERMANENT, "a short code"),
        21266: Trouble(Kind.PERMANENT, "our own number"),
        21408: Trouble(Kind.ELSEWHERE, "country not enabled for this account"),
        21601: Trouble(Kind.TECHNICAL, "our sender can't send texts"),
        21602: Trouble(Kind.PERMANENT, "empty text"),
        21603: Trouble(Kind.TECHNICAL, "no sender given"),
        21604: Trouble(Kind.PERMANENT, "no recipient given"),
        21606: Trouble(Kind.TECHNICAL, "our sender can't send texts"),
        21607: Trouble(Kind.TECHNICAL, "our sender is not ours"),
        21608: Trouble(Kind.ELSEWHERE, "trial account: number not verified"),
        21609: Trouble(Kind.TECHNICAL, "our callback URL is not valid"),
        21610: Trouble(Kind.PERMANENT, "the recipient opted out with this provider"),
        21611: Trouble(Kind.TEMPORARY, "our sender's queue is full"),
        21612: Trouble(Kind.ELSEWHERE, "this sender can't reach that number"),
        21614: Trouble(Kind.PERMANENT, "not a mobile number"),
        21617: Trouble(Kind.PERMANENT, "text longer than 1600 characters"),
        21635: Trouble(Kind.PERMANENT, "a landline"),
        21659: Trouble(Kind.TECHNICAL, "our sender is not a number of this provider"),
        21660: Trouble(Kind.TECHNICAL, "our sender belongs to another account"),
        21661: Trouble(Kind.TECHNICAL, "our sender can't send texts"),
        21703: Trouble(Kind.TECHNICAL, "messaging service has no sender"),
        21704: Trouble(Kind.TECHNICAL, "messaging service has no number"),
        21705: Trouble(Kind.TECHNICAL, "messaging service not known"),
        30001: Trouble(Kind.TEMPORARY, "queue overflow"),
        30002: Trouble(Kind.TECHNICAL, "account suspended"),
        30003: Trouble(Kind.TEMPORARY, "handset off or out of reach"),
        30004: Trouble(Kind.PERMANENT, "blocked by the recipient or carrier"),
        30005: Trouble(Kind.PERMANENT, "number not in use"),
        30006: Trouble(Kind.PERMANENT, "a landline, or a carrier out of reach"),
        30007: Trouble(Kind.ELSEWHERE, "filtered by the carrier"),
        30008: Trouble(Kind.TEMPORARY, "carrier gave no reason"),
        30009: Trouble(Kind.TEMPORARY, "a segment was lost"),
        30010: Trouble(Kind.ELSEWHERE, "dearer than the account allows"),
        30022: Trouble(Kind.TEMPORARY, "carrier's rate limit"),
        30410: Trouble(Kind.TEMPORARY, "carrier timed out"),
        63038: Trouble(Kind.TEMPORARY, "account's daily limit"),
    }
)

PROGRESS: MappingProxyType[str, Progress | None] = MappingProxyType(
    {
        "accepted": "accepted",
        "scheduled": "accepted",
        "queued": "accepted",
        "sending": "accepted",
        "sent": "accepted",
        "delivered": "delivered",
        "read": "delivered",
        "undelivered": "undelivered",
        "failed": "failed",
        "canceled": "failed",
        # Of group and inbound messages; a status without progress is kept as it came and changes nothing.
        "partially_delivered": None,
        "receiving": None,
        "received": None,
    }
)
"""What each status says of an outbound message."""


def trouble_of(code: int | str | None) -> Trouble:
    """The row for a code in whatever form it came."""
    digits = str(code or "")
    return CODES.get(int(digits), UNLISTED) if digits.isascii() and digits.isdigit() else UNLISTED
