"""Bounces: what a mail server reports later of a mail that was accepted (RFC 3464).

Law of this file: a report counts only for a delivery that it names by our sealed return path, so nobody can report one
from outside; "delayed" and "relayed" change nothing. Whatever else arrives is no report. It must not know what follows.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from types import MappingProxyType
from uuid import UUID

from services.notify.domain.outcome import Progress
from services.notify.domain.return_path import read_return_path

LARGEST_REPORT = 1024 * 1024
"""Bytes. A report may carry the whole mail back, and ours are small."""

PROGRESS: MappingProxyType[str, Progress] = MappingProxyType({"failed": "undelivered", "delivered": "delivered"})
"""The action field (RFC 3464 §2.3.3); ``delayed``, ``relayed`` and ``expanded`` say nothing final."""

_WHERE_TO = ("X-Original-To", "Delivered-To", "Envelope-To", "To")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class MailReport:
    """What became of a mail."""

    delivery_id: UUID
    progress: Progress
    code: str
    """The enhanced status (RFC 3463), e.g. ``5.1.1``; empty where the report has none."""

    @property
    def key(self) -> str:
        """Unique in the ledger: the same report twice is one report."""
        return f"smtp:{self.delivery_id}:{self.progress}"


def read_dsn(raw: bytes, return_path_key: bytes) -> MailReport | None:
    """Read a mail that came back to a return path; None where it reports nothing about a mail of ours. Never raises."""
    if len(raw) > LARGEST_REPORT:
        return None
    mail = email.message_from_bytes(raw)
    delivery_id = next(_deliveries(mail, return_path_key), None)
    if delivery_id is None:
        return None
    for fields in _recipients(mail):
        progress = PROGRESS.get(str(fields.get("Action", "")).strip().lower())
        if progress is not None:
            status = _STATUS.search(str(fields.get("Status", "")))
            return MailReport(delivery_id, progress, status.group() if status else "")
    return None


def _deliveries(mail: Message, key: bytes) -> Iterator[UUID]:
    """The deliveries named by the addresses that the report was sent to."""
    for header in _WHERE_TO:
        for value in mail.get_all(header, []):
            for word in re.split(r"[\s,<>]+", str(value)):
                delivery_id = read_return_path(word, key)
                if delivery_id is not None:
                    yield delivery_id


def _recipients(mail: Message) -> Iterator[Message]:
    """The groups of fields of a delivery report; the parser makes a message of each."""
    for part in mail.walk():
        groups = part.get_payload() if part.get_content_type() == "message/delivery-status" else None
        yield from (group for group in groups or () if isinstance(group, Message))
