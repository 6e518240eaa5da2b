"""A form as it would be if what somebody is just filling in were done: a preview, and nothing else.

Law of this file: a draft is the event that the command would bring about, made of what is typed so far and filled in by
the same functions as the document itself; so the preview can't promise another paper than the one that comes. What
workflow works out (limits, who receives) stays open. The names of commands and fields are those of workflow's API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.forms.domain import filling
from services.forms.domain.definition import Form, FormId
from services.forms.domain.filling import NotYet, Story
from services.forms.domain.masking import Reader, mask
from services.forms.domain.values import FormValues
from services.forms.domain.wording import SHANGHAI
from shared.contracts import case
from shared.contracts.values import Ground, Satisfaction, Track

OPEN = "（办理时确定）"
"""Stands where the command will put something that nobody types."""
_GROUND, _OUTCOME = TypeAdapter(Ground), TypeAdapter(Satisfaction)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields just now, by the command's field names; when, and who types."""

    fields: Mapping[str, str]
    now: datetime
    who: str

    def words(self, name: str) -> str:
        """A field, without the blanks around it."""
        return self.fields.get(name, "").strip()

    def maybe(self, name: str) -> str | None:
        """A field, None where it is blank."""
        return self.words(name) or None

    def moment(self, name: str) -> datetime | None:
        """A ``datetime-local`` field, which is Shanghai time; None where it is blank or not a time yet."""
        try:
            told = datetime.fromisoformat(self.words(name))
        except ValueError:
            return None
        return told if told.tzinfo else told.replace(tzinfo=SHANGHAI)

    def choice(self, name: str, choices: TypeAdapter[Any]) -> Any:
        """One of the values that may be chosen. Raises NotYet where none of them was."""
        try:
            return choices.validate_python(self.words(name))
        except ValidationError as fault:
            raise NotYet(f"{name} is not chosen yet") from fault

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number, the least where none was chosen yet."""
        words = self.words(name)
        return min(max(int(words), least), most) if words.isdecimal() and words.isascii() else least


Draft = Callable[[Story, Typed], dict[str, Any]]


def _dispatch(story: Story, typed: Typed) -> dict[str, Any]:
    told, before = story.complaint, story.latest(case.Dispatch)
    return {
        "track": Track.FORWARD,
        "unit": typed.maybe("unit") or (before.unit if before else told.target.unit) or OPEN,
        "window": typed.maybe("window") or (before.window if before else None),
        "staff": typed.maybe("staff") or (before.staff if before else None),
        "advice": typed.words("advice"),
        "respond_to": OPEN,
        "limit": typed.now,
        "limit_words": OPEN,
        "receiver": told.received_by,
        "received_at": told.received_at,
    }


def _approval(story: Story, typed: Typed) -> dict[str, Any]:
    asked = story.latest(case.CaseApprovalRequested)
    dispatch = _dispatch(story, typed)
    return dispatch | {
        "track": Track.APPROVE,
        "unit": typed.maybe("unit") or (asked.unit if asked else dispatch["unit"]),
        "advice": dispatch["advice"] or (asked.proposal if asked else ""),
        "approved_by": typed.who,
        "opinion": typed.words("opinion"),
    }


def _redispatch(story: Story, typed: Typed) -> dict[str, Any]:
    asked = story.latest(case.CaseFollowUpRecorded)
    return _dispatch(story, typed) | {"reason": (asked.reason if asked else None) or ""}


def _settlement(story: Story, typed: Typed) -> dict[str, Any]:
    return {"unit": typed.maybe("unit") or story.complaint.target.unit, "result": typed.words("result")}


def _refusal(_: Story, typed: Typed) -> dict[str, Any]:
    return {
        "ground": typed.choice("ground", _GROUND),
        "reason": typed.words("reason"),
        "remedy": typed.words("remedy") or OPEN,
        "handed_over_to": typed.maybe("handed_over_to"),
    }


def _redirection(_: Story, typed: Typed) -> dict[str, Any]:
    return {"competent_authority": typed.words("competent_authority"), "reason": typed.words("reason")}


def _feedback(story: Story, typed: Typed) -> dict[str, Any]:
    return {
        "unit": _their_unit(story),
        "handler": typed.words("handler") or typed.who,
        "phone": typed.maybe("phone"),
        "findings": typed.words("findings"),
        "substantiated": typed.words("substantiated") == "true",
        "rectification": typed.maybe("rectification"),
        "signed_by": typed.words("signed_by"),
        "signed_at": typed.moment("signed_at") or typed.now,
        "sealed": False,
        "remarks": typed.maybe("remarks"),
        "in_time": True,
    }


def _extension(story: Story, typed: Typed) -> dict[str, Any]:
    return {
        "unit": _their_unit(story),
        "clerk": typed.words("clerk") or typed.who,
        "phone": typed.maybe("phone"),
        "days": typed.number("days", 1, 2),
        "reason": typed.words("reason"),
        "signed_by": typed.words("signed_by"),
        "remarks": typed.maybe("remarks"),
    }


def _unit_refusal(story: Story, typed: Typed) -> dict[str, Any]:
    return {
        "unit": _their_unit(story),
        "dispatched_at": story.need(case.Dispatch).occurred_at,
        "ground": typed.choice("ground", _GROUND),
        "reason": typed.words("reason"),
        "handler": typed.words("handler") or typed.who,
        "signed_by": typed.words("signed_by"),
        "served_on": typed.maybe("served_on"),
        "served_at": typed.moment("served_at"),
    }


def _follow_up(_: Story, typed: Typed) -> dict[str, Any]:
    fault = typed.words("unit_at_fault")
    return {
        "outcome": typed.choice("outcome", _OUTCOME),
        "reason": typed.maybe("reason") or typed.maybe("suggestions"),
        "unit_at_fault": fault == "true" if fault else None,
        "asked_by": typed.who,
        "attempts": 1,
    }


def _nothing(_: Story, __: Typed) -> dict[str, Any]:
    return {}


def _their_unit(story: Story) -> str:
    return story.need(case.Dispatch).unit


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One row: what this command is told makes this event, of which comes this form for this reader."""

    command: str
    event: type[case.CaseEvent]
    body: Draft
    form: FormId
    reader: Reader
    fill: Callable[[Story], FormValues]
    article: str


DRAFTS: dict[str, DraftRow] = {
    row.command: row
    for row in (
        DraftRow("accept", case.CaseAccepted, _nothing, FormId.ACCEPTANCE_NOTICE, Reader.COMPLAINANT, filling.acceptance_notice, "14"),
        DraftRow("refuse", case.CaseRefused, _refusal, FormId.REFUSAL_NOTICE, Reader.COMPLAINANT, filling.refusal_notice, "16"),
        DraftRow("redirect", case.CaseRedirected, _redirection, FormId.REDIRECT_NOTICE, Reader.COMPLAINANT, filling.redirect_notice, "16"),
        DraftRow("settle", case.CaseSettled, _settlement, FormId.DISPOSITION, Reader.FILE, filling.disposition, "18.1"),
        DraftRow("forward", case.CaseForwarded, _dispatch, FormId.DISPOSITION, Reader.UNIT, filling.disposition, "18.2"),
        DraftRow("approve", case.CaseApproved, _approval, FormId.DISPOSITION, Reader.UNIT, filling.disposition, "18.3"),
        DraftRow("redispatch", case.CaseRedispatched, _redispatch, FormId.DISPOSITION, Reader.UNIT, filling.disposition, "18.5"),
        DraftRow("submit_feedback", case.CaseFeedbackSubmitted, _feedback, FormId.FEEDBACK, Reader.OFFICE, filling.feedback, "annex 3"),
        DraftRow("request_extension", case.CaseExtensionRequested, _extension, FormId.EXTENSION, Reader.OFFICE, filling.extension, "annex 4"),
        DraftRow("refuse_by_unit", case.CaseUnitRefused, _unit_refusal, FormId.UNIT_REFUSAL, Reader.OFFICE, filling.unit_refusal, "annex 5"),
        DraftRow("record_follow_up", case.CaseFollowUpRecorded, _follow_up, FormId.FOLLOW_UP_RECORD, Reader.OFFICE, filling.follow_up_record, "18.5"),
    )
}  # fmt: skip
"""Every command whose event has a form that is filled in from what the command says (see ``DOCUMENTS``)."""


def drafted(row: DraftRow, form: Form, story: Story, typed: Typed, reader: Reader | None = None) -> FormValues:
    """``form``, which is the row's, as it would be, as ``reader`` may see it (by default whoever the form is for). Raises NotYet where the case has not come so far, or a choice is not made yet."""
    if not story.events:
        raise NotYet("the case is not registered yet")
    last = story.events[-1]
    common = {
        "complaint_id": last.complaint_id,
        "tracking_code": last.tracking_code,
        "case_number": last.case_number,
        "version": last.version + 1,
        "round": last.round,
        "occurred_at": typed.now,
        "actor": typed.who,
    }
    event = row.event(**common, **row.body(story, typed))
    values = row.fill(Story(story.complaint, (*story.events, event)))
    return mask(form, values, reader=reader or row.reader, complainant=story.complaint.complainant)
