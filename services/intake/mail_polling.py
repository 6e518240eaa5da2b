"""The inbox poller: one task a mailbox, in a thread of its own, for ever.

Law of this file: a message is touched in the mailbox only after it is stored; how far a mailbox is read is in the
database; a mailbox that fails is left alone for a while that grows, and never holds up another.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from sqlalchemy import select, update

from services.intake.mail_receiving import (
    Arrival,
    Receiver,
    open_mail,
    quarantine_unfetched,
    receive_mail,
    take_opened,
)
from services.intake.ports import Door
from services.intake.readers.ahead import Ahead
from services.intake.readers.imap import Account, ImapMailbox, Security
from services.intake.readers.mail_poll import Cursor, Pass, poll_once
from services.intake.readers.mailbox import (
    Disposal,
    FetchedMessage,
    Flag,
    Have,
    Mailbox,
    MailboxFault,
    MoveTo,
    back_off,
)
from services.intake.store import tables
from shared.store.engine import is_unreachable

POLLER = "inbox poller"
_IDLE = 540.0
"""Seconds of one IDLE; servers may log out after 30 minutes (RFC 2177), some proxies after 10."""

_log = structlog.get_logger("mailbox")

T = TypeVar("T")
Connect = Callable[[], Mailbox]


@dataclass(frozen=True, slots=True)
class Polled:
    """One mailbox: a name for records (no password), how to connect, what to do with stored mail, our own addresses."""

    name: str
    connect: Connect
    done: Disposal
    own_addresses: frozenset[str]
    sweep_seconds: float


def mailboxes_of(urls: str, passwords: str, *, own: frozenset[str], sweep_seconds: float) -> list[Polled]:
    """Read the setting: ``imaps://user%40host@server:993/INBOX?done=Archive``, blank-separated, a password line each.

    Raises ValueError naming the mailbox that is wrong, by its place.
    """
    places = urls.split()
    secrets = passwords.splitlines()
    if len(places) != len(secrets):
        raise ValueError(f"{len(places)} mailboxes but {len(secrets)} passwords; one a line, in the same order")
    return [_polled(url, secret.strip(), own, sweep_seconds) for url, secret in zip(places, secrets, strict=True)]


def _polled(url: str, password: str, own: frozenset[str], sweep_seconds: float) -> Polled:
    parts = urlsplit(url)
    security = {"imaps": Security.TLS, "imap": Security.STARTTLS, "imap+plain": Security.PLAIN}.get(parts.scheme)
    if security is None or not parts.hostname or not parts.username:
        raise ValueError("a mailbox is imaps://user@host[:port]/FOLDER[?done=FOLDER]")
    user = unquote(parts.username)
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    account = Account(parts.hostname, user, password, parts.port, folder, security)
    move = parse_qs(parts.query).get("done")
    return Polled(
        name=f"{user}@{parts.hostname}/{folder}",
        connect=lambda: ImapMailbox.connect(account),
        done=MoveTo(move[0]) if move else Flag(),
        own_addresses=own | {user},
        sweep_seconds=sweep_seconds,
    )


class InboxPoller:
    """Polls one mailbox."""

    def __init__(self, door: Door, polled: Polled) -> None:
        self._door = door
        self._polled = polled
        self._failures = 0

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self._session()
            except MailboxFault as fault:
                self._failures += 1
                pause = back_off(fault, failures=self._failures, draw=random.random())  # noqa: S311 - spreads, hides nothing
                _log.warning(
                    "mailbox.away", mailbox=self._polled.name, fault=type(fault).__name__, seconds=pause.total_seconds()
                )
                await asyncio.sleep(pause.total_seconds())

    async def _session(self) -> None:
        """One connection: sweep, wait for news, sweep again. Raises MailboxFault when it is to be given up."""
        mailbox = await asyncio.to_thread(self._polled.connect)
        try:
            while True:
                result = await self.sweep(mailbox)
                if result.fault is not None:
                    raise result.fault
                self._failures = 0
                if result.stopped:
                    await asyncio.sleep(5)  # storage is away; the mailbox keeps the mail meanwhile
                elif not result.more:
                    await asyncio.to_thread(mailbox.idle, min(_IDLE, self._polled.sweep_seconds))
        finally:
            await asyncio.to_thread(mailbox.close)

    async def sweep(self, mailbox: Mailbox) -> Pass:
        """One pass: at most one batch, the cursor saved after it."""
        loop = asyncio.get_running_loop()

        def wait_for(work: Coroutine[Any, Any, T]) -> T:
            return asyncio.run_coroutine_threadsafe(work, loop).result()

        ahead = Ahead(mailbox, lambda messages: wait_for(self._accept_all(messages)))
        result = await asyncio.to_thread(
            poll_once,
            ahead,
            await self._cursor(),
            accept=lambda message: ahead.taken(message) or wait_for(self._accept(message)),
            set_aside=lambda message, _fault: wait_for(self._set_aside(message, "程序处理时出错，请查看原件")),
            done=self._polled.done,
        )
        await self._save(result.cursor)
        if result.accepted or result.set_aside:
            _log.info("mailbox.swept", mailbox=self._polled.name, accepted=result.accepted, set_aside=result.set_aside)
        return result

    async def _accept_all(self, messages: Sequence[FetchedMessage]) -> frozenset[int]:
        """Store many messages in few commits; gives the UIDs of those that are stored. The rest is tried singly."""
        whole = [message for message in messages if message.have is Have.WHOLE and message.raw is not None]
        opened = await asyncio.gather(
            *(open_mail(self._door, message.raw or b"", self._arrival(message)) for message in whole),
            return_exceptions=True,
        )
        good = [
            (message.uid, mail)
            for message, mail in zip(whole, opened, strict=True)
            if not isinstance(mail, BaseException)
        ]
        receiver = Receiver(POLLER, self._door.clock(), self._polled.own_addresses)
        taken = await take_opened(self._door, [mail for _, mail in good], receiver)
        return frozenset(
            uid for (uid, _), became in zip(good, taken, strict=True) if not isinstance(became, BaseException)
        )

    def _arrival(self, message: FetchedMessage) -> Arrival:
        return Arrival(self._polled.name, str(message.uid))

    async def _accept(self, message: FetchedMessage) -> bool:
        """Store one message; False where storage is away."""
        if message.have is not Have.WHOLE or message.raw is None:
            return await self._set_aside(message, "邮件过大或取不下来，请用其他方式查看")
        try:
            await receive_mail(
                self._door,
                message.raw,
                received_by=POLLER,
                received_at=self._door.clock(),
                own_addresses=self._polled.own_addresses,
                arrival=self._arrival(message),
            )
        except Exception as fault:
            if is_unreachable(fault):
                return False
            raise
        return True

    async def _set_aside(self, message: FetchedMessage, reason: str) -> bool:
        name = f"{self._polled.name}#{message.uid}"
        try:
            await quarantine_unfetched(
                self._door,
                message.raw or message.head,
                name=name,
                size=message.size,
                reason=reason,
                received_at=self._door.clock(),
            )
        except Exception as fault:
            if is_unreachable(fault):
                return False
            raise
        return True

    async def _cursor(self) -> Cursor:
        table = tables.mailboxes
        query = select(table.c.uidvalidity, table.c.last_uid, table.c.tries).where(table.c.mailbox == self._polled.name)
        async with self._door.store.reading() as connection:
            row = (await connection.execute(query)).first()
        return Cursor(row.uidvalidity, row.last_uid, row.tries) if row else Cursor()

    async def _save(self, cursor: Cursor) -> None:
        table = tables.mailboxes
        values = {"uidvalidity": cursor.uidvalidity, "last_uid": cursor.last_uid, "tries": cursor.tries}
        async with self._door.store.transaction(self._door.clock()) as unit:
            row = {"mailbox": self._polled.name, "seen_at": unit.now, **values}
            if not await unit.claim(table, [row], key="mailbox"):
                await unit.connection.execute(
                    update(table).where(table.c.mailbox == self._polled.name).values(seen_at=unit.now, **values)
                )
