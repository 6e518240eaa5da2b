"""The providers as the contract tests hold them: each with its outside world, what that world took, and how to cut it off.

A harness whose provider needs an SDK that isn't installed runs on the hand-written gateway only.
"""

import importlib.util
import io
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from typing_extensions import override

from services.notify.domain.text import reference_of
from services.notify.fakes import FakeProvider
from services.notify.ports import MessageProvider, OutgoingText, Temporary
from services.notify.providers import aliyun_sms, tencent_sms
from services.notify.providers.domestic import Registered
from services.notify.providers.failover import Failover, Weighted
from services.notify.providers.printed import Printed
from services.notify.providers.smtp import Smtp, SmtpServer, Tls
from services.notify.providers.twilio_sms import TwilioAccount, TwilioSms
from shared.clock import system_clock
from shared.contracts.values import Route, new_id
from tests.parts.certificates import make_certificates
from tests.parts.fake_domestic import FakeAliyun, FakeAliyunGateway, FakeTencent, FakeTencentGateway, Trip, serve
from tests.parts.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID, FakeTwilio
from tests.parts.ports import free_port
from tests.parts.smtp_sink import Protection, SmtpSink

MOBILE = "+8613800000000"
MAILBOX = "citizen@example.cn"
REGISTERED = Registered({"zh/receipt": "SMS_1001"}, "枣庄市民中心")


def a_message(route: Route = Route.SMS, body: str = "您的投诉已接收", **changes: object) -> OutgoingText:
    """A message to an invented person; the reference stands in its text, as templates see to."""
    delivery_id = changes.pop("delivery_id", None) or new_id()
    assert isinstance(delivery_id, UUID)
    reference = reference_of(delivery_id)
    fields = {
        "delivery_id": delivery_id,
        "route": route,
        "reference": reference,
        "to": MAILBOX if route is Route.EMAIL else MOBILE,
        "body": f"【枣庄市民中心】{body}。回执{reference}",
        "subject": "投诉接收告知" if route is Route.EMAIL else None,
        "template": "zh/receipt/1",
        "values": (("tracking_code", "2QW8H-N5T08"), ("reference", reference)),
    }
    return OutgoingText(**(fields | changes))  # type: ignore[arg-type]  # a builder's changes are any field


class Harness(ABC):
    """One provider and its world."""

    provider: MessageProvider

    @abstractmethod
    def __init__(self, folder: Path) -> None:
        """Build both; ``folder`` is for certificates and the like."""

    @abstractmethod
    def took(self, message: OutgoingText) -> int:
        """How often the world took this message."""

    @abstractmethod
    def cut_off(self) -> MessageProvider:
        """The same provider with a world that can't be reached."""


class PrintedHarness(Harness):
    """The embedded default, on a stream in memory."""

    def __init__(self, folder: Path) -> None:
        self.stream = io.StringIO()
        self.provider = Printed(Route.SMS, self.stream)

    @override
    def took(self, message: OutgoingText) -> int:
        return self.stream.getvalue().count(message.reference)

    @override
    def cut_off(self) -> MessageProvider:
        self.stream.close()
        return self.provider


class FakeHarness(Harness):
    """The fake that stands in for a provider in other tests."""

    def __init__(self, folder: Path) -> None:
        self.fake = FakeProvider()
        self.provider = self.fake

    @override
    def took(self, message: OutgoingText) -> int:
        return sum(taken.delivery_id == message.delivery_id for taken in self.fake.taken)

    @override
    def cut_off(self) -> MessageProvider:
        self.fake.script.append(Temporary("fake", "connect", "not reachable"))
        return self.provider


class TwilioHarness(Harness):
    """Twilio's own client against the fake of its REST API."""

    def __init__(self, folder: Path) -> None:
        self.api = FakeTwilio()
        self.provider = twilio_at(self.api.url)

    @override
    def took(self, message: OutgoingText) -> int:
        return sum(message.reference in taken.body for taken in self.api.messages)

    @override
    def cut_off(self) -> MessageProvider:
        return twilio_at(f"http://127.0.0.1:{free_port()}")


def twilio_at(url: str, *, timeout: float = 30, deadline: float = 60, **changes: object) -> TwilioSms:
    """The provider, pointed at a server of the test's own."""
    settings: dict[str, object] = {
        "account_sid": ACCOUNT_SID,
        "auth_token": AUTH_TOKEN,
        "messaging_service_sid": SERVICE_SID,
        "base_url": url,
        "timeout_seconds": timeout,
        "deadline_seconds": deadline,
    }
    return TwilioSms(TwilioAccount(**(settings | changes)))  # type: ignore[arg-type]  # a builder's changes are any field


class SmtpHarness(Harness):
    """A real SMTP server that wants TLS."""

    def __init__(self, folder: Path) -> None:
        certificates = make_certificates(folder)
        self.sink = SmtpSink(protection=Protection.STARTTLS, certificates=certificates).start()
        self._trust = certificates.client_context()
        self.provider = self._at(self.sink.port)

    def _at(self, port: int) -> Smtp:
        return Smtp(
            SmtpServer(
                host="localhost",
                port=port,
                tls=Tls.STARTTLS,
                sender="noreply@example.gov.cn",
                sender_name="枣庄市民中心",
                return_path_key=b"k" * 32,
                tls_context=self._trust,
                step_seconds=30,
                deadline_seconds=60,
            )
        )

    @override
    def took(self, message: OutgoingText) -> int:
        return sum(message.reference in taken.mail.get_content() for taken in self.sink.taken)

    @override
    def cut_off(self) -> MessageProvider:
        return self._at(free_port())


class AliyunHarness(Harness):
    """Aliyun's adapter on a hand-written gateway."""

    def __init__(self, folder: Path) -> None:
        self.service = FakeAliyun()
        self.provider = aliyun_sms.AliyunSms(REGISTERED, FakeAliyunGateway(self.service), system_clock)

    @override
    def took(self, message: OutgoingText) -> int:
        return sum(taken["OutId"] == message.reference for taken in self.service.taken)

    @override
    def cut_off(self) -> MessageProvider:
        self.service.faults.append(Trip.NOT_REACHED)
        return self.provider


class AliyunSdkHarness(AliyunHarness):
    """The same with the real SDK, over HTTP."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.server = serve(self.service)
        self.provider = self._at(self.server.host)

    def _at(self, host: str) -> MessageProvider:
        account = aliyun_sms.AliyunAccount("id", "secret", REGISTERED, host, "http", timeout_seconds=30)
        return aliyun_sms.AliyunSms(REGISTERED, aliyun_sms.open_gateway(account), system_clock)

    @override
    def cut_off(self) -> MessageProvider:
        return self._at(f"127.0.0.1:{free_port()}")


class TencentHarness(Harness):
    """Tencent's adapter on a hand-written gateway."""

    def __init__(self, folder: Path) -> None:
        self.service = FakeTencent()
        self.provider = tencent_sms.TencentSms("1400", REGISTERED, FakeTencentGateway(self.service), system_clock)

    @override
    def took(self, message: OutgoingText) -> int:
        return sum(taken["SessionContext"] == message.reference for taken in self.service.taken)

    @override
    def cut_off(self) -> MessageProvider:
        self.service.faults.append(Trip.NOT_REACHED)
        return self.provider


class TencentSdkHarness(TencentHarness):
    """The same with the real SDK, over HTTP."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.server = serve(self.service)
        self.provider = self._at(self.server.host)

    def _at(self, host: str) -> MessageProvider:
        account = tencent_sms.TencentAccount(
            "id", "secret", "1400", REGISTERED, endpoint=host, protocol="http", timeout_seconds=30
        )
        return tencent_sms.TencentSms("1400", REGISTERED, tencent_sms.open_gateway(account), system_clock)

    @override
    def cut_off(self) -> MessageProvider:
        return self._at(f"127.0.0.1:{free_port()}")


class FailoverHarness(Harness):
    """Two fakes made into one; the first is never well."""

    def __init__(self, folder: Path) -> None:
        trouble = Temporary("first", "500", "trouble")
        self.first = FakeProvider("first", script=[trouble] * 100)
        self.second = FakeProvider("second")
        self.provider = Failover(
            [Weighted(self.first, 3), Weighted(self.second, 1)],
            abroad_allowed=False,
            clock=system_clock,
            draw=lambda: 0.0,
        )

    @override
    def took(self, message: OutgoingText) -> int:
        taken = [*self.first.taken, *self.second.taken]
        return sum(other.delivery_id == message.delivery_id for other in taken)

    @override
    def cut_off(self) -> MessageProvider:
        self.second.script.append(Temporary("second", "connect", "not reachable"))
        return self.provider


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


HARNESSES: dict[str, type[Harness]] = {
    "printed": PrintedHarness,
    "fake": FakeHarness,
    "twilio": TwilioHarness,
    "smtp": SmtpHarness,
    "aliyun": AliyunHarness,
    "tencent": TencentHarness,
    "failover": FailoverHarness,
    **({"aliyun with its SDK": AliyunSdkHarness} if _installed("alibabacloud_dysmsapi20170525") else {}),
    **({"tencent with its SDK": TencentSdkHarness} if _installed("tencentcloud") else {}),
}


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Harness]:
    """A harness, and the end of whatever servers it has."""
    harness = HARNESSES[name](folder)
    try:
        yield harness
    finally:
        for part in ("api", "sink", "server"):
            if hasattr(harness, part):
                getattr(harness, part).stop()
