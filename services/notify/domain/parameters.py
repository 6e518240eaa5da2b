"""What a text may contain: typed parameters, and which of them each purpose may use.

Law of this file: there is no field for the person complained of, for the window, the desk, the facts or the
complainant's identity, so no template can say them; a stray field is refused. A message about a confidential complaint
(art. 17) carries the tracking code and nothing else. It must not know words, routes or how a value is shown.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from services.notify.domain.contact import Contact
from services.notify.domain.purposes import Audience, Purpose
from shared.contracts.complaint import Published
from shared.contracts.tracking import TrackingCode
from shared.contracts.values import CaseNumber, Ground, Moment


class Parameters(BaseModel):
    """The values of one message. Moments in UTC; ``text`` shows them in Asia/Shanghai.

    The last five are free text out of a case, which may name people: they show neither in a repr nor in an error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    tracking_code: TrackingCode
    case_number: CaseNumber | None = None
    received_at: Moment | None = None
    respond_by: Moment | None = None
    limit: Moment | None = None
    article: str | None = None
    days: int | None = None
    ground: Ground | None = None
    reason: str | None = Field(default=None, repr=False)
    remedy: str | None = Field(default=None, repr=False)
    authority: str | None = Field(default=None, repr=False)
    unit: str | None = Field(default=None, repr=False)
    result: str | None = Field(default=None, repr=False)


_FROM_CONTACT = frozenset({"received_at", "respond_by"})
_FROM_EVENT = {
    "case_number": "case_number",
    "limit": "limit",
    "article": "article",
    "days": "days",
    "ground": "ground",
    "reason": "reason",
    "remedy": "remedy",
    "authority": "competent_authority",
    "unit": "unit",
    "result": "result",
}
"""Parameter: the attribute of the event that it is taken from."""

SAYS: dict[Purpose, frozenset[str]] = {
    Purpose.RECEIPT: frozenset({"tracking_code", "received_at", "respond_by"}),
    Purpose.STATEMENT_REQUEST: frozenset({"tracking_code", "case_number"}),
    Purpose.ACCEPTANCE: frozenset({"tracking_code", "case_number"}),
    Purpose.REFUSAL: frozenset({"tracking_code", "case_number", "ground", "reason", "remedy"}),
    Purpose.REDIRECT: frozenset({"tracking_code", "case_number", "authority", "reason"}),
    Purpose.DISPATCH: frozenset({"tracking_code", "case_number", "unit", "limit"}),
    Purpose.EXTENSION: frozenset({"tracking_code", "case_number", "days", "limit"}),
    Purpose.RESULT: frozenset({"tracking_code", "case_number", "result"}),
    Purpose.FOLLOW_UP_INVITATION: frozenset({"tracking_code", "case_number"}),
    Purpose.CLOSING: frozenset({"tracking_code", "case_number"}),
    Purpose.HANDLER_REMINDER: frozenset({"case_number", "article", "limit"}),
    Purpose.LEADER_REMINDER: frozenset({"case_number"}),
    Purpose.ESCALATION: frozenset({"case_number", "article", "limit"}),
    Purpose.ALARM: frozenset({"case_number"}),
    Purpose.UNIT_RESULT_NOTICE: frozenset({"case_number"}),
}
"""What each purpose may say. A template that asks for more fails its check."""

SAID_OF_CONFIDENTIAL: frozenset[str] = frozenset({"tracking_code"})


def parameters_for(
    purpose: Purpose, audience: Audience, event: Published, contact: Contact, *, neutral: bool
) -> Parameters:
    """Take from event and contact what this purpose may say; for a neutral message only the code.

    Staff get no more than the purpose allows either, so that a reminder never carries a complainant's words.
    """
    said = SAID_OF_CONFIDENTIAL if neutral and audience is Audience.COMPLAINANT else SAYS[purpose]
    given: dict[str, object] = {name: getattr(contact, name) for name in said & _FROM_CONTACT}
    given |= {name: getattr(event, _FROM_EVENT[name], None) for name in said & _FROM_EVENT.keys()}
    return Parameters.model_validate({"tracking_code": contact.tracking_code, **given})
