"""A stateful fake of Twilio's REST API for messages, and of the callbacks it sends.

It keeps what it took, so that a test can count what reached a person, and it can fail in the ways the real one was seen
to: 429, 5xx before and after accepting, hang, reset, HTML with 200, a list that lags or is down, callbacks duplicated,
early, shuffled or never. Its answers fit the field names, types and enumerations of Twilio's OpenAPI file
(``twilio_message_schema.json`` holds those parts of it), which a contract test checks.
"""

import base64
import hashlib
import hmac
import random
import threading
import urllib.request
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

from tests.parts.web_server import Answer, Break, Request, WebServer, as_json

ACCOUNT_SID = "AC" + "a1" * 16
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
SERVICE_SID = "MG" + "b2" * 16
LARGEST_PAGE = 1000


class Fault(StrEnum):
    """What goes wrong with one request to send."""

    NONE = "none"
    TOO_MANY = "429"
    BROKEN_BEFORE = "500 before accepting"
    BROKEN_AFTER = "500 after accepting"
    UNAVAILABLE_AFTER = "503 after accepting"
    HANGS_AFTER = "accepts and never answers"
    RESET_AFTER = "accepts and resets the connection"
    TRUNCATED = "accepts and cuts its answer"
    DRIPS = "accepts and answers a byte a second"
    HTML_BEFORE = "an HTML page with 200, nothing accepted"
    REDIRECT = "a redirect, nothing accepted"
    SUSPENDED = "401"


_ACCEPTS: dict[Fault, bool] = {
    Fault.NONE: True,
    Fault.TOO_MANY: False,
    Fault.BROKEN_BEFORE: False,
    Fault.BROKEN_AFTER: True,
    Fault.UNAVAILABLE_AFTER: True,
    Fault.HANGS_AFTER: True,
    Fault.RESET_AFTER: True,
    Fault.TRUNCATED: True,
    Fault.DRIPS: True,
    Fault.HTML_BEFORE: False,
    Fault.REDIRECT: False,
    Fault.SUSPENDED: False,
}


@dataclass
class TakenMessage:
    """One message as Twilio keeps it."""

    sid: str
    to: str
    body: str
    taken_at: datetime
    status: str = "queued"
    error_code: int | None = None
    callback: str | None = None
    redacted: bool = False

    def resource(self) -> dict[str, Any]:
        """The JSON of the Message resource."""
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{self.sid}"
        sent = format_datetime(self.taken_at) if self.status not in {"queued", "accepted"} else None
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": "2010-04-01",
            "body": "" if self.redacted else self.body,
            "date_created": format_datetime(self.taken_at),
            "date_sent": sent,
            "date_updated": format_datetime(self.taken_at),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": None,
            "messaging_service_sid": SERVICE_SID,
            "num_media": "0",
            "num_segments": "0",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": self.to,
            "uri": f"{path}.json",
        }


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A callback as Twilio would send it."""

    body: bytes
    signature: str
    content_type: str = "application/x-www-form-urlencoded"


def sign(url: str, fields: Sequence[tuple[str, str]], token: str = AUTH_TOKEN) -> str:
    """X-Twilio-Signature after Twilio's own description: HMAC-SHA1 over the URL and the sorted names and values."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(url: str, fields: Sequence[tuple[str, str]], token: str = AUTH_TOKEN) -> SignedRequest:
    """A form with its signature."""
    return SignedRequest(urlencode(fields, quote_via=quote).encode(), sign(url, fields, token))


@dataclass
class FakeTwilio:
    """The fake. ``faults`` are used up by requests to send, one each; ``refuse`` maps a number to an error code."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    faults: deque[Fault] = field(default_factory=deque)
    refuse: dict[str, int] = field(default_factory=dict)
    list_lag: timedelta = timedelta()
    list_is_down: bool = False
    early_callbacks: bool = False
    messages: list[TakenMessage] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(14)
        self.server = WebServer(self._answer)

    @property
    def url(self) -> str:
        """What ``base_url`` points at."""
        return self.server.url

    def stop(self) -> None:
        """End the server."""
        self.server.stop()

    def taken(self, to: str) -> list[TakenMessage]:
        """What was taken for a number."""
        return [message for message in self.messages if message.to == to]

    def duplicates(self) -> list[str]:
        """Bodies that were taken more than once."""
        return [body for body, count in Counter(message.body for message in self.messages).items() if count > 1]

    def callbacks(self, message: TakenMessage, statuses: Iterable[str], url: str) -> list[SignedRequest]:
        """The status callbacks for a message, in the order given."""
        return [signed(url, self._fields(message, status)) for status in statuses]

    def _fields(self, message: TakenMessage, status: str) -> list[tuple[str, str]]:
        fields = [
            ("AccountSid", ACCOUNT_SID),
            ("ApiVersion", "2010-04-01"),
            ("From", "+15005550006"),
            ("MessageSid", message.sid),
            ("MessageStatus", status),
            ("SmsSid", message.sid),
            ("SmsStatus", status),
            ("To", message.to),
        ]
        return fields + ([("ErrorCode", str(message.error_code))] if message.error_code else [])

    def post(self, url: str, callback: SignedRequest) -> int:
        """Send a callback over HTTP; the status it was answered with."""
        headers = {"Content-Type": callback.content_type, "X-Twilio-Signature": callback.signature}
        asked = urllib.request.Request(url, callback.body, headers)
        with urllib.request.urlopen(asked, timeout=5) as answer:
            status: int = answer.status
            return status

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if request.headers.get("Authorization") != _basic():
                return _error(401, 20003, "Authenticate")
            if request.path != f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json":
                return _error(404, 20404, "The requested resource was not found")
            if request.method == "GET":
                return self._list(request)
            fault = self.faults.popleft() if self.faults else Fault.NONE
            return self._create(request.form(), fault)

    def _create(self, form: dict[str, str], fault: Fault) -> Answer:
        if not form.get("To"):
            return _error(400, 21604, "A 'To' phone number is required.")
        if form["To"] in self.refuse:
            return _error(400, self.refuse[form["To"]], f"{form['To']} is refused")
        message = self._take(form) if _ACCEPTS[fault] else None
        return self._reply(message, fault)

    def _take(self, form: dict[str, str]) -> TakenMessage:
        message = TakenMessage(
            sid=f"SM{self._random.getrandbits(128):032x}",
            to=form["To"],
            body=form.get("Body", ""),
            taken_at=self.clock(),
            callback=form.get("StatusCallback"),
        )
        self.messages.append(message)
        if self.early_callbacks and message.callback:
            self.post(message.callback, self.callbacks(message, ["sent"], message.callback)[0])
        return message

    def _reply(self, message: TakenMessage | None, fault: Fault) -> Answer:
        resource = message.resource() if message else {}
        return _REFUSALS.get(fault) or as_json(201, resource, breaks=_BREAKS.get(fault, Break.NOT))

    def _list(self, request: Request) -> Answer:
        if self.list_is_down:
            return _error(503, 20503, "Service Unavailable")
        to = request.query.get("To", [""])[0]
        seen = self.clock() - self.list_lag
        listed = [m for m in reversed(self.messages) if m.to == to and m.taken_at <= seen]
        size = min(int(request.query.get("PageSize", ["50"])[0]), LARGEST_PAGE)
        page = int(request.query.get("Page", ["0"])[0])
        return as_json(200, self._page(listed, to, page, size))

    def _page(self, listed: list[TakenMessage], to: str, page: int, size: int) -> dict[str, Any]:
        base = f"{self.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json?To={quote(to)}&PageSize={size}&Page="
        more = len(listed) > (page + 1) * size
        return {
            "end": min(len(listed), (page + 1) * size),
            "first_page_uri": f"{base}0",
            "next_page_uri": f"{base}{page + 1}" if more else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": f"{base}{page - 1}" if page else None,
            "start": page * size,
            "uri": f"{base}{page}",
            "messages": [message.resource() for message in listed[page * size : (page + 1) * size]],
        }


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()


def _problem(status: int, code: int, message: str) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def _error(status: int, code: int, message: str) -> Answer:
    return as_json(status, _problem(status, code, message))


_BREAKS = {
    Fault.HANGS_AFTER: Break.HANG,
    Fault.RESET_AFTER: Break.RESET,
    Fault.TRUNCATED: Break.TRUNCATE,
    Fault.DRIPS: Break.DRIP,
}

_REFUSALS = {
    Fault.TOO_MANY: as_json(429, _problem(429, 20429, "Too Many Requests"), Retry_After="7"),
    Fault.BROKEN_BEFORE: _error(500, 20500, "Internal Server Error"),
    Fault.BROKEN_AFTER: _error(500, 20500, "Internal Server Error"),
    Fault.UNAVAILABLE_AFTER: _error(503, 20503, "Service Unavailable"),
    Fault.SUSPENDED: _error(401, 20005, "Account not active"),
    Fault.HTML_BEFORE: Answer(200, b"<html>gateway</html>", {"Content-Type": "text/html"}),
    Fault.REDIRECT: Answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
}
