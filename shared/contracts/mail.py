"""``mail.*``: what intake's mailbox brought that concerns our own outgoing mail. No name, address of a person or text."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.contracts.complaint import Published
from shared.contracts.values import Moment


class MailBounced(Published):
    """A mail server reported on a mail of ours (RFC 3464, or prose). Whether it is believed is for who sent it to decide."""

    bounce_id: UUID
    received_at: Moment
    returned_to: list[str] = Field(
        description="our own return paths that the report was sent to; their seals are unchecked"
    )
    failed: bool = Field(description="false for a delay, a relay or a delivery")
    permanent: bool = Field(description="RFC 3463 class 5: trying the same address again is useless")
    status: str = Field(default="", description="RFC 3463, e.g. 5.1.1; empty where the report has none")
    standard: bool = Field(default=True, description="false where it was read out of prose")
