"""What a classified mail becomes: the rows of a complaint, a supplement, a bounce's message, or a place in quarantine.

Law of this file: a table from class to what is made; whatever has no row of its own is kept as a note (the mail's own
row). A supplement from another sender is told too, marked as unverified, so that the office sees it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.intake.adapters.email_inbox import KIND, told_by, words_of
from services.intake.domain.mail_class import MailClass, Outcome
from services.intake.domain.normalise import CUT_MARK, LONGEST_TEXT, hints_in
from services.intake.domain.text import words
from services.intake.handlers import (
    SUPPLEMENT,
    Original,
    Receipt,
    complaint_rows,
    keep,
    new_identifiers,
    normalised,
    original_rows,
    receipt_of,
    respond_by,
)
from services.intake.ports import Door
from services.intake.readers.delivery_report import report_in_prose
from services.intake.readers.parsed_mail import Attachment, ParsedMail
from services.intake.store import tables
from services.intake.store.states import QuarantineState
from shared.contracts.complaint import ComplaintSupplemented, Evidence, Published, Source
from shared.contracts.envelope import wrap
from shared.contracts.mail import MailBounced
from shared.contracts.values import Channel, new_id
from shared.store.unit_of_work import Row, outbox_row

if TYPE_CHECKING:
    from services.intake.mail_receiving import ReadMail

RFC822 = "message/rfc822"
BOUNCE_PREFIX = "bounce+"
"""How our return paths begin; what stands after it is notify's to read."""

Rows = list[tuple[Any, Row]]


@dataclass(frozen=True, slots=True)
class Becomes:
    """Rows to write, and what the door says. ``complaint_id``: the complaint it is, or adds to."""

    rows: Rows
    complaint_id: UUID | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    door: Door
    read: ReadMail
    original: str
    size: int
    received_by: str
    received_at: datetime

    @property
    def mail(self) -> ParsedMail:
        assert self.read.mail is not None
        return self.read.mail


async def becomes_of(
    door: Door, read: ReadMail, original: str, size: int, *, received_by: str, received_at: datetime
) -> Becomes:
    """Make the rows. Keeps attachments as originals; raises OSError where the disk is full."""
    taken = _Taken(door, read, original, size, received_by, received_at)
    make = _MADE.get(read.verdict.mail_class)
    if make is not None:
        return await make(taken)
    if read.verdict.outcome is Outcome.QUARANTINE:
        row = quarantine_row(door, read.verdict.reason, original, size, read.head.message_id, received_at)
        return Becomes([(tables.quarantine, row)])
    return Becomes([])


async def _complaint(taken: _Taken) -> Becomes:
    door = taken.door
    submission = told_by(
        taken.mail,
        received_at=taken.received_at,
        received_by=taken.received_by,
        evidence=await kept_attachments(door, taken.mail),
        original=taken.original,
    ).model_copy(
        update={
            "machines_may_mail": taken.read.unanswerable is None,
            "possible_duplicates": tuple(dict.fromkeys(taken.read.matter.hinted)),
        }
    )
    complaint = normalised(door, submission, new_identifiers())
    return Becomes(complaint_rows(door, complaint), complaint.complaint_id, receipt_of(complaint))


async def _supplement(taken: _Taken) -> Becomes:
    door, matter = taken.door, taken.read.matter
    assert matter.complaint_id is not None
    evidence = await kept_attachments(door, taken.mail)
    text = _cut(words(words_of(taken.mail)) or "")
    supplement = ComplaintSupplemented(
        complaint_id=matter.complaint_id,
        supplement_id=new_id(),
        channel=Channel.EMAIL,
        received_at=taken.received_at,
        received_by=taken.received_by,
        sender_verified=matter.sender_matches,
        text=text,
        evidence=evidence,
        source=Source(
            kind=KIND,
            external_id=(taken.read.head.message_id or "")[:400] or None,
            originals=[taken.original, *(item.sha256 for item in evidence)],
        ),
        hints=hints_in(text),
    )
    return Becomes(supplement_rows(door, supplement), matter.complaint_id)


async def _bounce(taken: _Taken) -> Becomes:
    """Told to notify, who alone can read its own return paths."""
    report = taken.mail.report or report_in_prose(f"{taken.mail.text}\n{taken.mail.quoted}")
    status = next((row.status for row in report.recipients if row.status), "")
    bounced = MailBounced(
        bounce_id=new_id(),
        received_at=taken.received_at,
        returned_to=returned_to(taken.mail),
        failed=report.failed or (not report.standard and not status),  # prose without a code: it came back
        permanent=report.permanent,
        status=status,
        standard=report.standard,
    )
    return Becomes([_told(taken.door, bounced, bounced.bounce_id)])


_MADE: dict[MailClass, Callable[[_Taken], Awaitable[Becomes]]] = {
    MailClass.NEW_COMPLAINT: _complaint,
    MailClass.SUPPLEMENT: _supplement,
    MailClass.SUPPLEMENT_UNVERIFIED: _supplement,
    MailClass.BOUNCE: _bounce,
}


def returned_to(mail: ParsedMail) -> list[str]:
    """Our return paths among the addresses that a report was sent to."""
    head = mail.head
    named = [box.address for box in (*head.to, *head.cc) if box.address] + list(head.facts.delivered_to)
    ours = (address.strip("<> ") for address in named)
    return list(dict.fromkeys(address for address in ours if address.lower().startswith(BOUNCE_PREFIX)))[:5]


async def kept_attachments(door: Door, mail: ParsedMail) -> list[Evidence]:
    """Its files, and those of the mails attached to it, as evidence."""
    return await keep(
        door, [Original(shown_name(file), file.found.media_type, file.content) for file in mail.every_attachment()]
    )


def shown_name(file: Attachment) -> str:
    """What a file is called to staff: of one that isn't what it claims, the name says so and opens nothing any more."""
    if not file.suspect:
        return file.name
    found = file.found.media_type.replace("/", " ")  # a name that people save files by has no slash in it
    return f"{file.name}（慎开，内容是 {found}）"


def supplement_rows(door: Door, supplement: ComplaintSupplemented) -> Rows:
    """The supplement's row, its originals' rows and the message in the outbox."""
    row = {
        "supplement_id": supplement.supplement_id,
        "complaint_id": supplement.complaint_id,
        "channel": supplement.channel.value,
        "received_at": supplement.received_at,
        "sealed": door.ring.seal_record(supplement.model_dump_json().encode()),
    }
    originals = original_rows(door, supplement.complaint_id, supplement.evidence, SUPPLEMENT)
    return [(tables.supplements, row), _told(door, supplement, supplement.complaint_id), *originals]


def quarantine_row(
    door: Door, reason: str, original: str, size: int, external_id: str | None, received_at: datetime
) -> dict[str, Any]:
    """A place in quarantine, with the limit of art. 14 running from its arrival."""
    return {
        "id": new_id(),
        "channel": Channel.EMAIL.value,
        "reason": reason[:400],
        "sha256": original,
        "media_type": RFC822,
        "size": size,
        "external_id": (external_id or "")[:400] or None,
        "received_at": received_at,
        "respond_by": respond_by(door, received_at),
        "state": QuarantineState.WAITING,
    }


def _told(door: Door, data: Published, subject: UUID) -> tuple[Any, Row]:
    now = door.clock()
    envelope, body = wrap(data, subject=subject, now=now, sealer=door.ring)
    return tables.messages.outbox, outbox_row(envelope.id, envelope.type, subject, body, now)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(CUT_MARK)] + CUT_MARK
