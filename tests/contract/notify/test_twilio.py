"""Twilio in trouble: the adapter over the official client, against the stateful fake of the REST API."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from services.notify.domain.outcome import SendOutcome
from services.notify.ports import Accepted, CannotTell, OutgoingText, Permanent, Stop, Temporary, Unknown
from services.notify.providers.twilio_codes import CODES
from services.notify.providers.twilio_sms import TwilioAccount, TwilioSms
from tests.parts.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID, FakeTwilio, Fault
from tests.parts.provider_harnesses import MOBILE, a_message, twilio_at

SCHEMA = json.loads((Path(__file__).parents[2] / "parts" / "twilio_message_schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def api() -> Iterator[FakeTwilio]:
    """The fake of the REST API."""
    fake = FakeTwilio()
    yield fake
    fake.stop()


@pytest.fixture
def twilio(api: FakeTwilio) -> TwilioSms:
    """The provider, patient enough for a busy machine."""
    return twilio_at(api.url)


@pytest.fixture
def hasty(api: FakeTwilio) -> TwilioSms:
    """The provider with short patience, for what never answers."""
    return twilio_at(api.url, timeout=1, deadline=3)


ENDLESS = {Fault.HANGS_AFTER, Fault.DRIPS}


OUTCOMES: dict[Fault, type[SendOutcome]] = {
    Fault.NONE: Accepted,
    Fault.TOO_MANY: Temporary,
    Fault.BROKEN_BEFORE: Unknown,
    Fault.BROKEN_AFTER: Unknown,
    Fault.UNAVAILABLE_AFTER: Unknown,
    Fault.HANGS_AFTER: Unknown,
    Fault.RESET_AFTER: Unknown,
    Fault.TRUNCATED: Unknown,
    Fault.DRIPS: Unknown,
    Fault.HTML_BEFORE: Unknown,
    Fault.REDIRECT: Unknown,
    Fault.SUSPENDED: Stop,
}


@pytest.mark.parametrize("fault", Fault)
async def test_every_fault_has_its_outcome(api: FakeTwilio, twilio: TwilioSms, hasty: TwilioSms, fault: Fault) -> None:
    """What Twilio answered decides the outcome: success needs a message SID, and only a 429 or a 401 is a certain no."""
    api.faults.append(fault)
    outcome = await (hasty if fault in ENDLESS else twilio).send(a_message())
    assert type(outcome) is OUTCOMES[fault]


@pytest.mark.parametrize("fault", [fault for fault in Fault if OUTCOMES[fault] is Unknown])
async def test_after_an_unclear_answer_looking_tells(
    api: FakeTwilio, twilio: TwilioSms, hasty: TwilioSms, fault: Fault
) -> None:
    """After an unclear answer ``find`` finds the message exactly if it was taken, so that no text is sent twice."""
    api.faults.append(fault)
    message = a_message()
    await (hasty if fault in ENDLESS else twilio).send(message)
    taken = [m for m in api.messages if message.reference in m.body]
    found = await twilio.find(message)
    assert (found.provider_id if isinstance(found, Accepted) else None) == (taken[0].sid if taken else None)


async def test_one_send_is_one_request(api: FakeTwilio, hasty: TwilioSms) -> None:
    """Neither the client nor the adapter repeats a request by itself, whatever the answer."""
    api.faults.extend(Fault)
    for _ in Fault:
        await hasty.send(a_message())
    posts = [request for request in api.requests if request.method == "POST"]
    assert len(posts) == len(Fault)


async def test_too_many_says_when_to_come_back(api: FakeTwilio, twilio: TwilioSms) -> None:
    """A 429 carries its Retry-After on."""
    api.faults.append(Fault.TOO_MANY)
    outcome = await twilio.send(a_message())
    assert outcome == Temporary("twilio", "20429", "too many requests", timedelta(seconds=7))


@pytest.mark.parametrize("code", CODES)
async def test_every_code_of_the_table_means_its_row(api: FakeTwilio, twilio: TwilioSms, code: int) -> None:
    """Each error code in the table leads to the outcome that its kind stands for, under its own number."""
    api.refuse[MOBILE] = code
    outcome = await twilio.send(a_message())
    expected = {"permanent": Permanent, "elsewhere": Permanent, "temporary": Temporary, "technical": Stop}
    assert isinstance(outcome, expected[CODES[code].kind])
    assert not isinstance(outcome, Accepted | Unknown)
    assert outcome.code == str(code)
    assert api.messages == []


async def test_an_unlisted_code_takes_the_next_route(api: FakeTwilio, twilio: TwilioSms) -> None:
    """A 400 with a code that nobody has seen is permanent for this message, and keeps its number for the table."""
    api.refuse[MOBILE] = 21999
    outcome = await twilio.send(a_message())
    assert isinstance(outcome, Permanent)
    assert outcome.code == "21999"


async def test_wrong_credentials_stop_everything(api: FakeTwilio) -> None:
    """Credentials that Twilio refuses are nobody's message's fault."""
    outcome = await twilio_at(api.url, auth_token="wrong").send(a_message())
    assert isinstance(outcome, Stop)
    assert outcome.code == "20003"


async def test_a_hanging_api_frees_its_caller_in_time(api: FakeTwilio) -> None:
    """An API that drips a byte a second is left at the deadline, however long it goes on."""
    api.faults.append(Fault.DRIPS)
    began = time.monotonic()
    outcome = await twilio_at(api.url, timeout=5, deadline=0.5).send(a_message())
    assert isinstance(outcome, Unknown)
    assert time.monotonic() - began < 10  # a drip of 700 bytes would take twelve minutes


async def test_calls_that_never_began_are_not_unknown(api: FakeTwilio) -> None:
    """When all threads are held by calls that hang, the next message certainly wasn't sent, and the outcome says so."""
    twilio = twilio_at(api.url, timeout=5, deadline=1, parallel=1)
    api.faults.extend([Fault.HANGS_AFTER, Fault.NONE])
    first, second = await twilio.send(a_message()), await twilio.send(a_message())
    assert isinstance(first, Unknown)
    assert second == Temporary("twilio", "busy", "all threads are held by calls that hang")


async def test_a_list_that_is_down_cannot_tell(api: FakeTwilio, twilio: TwilioSms) -> None:
    """While the list API is down, ``find`` can't tell, and so nothing is sent again."""
    message = a_message()
    await twilio.send(message)
    api.list_is_down = True
    assert isinstance(await twilio.find(message), CannotTell)


async def test_redacted_texts_cannot_tell(api: FakeTwilio, twilio: TwilioSms) -> None:
    """Where Twilio lists messages without their text, our reference can't be ruled out."""
    message = a_message()
    await twilio.send(message)
    api.messages[0].redacted = True
    assert isinstance(await twilio.find(message), CannotTell)


async def test_looking_tells_what_became_of_it(api: FakeTwilio, twilio: TwilioSms) -> None:
    """``find`` brings the status along, so that a receipt that never came can be fetched."""
    message = a_message()
    await twilio.send(message)
    api.messages[0].status, api.messages[0].error_code = "undelivered", 30003
    found = await twilio.find(message)
    assert isinstance(found, Accepted)
    assert (found.progress, found.code) == ("undelivered", "30003")


async def test_what_is_sent_is_what_was_rendered(api: FakeTwilio) -> None:
    """Text, number, service and callback URL arrive as they were given: braces, percent signs, line breaks and all."""
    twilio = twilio_at(api.url, status_callback="https://example.gov.cn/notify/webhooks/twilio/status")
    message = a_message(body="{name} %s \n 100%")
    await twilio.send(message)
    form = next(request.form() for request in api.requests if request.method == "POST")
    assert form == {
        "To": MOBILE,
        "Body": message.body,
        "MessagingServiceSid": SERVICE_SID,
        "StatusCallback": "https://example.gov.cn/notify/webhooks/twilio/status",
    }


async def test_the_fake_answers_as_the_openapi_file_says(api: FakeTwilio, twilio: TwilioSms) -> None:
    """What the fake answers to create and list has the names, types and enumerations of Twilio's own description."""
    for fault in (Fault.NONE, Fault.BROKEN_AFTER):
        api.faults.append(fault)
        await twilio.send(a_message())
    message = {"$ref": "#/$defs/message", **SCHEMA}
    for taken in api.messages:
        jsonschema.validate(taken.resource(), message)
    page = api._page(api.messages, MOBILE, 0, 1)
    jsonschema.validate(page, {"$ref": "#/$defs/list", **SCHEMA})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**page["messages"][0], "status": "arrived"}, message)


async def test_long_lists_are_read_to_their_end(api: FakeTwilio, twilio: TwilioSms) -> None:
    """A message is found among 150 newer ones to the same number, whatever the size of a page."""
    message = a_message()
    await twilio.send(message)
    api.messages += [api.messages[0].__class__(f"SM{n:032x}", MOBILE, f"other {n}", api.clock()) for n in range(150)]
    assert isinstance(await twilio.find(message), Accepted)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"account_sid": ""}, "account SID"),
        ({"auth_token": ""}, "auth token"),
        ({"messaging_service_sid": None}, "messaging service SID or a sender"),
        ({"sender": "+15005550006"}, "not both"),
    ],
)
def test_half_a_configuration_does_not_start(changes: dict[str, str | None], missing: str) -> None:
    """An account without credentials, or without exactly one way to name the sender, is refused with what it lacks."""
    whole = TwilioAccount(ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID)
    assert AUTH_TOKEN not in repr(whole)
    with pytest.raises(ValueError, match=missing):
        replace(whole, **changes)  # type: ignore[arg-type]  # the point of the test


async def test_no_text_is_sent_twice_in_a_storm(api: FakeTwilio) -> None:
    """Of 200 messages sent through every fault there is, each reaches its person exactly once, because we look first."""
    twilio = twilio_at(api.url, timeout=0.25, deadline=1)
    api.faults.extend([*Fault] * 14)
    messages = [a_message(to=f"+86138{number:08d}") for number in range(200)]

    async def sent(message: OutgoingText) -> SendOutcome:
        """What the sending loop does: send, look after an unclear answer, send again only if certainly not there."""
        for _ in range(len(Fault)):
            outcome = await twilio.send(message)
            if isinstance(outcome, Unknown):
                while isinstance(found := await twilio.find(message), CannotTell):
                    continue  # a machine with more to do: asked again, as the sender does
                outcome = found or outcome
            if isinstance(outcome, Accepted):
                return outcome
        raise AssertionError(message.delivery_id)

    outcomes = await asyncio.gather(*(sent(message) for message in messages))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert [len(api.taken(message.to)) for message in messages] == [1] * 200
    assert api.duplicates() == []
