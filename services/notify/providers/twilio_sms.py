"""Text messages through Twilio's REST API.

Law of this file: Twilio's "send" is not idempotent, so nothing is ever sent twice from here: one call, no retries, and
every answer that isn't clear is Unknown. A 429 was certainly not processed; a 5xx, a timeout or a broken connection may
have been. ``find`` looks for our reference among the messages to that number. It must not decide when to try again.

The official client has no timeout of its own and logs numbers at INFO, so it gets both a timeout and a silent logger; it
is synchronous, so it runs in a few threads, and a call that outlives the deadline is Unknown while its thread ends alone.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from services.notify.ports import (
    Accepted,
    CannotTell,
    Found,
    OutgoingText,
    SendOutcome,
    Stop,
    Temporary,
    Unknown,
)
from services.notify.providers.trouble import outcome_of
from services.notify.providers.twilio_codes import PROGRESS, trouble_of
from shared.contracts.values import Route

NAME = "twilio"
MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}", re.ASCII)
LARGEST_RETRY_AFTER = timedelta(hours=1)
LISTED = 200
"""Messages to one number that are looked through: months of them."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Configuration. Either a messaging service or a sender; ``base_url`` points tests at their own server."""

    account_sid: str
    auth_token: str = field(repr=False)
    messaging_service_sid: str | None = None
    sender: str | None = None
    status_callback: str | None = None
    base_url: str = "https://api.twilio.com"
    timeout_seconds: float = 10
    """Between two bytes of an answer."""
    deadline_seconds: float = 20
    """For a whole call."""
    parallel: int = 8

    def __post_init__(self) -> None:
        if not (self.account_sid and self.auth_token):
            raise ValueError("Twilio needs an account SID and an auth token")
        if bool(self.messaging_service_sid) == bool(self.sender):
            raise ValueError("Twilio needs either a messaging service SID or a sender, and not both")


class TooMany(Exception):
    """HTTP 429: certainly not processed. ``after``: when Twilio wants to be asked again."""

    def __init__(self, after: timedelta | None) -> None:
        super().__init__("429")
        self.after = after


class TwilioSms:
    """A ``MessageProvider`` over the official client."""

    name = NAME
    route = Route.SMS
    abroad = True

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._messages = _messages_of(account)
        self._threads = ThreadPoolExecutor(account.parallel, thread_name_prefix=NAME)
        self._slots = asyncio.Semaphore(account.parallel)

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Create the message. Every fault of the outside is an outcome."""
        return await self._call(lambda: self._create(message), self._unclear)

    async def find(self, message: OutgoingText) -> Found:
        """Look for our reference among the messages to that number."""
        return await self._call(lambda: self._look(message), self._cannot_tell)

    async def close(self) -> None:
        """End the threads once their calls have ended."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _call(self, work: Callable[[], _T], on_deadline: Callable[[bool], _T]) -> _T:
        """Run in a thread, under the deadline; tell ``on_deadline`` whether the work had begun."""
        async with self._slots:
            future = self._threads.submit(work)
            done, _ = await asyncio.wait({asyncio.wrap_future(future)}, timeout=self._account.deadline_seconds)
            if done:
                return future.result()
            return on_deadline(not future.cancel())

    def _unclear(self, begun: bool) -> SendOutcome:
        if begun:
            return Unknown(NAME, "no answer within the deadline")
        return Temporary(NAME, "busy", "all threads are held by calls that hang")

    def _cannot_tell(self, begun: bool) -> Found:  # noqa: ARG002 - begun or not, nothing was learnt
        return CannotTell(NAME, "the list did not answer within the deadline")

    def _create(self, message: OutgoingText) -> SendOutcome:
        try:
            created = self._messages.create(to=message.to, body=message.body, **self._sender())
        except Exception as fault:  # noqa: BLE001 - whatever the library raises is an answer; see _outcome_of_fault
            return _outcome_of_fault(fault)
        return _accepted(created) or Unknown(NAME, "an answer without a message SID")

    def _sender(self) -> dict[str, str]:
        given = {
            "messaging_service_sid": self._account.messaging_service_sid,
            "from_": self._account.sender,
            "status_callback": self._account.status_callback,
        }
        return {name: value for name, value in given.items() if value}

    def _look(self, message: OutgoingText) -> Found:
        try:
            listed = self._messages.list(to=message.to, limit=LISTED, page_size=LISTED)
        except Exception as fault:  # noqa: BLE001 - a list that fails in whatever way tells nothing
            return CannotTell(NAME, f"the list failed ({type(fault).__name__})")
        if any(not other.body for other in listed):
            # Twilio can redact bodies; then the absence of our reference proves nothing.
            return CannotTell(NAME, "the list holds messages without their text")
        return next((_accepted(other) for other in listed if message.reference in other.body), None)


def _messages_of(account: TwilioAccount) -> Any:
    """The client's list of messages, which loads a second's worth of modules: at the start, not under a message's deadline."""
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415 - see above
    from twilio.rest import Client  # noqa: PLC0415 - see above

    inner = TwilioHttpClient(timeout=account.timeout_seconds, max_retries=0, logger=_silent_logger())
    courier: Any = _Courier(inner, account.base_url)
    return Client(account.account_sid, account.auth_token, http_client=courier).messages


class _Courier:
    """Between the client and HTTP: another host for tests, and the header of a 429 that the client drops."""

    is_async = False

    def __init__(self, inner: Any, base_url: str) -> None:
        self._inner = inner
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, **details: Any) -> Any:
        asked = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc)
        response = self._inner.request(method, urlunsplit(asked), **details)
        if response.status_code == 429:  # noqa: PLR2004 - RFC 6585 §4
            raise TooMany(_retry_after(response.headers))
        return response


def _retry_after(headers: Any) -> timedelta | None:
    """Seconds only; Twilio sends no dates. Nonsense is nothing."""
    value = str((headers or {}).get("Retry-After") or "")
    return min(timedelta(seconds=int(value[:6])), LARGEST_RETRY_AFTER) if value.isascii() and value.isdigit() else None


def _accepted(instance: Any) -> Accepted | None:
    """What a message resource says; None where it isn't one, whatever the HTTP status was."""
    sid, status = str(instance.sid or ""), str(instance.status or "")
    progress = PROGRESS.get(status)
    if not MESSAGE_SID.fullmatch(sid) or progress is None:
        return None
    return Accepted(NAME, sid, final=False, progress=progress, code=str(instance.error_code or ""))


def _outcome_of_fault(fault: Exception) -> SendOutcome:
    """The outcome that a fault of the client stands for. Its words are dropped: they may hold the number."""
    if isinstance(fault, TooMany):
        return Temporary(NAME, "20429", "too many requests", fault.after)
    status = getattr(fault, "status", None)
    if isinstance(status, int):
        return _outcome_of_status(status, getattr(fault, "code", None))
    return _outcome_of_connection(fault)


def _outcome_of_status(status: int, code: int | str | None) -> SendOutcome:
    """5xx, 408 and whatever isn't an error by number may have been processed; other 4xx certainly weren't."""
    if not 400 <= status < 500 or status == 408:  # noqa: PLR2004 - RFC 9110 §15
        return Unknown(NAME, f"HTTP {status}")
    if status in {401, 403, 404}:
        return Stop(NAME, str(code or status), "account refused")
    return outcome_of(NAME, str(code or status), trouble_of(code))


def _outcome_of_connection(fault: Exception) -> SendOutcome:
    """Only a connection that never came about is certain not to have carried the message."""
    from requests.exceptions import ConnectTimeout  # noqa: PLC0415 - comes with the Twilio client
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415 - comes with the Twilio client

    causes = list(_causes(fault))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Stop(NAME, "certificate", "no trusted connection")
    if any(isinstance(cause, ConnectTimeout | NewConnectionError) for cause in causes):
        return Temporary(NAME, "connect", "not reachable")
    return Unknown(NAME, f"no clear answer ({type(fault).__name__})")


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The fault and those it wraps: requests and urllib3 put them into ``args`` and ``reason``."""
    waiting = [fault]
    while waiting:
        present = waiting.pop()
        yield present
        inner = (*present.args, getattr(present, "reason", None))
        waiting += [wrapped for wrapped in inner if isinstance(wrapped, BaseException)]


def _silent_logger() -> logging.Logger:
    """The client logs URLs with numbers in them at INFO, and so does its HTTP library at DEBUG."""
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    silent = logging.getLogger("notify.twilio.client")
    silent.disabled = True
    return silent
