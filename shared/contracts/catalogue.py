"""The catalogue: every type of message, its model, and whether it travels sealed.

Law of this file: a message that isn't in this table doesn't exist. A change that breaks readers is a new row with the
next version beside the old one, never an edit.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts import case, complaint, delivery, document, lists, mail


@dataclass(frozen=True, slots=True)
class MessageType:
    """One row: the CloudEvents ``type``, the model of ``data``, the owner, and whether ``data`` is a JWE."""

    name: str
    model: type[complaint.Published]
    owner: str
    sealed: bool


def _row(name: str, model: type[complaint.Published], owner: str, *, sealed: bool) -> MessageType:
    return MessageType(f"{name}.v1", model, owner, sealed)


CATALOGUE: tuple[MessageType, ...] = (
    _row("complaint.received", complaint.ComplaintReceived, "intake", sealed=True),
    _row("complaint.supplemented", complaint.ComplaintSupplemented, "intake", sealed=True),
    _row("mail.bounced", mail.MailBounced, "intake", sealed=False),
    _row("case.registered", case.CaseRegistered, "workflow", sealed=False),
    _row("case.accepted", case.CaseAccepted, "workflow", sealed=False),
    _row("case.refused", case.CaseRefused, "workflow", sealed=True),
    _row("case.redirected", case.CaseRedirected, "workflow", sealed=True),
    _row("case.settled", case.CaseSettled, "workflow", sealed=True),
    _row("case.forwarded", case.CaseForwarded, "workflow", sealed=True),
    _row("case.approval_requested", case.CaseApprovalRequested, "workflow", sealed=True),
    _row("case.approved", case.CaseApproved, "workflow", sealed=True),
    _row("case.feedback_submitted", case.CaseFeedbackSubmitted, "workflow", sealed=True),
    _row("case.extension_requested", case.CaseExtensionRequested, "workflow", sealed=True),
    _row("case.extension_decided", case.CaseExtensionDecided, "workflow", sealed=True),
    _row("case.unit_refused", case.CaseUnitRefused, "workflow", sealed=True),
    _row("case.follow_up_recorded", case.CaseFollowUpRecorded, "workflow", sealed=True),
    _row("case.redispatched", case.CaseRedispatched, "workflow", sealed=True),
    _row("case.closed", case.CaseClosed, "workflow", sealed=True),
    _row("case.sanctioned", case.CaseSanctioned, "workflow", sealed=True),
    _row("case.archived", case.CaseArchived, "workflow", sealed=False),
    _row("case.deadline_near", case.CaseDeadlineNear, "workflow", sealed=True),
    _row("case.deadline_missed", case.CaseDeadlineMissed, "workflow", sealed=True),
    _row("case.urgent_unattended", case.CaseUrgentUnattended, "workflow", sealed=True),
    _row("delivery.accepted", delivery.DeliveryAccepted, "notify", sealed=False),
    _row("delivery.delivered", delivery.DeliveryDelivered, "notify", sealed=False),
    _row("delivery.failed", delivery.DeliveryFailed, "notify", sealed=False),
    _row("delivery.person_needed", delivery.DeliveryPersonNeeded, "notify", sealed=False),
    _row("document.rendered", document.DocumentRendered, "forms", sealed=False),
    _row("list.calls", lists.CallsListed, "notify", sealed=True),
    _row("list.follow_ups", lists.FollowUpsListed, "workflow", sealed=True),
    _row("list.box", lists.BoxRecorded, "intake", sealed=True),
    _row("list.period", lists.PeriodReported, "workflow", sealed=True),
)

BY_NAME: dict[str, MessageType] = {row.name: row for row in CATALOGUE}
BY_MODEL: dict[type[complaint.Published], MessageType] = {row.model: row for row in CATALOGUE}
