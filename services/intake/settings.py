"""Intake's settings, beyond the shared ones."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Settings


class IntakeSettings(Settings):
    """Environment prefix ``SHOULI_`` like all others."""

    mailboxes: str = Field(
        default="",
        description="mailboxes to poll, blank-separated: imaps://user@host:993/INBOX?done=Archive; passwords in mailbox_passwords",
    )
    mailbox_passwords: str = Field(default="", description="one password a mailbox, in order, one a line")
    mail_poll_seconds: int = Field(default=60, ge=1, description="a sweep at least this often, beside IDLE")
    channel_check_times: str = Field(
        default="",
        description="windows of the daily channel checks where they differ: boxes=09:00-10:30 letters=14:00-15:00",
    )
    fax_folder: str = Field(
        default="", description="folder to watch for received faxes (HylaFAX recvq or any drop folder)"
    )
    ocr_idle_seconds: int = Field(
        default=300, ge=1, description="the OCR worker is stopped after this long without a page"
    )
