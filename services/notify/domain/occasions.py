"""What has happened, as far as answering is concerned: each event of the catalogue, refined by what it says.

Law of this file: every event that notify hears is exactly one occasion; ``plan`` then says for each occasion who is told
what, or why nobody is. It must not know routes or texts.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from shared.contracts import case, complaint, document
from shared.contracts.complaint import Published
from shared.contracts.values import Satisfaction


class Occasion(StrEnum):
    """The happenings after which somebody is told something, or knowingly isn't."""

    RECEIVED = "received"
    SUPPLEMENTED = "supplemented"
    REGISTERED = "registered"
    STATEMENT_AWAITED = "statement_awaited"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    SETTLED = "settled"
    FORWARDED = "forwarded"
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"
    FEEDBACK_SUBMITTED = "feedback_submitted"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_DENIED = "extension_denied"
    UNIT_REFUSAL_SUBMITTED = "unit_refusal_submitted"
    UNIT_REFUSAL_DECIDED = "unit_refusal_decided"
    FOLLOW_UP_ANSWERED = "follow_up_answered"
    FOLLOW_UP_UNREACHABLE = "follow_up_unreachable"
    REDISPATCHED = "redispatched"
    CLOSED_WITH_RESULT = "closed_with_result"
    CLOSED_WITHOUT_RESULT = "closed_without_result"
    CLOSED_ALREADY_TOLD = "closed_already_told"
    SANCTIONED = "sanctioned"
    ARCHIVED = "archived"
    LIMIT_NEAR = "limit_near"
    LIMIT_MISSED = "limit_missed"
    URGENT_UNATTENDED = "urgent_unattended"
    DOCUMENT_RENDERED = "document_rendered"


TOLD_WITH_ITS_OWN_EVENT = frozenset({"settled", "refused", "redirected"})
"""Outcomes of ``case.closed`` that the complainant was told of when they happened."""


class NotHeard(LookupError):
    """The caller is at fault: notify plans nothing for this type of message. A retry can't help."""


def _closed(event: case.CaseClosed) -> Occasion:
    if event.outcome in TOLD_WITH_ITS_OWN_EVENT:
        return Occasion.CLOSED_ALREADY_TOLD
    return Occasion.CLOSED_WITH_RESULT if event.result else Occasion.CLOSED_WITHOUT_RESULT


def _followed_up(event: case.CaseFollowUpRecorded) -> Occasion:
    unreachable = event.outcome is Satisfaction.UNREACHABLE
    return Occasion.FOLLOW_UP_UNREACHABLE if unreachable else Occasion.FOLLOW_UP_ANSWERED


def _unit_refused(event: case.CaseUnitRefused) -> Occasion:
    return Occasion.UNIT_REFUSAL_SUBMITTED if event.outcome == "submitted" else Occasion.UNIT_REFUSAL_DECIDED


def _registered(event: case.CaseRegistered) -> Occasion:
    return Occasion.STATEMENT_AWAITED if event.awaiting_statement else Occasion.REGISTERED


def _extension_decided(event: case.CaseExtensionDecided) -> Occasion:
    return Occasion.EXTENSION_GRANTED if event.granted else Occasion.EXTENSION_DENIED


_OCCASIONS: dict[type[Published], Occasion | Callable[[Any], Occasion]] = {
    complaint.ComplaintReceived: Occasion.RECEIVED,
    complaint.ComplaintSupplemented: Occasion.SUPPLEMENTED,
    case.CaseRegistered: _registered,
    case.CaseAccepted: Occasion.ACCEPTED,
    case.CaseRefused: Occasion.REFUSED,
    case.CaseRedirected: Occasion.REDIRECTED,
    case.CaseSettled: Occasion.SETTLED,
    case.CaseForwarded: Occasion.FORWARDED,
    case.CaseApprovalRequested: Occasion.APPROVAL_ASKED,
    case.CaseApproved: Occasion.APPROVED,
    case.CaseFeedbackSubmitted: Occasion.FEEDBACK_SUBMITTED,
    case.CaseExtensionRequested: Occasion.EXTENSION_ASKED,
    case.CaseExtensionDecided: _extension_decided,
    case.CaseUnitRefused: _unit_refused,
    case.CaseFollowUpRecorded: _followed_up,
    case.CaseRedispatched: Occasion.REDISPATCHED,
    case.CaseClosed: _closed,
    case.CaseSanctioned: Occasion.SANCTIONED,
    case.CaseArchived: Occasion.ARCHIVED,
    case.CaseDeadlineNear: Occasion.LIMIT_NEAR,
    case.CaseDeadlineMissed: Occasion.LIMIT_MISSED,
    case.CaseUrgentUnattended: Occasion.URGENT_UNATTENDED,
    document.DocumentRendered: Occasion.DOCUMENT_RENDERED,
}

HEARD: frozenset[type[Published]] = frozenset(_OCCASIONS)
"""The types that notify has an occasion for; its own ``delivery.*`` are not among them."""


def occasion_of(event: Published) -> Occasion:
    """Which occasion this event is. Raises NotHeard for types that notify doesn't subscribe to."""
    found = _OCCASIONS.get(type(event))
    if found is None:
        raise NotHeard(f"{type(event).__name__} is nothing that anybody is told of")
    return found if isinstance(found, Occasion) else found(event)
