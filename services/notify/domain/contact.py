"""How a complainant can be reached: the situation, folded from ``complaint.received``, and the ladder it leads to.

Law of this file: SMS, then e-mail, then a person who calls, then post; who is anonymous or left nothing finds the answer
on the tracking page (art. 14). It must not know events, texts or providers. Nothing personal shows in a repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.notify.domain.addresses import is_deliverable_address
from services.notify.domain.phones import PhoneKind, shape_of
from services.notify.domain.purposes import PURPOSES, Purpose
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.values import ReplyBy, Route

MANNED: frozenset[Route] = frozenset({Route.CALL, Route.POST})
"""Routes on which a person carries the message: the call list (电话回应) and the post room (邮寄)."""


class Situation(StrEnum):
    """What a complainant can be reached by. Confidentiality is apart from it: it changes the words, not the way."""

    MOBILE = "mobile"
    HMT_MOBILE = "hmt_mobile"
    FOREIGN_PHONE = "foreign_phone"
    LANDLINE = "landline"
    EMAIL_ONLY = "email_only"
    POST_ONLY = "post_only"
    ANONYMOUS = "anonymous"
    NOTHING = "nothing"


LADDERS: dict[Situation, tuple[Route, ...]] = {
    Situation.MOBILE: (Route.SMS, Route.EMAIL, Route.CALL, Route.POST),
    Situation.HMT_MOBILE: (Route.SMS, Route.EMAIL, Route.CALL, Route.POST),
    # A number abroad may be a landline and costs ten times as much, so e-mail goes first where there is one.
    Situation.FOREIGN_PHONE: (Route.EMAIL, Route.SMS, Route.CALL, Route.POST),
    Situation.LANDLINE: (Route.EMAIL, Route.CALL, Route.POST),
    Situation.EMAIL_ONLY: (Route.EMAIL, Route.POST),
    Situation.POST_ONLY: (Route.POST,),
    Situation.ANONYMOUS: (Route.TRACKING_PAGE,),
    Situation.NOTHING: (Route.TRACKING_PAGE,),
}
"""The whole ladder of each situation; rungs for which no address was left fall out (``routes_for``)."""

SITUATION_OF_PHONE: dict[PhoneKind, Situation | None] = {
    PhoneKind.CN_MOBILE: Situation.MOBILE,
    PhoneKind.CN_VIRTUAL: Situation.LANDLINE,
    PhoneKind.CN_LANDLINE: Situation.LANDLINE,
    PhoneKind.CN_SERVICE: None,
    PhoneKind.HMT_MOBILE: Situation.HMT_MOBILE,
    PhoneKind.HMT_LANDLINE: Situation.LANDLINE,
    PhoneKind.FOREIGN: Situation.FOREIGN_PHONE,
    PhoneKind.INVALID: None,
}

CHOSEN: dict[ReplyBy, Route | None] = {
    ReplyBy.SMS: Route.SMS,
    ReplyBy.EMAIL: Route.EMAIL,
    ReplyBy.PHONE: Route.CALL,
    ReplyBy.POST: Route.POST,
    # The contract's default: who left a number but chose nothing has not chosen to be left alone.
    ReplyBy.TRACKING_PAGE: None,
}


@dataclass(frozen=True, slots=True)
class Contact:
    """Who complained and how that person can be reached. Moments in UTC."""

    complaint_id: UUID
    tracking_code: str
    received_at: datetime
    respond_by: datetime
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    anonymous: bool = False
    confidential: bool = False
    reply_by: ReplyBy = ReplyBy.TRACKING_PAGE
    locale: str = "zh"
    machines_may_mail: bool = True
    """False: the address belongs to a machine, or has had enough for today; a person may write to it (RFC 3834)."""

    @property
    def situation(self) -> Situation:
        """The row of ``LADDERS`` that fits."""
        if self.anonymous:
            return Situation.ANONYMOUS
        by_phone = SITUATION_OF_PHONE[shape_of(self.phone).kind] if self.phone else None
        if by_phone is not None:
            return by_phone
        if self._takes_mail:
            return Situation.EMAIL_ONLY
        return Situation.POST_ONLY if self.address else Situation.NOTHING

    @property
    def _takes_mail(self) -> bool:
        return self.email is not None and is_deliverable_address(self.email)

    def address_for(self, route: Route) -> str | None:
        """Where a message by this route goes; None where it can't. The tracking page's address is the code."""
        if route is Route.TRACKING_PAGE:
            return self.tracking_code
        if self.anonymous:
            return None
        return self._given_for(route)

    def _given_for(self, route: Route) -> str | None:
        shape = shape_of(self.phone or "")
        given = {
            Route.SMS: self.phone if shape.takes_texts else None,
            Route.EMAIL: self.email if self._takes_mail and self.machines_may_mail else None,
            Route.CALL: self.phone if shape.can_be_called else None,
            Route.POST: self.address,
        }
        return given[route] or None


def contact_of(complaint: ComplaintReceived) -> Contact:
    """Fold ``complaint.received`` into what notify needs of it: how to reach the person, and by when."""
    person = complaint.complainant
    return Contact(
        complaint_id=complaint.complaint_id,
        tracking_code=complaint.tracking_code,
        received_at=complaint.received_at,
        respond_by=complaint.respond_by,
        name=person.name,
        phone=person.phone,
        email=person.email,
        address=person.address,
        anonymous=person.anonymous,
        confidential=person.confidential,
        reply_by=person.reply_by,
        locale=person.language,
        machines_may_mail=person.machines_may_mail,
    )


def routes_for(contact: Contact, purpose: Purpose) -> tuple[Route, ...]:
    """The rungs for this person and purpose, in order; never empty, since the tracking page is always there.

    The way the person chose comes first: at once where a machine can go it, and for answers of weight (``by_choice``)
    even where a person must.
    """
    rule = PURPOSES[purpose]
    rungs = tuple(route for route in LADDERS[contact.situation] if contact.address_for(route))
    if not rule.worth_a_person:
        rungs = tuple(route for route in rungs if route not in MANNED)
    chosen = CHOSEN[contact.reply_by]
    if chosen in rungs and (rule.by_choice or chosen not in MANNED):
        rungs = (chosen, *(route for route in rungs if route is not chosen))
    return rungs or (Route.TRACKING_PAGE,)
