"""Notify: messages planned and handed over a second, from event to handover at half that rate, callbacks, and the storm.

Beside each rate stands the bare one: the same rows by SQLAlchemy Core alone (stored, claimed, settled, told of, in batches
as large), or the same mail by aiosmtplib alone over as many connections.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiosmtplib
from sqlalchemy import bindparam, select, update

from services.notify.domain.outcome import SendOutcome
from services.notify.fakes import FakeProvider
from services.notify.ports import MessageProvider, OutgoingText
from services.notify.providers.smtp import Smtp, SmtpServer, Tls
from services.notify.store import tables
from shared.clock import system_clock
from shared.contracts.complaint import Complainant
from shared.contracts.envelope import wrap
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Route, new_id
from shared.messaging.ports import IncomingMessage
from shared.store.unit_of_work import outbox_row
from tests.bench.web_form import HOST, _served
from tests.parts.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID, signed
from tests.parts.notify_cases import a_complaint
from tests.parts.notify_house import NotifyHouse, notify_house
from tests.parts.notify_storm import storm
from tests.parts.postgres_cluster import DURABLE, PgCluster
from tests.parts.smtp_sink import SmtpSink

MESSAGES = 2400
WARM_UP, EVENLY = 1600, 800
"""Beside them; all together below what may leave in a day (``domain.flood``)."""
BATCH = 100
CLAIM = 200
MAIL_CONNECTIONS = 16
CALLBACKS = 5000
CALLBACK_RATE = 500
CONNECTIONS = 20
STORM = 1000


def run(out: list[str]) -> None:
    """Measure and write down."""
    with PgCluster(settings=DURABLE) as postgres:
        for name, url in (("SQLite", None), ("PostgreSQL", postgres)):
            with _database(url) as house, _database(url) as bare:
                rate = asyncio.run(_bare(bare))
                out.append(asyncio.run(_throughput(f"local sink on {name}", Route.SMS, house, rate)))
    with _database(None) as house:
        out.append(asyncio.run(_throughput("SMTP server on this machine, SQLite", Route.EMAIL, house, _bare_mails())))
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


@contextmanager
def _database(postgres: PgCluster | None) -> Iterator[str]:
    """A fresh database's address."""
    if postgres is not None:
        yield postgres.database()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite+aiosqlite:///{Path(folder) / 'notify.db'}"


async def _throughput(name: str, route: Route, url: str, bare: float) -> str:
    """All at once, for the rate; then evenly at half of it, for the time from event to handover."""
    sink = SmtpSink().start() if route is Route.EMAIL else None
    provider: Sink | Timed = Timed(_smtp(sink.port)) if sink else Sink(route)
    given: dict[str, Any] = {"mails": provider} if sink else {"texts": provider}
    async with notify_house(url, now=system_clock(), **given) as house:
        senders = [asyncio.create_task(sender.run()) for sender in house.senders.values()]
        await _all_at_once(house, provider, route, WARM_UP)
        memory = _memory(house)
        rate = await _all_at_once(house, provider, route, MESSAGES)
        grown = _memory(house) - memory
        waits = await _evenly(house, provider, route, rate / 2)
        for task in senders:
            task.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
    if sink:
        sink.stop()
    return (
        f"{name}: {rate:.0f} messages/s planned and handed over, bare {bare:.0f}/s ({rate / bare:.0%}); at half that rate, "
        f"event to handover p50 {waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s; "
        f"memory {grown:+.1f} MB over {MESSAGES} messages"
    )


def _memory(house: NotifyHouse) -> float:
    """What this process holds, in MB, without the bounded short cut to what was written down last."""
    house.desk.recent.clear()
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


async def _bare(url: str) -> float:
    """The rows of as many messages, written down, claimed and settled as the product does, with nothing behind them."""
    async with notify_house(url, now=system_clock()) as house:
        await house.consumer.handle_batch(list(_events(house, Route.SMS, 1)))
        (sample,) = (row._asdict() for row in await house.deliveries())
        (contact,) = (row._asdict() for row in await house.rows(tables.contacts))
        (rule,) = (row._asdict() for row in await house.rows(tables.response_rules))
        began = time.perf_counter()
        for _ in range(0, MESSAGES, CLAIM):
            await _bare_batch(house, contact, rule, sample)
        return MESSAGES / (time.perf_counter() - began)


async def _bare_batch(
    house: NotifyHouse, contact: dict[str, Any], rule: dict[str, Any], sample: dict[str, Any]
) -> None:
    ids = [new_id() for _ in range(CLAIM)]
    deliveries = tables.deliveries
    at_state = update(deliveries).where(deliveries.c.id == bindparam("this")).values(state=bindparam("to"))
    async with house.desk.store.transaction(house.now) as unit:
        for each in ids:
            unit.add(tables.messages.inbox, {"consumer": "notify", "message_id": each, "handled_at": house.now})
            unit.add(tables.contacts, contact | {"complaint_id": each, "tracking_code": new_tracking_code()})
            unit.add(tables.response_rules, rule | {"complaint_id": each})
            unit.add(deliveries, sample | {"id": each, "complaint_id": each, "key": str(each)})
    async with house.desk.store.transaction(house.now) as unit:
        await unit.connection.execute(select(deliveries).where(deliveries.c.id.in_(ids)).with_for_update())
        await unit.connection.execute(at_state, [{"this": each, "to": "attempting"} for each in ids])
    async with house.desk.store.transaction(house.now) as unit:
        await unit.connection.execute(select(deliveries).where(deliveries.c.id.in_(ids)).with_for_update())
        await unit.connection.execute(at_state, [{"this": each, "to": "accepted"} for each in ids])
        for each in ids:
            unit.add(tables.messages.outbox, outbox_row(each, "delivery.accepted.v1", each, b"x" * 600, house.now))


def _bare_mails() -> float:
    """The same mail by the library alone, over as many connections as the product holds."""
    sink = SmtpSink().start()
    try:
        return asyncio.run(_bare_mailing(sink.port))
    finally:
        sink.stop()


async def _bare_mailing(port: int) -> float:
    mail = b"From: noreply@example.gov.cn\r\nTo: citizen@example.cn\r\nSubject: x\r\n\r\n" + (b"x" * 74 + b"\r\n") * 16
    left = iter(range(MESSAGES))

    async def one() -> None:
        client = aiosmtplib.SMTP(hostname=HOST, port=port, use_tls=False, start_tls=False)
        await client.connect()
        for _ in left:
            await client.mail("noreply@example.gov.cn")
            await client.rcpt("citizen@example.cn")
            await client.data(mail)
        await client.quit()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(MAIL_CONNECTIONS)))
    return MESSAGES / (time.perf_counter() - began)


async def _all_at_once(house: NotifyHouse, provider: Sink | Timed, route: Route, count: int) -> float:
    messages = list(_events(house, route, count))
    provider.taken_at.clear()
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        await house.consumer.handle_batch(messages[start : start + BATCH])
    while len(provider.taken_at) < count:
        await asyncio.sleep(0.01)
    return count / (max(provider.taken_at) - began)


async def _evenly(house: NotifyHouse, provider: Sink | Timed, route: Route, rate: float) -> list[float]:
    """The waits, sorted. Handovers are paired with events in order, which is the order of claiming."""
    count = int(min(EVENLY, rate * 5))
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
