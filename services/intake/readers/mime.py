"""One mail: raw bytes to what it says.

Law of this file: ``read_mail`` gives a ``ParsedMail`` or raises ``Unreadable``, in time linear in the size of the mail,
whatever bytes come in; nothing is fetched, run or unpacked. What the values mean is decided elsewhere; it must not know
complaints, mailboxes or stores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from services.intake.readers.attachment_name import shown_name
from services.intake.readers.charset import decode
from services.intake.readers.content_type import sniff_media_type
from services.intake.readers.delivery_report import about, read_status
from services.intake.readers.mail_body import Block, Kind, best_of, calendar_block, decoded_block, text_block
from services.intake.readers.mail_head import head_of, read_head
from services.intake.readers.mime_tree import (
    Content,
    Described,
    Part,
    boundary_within,
    content_of,
    describe,
    parse_tree,
    raw_header,
    transfer_encoding,
    undo,
)
from services.intake.readers.parsed_mail import Attachment, DeliveryReport, Fault, MailHead, ParsedMail, Unreadable
from services.intake.readers.plain_text import tidy
from services.intake.readers.quoted import part_quoted
from services.intake.readers.sealed_mail import Sealing, opaque_content, sealing_of
from services.intake.readers.tnef import NotTnef, TnefFile, read_tnef

__all__ = ["DEEPEST_MAIL", "read_head", "read_mail"]

DEEPEST_MAIL = 10
"""Mails within mails that are read; one more is Unreadable."""

_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"


@dataclass(slots=True)
class _Found:
    """What the parts walked so far have given."""

    level: int
    blocks: list[Block] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    nested: list[ParsedMail] = field(default_factory=list)
    report: DeliveryReport | None = None
    returned_id: str | None = None
    is_read_receipt: bool = False
    receipt_for: str | None = None
    html_present: bool = False
    sealed: bool = False
    defects: set[str] = field(default_factory=set)

    def inner(self) -> _Found:
        """An empty one on the same level."""
        return _Found(self.level)

    def absorb(self, other: _Found) -> None:
        """Take over everything but the blocks."""
        self.attachments += other.attachments
        self.nested += other.nested
        self.report = self.report or other.report
        self.returned_id = self.returned_id or other.returned_id
        self.is_read_receipt |= other.is_read_receipt
        self.receipt_for = self.receipt_for or other.receipt_for
        self.html_present |= other.html_present
        self.sealed |= other.sealed
        self.defects |= other.defects


def read_mail(raw: bytes) -> ParsedMail:
    """Read one mail.

    Raises Unreadable where a program can't: parts nested or multiplied beyond the limits, encrypted, no mail at all, or a
    structure that breaks the parser. ``read_head`` still works then; the caller keeps the bytes and shows them to a person.
    """
    root = parse_tree(raw)
    if not root.raw_headers and raw.strip() and not sniff_media_type(raw).is_text:
        raise Unreadable(Fault.NO_MAIL)
    return _read(root, level=0)


def _read(part: Part, level: int, head: MailHead | None = None) -> ParsedMail:
    if level > DEEPEST_MAIL:
        raise Unreadable(Fault.NESTED)
    found = _Found(level)
    _walk(part, found)
    return _composed(head or head_of(part), found)


def _composed(head: MailHead, found: _Found) -> ParsedMail:
    text = "\n\n".join(block.text.strip("\n") for block in found.blocks if block.text.strip())
    if (found.sealed and not text) or text.startswith(_PGP_MESSAGE):
        raise Unreadable(Fault.ENCRYPTED)
    parted = part_quoted(text)
    return ParsedMail(
        head=head,
        text=parted.text,
        quoted=parted.quoted,
        html_present=found.html_present,
        guessed=head.guessed or any(block.guessed for block in found.blocks),
        damaged=any(block.damaged for block in found.blocks),
        attachments=tuple(found.attachments),
        nested=tuple(found.nested),
        report=about(found.report, found.returned_id),
        is_read_receipt=found.is_read_receipt,
        receipt_for=found.receipt_for,
        defects=tuple(sorted(found.defects)),
    )


def _walk(part: Part, found: _Found) -> None:
    described = describe(part)
    found.defects |= {type(defect).__name__ for defect in part.defects}
    take = _TAKERS.get(described.media_type) or _TAKERS_BY_KIND.get(described.media_type.partition("/")[0], _take_file)
    take(part, described, found)


def _take_multipart(part: Part, described: Described, found: _Found) -> None:
    if not part.children:
        _take_uncut(part, described, found)
        return
    for child in part.children:
        _walk(child, found)


def _take_uncut(part: Part, described: Described, found: _Found) -> None:
    """A multipart whose boundary is missing or wrong: cut at the boundary that stands in it, or else all text."""
    boundary = boundary_within(part.raw_body)
    if boundary is None:
        _take_text(part, replace(described, media_type="text/plain"), found)
        return
    _walk_again(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n' + part.raw_body, found)


def _walk_again(raw: bytes, found: _Found) -> None:
    """Walk an entity that only now came to light, one level down, so that such finds can't go on for ever."""
    inner = _Found(found.level + 1)
    if inner.level > DEEPEST_MAIL:
        raise Unreadable(Fault.NESTED)
    _walk(parse_tree(raw), inner)
    found.absorb(inner)
    found.blocks += inner.blocks


def _take_alternative(part: Part, described: Described, found: _Found) -> None:
    """The best of several forms of one text; files of all of them are kept (Apple puts them into the richest)."""
    if not part.children:
        _take_multipart(part, described, found)
        return
    forms = [found.inner() for _ in part.children]
    for child, form in zip(part.children, forms, strict=True):
        _walk(child, form)
        found.absorb(form)
    found.blocks += best_of([form.blocks for form in forms])
    found.blocks += [block for form in forms for block in form.blocks if block.kind is Kind.CALENDAR]


def _take_sealed(part: Part, described: Described, found: _Found) -> None:
    """multipart/encrypted: keep its parts as files; whether anything readable stands beside it is seen at the end."""
    found.sealed = True
    for child in part.children:
        _take_file(child, describe(child), found)
    if not part.children:
        _take_file(part, described, found)


def _take_pkcs7(part: Part, described: Described, found: _Found) -> None:
    content = content_of(part)
    sealing = sealing_of(content.content, described.parameters.get("smime-type", ""))
    inside = opaque_content(content.content) if sealing is Sealing.SIGNED else None
    if inside is not None:
        _walk_again(inside, found)
    else:
        found.sealed |= sealing is Sealing.ENCRYPTED
        found.attachments.append(_attachment(content, described, part))


def _take_text(part: Part, described: Described, found: _Found) -> None:
    if described.disposition == "attachment" or described.named_by_disposition:
        _take_file(part, described, found)
        return
    block = text_block(content_of(part), described)
    found.html_present |= block.kind is Kind.HTML
    found.blocks.append(block)


def _take_calendar(part: Part, described: Described, found: _Found) -> None:
    content = content_of(part)
    found.blocks.append(calendar_block(content, described))
    if described.file_name:
        found.attachments.append(_attachment(content, described, part))


def _take_status(part: Part, described: Described, found: _Found) -> None:
    del described
    found.report = found.report or read_status(part)


def _take_receipt(part: Part, described: Described, found: _Found) -> None:
    """message/disposition-notification (RFC 8098): its fields are parsed as a nested message's headers."""
    del described
    fields = next(iter(part.children), part)
    found.is_read_receipt = True
    original = raw_header(fields, "Original-Message-ID").strip(b"<> \t\r\n")
    found.receipt_for = original.decode("ascii", "replace")[:995] or None


def _take_returned_headers(part: Part, described: Described, found: _Found) -> None:
    """text/rfc822-headers: the head of the message that a report is about (RFC 6522 §3)."""
    del described
    found.returned_id = found.returned_id or read_head(content_of(part).content).message_id


def _take_mail(part: Part, described: Described, found: _Found) -> None:
    """A mail within the mail, also where it is base64, which RFC 2046 §5.2.1 forbids and mailers do."""
    inner = next(iter(part.children), None)
    encoding = transfer_encoding(part)
    if inner is not None and encoding in {"base64", "quoted-printable"}:
        inner = _decoded_mail(inner, encoding)
    if inner is None:
        _take_file(part, described, found)
        return
    try:
        mail = _read(inner, found.level + 1)
    except Unreadable as unreadable:
        if unreadable.fault is not Fault.ENCRYPTED:
            raise
        found.defects.add("EncryptedNestedMail")
        mail = ParsedMail(head=head_of(inner), text="", quoted="")
    found.nested.append(mail)
    found.returned_id = found.returned_id or mail.head.message_id


def _decoded_mail(inner: Part, encoding: str) -> Part:
    if inner.keys():
        return inner  # labelled base64, and isn't
    return parse_tree(undo(inner.raw_body, encoding).content)


def _take_tnef(part: Part, described: Described, found: _Found) -> None:
    """winmail.dat: kept as it is, and opened beside that where it can be."""
    content = content_of(part)
    found.attachments.append(_attachment(content, described, part))
    try:
        message = read_tnef(content.content)
    except NotTnef as fault:
        found.defects.add(f"Tnef: {fault}")
        return
    if not any(block.text.strip() for block in found.blocks):
        forms = [(Kind.PLAIN, message.body, message.body_charset), (Kind.HTML, message.html, message.html_charset)]
        found.html_present |= bool(message.html)
        found.blocks += best_of([[decoded_block(kind, decode(text, charset))] for kind, text, charset in forms])
    found.attachments += [_tnef_attachment(file) for file in message.files]


def _tnef_attachment(file: TnefFile) -> Attachment:
    name = decode(file.name, file.charset).text.rstrip("\0␀")
    return _kept(Content(file.content, damaged=not file.content), name, "", content_id=None, inline=False)


def _take_file(part: Part, described: Described, found: _Found) -> None:
    if part.children:
        for child in part.children:
            _walk(child, found)
        return
    found.attachments.append(_attachment(content_of(part), described, part))


def _attachment(content: Content, described: Described, part: Part) -> Attachment:
    content_id = raw_header(part, "Content-ID").strip(b"<> \t\r\n").decode("ascii", "replace")[:200] or None
    inline = described.disposition == "inline" or (content_id is not None and described.disposition != "attachment")
    return _kept(content, described.file_name, described.media_type, content_id=content_id, inline=inline)


def _kept(content: Content, name: str, declared_type: str, *, content_id: str | None, inline: bool) -> Attachment:
    return Attachment(
        name=shown_name(name),
        raw_name=tidy(name)[:4000],
        declared_type=declared_type,
        found=sniff_media_type(content.content),
        content=content.content,
        sha256=hashlib.sha256(content.content).hexdigest(),
        damaged=content.damaged or not content.content,
        inline=inline,
        content_id=content_id,
    )


_Taker = Callable[[Part, Described, _Found], None]

_TAKERS: dict[str, _Taker] = {
    "multipart/alternative": _take_alternative,
    "multipart/encrypted": _take_sealed,
    "application/pkcs7-mime": _take_pkcs7,
    "application/x-pkcs7-mime": _take_pkcs7,
    "application/ms-tnef": _take_tnef,
    "application/vnd.ms-tnef": _take_tnef,
    "application/xhtml+xml": _take_text,
    "message/delivery-status": _take_status,
    "message/global-delivery-status": _take_status,
    "message/disposition-notification": _take_receipt,
    "message/rfc822": _take_mail,
    "message/global": _take_mail,
    "message/news": _take_mail,
    "text/rfc822-headers": _take_returned_headers,
    "text/calendar": _take_calendar,
}
_TAKERS_BY_KIND: dict[str, _Taker] = {"multipart": _take_multipart, "text": _take_text}
