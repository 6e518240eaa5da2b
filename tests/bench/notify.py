"""Notify: messages planned and handed over a second, from event to handover at half that rate, callbacks, and the storm."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from services.notify.domain.outcome import SendOutcome
from services.notify.fakes import FakeProvider
from services.notify.ports import MessageProvider, OutgoingText
from services.notify.providers.smtp import Smtp, SmtpServer, Tls
from shared.clock import system_clock
from shared.contracts.complaint import Complainant
from shared.contracts.envelope import wrap
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Route, new_id
from shared.messaging.ports import IncomingMessage
from tests.bench.web_form import HOST, _served
from tests.parts.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID, signed
from tests.parts.notify_cases import a_complaint
from tests.parts.notify_house import NotifyHouse, notify_house
from tests.parts.notify_storm import storm
from tests.parts.smtp_sink import SmtpSink

MESSAGES = 1500
BATCH = 50
CALLBACKS = 5000
CALLBACK_RATE = 500
CONNECTIONS = 20
STORM = 1000


def run(out: list[str]) -> None:
    """Measure and write down."""
    out.append(asyncio.run(_throughput("local sink", Route.SMS)))
    out.append(asyncio.run(_throughput("SMTP server on this machine", Route.EMAIL)))
    out.append(_callbacks())
    out.append(asyncio.run(_storm()))


class Sink(FakeProvider):
    """Takes at once, and remembers when."""

    def __init__(self, route: Route) -> None:
        super().__init__("sink", route, final=True)
        self.taken_at: list[float] = []

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Note when it was handed over."""
        self.taken_at.append(time.perf_counter())
        return self._accepted(message)


class Timed:
    """A provider, with the moments at which it had taken something."""

    def __init__(self, inner: MessageProvider) -> None:
        self._inner = inner
        self.name, self.route, self.abroad = inner.name, inner.route, inner.abroad
        self.find, self.close = inner.find, inner.close
        self.taken_at: list[float] = []

    async def send(self, message: OutgoingText) -> SendOutcome:
        """As the provider does."""
        outcome = await self._inner.send(message)
        self.taken_at.append(time.perf_counter())
        return outcome


async def _throughput(name: str, route: Route) -> str:
    """All at once, for the rate; then evenly at half of it, for the time from event to handover."""
    sink = SmtpSink().start() if route is Route.EMAIL else None
    with tempfile.TemporaryDirectory() as folder:
        provider: Sink | Timed = Timed(_smtp(sink.port)) if sink else Sink(route)
        given = {"mails": provider} if sink else {"texts": provider}
        async with notify_house(
            f"sqlite+aiosqlite:///{Path(folder) / 'notify.db'}",
            now=system_clock(),
            **given,  # type: ignore[arg-type]  # one of the two
        ) as house:
            senders = [asyncio.create_task(sender.run()) for sender in house.senders.values()]
            rate = await _all_at_once(house, provider, route)
            waits = await _evenly(house, provider, route, rate / 2)
            for task in senders:
                task.cancel()
            await asyncio.gather(*senders, return_exceptions=True)
    if sink:
        sink.stop()
    return (
        f"{name}: {rate:.0f} messages/s planned and handed over; at half that rate, event to handover "
        f"p50 {waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s"
    )


async def _all_at_once(house: NotifyHouse, provider: Sink | Timed, route: Route) -> float:
    messages = list(_events(house, route, MESSAGES))
    began = time.perf_counter()
    for start in range(0, MESSAGES, BATCH):
        await house.consumer.handle_batch(messages[start : start + BATCH])
    while len(provider.taken_at) < MESSAGES:
        await asyncio.sleep(0.01)
    return MESSAGES / (max(provider.taken_at) - began)


async def _evenly(house: NotifyHouse, provider: Sink | Timed, route: Route, rate: float) -> list[float]:
    """The waits, sorted. Handovers are paired with events in order, which is the order of claiming."""
    count = int(min(MESSAGES, rate * 5))
    messages = list(_events(house, route, count))
    provider.taken_at.clear()
    events: list[float] = []
    began = time.perf_counter()
    while len(events) < count:
        due = min(count, int((time.perf_counter() - began) * rate) + 1)
        if due > len(events):
            batch = messages[len(events) : due]
            events += [time.perf_counter()] * len(batch)
            await house.consumer.handle_batch(batch)
        await asyncio.sleep(0.005)
    while len(provider.taken_at) < count:
        await asyncio.sleep(0.01)
    return sorted(taken - event for taken, event in zip(sorted(provider.taken_at), events, strict=True))


def _events(house: NotifyHouse, route: Route, count: int) -> Iterator[IncomingMessage]:
    for number in range(count):
        person = {"email": f"citizen{new_id().hex}@example.cn"} if route is Route.EMAIL else {"phone": _number(number)}
        complaint = a_complaint(
            complaint_id=new_id(), tracking_code=new_tracking_code(), complainant=Complainant(**person)
        )
        envelope, body = wrap(complaint, subject=complaint.complaint_id, now=house.now, sealer=house.desk.ring)
        yield IncomingMessage(envelope.id, envelope.type, body)


def _number(number: int) -> str:
    return f"+86138{number + new_id().int % 10**7 * 10:08d}"[:14]


def _smtp(port: int) -> MessageProvider:
    server = SmtpServer(
        host=HOST,
        port=port,
        tls=Tls.NONE_ON_THIS_MACHINE,
        sender="noreply@example.gov.cn",
        sender_name="枣庄市民中心",
        return_path_key=b"k" * 32,
    )
    return Smtp(server)


def _callbacks() -> str:
    """Signed callbacks, each another message, at a steady rate against the served process."""
    public = "https://tousu.example.gov.cn"
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "SHOULI_DATA_DIR": folder,
            "SHOULI_PUBLIC_URL": public,
            "SHOULI_PROVIDERS_ABROAD": "true",
            "SHOULI_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "SHOULI_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "SHOULI_TWILIO_MESSAGING_SERVICE_SID": SERVICE_SID,
        }
        with _served(["-m", "services", "notify"], settings) as port:
            answers, waits = asyncio.run(_drive(port, f"{public}/notify/webhooks/twilio/status"))
    waits.sort()
    return (
        f"callbacks at {CALLBACK_RATE}/s: {answers.count(204)} of {len(answers)} answered 204, "
        f"p50 {waits[len(waits) // 2] * 1000:.0f} ms, p95 {waits[int(len(waits) * 0.95)] * 1000:.0f} ms, "
        f"longest {waits[-1] * 1000:.0f} ms"
    )


async def _drive(port: int, url: str) -> tuple[list[int], list[float]]:
    requests = iter([_callback(url, port, number) for number in range(CALLBACKS)])
    answers: list[int] = []
    waits: list[float] = []
    began = time.perf_counter()
    places = iter(range(CALLBACKS))

    async def one() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for place in places:
            due = began + place / CALLBACK_RATE
            await asyncio.sleep(max(0, due - time.perf_counter()))
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            answers.append(int(head[9:12]))
            waits.append(time.perf_counter() - due)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return answers, waits


def _callback(url: str, port: int, number: int) -> bytes:
    fields = [("AccountSid", ACCOUNT_SID), ("MessageSid", f"SM{number:032x}"), ("MessageStatus", "delivered")]
    callback = signed(url, fields)
    head = (
        f"POST /notify/webhooks/twilio/status HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
        f"Content-Type: {callback.content_type}\r\nX-Twilio-Signature: {callback.signature}\r\n"
        f"Content-Length: {len(callback.body)}\r\n\r\n"
    )
    return head.encode() + callback.body


async def _storm() -> str:
    with tempfile.TemporaryDirectory() as folder:
        after = await storm(f"sqlite+aiosqlite:///{Path(folder) / 'storm.db'}", STORM)
    twice = sum(count for taken, count in after.taken.items() if taken > 1)
    return f"storm: {STORM} texts, {after.requests} requests, {twice} duplicates, ended {dict(after.states)}"
