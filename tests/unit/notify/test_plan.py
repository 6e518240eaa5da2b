"""The plan: who is told what on which occasion, by which way, and why others aren't."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notify.domain.contact import LADDERS, Situation, routes_for
from services.notify.domain.occasions import HEARD, NotHeard, Occasion, occasion_of
from services.notify.domain.plan import NOTICES, SILENCE, Notice, NotSent, PlannedMessage, Staff, StaffContact, plan
from services.notify.domain.purposes import PURPOSES, Audience, Purpose
from services.notify.domain.quiet_hours import is_quiet
from services.notify.domain.reasons import REASONS, Reason
from services.notify.domain.retry import SAFETY_MARGIN
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.complaint import Published
from shared.contracts.delivery import DeliveryFailed
from shared.contracts.mail import MailBounced
from shared.contracts.values import ReplyBy, Route
from tests.parts.notify_cases import CODE, EVERYTHING_ELSE, STAFF, TUESDAY, WEDNESDAY_CLOSE, a_contact, an_event

ROWS = [(occasion, notice) for occasion, notices in NOTICES.items() for notice in notices]
TO_COMPLAINANT = [(occasion, notice) for occasion, notice in ROWS if notice.audience is Audience.COMPLAINANT]
TO_STAFF = [(occasion, notice) for occasion, notice in ROWS if notice.audience is not Audience.COMPLAINANT]
TRAVELLERS = [situation for situation in Situation if LADDERS[situation] != (Route.TRACKING_PAGE,)]
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""Tuesday 23:00 in Shanghai."""


def messages(
    occasion: Occasion, situation: Situation = Situation.MOBILE, now: datetime = TUESDAY, **changes: Any
) -> list[PlannedMessage]:
    """The messages planned on this occasion."""
    contact = a_contact(situation, **changes)
    return [entry for entry in plan(an_event(occasion), contact, now, STAFF) if isinstance(entry, PlannedMessage)]


def message(
    occasion: Occasion, purpose: Purpose, situation: Situation = Situation.MOBILE, **changes: Any
) -> PlannedMessage:
    """The one message of this purpose that travels, or stands on the page."""
    return next(entry for entry in messages(occasion, situation, **changes) if entry.purpose is purpose)


@pytest.mark.parametrize("occasion", Occasion)
def test_an_event_is_one_occasion(occasion: Occasion) -> None:
    """Each event is exactly the occasion that its content makes it."""
    assert occasion_of(an_event(occasion)) is occasion


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.name)
def test_every_type_of_the_catalogue_is_heard_or_our_own(row) -> None:
    """Notify has an occasion for every type that others publish, but for lists to be printed, and for none about its own messages."""
    tells_nobody = row.owner == "notify" or row.model is MailBounced or row.name.startswith("list.")
    assert (row.model in HEARD) is not tells_nobody


def test_our_own_events_are_planned_for_nobody() -> None:
    """A delivery that failed isn't an occasion to send something: that would never end."""
    failed = DeliveryFailed(
        delivery_id=a_contact().complaint_id,
        complaint_id=a_contact().complaint_id,
        purpose="receipt",
        route=Route.SMS,
        occurred_at=TUESDAY,
        reason="x",
        permanent=True,
    )
    with pytest.raises(NotHeard):
        plan(failed, a_contact(), TUESDAY)


@pytest.mark.article("14")
@pytest.mark.parametrize("occasion", Occasion)
def test_the_complainant_is_told_or_there_is_a_reason(occasion: Occasion) -> None:
    """On every occasion the complainant is told something, or the table says why not; never both, never neither."""
    told = any(notice.audience is Audience.COMPLAINANT for notice in NOTICES.get(occasion, ()))
    assert told is (occasion not in SILENCE)


@pytest.mark.parametrize("occasion", SILENCE)
def test_silence_is_kept_with_its_reason(occasion: Occasion) -> None:
    """Where the complainant isn't told, the plan says so, with the reason that a person can read."""
    silent = [
        entry
        for entry in plan(an_event(occasion), a_contact(), TUESDAY, STAFF)
        if isinstance(entry, NotSent) and entry.audience is Audience.COMPLAINANT
    ]
    assert [entry.reason for entry in silent] == [SILENCE[occasion]]
    assert REASONS[SILENCE[occasion]]


def test_every_reason_and_every_purpose_has_its_chinese() -> None:
    """Nothing that people see lacks its words."""
    assert set(REASONS) == set(Reason)
    assert set(PURPOSES) == set(Purpose)
    assert {notice.purpose for _, notice in ROWS} == set(Purpose)


@pytest.mark.parametrize(("occasion", "notice"), TO_COMPLAINANT)
@pytest.mark.parametrize("situation", Situation)
def test_a_notice_goes_down_the_ladder_of_the_situation(
    occasion: Occasion, notice: Notice, situation: Situation
) -> None:
    """Each notice to a complainant starts on the first rung of the situation's ladder and keeps the rest as fallbacks."""
    contact = a_contact(situation, address=None if situation is Situation.NOTHING else "枣庄市某路 1 号")
    planned = next(
        entry
        for entry in plan(an_event(occasion), contact, TUESDAY, STAFF)
        if isinstance(entry, PlannedMessage) and entry.purpose is notice.purpose
    )
    assert (planned.route, *planned.fallbacks) == routes_for(contact, notice.purpose)
    assert planned.article == notice.article
    assert planned.to == contact.address_for(planned.route)


@pytest.mark.article("14")
@pytest.mark.parametrize("situation", Situation)
def test_everyone_gets_a_receipt_at_once(situation: Situation) -> None:
    """Whatever was left to reach the person by, a receipt is planned for now, on a way that counts as an answer."""
    receipt = message(Occasion.RECEIVED, Purpose.RECEIPT, situation)
    assert receipt.send_at == TUESDAY
    assert receipt.answers


@pytest.mark.article("14")
@pytest.mark.parametrize("situation", TRAVELLERS)
@pytest.mark.parametrize(("occasion", "notice"), TO_COMPLAINANT)
def test_a_page_answers_only_those_who_can_have_nothing_else(
    occasion: Occasion, notice: Notice, situation: Situation
) -> None:
    """What merely stands on the tracking page is no answer to somebody who left a number or an address."""
    planned = message(occasion, notice.purpose, situation)
    assert planned.answers is (PURPOSES[notice.purpose].answers and planned.route is not Route.TRACKING_PAGE)


@pytest.mark.article("14")
def test_machines_have_until_the_margin_before_the_limit() -> None:
    """A receipt must have arrived two hours before ``respond_by``; after that a person takes over."""
    assert message(Occasion.RECEIVED, Purpose.RECEIPT).must_by == WEDNESDAY_CLOSE - SAFETY_MARGIN


@pytest.mark.article("14")
def test_a_complaint_that_was_entered_late_is_tried_once() -> None:
    """A letter entered after the margin has passed is sent at once, and its first failure goes to a person."""
    late = WEDNESDAY_CLOSE - timedelta(minutes=30)
    receipt = message(Occasion.RECEIVED, Purpose.RECEIPT, now=late)
    assert receipt.send_at == receipt.must_by == late


@pytest.mark.article("16")
@pytest.mark.parametrize("reply_by", [ReplyBy.PHONE, ReplyBy.POST])
@pytest.mark.parametrize(
    ("occasion", "purpose"), [(Occasion.REFUSED, Purpose.REFUSAL), (Occasion.REDIRECTED, Purpose.REDIRECT)]
)
def test_a_refusal_goes_the_way_that_was_chosen(occasion: Occasion, purpose: Purpose, reply_by: ReplyBy) -> None:
    """Who wants to be called or written to gets the reason or the competent authority that way."""
    planned = message(occasion, purpose, reply_by=reply_by, **EVERYTHING_ELSE)
    assert planned.route is {ReplyBy.PHONE: Route.CALL, ReplyBy.POST: Route.POST}[reply_by]


@pytest.mark.article("16")
def test_a_refusal_carries_ground_reason_and_remedy() -> None:
    """The refusal's message knows the ground, the reason and what else can be done; the redirect the authority."""
    refusal = message(Occasion.REFUSED, Purpose.REFUSAL).parameters
    assert (refusal.ground, refusal.reason, refusal.remedy) == ("10.2", "正在行政复议", "向人民法院提出")
    assert message(Occasion.REDIRECTED, Purpose.REDIRECT).parameters.authority == "市市场监督管理局（电话 12315）"


@pytest.mark.article("17")
@pytest.mark.parametrize("situation", Situation)
@pytest.mark.parametrize(("occasion", "notice"), TO_COMPLAINANT)
def test_of_a_confidential_matter_nothing_travels_but_the_code(
    occasion: Occasion, notice: Notice, situation: Situation
) -> None:
    """A message about a confidential complaint carries the tracking code only; what it is about stands behind the code."""
    planned = messages(occasion, situation, confidential=True)
    planned = [entry for entry in planned if entry.audience is Audience.COMPLAINANT]
    for entry in planned:
        if entry.route is not Route.TRACKING_PAGE:
            assert entry.neutral
            assert entry.template == "neutral"
            assert entry.parameters.model_dump(exclude_none=True) == {"tracking_code": CODE}
    pages = [entry for entry in planned if entry.route is Route.TRACKING_PAGE]
    assert len(pages) == 1
    assert pages[0].template == notice.purpose
    assert len({entry.key for entry in planned}) == len(planned)


@pytest.mark.parametrize("occasion", Occasion)
def test_the_same_event_twice_plans_the_same_keys(occasion: Occasion) -> None:
    """A redelivered event, even an hour later, plans messages under the keys that stand in the ledger already."""
    first, again = messages(occasion), messages(occasion, now=TUESDAY + timedelta(hours=1))
    assert [entry.key for entry in first] == [entry.key for entry in again]
    assert len({entry.key for entry in first}) == len(first)


KEYS = {
    (Occasion.RECEIVED, Purpose.RECEIPT): "receipt:complainant:once",
    (Occasion.REDISPATCHED, Purpose.DISPATCH): "dispatch:complainant:round-2",
    (Occasion.EXTENSION_GRANTED, Purpose.EXTENSION): "extension:complainant:version-4",
    (Occasion.LIMIT_NEAR, Purpose.HANDLER_REMINDER): "handler_reminder:holder:round-1-feedback",
}


@pytest.mark.parametrize(("occasion", "purpose"), KEYS)
def test_keys_never_change(occasion: Occasion, purpose: Purpose) -> None:
    """The keys stand in the ledger for ever, so their words are pinned here."""
    assert message(occasion, purpose).key == f"{a_contact().complaint_id}:{KEYS[occasion, purpose]}"


def test_a_new_round_and_a_new_version_are_told_again() -> None:
    """A second dispatch in a new round, and a second extension, are new messages; a repeated acceptance isn't."""

    def keys(occasion: Occasion, **changes: object) -> list[str]:
        entries = plan(an_event(occasion, **changes), a_contact(), TUESDAY, STAFF)
        return [entry.key for entry in entries if isinstance(entry, PlannedMessage)]

    assert keys(Occasion.FORWARDED, round=1) != keys(Occasion.FORWARDED, round=2)
    assert keys(Occasion.EXTENSION_GRANTED, version=4) != keys(Occasion.EXTENSION_GRANTED, version=5)
    assert keys(Occasion.ACCEPTED, version=4) == keys(Occasion.ACCEPTED, version=5)


def test_two_complaints_of_one_person_are_two() -> None:
    """Two complaints of one person at the same second get a receipt each."""
    other = a_contact(complaint_id=a_contact().complaint_id.__class__(int=7))
    first = message(Occasion.RECEIVED, Purpose.RECEIPT)
    second = plan(an_event(Occasion.RECEIVED), other, TUESDAY)[0]
    assert isinstance(second, PlannedMessage)
    assert first.key != second.key


@pytest.mark.parametrize(("occasion", "notice"), TO_STAFF)
def test_staff_are_told_what_concerns_them(occasion: Occasion, notice: Notice) -> None:
    """Reminders, escalations and result notices go to the one they are for, by the quickest way there is."""
    planned = next(
        entry for entry in messages(occasion) if (entry.purpose, entry.audience) == (notice.purpose, notice.audience)
    )
    person = STAFF.of(notice.audience)
    assert person is not None
    assert (planned.route, planned.to) == next(iter(person.addresses().items()))
    assert not planned.answers


@pytest.mark.article("17")
@pytest.mark.parametrize(("occasion", "notice"), TO_STAFF)
def test_staff_messages_name_nobody(occasion: Occasion, notice: Notice) -> None:
    """A message to staff carries the case's number and limit, and not a word of the complainant's or about anybody."""
    planned = next(entry for entry in messages(occasion, confidential=True) if entry.purpose is notice.purpose)
    said = planned.parameters.model_dump(exclude_none=True)
    assert set(said) <= {"tracking_code", "case_number", "article", "limit"}


@pytest.mark.parametrize(("occasion", "notice"), TO_STAFF)
@pytest.mark.parametrize("staff", [Staff(), Staff(StaffContact(), StaffContact(), StaffContact())])
def test_staff_without_an_address_stand_in_the_ledger(occasion: Occasion, notice: Notice, staff: Staff) -> None:
    """Where the directory knows nobody, or no address, that is kept as a reason and nothing is sent."""
    entries = plan(an_event(occasion), a_contact(), TUESDAY, staff)
    entry = next(entry for entry in entries if entry.audience is notice.audience and entry.purpose is notice.purpose)
    assert isinstance(entry, NotSent)
    assert entry.reason in {Reason.NO_ADDRESS, Reason.NO_UNIT}


@pytest.mark.article("20")
@pytest.mark.parametrize(
    "occasion", [Occasion.CLOSED_WITH_RESULT, Occasion.CLOSED_WITHOUT_RESULT, Occasion.CLOSED_ALREADY_TOLD]
)
def test_every_closing_is_notified_to_the_unit(occasion: Occasion) -> None:
    """However a case closes, the unit concerned gets its result notice."""
    notice = message(occasion, Purpose.UNIT_RESULT_NOTICE)
    assert (notice.audience, notice.article) == (Audience.UNIT, "20")


@pytest.mark.parametrize(("occasion", "notice"), ROWS)
@pytest.mark.parametrize("situation", Situation)
def test_the_night_is_kept(occasion: Occasion, notice: Notice, situation: Situation) -> None:
    """What rings leaves by night only where its purpose may; everything else waits for the morning."""
    for planned in messages(occasion, situation, now=NIGHT, respond_by=WEDNESDAY_CLOSE):
        rings = planned.route is Route.SMS and not PURPOSES[planned.purpose].by_night
        assert is_quiet(planned.send_at) is not rings
        assert planned.send_at <= max(planned.must_by, NIGHT)


def test_down_the_ladder_rung_by_rung() -> None:
    """A message moved to another route keeps its key and words, and leaves only the rungs below it."""
    planned = message(Occasion.RECEIVED, Purpose.RECEIPT, **EVERYTHING_ELSE)
    assert planned.fallbacks == (Route.EMAIL, Route.CALL, Route.POST)
    mailed = planned.on(Route.EMAIL, TUESDAY + timedelta(hours=1))
    assert (mailed.route, mailed.fallbacks, mailed.to) == (
        Route.EMAIL,
        (Route.CALL, Route.POST),
        EVERYTHING_ELSE["email"],
    )
    assert (mailed.key, mailed.parameters) == (planned.key, planned.parameters)
    assert mailed.on(Route.POST, TUESDAY).fallbacks == ()


@pytest.mark.parametrize("occasion", Occasion)
def test_a_planned_message_shows_no_address(occasion: Occasion) -> None:
    """The repr of a plan holds no number, no address and none of the free words of a case."""
    shown = repr(plan(an_event(occasion), a_contact(Situation.MOBILE, **EVERYTHING_ELSE), TUESDAY, STAFF))
    for secret in ("138000", "139000", "@", "某路", "李某某", "正在行政复议", "12315", "市税务局"):
        assert secret not in shown


def test_every_event_type_can_be_planned() -> None:
    """No event makes the plan raise, whoever complained."""
    for occasion in Occasion:
        for situation in Situation:
            event: Published = an_event(occasion)
            assert plan(event, a_contact(situation), TUESDAY)
