"""From what a mail says to the facts by which its class is decided.

Law of this file: one field is copied to one field; no judgement but one: whether an address is one of ours. It stands
between the reader and the rules so that neither knows the other's words.
"""

from __future__ import annotations

from collections.abc import Collection

from services.intake.domain.mail_class import MailFacts
from services.intake.readers.parsed_mail import MailHead, ParsedMail


def facts_of(
    mail: ParsedMail,
    *,
    own_addresses: Collection[str],
    known_token: bool = False,
    sender_matches: bool = False,
) -> MailFacts:
    """The facts of a mail that was read. ``known_token`` and ``sender_matches`` are what the caller's look-up found."""
    return _facts(
        mail.head,
        own_addresses,
        blank_body=mail.is_blank,
        has_delivery_report=mail.report is not None or mail.head.facts.report_type == "delivery-status",
        is_read_receipt=mail.is_read_receipt or mail.head.facts.report_type == "disposition-notification",
        known_token=known_token,
        sender_matches=sender_matches,
    )


def facts_of_unread(head: MailHead, *, own_addresses: Collection[str]) -> MailFacts:
    """The facts of a mail of which only the headers could be read: too large, encrypted, or broken."""
    return _facts(head, own_addresses, unreadable=True)


def _facts(
    head: MailHead,
    own_addresses: Collection[str],
    *,
    blank_body: bool = False,
    unreadable: bool = False,
    has_delivery_report: bool = False,
    is_read_receipt: bool = False,
    known_token: bool = False,
    sender_matches: bool = False,
) -> MailFacts:
    said = head.facts
    return MailFacts(
        sender=head.sender.address if head.sender else None,
        subject=head.subject,
        blank_body=blank_body,
        unreadable=unreadable,
        has_delivery_report=has_delivery_report,
        is_read_receipt=is_read_receipt,
        auto_submitted=said.auto_submitted,
        auto_reply_marked=bool(said.auto_reply_marks),
        precedence=said.precedence,
        list_marked=bool(said.list_headers),
        null_return_path=said.return_path == "",
        suppresses_answers=said.suppresses_answers,
        spam_verdict=said.spam_verdict,
        from_us=_is_ours(head, own_addresses),
        known_token=known_token,
        sender_matches=sender_matches,
    )


def _is_ours(head: MailHead, own_addresses: Collection[str]) -> bool:
    ours = {_untagged(address) for address in own_addresses}
    claimed = [box.address for box in head.senders if box.address] + list(head.facts.loop_marks)
    return any(_untagged(address.strip("<> ")) in ours for address in claimed)


def _untagged(address: str) -> str:
    """An address in lower case without its ``+tag``, which our return paths carry."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
