"""Reports of mail servers on messages of ours: RFC 3464 where they follow it, prose where they don't.

Law of this file: whatever stands in a report was written by somebody else: addresses and ids are looked up by the
caller, never trusted. It must not know what is done about a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from services.intake.readers.header_text import header_text
from services.intake.readers.mime_tree import Part, parse_head, raw_header
from services.intake.readers.parsed_mail import DeliveryReport, ReportedRecipient
from services.intake.readers.plain_text import one_line

_LONGEST = 300
_MOST_RECIPIENTS = 200
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_SMTP_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ \-])")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}+@[A-Za-z0-9.-]{3,200}")
_MESSAGE_ID = re.compile(r"Message-ID:\s{0,5}<([^<>\s]{3,995})>", re.IGNORECASE)
_PROSE_READ = 20_000
_BLANK_LINES = re.compile(rb"(?:\r?\n){2,}")


def read_status(part: Part) -> DeliveryReport:
    """A message/delivery-status part (RFC 3464 §2): the per-message fields, then one block a recipient."""
    blocks = list(_blocks(part))
    rows = [_recipient(block) for block in blocks if block.raw_headers.keys() & {"final-recipient", "action"}]
    envelope = next((value for block in blocks if (value := _value(block, "Original-Envelope-Id"))), None)
    return DeliveryReport(envelope_id=envelope, recipients=tuple(rows[:_MOST_RECIPIENTS]))


def _blocks(part: Part) -> Iterator[Part]:
    """The blocks of fields; of message/global-delivery-status (RFC 6533) the parser cuts off only the first."""
    for block in part.children:
        yield block
        yield from map(parse_head, _BLANK_LINES.split(block.raw_body.strip())[:_MOST_RECIPIENTS])


def about(report: DeliveryReport | None, original_message_id: str | None) -> DeliveryReport | None:
    """The report with the id of the message it returned, where that stood in it."""
    if report is None or not original_message_id:
        return report
    return replace(report, original_message_id=report.original_message_id or original_message_id)


def report_in_prose(text: str) -> DeliveryReport:
    """The best that can be read from a bounce in prose (as QQ and 163 send it): the code, one address, the returned message's id."""
    head = text[:_PROSE_READ]
    status = _STATUS.search(head)
    code = _SMTP_CODE.search(head)
    address = _ADDRESS.search(head)
    identity = _MESSAGE_ID.search(text[: 10 * _PROSE_READ])
    row = ReportedRecipient(
        final_recipient=address.group() if address else "",
        status=status[1] if status else f"{code[1]}.0.0" if code else "",
        diagnostic=one_line(head, longest=_LONGEST),
    )
    return DeliveryReport(original_message_id=identity[1] if identity else None, recipients=(row,), standard=False)


def _recipient(block: Part) -> ReportedRecipient:
    found = _STATUS.search(_value(block, "Status"))
    return ReportedRecipient(
        final_recipient=_typed(_value(block, "Final-Recipient")),
        original_recipient=_typed(_value(block, "Original-Recipient")),
        action=_value(block, "Action").partition(" ")[0].lower(),
        status=found[1] if found else "",
        diagnostic=_value(block, "Diagnostic-Code"),
    )


def _value(block: Part, name: str) -> str:
    return one_line(header_text(raw_header(block, name)).text, longest=_LONGEST)


def _typed(value: str) -> str:
    """``rfc822; a@b.cn`` without its type."""
    return value.partition(";")[2].strip() or value
