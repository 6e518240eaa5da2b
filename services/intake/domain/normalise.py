"""The one normaliser: from whatever an adapter read to the one complaint message.

Law of this file: unknown stays null and is listed in ``missing``; nothing is invented; text is NFC, phones are E.164,
``respond_by`` is one working day after reception (art. 14), whichever the channel. Pure: the moment, the calendar, the
hours and the ids come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.intake.domain.danger import danger_hints
from services.intake.domain.discipline import discipline_words
from services.intake.domain.elements import missing_elements
from services.intake.domain.major import major_hints
from services.intake.domain.phones import e164
from services.intake.domain.submission import Submission
from services.intake.domain.text import folded, words
from shared.contracts.complaint import Complainant, ComplaintReceived, Hints, Target
from shared.contracts.values import ReplyBy
from shared.working_time import BusinessHours, WorkCalendar, end_of_period

RESPOND_WITHIN = 1
"""Working days (art. 14)."""


LONGEST_TEXT = 20_000
"""Characters that travel (at most 4 bytes each, twice, sealed: under the 256 KiB of a message). The whole is the original."""
CUT_MARK = "……（以下略，全文见原件）"


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What a new complaint is called: drawn outside, so that this stays pure."""

    complaint_id: UUID
    tracking_code: str


def normalise(
    submission: Submission, ids: Identifiers, calendar: WorkCalendar, hours: BusinessHours
) -> ComplaintReceived:
    """Make the complaint message. ``submission.received_at`` must be aware (ValueError)."""
    clean = cleaned(submission)
    return ComplaintReceived(
        complaint_id=ids.complaint_id,
        tracking_code=ids.tracking_code,
        channel=clean.channel,
        received_at=clean.received_at,
        received_by=clean.received_by,
        reception_point=clean.reception_point,
        respond_by=end_of_period(clean.received_at, RESPOND_WITHIN, calendar, hours).moment,
        complainant=_complainant(clean),
        target=Target(unit=clean.unit, window=clean.window, staff=clean.staff, desk_number=clean.desk_number),
        facts=clean.facts,
        demand=clean.demand,
        occurred_at=clean.occurred_at,
        evidence=list(clean.evidence),
        major=clean.major,
        statement_of_truth_at=clean.statement_of_truth_at,
        missing=missing_elements(clean),
        source=clean.source,
        possible_duplicates=list(clean.possible_duplicates),
        hints=hints_in(f"{clean.facts}\n{clean.demand or ''}", units=clean.units_perhaps_meant),
        settled_on_the_spot=clean.settled_on_the_spot,
    )


def hints_in(text: str, *, units: Sequence[str] = ()) -> Hints:
    """What a person is to look at, in words of a complaint or of more to one; ``units``: those that may be meant."""
    told = folded(text) or ""
    return Hints(
        major_words=major_hints(told),
        discipline_words=discipline_words(told),
        units=list(units),
        dangers=danger_hints(told),
    )


def cleaned(submission: Submission) -> Submission:
    """The same submission with every text folded or normalised as its kind asks."""
    return submission.model_copy(
        update={
            "facts": _cut(words(submission.facts)) or "",
            "demand": _cut(words(submission.demand)),
            "name": words(submission.name),
            "phone": e164(submission.phone),
            "email": folded(submission.email),
            "address": folded(submission.address),
            "unit": words(submission.unit),
            "window": words(submission.window),
            "staff": words(submission.staff),
            "desk_number": folded(submission.desk_number),
            "occurred_at": words(submission.occurred_at),
            "reception_point": words(submission.reception_point),
        }
    )


def _complainant(clean: Submission) -> Complainant:
    return Complainant(
        name=clean.name,
        phone=clean.phone,
        email=clean.email,
        address=clean.address,
        relation=clean.relation,
        anonymous=clean.anonymous,
        confidential=clean.confidential,
        reply_by=clean.reply_by or _likeliest_reply(clean),
        machines_may_mail=clean.machines_may_mail,
        language=clean.language,
    )


def _likeliest_reply(clean: Submission) -> ReplyBy:
    """Where nobody said how: the way that the contact details allow, the quickest first."""
    if clean.phone and not clean.anonymous:
        return ReplyBy.SMS
    if clean.email:
        return ReplyBy.EMAIL
    if clean.address and not clean.anonymous:
        return ReplyBy.POST
    return ReplyBy.TRACKING_PAGE


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= LONGEST_TEXT:
        return text
    return text[: LONGEST_TEXT - len(CUT_MARK)] + CUT_MARK
