"""What Twilio tells us by webhook: status reports and inbound texts, believed only when signed.

Law of this file: the URL under the signature comes from configuration, never from the request or its ``Forwarded``
headers (CVE-2026-28465); without a token nothing starts (CVE-2026-44109); the signature is over every parameter, but only
known ones are used, and only in their exact formats, because the signature joins names and values without a boundary. A report's key
is (SID, status), so a replay, which this scheme can't tell by time, changes nothing. It must not know HTTP frameworks,
what a report leads to, or whose message it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from services.notify.ports import InboundText, Refused, StatusReport
from services.notify.providers.trouble import Kind
from services.notify.providers.twilio_codes import PROGRESS, trouble_of
from services.notify.providers.twilio_sms import MESSAGE_SID, NAME

LARGEST_BODY: Final = 64 * 1024
"""Bytes. Twilio's requests are below 4 KiB; ten segments of text below 8."""
LARGEST_FIELDS: Final = 100
USED: Final = frozenset({"AccountSid", "MessageSid", "MessageStatus", "ErrorCode", "From", "To", "Body"})
"""The parameters that are read; Twilio may add others at any time, and the signature covers those too."""
FORM: Final = "application/x-www-form-urlencoded"

_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=", re.ASCII)
_PHONE = re.compile(r"\+?[0-9A-Za-z ]{1,20}", re.ASCII)
_STATUS = re.compile(r"[a-z_]{1,32}", re.ASCII)
_LONGEST_CODE = 32


class TwilioWebhook:
    """Reads Twilio's requests. Several tokens while one is being rotated.

    Raises ValueError without a token, an account or absolute URLs: better no start than a door that believes anybody.
    """

    def __init__(self, tokens: Sequence[str], account_sid: str, *, status_url: str, inbound_url: str) -> None:
        from twilio.request_validator import RequestValidator  # noqa: PLC0415 - only who uses Twilio pays for it

        if not tokens or not all(token.strip() for token in tokens):
            raise ValueError("Twilio's webhooks need the auth token: without it anybody could report a delivery")
        if not account_sid or not all(url.startswith(("https://", "http://")) for url in (status_url, inbound_url)):
            raise ValueError("Twilio's webhooks need the account SID and the absolute public URLs they are called by")
        self._validators = [RequestValidator(token) for token in tokens]
        self._account_sid = account_sid
        self._status_url = status_url
        self._inbound_url = inbound_url

    def read_status(self, body: bytes, content_type: str, signature: str | None) -> StatusReport | Refused:
        """Read a status callback."""
        fields = self._believe(self._status_url, body, content_type, signature)
        return fields if isinstance(fields, Refused) else _status_report(fields)

    def read_inbound(self, body: bytes, content_type: str, signature: str | None) -> InboundText | Refused:
        """Read an inbound text."""
        fields = self._believe(self._inbound_url, body, content_type, signature)
        return fields if isinstance(fields, Refused) else _inbound_text(fields)

    def _believe(self, url: str, body: bytes, content_type: str, signature: str | None) -> dict[str, str] | Refused:
        """The fields, once sender, size, form and account are right."""
        if len(body) > LARGEST_BODY:
            return Refused(413, "larger than any request of Twilio")
        # A JSON body is signed by a hash in the URL; our URLs are configured without one, so none is ours.
        if content_type.partition(";")[0].strip().lower() != FORM:
            return Refused(403, "not a form")
        pairs = _pairs(body)
        if pairs is None:
            return Refused(400, "not a readable form")
        if not self._is_signed(url, pairs, signature):
            return Refused(403, "not signed by Twilio")
        return self._fields(pairs)

    def _is_signed(self, url: str, pairs: list[tuple[str, str]], signature: str | None) -> bool:
        """Never raises: the library does where the header is missing."""
        if signature is None or not _SIGNATURE.fullmatch(signature):
            return False
        params = _Params(pairs)
        return any(validator.validate(url, params, signature) for validator in self._validators)

    def _fields(self, pairs: list[tuple[str, str]]) -> dict[str, str] | Refused:
        """What is used, each once: twice, it can't be told which is meant, and the boundaries may have been moved."""
        names = [name for name, _ in pairs if name in USED]
        if len(names) != len(set(names)):
            return Refused(400, "a field that is used stands there twice")
        fields = {name: value for name, value in pairs if name in USED}
        if fields.get("AccountSid") != self._account_sid:
            return Refused(400, "of another account")
        return fields


class _Params:
    """The parameters as the library wants them where a name may come twice."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __iter__(self) -> object:
        return (name for name, _ in self._pairs)

    def getlist(self, name: str) -> list[str]:
        return [value for other, value in self._pairs if other == name]


def _pairs(body: bytes) -> list[tuple[str, str]] | None:
    """Names and values in their order; None where they aren't UTF-8 or there are too many."""
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=LARGEST_FIELDS,
        )
    except ValueError:
        return None


def _status_report(fields: dict[str, str]) -> StatusReport | Refused:
    sid, status = fields.get("MessageSid", ""), fields.get("MessageStatus", "")
    if not MESSAGE_SID.fullmatch(sid) or not _STATUS.fullmatch(status):
        return Refused(400, "no message SID, or no status")
    code = fields.get("ErrorCode", "")[:_LONGEST_CODE]
    trouble = trouble_of(code) if code else None
    return StatusReport(
        provider=NAME,
        provider_id=sid,
        status=status,
        progress=PROGRESS.get(status),
        code=code,
        reason=trouble.reason if trouble else "",
        later_may_help=bool(trouble and trouble.kind is Kind.TEMPORARY),
    )


def _inbound_text(fields: dict[str, str]) -> InboundText | Refused:
    sid, sender, to = fields.get("MessageSid", ""), fields.get("From", ""), fields.get("To", "")
    if not MESSAGE_SID.fullmatch(sid) or not _PHONE.fullmatch(sender) or not _PHONE.fullmatch(to):
        return Refused(400, "no message SID, or no numbers")
    return InboundText(provider=NAME, provider_id=sid, sender=sender, to=to, text=fields.get("Body", ""))
