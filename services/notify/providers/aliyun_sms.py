"""Text messages through Aliyun's SMS service (dysmsapi 2017-05-25), an optional extra.

Law of this file: as with every provider, one call, no retries, and what isn't clear is Unknown. Our reference goes along
as ``OutId``, and ``find`` looks for it in the service's own list of the day. It must not decide when to try again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from services.notify.domain.outcome import Progress
from services.notify.ports import Accepted, CannotTell, Found, OutgoingText, SendOutcome, Unknown
from services.notify.providers.domestic import (
    ExtraMissing,
    NotReached,
    Refusal,
    Registered,
    cannot_carry,
    outcome_of_fault,
)
from services.notify.providers.trouble import UNLISTED, Kind, Trouble, outcome_of
from shared.clock import Clock
from shared.contracts.values import Route

NAME = "aliyun"
HOME = ZoneInfo("Asia/Shanghai")
PAGE = 50
NO_CONNECTION = "Cannot connect to host"
"""How aiohttp begins when no connection came about; the SDK passes on nothing of its faults but these words."""

CODES = MappingProxyType(
    {
        "isv.BUSINESS_LIMIT_CONTROL": Trouble(Kind.TEMPORARY, "too many to this number"),
        "isv.DAY_LIMIT_CONTROL": Trouble(Kind.TEMPORARY, "our own daily limit"),
        "Throttling": Trouble(Kind.TEMPORARY, "too many requests"),
        "Throttling.User": Trouble(Kind.TEMPORARY, "too many requests"),
        "isv.MOBILE_NUMBER_ILLEGAL": Trouble(Kind.PERMANENT, "not a phone number"),
        "isv.BLACK_KEY_CONTROL_LIMIT": Trouble(Kind.ELSEWHERE, "a word the service blocks"),
        "isv.PARAM_LENGTH_LIMIT": Trouble(Kind.ELSEWHERE, "a value too long for the template"),
        "isv.PARAM_NOT_SUPPORT_URL": Trouble(Kind.ELSEWHERE, "a link in a value"),
        "isv.TEMPLATE_MISSING_PARAMETERS": Trouble(Kind.ELSEWHERE, "the approved template has other values"),
        "isv.SMS_TEMPLATE_ILLEGAL": Trouble(Kind.ELSEWHERE, "template not approved"),
        "isv.SMS_SIGNATURE_ILLEGAL": Trouble(Kind.TECHNICAL, "signature not approved"),
        "isv.OUT_OF_SERVICE": Trouble(Kind.TECHNICAL, "account out of service"),
        "isv.AMOUNT_NOT_ENOUGH": Trouble(Kind.TECHNICAL, "account without balance"),
        "isv.ACCOUNT_NOT_EXISTS": Trouble(Kind.TECHNICAL, "no such account"),
        "isv.ACCOUNT_ABNORMAL": Trouble(Kind.TECHNICAL, "account blocked"),
        "isv.PRODUCT_UN_SUBSCRIPT": Trouble(Kind.TECHNICAL, "service not subscribed"),
        "isp.RAM_PERMISSION_DENY": Trouble(Kind.TECHNICAL, "permission missing"),
        "InvalidAccessKeyId.NotFound": Trouble(Kind.TECHNICAL, "credentials refused"),
        "SignatureDoesNotMatch": Trouble(Kind.TECHNICAL, "credentials refused"),
    }
)
"""help.aliyun.com/document_detail/101346.html. ``isp.*`` other than permissions may have been processed."""

PROGRESS: MappingProxyType[int, Progress] = MappingProxyType({1: "accepted", 2: "undelivered", 3: "delivered"})
"""``SendStatus`` of QuerySendDetails: waiting for the receipt, failed, arrived."""


class AliyunGateway(Protocol):
    """The two calls that are made of the SDK. Fields go by the names of the API; faults are Refusal, NotReached or
    anything else, which is unclear.
    """

    async def send_sms(self, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """SendSms."""
        ...

    async def query_send_details(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """QuerySendDetails."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class AliyunAccount:
    """Configuration."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    registered: Registered
    endpoint: str = "dysmsapi.aliyuncs.com"
    protocol: str = "https"
    timeout_seconds: float = 10


class AliyunSms:
    """A ``MessageProvider`` over the service's own SDK."""

    name = NAME
    route = Route.SMS
    abroad = False

    def __init__(self, registered: Registered, gateway: AliyunGateway, clock: Clock) -> None:
        self._registered = registered
        self._gateway = gateway
        self._clock = clock

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Send the approved template with our values."""
        hindrance = cannot_carry(NAME, message, self._registered)
        if hindrance is not None:
            return hindrance
        try:
            answer = await self._gateway.send_sms(self._fields(message))
        except Refusal as refusal:
            return _refused(refusal.code) if refusal.certain else Unknown(NAME, f"refused unclearly ({refusal.code})")
        except Exception as fault:  # noqa: BLE001 - whatever an SDK raises is an answer
            return outcome_of_fault(NAME, fault)
        return _read(answer)

    async def find(self, message: OutgoingText) -> Found:
        """Look for our reference in the lists of today and yesterday: a message sent at midnight is in either."""
        doubt: CannotTell | None = None
        for days_ago in (0, 1):
            day = self._clock().astimezone(HOME) - timedelta(days=days_ago)
            found = await self._find_on(message, day)
            if isinstance(found, Accepted):
                return found
            doubt = found or doubt
        return doubt

    async def close(self) -> None:
        """Close the gateway."""
        await self._gateway.close()

    def _fields(self, message: OutgoingText) -> dict[str, str]:
        return {
            "PhoneNumbers": message.to,
            "SignName": self._registered.signature,
            "TemplateCode": self._registered.id_for(message) or "",
            "TemplateParam": json.dumps(dict(message.values), ensure_ascii=False),
            "OutId": message.reference,
        }

    async def _find_on(self, message: OutgoingText, day: datetime) -> Found:
        fields = {
            "PhoneNumber": message.to.removeprefix("+86"),
            "SendDate": f"{day:%Y%m%d}",
            "PageSize": PAGE,
            "CurrentPage": 1,
        }
        try:
            answer = await self._gateway.query_send_details(fields)
        except Exception as fault:  # noqa: BLE001 - a list that fails in whatever way tells nothing
            return CannotTell(NAME, f"the list failed ({type(fault).__name__})")
        if answer.get("Code") != "OK":
            return CannotTell(NAME, "the list was refused")
        details = (answer.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
        found = (_found(detail) for detail in details if detail.get("OutId") == message.reference)
        nothing = CannotTell(NAME, "the list is longer than a page") if len(details) >= PAGE else None
        return next(found, nothing)


def _read(answer: Mapping[str, Any]) -> SendOutcome:
    code, receipt = str(answer.get("Code") or ""), str(answer.get("BizId") or "")
    if code == "OK" and receipt:
        return Accepted(NAME, receipt, final=False)
    return _refused(code) if code not in {"", "OK"} else Unknown(NAME, "an answer without a receipt number")


def _refused(code: str) -> SendOutcome:
    if code.startswith("isp.") and code not in CODES:
        return Unknown(NAME, f"trouble within the service ({code})")
    return outcome_of(NAME, code, CODES.get(code, UNLISTED))


def _found(detail: Mapping[str, Any]) -> Accepted:
    """The list names no receipt number, so our own reference stands for it."""
    progress = PROGRESS.get(int(detail.get("SendStatus") or 1), "accepted")
    code = "" if progress != "undelivered" else str(detail.get("ErrCode") or "")
    return Accepted(NAME, str(detail.get("OutId")), final=False, progress=progress, code=code)


def open_gateway(account: AliyunAccount) -> AliyunGateway:
    """Load the SDK. Raises ExtraMissing where it isn't installed."""
    try:
        from alibabacloud_dysmsapi20170525 import models  # noqa: PLC0415 - an optional extra, 1.1 s to load
        from alibabacloud_dysmsapi20170525.client import Client, RuntimeOptions  # noqa: PLC0415 - an optional extra
        from alibabacloud_tea_openapi.client import UnretryableException  # noqa: PLC0415 - an optional extra
        from alibabacloud_tea_openapi.exceptions import AlibabaCloudException  # noqa: PLC0415 - an optional extra
        from alibabacloud_tea_openapi.utils_models import Config  # noqa: PLC0415 - an optional extra
    except ImportError as missing:
        raise ExtraMissing(NAME, "aliyun") from missing
    milliseconds = int(account.timeout_seconds * 1000)
    client = Client(
        Config(
            access_key_id=account.access_key_id,
            access_key_secret=account.access_key_secret,
            endpoint=account.endpoint,
            protocol=account.protocol,
        )
    )
    runtime = RuntimeOptions(autoretry=False, max_attempts=1, read_timeout=milliseconds, connect_timeout=milliseconds)

    async def call(method: Any, request: Any, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        async with asyncio.timeout(account.timeout_seconds):
            try:
                answer = await method(request.from_map(dict(fields)), runtime)
            except AlibabaCloudException as fault:
                raise Refusal(str(fault.code or ""), certain=400 <= (fault.status_code or 0) < 500) from None  # noqa: PLR2004 - RFC 9110 §15
            except UnretryableException as fault:
                raise NotReached if NO_CONNECTION in str(fault) else ConnectionError from None
        body: Mapping[str, Any] = answer.body.to_map() if answer.body else {}
        return body

    class _Sdk:
        async def send_sms(self, fields: Mapping[str, str]) -> Mapping[str, Any]:
            return await call(client.send_sms_with_options_async, models.SendSmsRequest(), fields)

        async def query_send_details(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
            return await call(client.query_send_details_with_options_async, models.QuerySendDetailsRequest(), fields)

        async def close(self) -> None:
            """The SDK opens a connection a call."""

    return _Sdk()
