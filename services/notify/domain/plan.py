"""Who is told what, when: the table of occasions, and the plan made from it.

Law of this file: every occasion has its notices or a reason why nobody is told, and whoever is left out is left out for
a reason that is kept. The same event planned twice gives the same keys, so a redelivered message sends nothing twice.
It must not know texts, providers or what has been sent before (``flood`` and the ledger's unique key do).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.notify.domain.contact import LADDERS, MANNED, Contact, routes_for
from services.notify.domain.occasions import Occasion, occasion_of
from services.notify.domain.parameters import Parameters, parameters_for
from services.notify.domain.purposes import PURPOSES, Audience, Purpose
from services.notify.domain.quiet_hours import release
from services.notify.domain.reasons import Reason
from services.notify.domain.retry import last_moment
from services.notify.domain.text import NEUTRAL
from shared.contracts.complaint import Published
from shared.contracts.values import Route


class Once(StrEnum):
    """What a message is said once per: the tail of its key."""

    COMPLAINT = "complaint"
    ROUND = "round"
    VERSION = "version"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Notice:
    """One row: on this occasion, this audience is told this, under this article, once per that."""

    purpose: Purpose
    audience: Audience
    article: str
    once: Once


def _to_complainant(purpose: Purpose, article: str, once: Once = Once.ROUND) -> Notice:
    return Notice(purpose, Audience.COMPLAINANT, article, once)


NOTICES: dict[Occasion, tuple[Notice, ...]] = {
    Occasion.RECEIVED: (_to_complainant(Purpose.RECEIPT, "14", Once.COMPLAINT),),
    Occasion.STATEMENT_AWAITED: (_to_complainant(Purpose.STATEMENT_REQUEST, "7", Once.COMPLAINT),),
    Occasion.ACCEPTED: (_to_complainant(Purpose.ACCEPTANCE, "14"),),
    Occasion.REFUSED: (_to_complainant(Purpose.REFUSAL, "16"),),
    Occasion.REDIRECTED: (_to_complainant(Purpose.REDIRECT, "16"),),
    Occasion.SETTLED: (_to_complainant(Purpose.RESULT, "18.1"),),
    Occasion.FORWARDED: (_to_complainant(Purpose.DISPATCH, "18.2"),),
    Occasion.APPROVED: (_to_complainant(Purpose.DISPATCH, "18.3"),),
    Occasion.REDISPATCHED: (_to_complainant(Purpose.DISPATCH, "18.5"),),
    Occasion.EXTENSION_GRANTED: (_to_complainant(Purpose.EXTENSION, "18.3", Once.VERSION),),
    Occasion.FEEDBACK_SUBMITTED: (_to_complainant(Purpose.FOLLOW_UP_INVITATION, "18.5"),),
    Occasion.FOLLOW_UP_UNREACHABLE: (_to_complainant(Purpose.FOLLOW_UP_INVITATION, "18.5", Once.VERSION),),
    Occasion.CLOSED_WITH_RESULT: (
        _to_complainant(Purpose.RESULT, "18.5"),
        Notice(Purpose.UNIT_RESULT_NOTICE, Audience.UNIT, "20", Once.ROUND),
    ),
    Occasion.CLOSED_WITHOUT_RESULT: (
        _to_complainant(Purpose.CLOSING, "18.5"),
        Notice(Purpose.UNIT_RESULT_NOTICE, Audience.UNIT, "20", Once.ROUND),
    ),
    Occasion.CLOSED_ALREADY_TOLD: (Notice(Purpose.UNIT_RESULT_NOTICE, Audience.UNIT, "20", Once.ROUND),),
    Occasion.APPROVAL_ASKED: (Notice(Purpose.LEADER_REMINDER, Audience.LEADER, "18.3", Once.VERSION),),
    Occasion.EXTENSION_ASKED: (Notice(Purpose.LEADER_REMINDER, Audience.LEADER, "18.4", Once.VERSION),),
    Occasion.LIMIT_NEAR: (
        Notice(Purpose.HANDLER_REMINDER, Audience.HOLDER, "3", Once.CLOCK),
        Notice(Purpose.LEADER_REMINDER, Audience.LEADER, "3", Once.CLOCK),
    ),
    Occasion.LIMIT_MISSED: (
        Notice(Purpose.ESCALATION, Audience.LEADER, "3", Once.CLOCK),
        Notice(Purpose.ESCALATION, Audience.HOLDER, "3", Once.CLOCK),
    ),
    Occasion.URGENT_UNATTENDED: (
        Notice(Purpose.ALARM, Audience.HOLDER, "2", Once.VERSION),
        Notice(Purpose.ALARM, Audience.LEADER, "2", Once.VERSION),
    ),
}

SILENCE: dict[Occasion, Reason] = {
    Occasion.SUPPLEMENTED: Reason.OFFICE_READS_IT,
    Occasion.REGISTERED: Reason.RECEIPT_TOLD_IT,
    Occasion.APPROVAL_ASKED: Reason.WITHIN_THE_OFFICE,
    Occasion.EXTENSION_ASKED: Reason.WITHIN_THE_OFFICE,
    Occasion.EXTENSION_DENIED: Reason.NOTHING_CHANGES_FOR_THEM,
    Occasion.UNIT_REFUSAL_SUBMITTED: Reason.WITHIN_THE_OFFICE,
    Occasion.UNIT_REFUSAL_DECIDED: Reason.WITHIN_THE_OFFICE,
    Occasion.FOLLOW_UP_ANSWERED: Reason.JUST_SPOKEN_TO,
    Occasion.CLOSED_ALREADY_TOLD: Reason.ALREADY_TOLD,
    Occasion.SANCTIONED: Reason.WITHIN_THE_OFFICE,
    Occasion.ARCHIVED: Reason.NOTHING_CHANGES_FOR_THEM,
    Occasion.LIMIT_NEAR: Reason.WITHIN_THE_OFFICE,
    Occasion.LIMIT_MISSED: Reason.WITHIN_THE_OFFICE,
    Occasion.URGENT_UNATTENDED: Reason.WITHIN_THE_OFFICE,
    Occasion.DOCUMENT_RENDERED: Reason.WITHIN_THE_OFFICE,
}
"""Why the complainant hears nothing on these occasions; every occasion tells the complainant or stands here."""


@dataclass(frozen=True, slots=True)
class StaffContact:
    """One person or post of the office or of a unit, as the directory has it."""

    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)

    def addresses(self) -> dict[Route, str]:
        """The routes that lead to this person, the quickest first."""
        given = {Route.SMS: self.phone, Route.EMAIL: self.email}
        return {route: address for route, address in given.items() if address}


@dataclass(frozen=True, slots=True)
class Staff:
    """Whom the case concerns inside the house at this moment; None where there is nobody or nothing is known."""

    holder: StaffContact | None = None
    leader: StaffContact | None = None
    unit: StaffContact | None = None

    def of(self, audience: Audience) -> StaffContact | None:
        """The contact of an audience."""
        return {Audience.HOLDER: self.holder, Audience.LEADER: self.leader, Audience.UNIT: self.unit}.get(audience)


NOBODY = Staff()


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One message to one audience, on the first rung of its ladder. Moments in UTC."""

    complaint_id: UUID
    purpose: Purpose
    audience: Audience
    article: str
    key: str
    """Unique in the ledger together with the route and the try: a redelivered event plans nothing new."""
    route: Route
    fallbacks: tuple[Route, ...]
    send_at: datetime
    must_by: datetime
    """From here on machines have had their chance: a person takes over, or the message is given up."""
    neutral: bool
    """Art. 17: the text says nothing of the matter."""
    answers: bool
    """Art. 14: once it has arrived, the complainant has been answered."""
    parameters: Parameters
    locale: str
    addresses: tuple[tuple[Route, str], ...] = field(repr=False)

    @property
    def template(self) -> str:
        """The template that is rendered."""
        return NEUTRAL if self.neutral else self.purpose

    @property
    def to(self) -> str:
        """The address on the present route. Personal: never log it."""
        return dict(self.addresses)[self.route]

    @property
    def is_manned(self) -> bool:
        """Whether a person carries it."""
        return self.route in MANNED

    def on(self, route: Route, now: datetime) -> PlannedMessage:
        """The same message one or more rungs further down."""
        rest = self.fallbacks[self.fallbacks.index(route) + 1 :]
        latest = PURPOSES[self.purpose].latest(self.must_by)
        return replace(self, route=route, fallbacks=rest, send_at=release(route, self.purpose, now, latest=latest))


@dataclass(frozen=True, slots=True)
class NotSent:
    """A message that is knowingly not sent, and why."""

    complaint_id: UUID
    audience: Audience
    reason: Reason
    purpose: Purpose | None = None


def plan(event: Published, contact: Contact, now: datetime, staff: Staff = NOBODY) -> list[PlannedMessage | NotSent]:
    """Everything that is to be said because of this event, and everything that isn't. ``now`` in UTC.

    Raises NotHeard for a type that notify doesn't subscribe to.
    """
    occasion = occasion_of(event)
    entries: list[PlannedMessage | NotSent] = []
    if occasion in SILENCE:
        entries.append(NotSent(contact.complaint_id, Audience.COMPLAINANT, SILENCE[occasion]))
    for notice in NOTICES.get(occasion, ()):
        if notice.audience is Audience.COMPLAINANT:
            entries += _tell_complainant(notice, event, contact, now)
        else:
            entries.append(_tell_staff(notice, event, contact, staff, now))
    return entries


def answer_owed(contact: Contact, now: datetime) -> PlannedMessage:
    """The receipt, by hand where a hand can reach: for who is owed an answer though nothing was planned that answers.

    So stands a part of a split letter whose own letter has not been answered. ``now`` in UTC, machines have had their time.
    """
    (notice,) = NOTICES[Occasion.RECEIVED]
    rungs = routes_for(contact, notice.purpose)
    by_hand = tuple(route for route in rungs if route in MANNED)
    message, *_ = _on_rungs(notice, Published(), contact, now, by_hand or rungs)  # a receipt says nothing of an event
    return message


def key_of(notice: Notice, event: Published, contact: Contact) -> str:
    """What this message is told once per, in words that stay the same for ever (they are in the ledger)."""
    case_round = getattr(event, "round", 1)
    tails = {
        Once.COMPLAINT: "once",
        Once.ROUND: f"round-{case_round}",
        Once.VERSION: f"version-{getattr(event, 'version', 1)}",
        Once.CLOCK: f"round-{case_round}-{getattr(event, 'clock', '')}",
    }
    return f"{contact.complaint_id}:{notice.purpose}:{notice.audience}:{tails[notice.once]}"


def _tell_complainant(notice: Notice, event: Published, contact: Contact, now: datetime) -> list[PlannedMessage]:
    """One message by the ladder; of a confidential matter a neutral one, and the answer itself behind the code."""
    return _on_rungs(notice, event, contact, now, routes_for(contact, notice.purpose))


def _on_rungs(
    notice: Notice, event: Published, contact: Contact, now: datetime, rungs: tuple[Route, ...]
) -> list[PlannedMessage]:
    travels = rungs != (Route.TRACKING_PAGE,)
    addresses = tuple((route, address) for route in rungs if (address := contact.address_for(route)))
    message = _message(notice, event, contact, now, addresses, neutral=contact.confidential and travels)
    if not message.neutral:
        return [message]
    page = ((Route.TRACKING_PAGE, contact.tracking_code),)
    answer = _message(notice, event, contact, now, page, neutral=False)
    return [message, replace(answer, key=f"{answer.key}:page", answers=False)]


def _tell_staff(
    notice: Notice, event: Published, contact: Contact, staff: Staff, now: datetime
) -> PlannedMessage | NotSent:
    person = staff.of(notice.audience)
    if person is None:
        reason = Reason.NO_UNIT if notice.audience is Audience.UNIT else Reason.NO_ADDRESS
        return NotSent(contact.complaint_id, notice.audience, reason, notice.purpose)
    addresses = tuple(person.addresses().items())
    if not addresses:
        return NotSent(contact.complaint_id, notice.audience, Reason.NO_ADDRESS, notice.purpose)
    return _message(notice, event, contact, now, addresses, neutral=False)


def _message(
    notice: Notice,
    event: Published,
    contact: Contact,
    now: datetime,
    addresses: tuple[tuple[Route, str], ...],
    *,
    neutral: bool,
) -> PlannedMessage:
    rule = PURPOSES[notice.purpose]
    route, *fallbacks = (rung for rung, _ in addresses)
    send_at, must_by = _when(notice.purpose, route, contact, now)
    return PlannedMessage(
        complaint_id=contact.complaint_id,
        purpose=notice.purpose,
        audience=notice.audience,
        article=notice.article,
        key=key_of(notice, event, contact),
        route=route,
        fallbacks=tuple(fallbacks),
        send_at=send_at,
        must_by=must_by,
        neutral=neutral,
        answers=rule.answers and notice.audience is Audience.COMPLAINANT and _reaches(contact, route),
        parameters=parameters_for(notice.purpose, notice.audience, event, contact, neutral=neutral),
        locale=contact.locale if notice.audience is Audience.COMPLAINANT else "zh",
        addresses=addresses,
    )


def _reaches(contact: Contact, route: Route) -> bool:
    """A page answers only those who can have nothing else; whoever left a number has not been answered by it."""
    return route is not Route.TRACKING_PAGE or LADDERS[contact.situation] == (Route.TRACKING_PAGE,)


def _when(purpose: Purpose, route: Route, contact: Contact, now: datetime) -> tuple[datetime, datetime]:
    """When it may leave, and until when machines may try: by the limit of art. 14, or by the purpose's own patience.

    The call list is a list: what stands on it rings nobody, so nothing waits to be put there.
    """
    rule = PURPOSES[purpose]
    limit = max(now, last_moment(contact.respond_by))
    send_at = now if route in MANNED else release(route, purpose, now, latest=rule.latest(limit))
    return send_at, limit if rule.patience is None else send_at + rule.patience
