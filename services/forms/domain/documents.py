"""When a document is due: the table event -> documents, with its article.

Law of this file: no document is made of itself but by a row here. Beside them people make documents on demand
(``ON_DEMAND``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.forms.domain import filling
from services.forms.domain.definition import FormId
from services.forms.domain.filling import Story
from services.forms.domain.masking import Reader
from services.forms.domain.values import FormValues
from shared.contracts.case import CaseClosed, CaseFeedbackSubmitted, CaseRegistered, CaseUnitRefused, Dispatch


def _always(_: Story) -> bool:
    return True


def _waits_for_statement(story: Story) -> bool:
    registered = story.latest(CaseRegistered)
    return registered is not None and registered.awaiting_statement


def _was_dispatched(story: Story) -> bool:
    return story.latest(Dispatch) is not None


def _has_feedback(story: Story) -> bool:
    return story.latest(CaseFeedbackSubmitted) is not None


def _has_result(story: Story) -> bool:
    """What is decided before the case is closed stands in the notice that its closing makes."""
    return _has_feedback(story) and story.latest(CaseClosed) is not None


def _is_new_refusal(story: Story) -> bool:
    refused = story.latest(CaseUnitRefused)
    return refused is not None and refused.outcome == "submitted"


@dataclass(frozen=True, slots=True)
class DueDocument:
    """One row: after this event (CloudEvents type), this form is made for this reader, if ``when`` holds."""

    event: str
    form: FormId
    reader: Reader
    article: str
    fill: Callable[[Story], FormValues]
    when: Callable[[Story], bool] = _always
    at_once: bool = True
    """Drawn as soon as it is due, because somebody signs or sends it. Otherwise its words are frozen and it is drawn when
    it is first asked for: nobody prints most receipts."""


DOCUMENTS: tuple[DueDocument, ...] = (
    DueDocument("complaint.received.v1", FormId.RECEIPT, Reader.COMPLAINANT, "14", filling.receipt, at_once=False),
    DueDocument(
        "case.registered.v1",
        FormId.WRITTEN_STATEMENT,
        Reader.COMPLAINANT,
        "7",
        filling.written_statement,
        _waits_for_statement,
    ),
    DueDocument(
        "case.accepted.v1",
        FormId.ACCEPTANCE_NOTICE,
        Reader.COMPLAINANT,
        "14",
        filling.acceptance_notice,
        at_once=False,
    ),
    DueDocument("case.refused.v1", FormId.REFUSAL_NOTICE, Reader.COMPLAINANT, "16", filling.refusal_notice),
    DueDocument("case.redirected.v1", FormId.REDIRECT_NOTICE, Reader.COMPLAINANT, "16", filling.redirect_notice),
    DueDocument("case.settled.v1", FormId.DISPOSITION, Reader.FILE, "18.1", filling.disposition),
    DueDocument("case.forwarded.v1", FormId.DISPOSITION, Reader.UNIT, "18.2", filling.disposition),
    DueDocument("case.approved.v1", FormId.DISPOSITION, Reader.UNIT, "18.3", filling.disposition),
    DueDocument("case.redispatched.v1", FormId.DISPOSITION, Reader.UNIT, "18.5", filling.disposition),
    DueDocument("case.feedback_submitted.v1", FormId.FEEDBACK, Reader.OFFICE, "18.4", filling.feedback),
    DueDocument("case.extension_requested.v1", FormId.EXTENSION, Reader.OFFICE, "18.4", filling.extension),
    DueDocument("case.extension_decided.v1", FormId.EXTENSION, Reader.UNIT, "18.4", filling.extension),
    DueDocument(
        "case.unit_refused.v1", FormId.UNIT_REFUSAL, Reader.OFFICE, "10", filling.unit_refusal, _is_new_refusal
    ),
    DueDocument("case.follow_up_recorded.v1", FormId.FOLLOW_UP_RECORD, Reader.OFFICE, "18.5", filling.follow_up_record),
    DueDocument("case.closed.v1", FormId.DISPOSITION, Reader.FILE, "18.6", filling.disposition, _was_dispatched),
    DueDocument("case.closed.v1", FormId.RESULT_NOTICE, Reader.UNIT, "20", filling.result_notice, _has_feedback),
    DueDocument("case.sanctioned.v1", FormId.RESULT_NOTICE, Reader.UNIT, "19", filling.result_notice, _has_result),
)
"""Arts. 7, 10, 14, 16, 18, 19 and 20."""

ON_DEMAND: dict[FormId, Callable[[Story], FormValues]] = {row.form: row.fill for row in DOCUMENTS}
"""Any of them may also be made when somebody asks; raises NotYet where the case has not come so far."""


def documents_due(event: str, story: Story) -> tuple[DueDocument, ...]:
    """The documents that the event calls for; ``story`` ends with the event itself."""
    return tuple(row for row in DOCUMENTS if row.event == event and row.when(story))
