"""E-mail: one mail, read, as a submission.

Law of this file: the subject is part of what is told; quoted history is told only where nothing else is; the sender's
address is where the answer goes, the display name is only what somebody called themselves.
"""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.mail_class import bare_subject
from services.intake.domain.submission import Submission
from services.intake.readers.parsed_mail import ParsedMail
from shared.contracts.complaint import Evidence, Source
from shared.contracts.values import Channel, ReplyBy

KIND = "email_inbox"


def told_by(
    mail: ParsedMail, *, received_at: datetime, received_by: str, evidence: list[Evidence], original: str
) -> Submission:
    """The submission that a mail is; ``original`` is the SHA-256 of its raw bytes."""
    sender = mail.head.sender
    return Submission(
        channel=Channel.EMAIL,
        received_at=received_at,
        received_by=received_by,
        source=Source(
            kind=KIND,
            external_id=(mail.head.message_id or "")[:400] or None,
            originals=[original, *(item.sha256 for item in evidence)],
        ),
        facts=words_of(mail),
        name=(sender.name or None) if sender else None,
        email=sender.address if sender else None,
        reply_by=ReplyBy.EMAIL if sender else ReplyBy.TRACKING_PAGE,
        evidence=tuple(evidence),
    )


def words_of(mail: ParsedMail) -> str:
    """What it says: subject, then text; the history and attached mails where there is no text."""
    nested = "\n\n".join(words_of(inner) for inner in mail.nested)
    text = mail.text.strip() or nested.strip() or mail.quoted.strip()
    return "\n\n".join(filter(None, (bare_subject(mail.head.subject), text)))
