"""A whole story in one batch: each message builds on the ones before it, though nothing of them is committed yet."""

from uuid import UUID

from services.notify.domain.occasions import Occasion
from services.notify.store import tables
from shared.contracts.envelope import wrap
from shared.contracts.values import new_id
from shared.messaging.ports import Done, IncomingMessage, Retry
from tests.parts.notify_cases import COMPLAINT, an_event
from tests.parts.notify_house import NotifyHouse

STORY = (
    Occasion.RECEIVED,
    Occasion.REGISTERED,
    Occasion.ACCEPTED,
    Occasion.FORWARDED,
    Occasion.EXTENSION_GRANTED,
    Occasion.CLOSED_WITH_RESULT,
)


def heard(
    house: NotifyHouse, *occasions: Occasion, subject: UUID = COMPLAINT, **changes: object
) -> list[IncomingMessage]:
    """These events as a broker brings them."""
    events = [an_event(occasion, **changes) for occasion in occasions]
    wrapped = [wrap(event, subject=subject, now=house.now, sealer=house.desk.ring) for event in events]
    return [IncomingMessage(envelope.id, envelope.type, body) for envelope, body in wrapped]


async def test_a_story_told_in_one_batch_is_the_story_told_one_by_one(house: NotifyHouse) -> None:
    """The contact, its number, unit and end, and what overtook what: the same however the messages were bundled."""
    assert await house.consumer.handle_batch(heard(house, *STORY)) == [Done()] * len(STORY)
    together = await told(house)
    for table in (tables.contacts, tables.response_rules, tables.deliveries, tables.silences):
        async with house.desk.store.transaction(house.now) as unit:
            await unit.connection.execute(table.delete())
    for message in heard(house, *STORY):
        assert await house.consumer.handle_batch([message]) == [Done()]
    assert together == await told(house)
    (contact,) = await house.rows(tables.contacts)
    assert (contact.case_number, contact.unit, contact.closed_at) == ("2026-001083", "市税务局", house.now)
    assert ("extension", "cancelled") in together


async def told(house: NotifyHouse) -> list[tuple[str, str]]:
    """What stands in the ledger, and what is knowingly left out."""
    sent = [(row.purpose, row.state) for row in await house.deliveries()]
    return sorted(sent + [(row.reason, row.purpose or "") for row in await house.rows(tables.silences)])


async def test_a_part_of_a_letter_that_comes_with_its_letter_is_known(house: NotifyHouse) -> None:
    """The letter and its part in one batch: the part has the writer; a part without its letter waits for it."""
    part = new_id()
    about = {
        "complaint_id": part,
        "split_from_complaint": COMPLAINT,
        "tracking_code": "5KJR0ZVEHZ",
        "case_number": "2026-001084",
    }
    alone = heard(house, Occasion.REGISTERED, subject=part, **about)
    (outcome,) = await house.consumer.handle_batch(alone)
    assert isinstance(outcome, Retry)
    await house.consumer.handle_batch([*heard(house, Occasion.RECEIVED), *alone])
    numbers = {row.complaint_id: row.case_number for row in await house.rows(tables.contacts)}
    assert numbers == {COMPLAINT: None, part: "2026-001084"}
