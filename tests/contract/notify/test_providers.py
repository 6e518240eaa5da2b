"""The one contract of all providers: printed, the fake, Twilio, SMTP, Aliyun, Tencent, failover."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notify.ports import Accepted, CannotTell, OutgoingText, Temporary, Unknown
from shared.contracts.values import Route
from tests.parts.provider_harnesses import HARNESSES, Harness, a_message, opened


@pytest.fixture(params=HARNESSES)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    """Each provider in turn, with its world."""
    with opened(request.param, tmp_path) as opened_harness:
        yield opened_harness


def fit(harness: Harness, **changes: object) -> OutgoingText:
    """A message for this provider's route."""
    return a_message(harness.provider.route, **changes)  # type: ignore[arg-type]  # a builder's changes are any field


async def test_a_message_is_taken_once_and_accepted(harness: Harness) -> None:
    """A message handed over is with the provider exactly once, and the outcome names the provider and its id."""
    message = fit(harness)
    outcome = await harness.provider.send(message)
    assert isinstance(outcome, Accepted)
    assert outcome.provider
    assert outcome.provider_id
    assert harness.took(message) == 1


async def test_what_was_taken_is_never_denied(harness: Harness) -> None:
    """After a message was taken, ``find`` finds it or can't tell; it never says that it certainly isn't there."""
    message = fit(harness)
    await harness.provider.send(message)
    found = await harness.provider.find(message)
    assert isinstance(found, Accepted | CannotTell)


async def test_what_was_not_taken_is_never_found(harness: Harness) -> None:
    """A message that was never handed over isn't found, not even beside another one to the same person."""
    await harness.provider.send(fit(harness))
    found = await harness.provider.find(fit(harness))
    assert found is None or isinstance(found, CannotTell)


async def test_finding_sends_nothing(harness: Harness) -> None:
    """To look for a message hands nothing over."""
    message = fit(harness)
    await harness.provider.find(message)
    assert harness.took(message) == 0


async def test_a_world_that_cannot_be_reached_is_trouble_that_may_pass(harness: Harness) -> None:
    """Where no connection comes about, the provider says that the message certainly wasn't taken, and raises nothing."""
    message = fit(harness)
    outcome = await harness.cut_off().send(message)
    assert isinstance(outcome, Temporary)
    assert not isinstance(outcome, Unknown)


async def test_many_at_once_arrive_once_each(harness: Harness) -> None:
    """Twenty messages handed over at the same time are each taken exactly once."""
    messages = [fit(harness) for _ in range(20)]
    outcomes = await asyncio.gather(*(harness.provider.send(message) for message in messages))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert [harness.took(message) for message in messages] == [1] * 20


@pytest.mark.article("17")
async def test_nothing_personal_in_outcomes_reprs_and_logs(
    harness: Harness, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the address nor a word of the text shows in an outcome, in a repr, in a log line or on the console."""
    caplog.set_level(logging.DEBUG)
    message = fit(harness, body="绝密的事由")
    said = [repr(message), repr(await harness.provider.send(message)), repr(await harness.provider.find(message))]
    said += [repr(await harness.cut_off().send(message)), caplog.text, *capsys.readouterr()]
    for secret in (message.to, message.to.removeprefix("+"), "绝密的事由"):
        assert not [line for line in said if secret in line]


async def test_a_provider_says_what_it_is(harness: Harness) -> None:
    """Every provider has a name for the ledger, a route that machines serve, and says whether it is abroad."""
    provider = harness.provider
    assert provider.name.isidentifier()
    assert provider.route in {Route.SMS, Route.EMAIL}
    assert isinstance(provider.abroad, bool)
    await provider.close()
