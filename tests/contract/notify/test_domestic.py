"""Aliyun and Tencent: their error codes, their lists, their registered templates, and what happens without their SDKs."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notify.domain.outcome import SendOutcome
from services.notify.ports import Accepted, CannotTell, Permanent, Stop, Temporary, Unknown
from services.notify.providers import aliyun_sms, tencent_sms
from services.notify.providers.aliyun_sms import AliyunAccount, AliyunSms
from services.notify.providers.domestic import ExtraMissing, Registered
from services.notify.providers.tencent_sms import TencentAccount, TencentSms
from services.notify.providers.trouble import Kind
from shared.clock import system_clock
from tests.parts.fake_domestic import FakeAliyun, FakeAliyunGateway, FakeTencent, FakeTencentGateway, Trip
from tests.parts.provider_harnesses import REGISTERED, a_message

OUTCOMES: dict[Kind, type[SendOutcome]] = {
    Kind.PERMANENT: Permanent,
    Kind.ELSEWHERE: Permanent,
    Kind.TEMPORARY: Temporary,
    Kind.TECHNICAL: Stop,
}


@dataclass
class Pair:
    """A provider and its service."""

    provider: AliyunSms | TencentSms
    service: FakeAliyun | FakeTencent


def aliyun() -> Pair:
    """Aliyun on its hand-written gateway."""
    service = FakeAliyun()
    return Pair(AliyunSms(REGISTERED, FakeAliyunGateway(service), system_clock), service)


def tencent() -> Pair:
    """Tencent on its hand-written gateway."""
    service = FakeTencent()
    return Pair(TencentSms("1400", REGISTERED, FakeTencentGateway(service), system_clock), service)


@pytest.fixture(params=[aliyun, tencent])
def pair(request: pytest.FixtureRequest) -> Pair:
    """Each service in turn."""
    made: Pair = request.param()
    return made


@pytest.mark.parametrize("code", aliyun_sms.CODES)
async def test_every_code_of_aliyun_means_its_row(code: str) -> None:
    """Each error code of Aliyun leads to the outcome that its kind stands for, and nothing is taken."""
    pair = aliyun()
    pair.service.faults.append(code)
    assert type(await pair.provider.send(a_message())) is OUTCOMES[aliyun_sms.CODES[code].kind]
    assert pair.service.taken == []


@pytest.mark.parametrize("code", tencent_sms.CODES)
async def test_every_code_of_tencent_means_its_row(code: str) -> None:
    """Each error code of Tencent, or each family of them, leads to the outcome that its kind stands for."""
    pair = tencent()
    pair.service.faults.append(code if "." in code else f"{code}.Anything")
    assert type(await pair.provider.send(a_message())) is OUTCOMES[tencent_sms.CODES[code].kind]


UNCLEAR = {
    "aliyun": [(aliyun, "isp.SYSTEM_ERROR"), (aliyun, Trip.LOST_AFTER), (aliyun, Trip.EMPTY)],
    "tencent": [(tencent, "InternalError.Timeout"), (tencent, Trip.LOST_AFTER), (tencent, Trip.EMPTY)],
}


@pytest.mark.parametrize(("make", "fault"), [case for cases in UNCLEAR.values() for case in cases])
async def test_what_is_not_clear_is_unknown(make: Callable[[], Pair], fault: str) -> None:
    """Trouble within the service, a lost answer or an empty one may follow a message that was taken."""
    pair = make()
    pair.service.faults.append(fault)
    assert isinstance(await pair.provider.send(a_message()), Unknown)


async def test_a_lost_answer_is_found(pair: Pair) -> None:
    """After a lost answer our reference finds the message, and says what became of it."""
    pair.service.faults.append(Trip.LOST_AFTER)
    message = a_message()
    await pair.provider.send(message)
    found = await pair.provider.find(message)
    assert isinstance(found, Accepted)
    assert found.progress == "delivered"


async def test_a_list_that_is_down_cannot_tell(pair: Pair) -> None:
    """While the list is down nobody can tell."""
    message = a_message()
    await pair.provider.send(message)
    pair.service.list_is_down = True
    assert isinstance(await pair.provider.find(message), CannotTell)


async def test_tencent_lists_receipts_only() -> None:
    """A message without a receipt isn't in Tencent's list, so its absence proves nothing."""
    service = FakeTencent(receipts=False)
    provider = TencentSms("1400", REGISTERED, FakeTencentGateway(service), system_clock)
    message = a_message()
    await provider.send(message)
    assert isinstance(await provider.find(message), CannotTell)


async def test_aliyun_is_asked_for_the_day_in_china() -> None:
    """At 23:30 UTC it is the next morning in China: both that day and the one before are looked through."""
    service = FakeAliyun()
    asked: list[str] = []

    class Gateway(FakeAliyunGateway):
        async def query_send_details(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
            asked.append(str(fields["SendDate"]))
            return {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}}

    provider = AliyunSms(REGISTERED, Gateway(service), lambda: datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    assert await provider.find(a_message()) is None
    assert asked == ["20261125", "20261124"]


async def test_the_template_travels_and_the_text_does_not(pair: Pair) -> None:
    """The approved template's id, the signature, the values in their order and our reference are what is sent."""
    message = a_message()
    await pair.provider.send(message)
    sent = json.dumps(pair.service.taken[0], ensure_ascii=False)
    assert "SMS_1001" in sent
    assert "枣庄市民中心" in sent
    assert sent.index("2QW8H-N5T08") < sent.index(message.reference)
    assert message.body not in sent


@pytest.mark.parametrize("changes", [{"to": "+85251234567"}, {"template": "zh/refusal/1"}])
async def test_what_cannot_go_this_way_may_go_another(pair: Pair, changes: dict[str, str]) -> None:
    """A number abroad, or a template that isn't approved yet, is refused before the service is called."""
    outcome = await pair.provider.send(a_message(**changes))  # type: ignore[arg-type]  # a builder's changes are any field
    assert isinstance(outcome, Permanent)
    assert outcome.only_here
    assert pair.service.taken == []


def test_a_version_may_have_an_id_of_its_own() -> None:
    """An id given for a certain version of a template wins over the id for all of its versions."""
    registered = Registered({"zh/receipt": "SMS_1", "zh/receipt/2": "SMS_2"}, "枣庄市民中心")
    assert registered.id_for(a_message(template="zh/receipt/1")) == "SMS_1"
    assert registered.id_for(a_message(template="zh/receipt/2")) == "SMS_2"
    assert registered.id_for(a_message(template="en/receipt/1")) is None


OPENERS: dict[str, Callable[[], object]] = {
    "alibabacloud_dysmsapi20170525": lambda: aliyun_sms.open_gateway(AliyunAccount("id", "secret", REGISTERED)),
    "tencentcloud": lambda: tencent_sms.open_gateway(TencentAccount("id", "secret", "1400", REGISTERED)),
}


@pytest.mark.parametrize(("module", "open_gateway"), OPENERS.items())
def test_a_missing_sdk_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, open_gateway: Callable[[], object]
) -> None:
    """Where a service is configured and its SDK isn't installed, the start says which extra to install."""
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraMissing, match=r"install shouli\[(aliyun|tencent)\]"):
        open_gateway()
