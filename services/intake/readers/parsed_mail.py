"""What a mail says, once read: the values that the mail reader gives.

Law of this file: facts only. Whether a mail is a complaint, a bounce or a loop is decided in ``domain.mail_class``; who
is believed, in the handlers. Headers that look like ours are not among the facts, so nobody can act by them. Text
is NFC with NUL shown as ␀; the raw bytes are the original, kept by whoever called the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from services.intake.readers.addresses import MailAddress
from services.intake.readers.content_type import ContentType, contradicts, ending_contradicts


class Fault(StrEnum):
    """Why a mail can't be read by a program. A person looks at the original."""

    NESTED = "nested"
    """Parts inside parts beyond the limit."""
    TOO_MANY_PARTS = "too_many_parts"
    ENCRYPTED = "encrypted"
    """S/MIME or PGP, and nothing readable beside it."""
    NO_MAIL = "no_mail"
    """Not one header, and no text either: a picture or a program that was put into the mailbox's pipe or folder."""
    MALFORMED = "malformed"
    """The structure broke the parser."""


class Unreadable(Exception):
    """The mail can't be read; its bytes are untouched. The caller keeps them and puts the mail before a person.

    The sender is at fault, or his program; reading it again gives the same. Holds no content.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"mail unreadable: {fault.value}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the headers say about the kind of mail this is, unjudged. Names of headers in lower case."""

    auto_submitted: str = ""
    """RFC 3834 §5: ``no``, ``auto-replied``, ``auto-generated`` …, in lower case, without parameters."""
    precedence: str = ""
    auto_reply_marks: tuple[str, ...] = ()
    """Names of the headers present by which programs mark their automatic answers, such as ``x-autoreply``."""
    suppresses_answers: bool = False
    """``X-Auto-Response-Suppress`` asks for no automatic answer ([MS-OXCMAIL] §2.1.3.2.20)."""
    list_headers: tuple[str, ...] = ()
    """Names of the headers present of RFC 2919 and RFC 2369."""
    return_path: str | None = None
    """The address in Return-Path; the empty string is the null path ``<>``; None where there is no such header."""
    report_type: str = ""
    """RFC 6522: ``delivery-status``, ``disposition-notification`` …"""
    wants_receipt: bool = False
    """RFC 8098: the sender asks for a read receipt. We never send one."""
    loop_marks: tuple[str, ...] = ()
    """Values of X-Loop."""
    spam_verdict: bool = False
    """A filter before us said spam (X-Spam-Flag, X-Spam-Status)."""
    delivered_to: tuple[str, ...] = ()
    """Addresses of Delivered-To, X-Original-To and Envelope-To: where it really went."""


@dataclass(frozen=True, slots=True)
class MailHead:
    """The headers. All that can be said of a mail that is too large or unreadable."""

    subject: str = ""
    senders: tuple[MailAddress, ...] = ()
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    date: str = ""
    """As written: what a sender's clock says decides nothing."""
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    facts: HeaderFacts = field(default_factory=HeaderFacts)
    guessed: bool = False
    """Subject or names were in an unnamed or wrongly named charset."""

    @property
    def sender(self) -> MailAddress | None:
        """The one sender with a valid address, or None: none, several, or none that can be written to."""
        if len(self.senders) == 1 and self.senders[0].address:
            return self.senders[0]
        return None


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """One recipient of a delivery status report (RFC 3464 §2.3); addresses as reported, not validated."""

    final_recipient: str = ""
    original_recipient: str = ""
    action: str = ""
    """``failed``, ``delayed``, ``delivered``, ``relayed``, ``expanded``, or empty."""
    status: str = ""
    """RFC 3463: ``5.1.1``."""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A report on a message of ours that a mail server could not, or could not yet, deliver."""

    original_message_id: str | None = None
    envelope_id: str | None = None
    recipients: tuple[ReportedRecipient, ...] = ()
    standard: bool = True
    """False where it was read out of prose, because the server doesn't follow RFC 3464."""

    @property
    def failed(self) -> bool:
        """Whether it says that a message will not arrive: a delay or a delivery is no failure."""
        return any(row.action == "failed" or (not row.action and row.status[:1] == "5") for row in self.recipients)

    @property
    def permanent(self) -> bool:
        """Whether trying again is useless (RFC 3463: class 5)."""
        return any(row.status.startswith("5") for row in self.recipients)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file. ``content`` is what could be decoded; where ``damaged`` is set, the original holds more."""

    name: str
    """Cleaned for showing; never a path."""
    raw_name: str
    declared_type: str
    found: ContentType
    content: bytes = field(repr=False)
    sha256: str
    damaged: bool = False
    inline: bool = False
    content_id: str | None = None

    @property
    def suspect(self) -> bool:
        """Whether it isn't what its name or type says, or is of a kind that isn't taken as evidence unseen."""
        return (
            not self.found.allowed
            or contradicts(self.declared_type, self.found)
            or ending_contradicts(self.raw_name, self.found)
        )


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail, read."""

    head: MailHead
    text: str
    """What the sender wrote now."""
    quoted: str
    """History that was quoted, apart."""
    html_present: bool = False
    guessed: bool = False
    """Some of the text was in an unnamed or wrongly named charset: a person should compare with the original."""
    damaged: bool = False
    """Some characters could not be read at all."""
    attachments: tuple[Attachment, ...] = ()
    nested: tuple[ParsedMail, ...] = ()
    """Mails attached to this one."""
    report: DeliveryReport | None = None
    is_read_receipt: bool = False
    receipt_for: str | None = None
    """The Message-ID that a read receipt is about."""
    defects: tuple[str, ...] = ()
    """Names of what was wrong with the structure, for the operator."""

    @property
    def is_blank(self) -> bool:
        """Nothing but a head: no words, no file, no attached mail."""
        return not (self.text.strip() or self.quoted.strip() or self.attachments or self.nested)

    def every_attachment(self) -> tuple[Attachment, ...]:
        """Its own files, then those of the mails attached to it."""
        return self.attachments + tuple(file for mail in self.nested for file in mail.every_attachment())
