"""Text messages through Tencent Cloud SMS (2021-01-11), an optional extra.

Law of this file: as with every provider, one call, no retries, and what isn't clear is Unknown. Our reference goes along
as ``SessionContext``. The service lists only messages that already have a receipt, so one that is missing from the list
may still be on its way: ``find`` never says "certainly not". It must not decide when to try again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Protocol

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

NAME = "tencent"
LOOKS_BACK = timedelta(days=2)
LARGEST_LIST = 100

CODES = MappingProxyType(
    {
        "LimitExceeded": Trouble(Kind.TEMPORARY, "too many, by number or by account"),
        "RequestLimitExceeded": Trouble(Kind.TEMPORARY, "too many requests"),
        "FailedOperation.PhoneNumberInBlacklist": Trouble(Kind.PERMANENT, "the recipient opted out"),
        "InvalidParameterValue.IncorrectPhoneNumber": Trouble(Kind.PERMANENT, "not a phone number"),
        "FailedOperation.PhoneNumberParseFail": Trouble(Kind.PERMANENT, "not a phone number"),
        "FailedOperation.ContainSensitiveWord": Trouble(Kind.ELSEWHERE, "a word the service blocks"),
        "FailedOperation.TemplateIncorrectOrUnapproved": Trouble(Kind.ELSEWHERE, "template not approved"),
        "FailedOperation.TemplateUnapprovedOrNotExist": Trouble(Kind.ELSEWHERE, "template not approved"),
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": Trouble(
            Kind.ELSEWHERE, "the approved template has other values"
        ),
        "InvalidParameterValue": Trouble(Kind.ELSEWHERE, "a value the service doesn't take"),
        "FailedOperation.SignatureIncorrectOrUnapproved": Trouble(Kind.TECHNICAL, "signature not approved"),
        "FailedOperation.InsufficientBalanceInSmsPackage": Trouble(Kind.TECHNICAL, "account without balance"),
        "UnauthorizedOperation": Trouble(Kind.TECHNICAL, "account or application refused"),
        "AuthFailure": Trouble(Kind.TECHNICAL, "credentials refused"),
        "InvalidParameterValue.SdkAppIdNotExist": Trouble(Kind.TECHNICAL, "no such application"),
    }
)
"""By the whole code, else by its part before the dot (cloud.tencent.com/document/api/382/55981#6)."""

UNCLEAR = frozenset({"InternalError", "ServerNetworkError", "ClientNetworkError", ""})
"""After these the message may have been taken."""

PROGRESS: MappingProxyType[str, Progress] = MappingProxyType({"SUCCESS": "delivered", "FAIL": "undelivered"})
"""``ReportStatus`` of a receipt."""


class TencentGateway(Protocol):
    """The two calls that are made of the SDK. Fields go by the names of the API; faults are Refusal, NotReached or
    anything else, which is unclear.
    """

    async def send_sms(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """SendSms."""
        ...

    async def pull_status(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """PullSmsSendStatusByPhoneNumber."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class TencentAccount:
    """Configuration."""

    secret_id: str
    secret_key: str = field(repr=False)
    app_id: str
    registered: Registered
    region: str = "ap-beijing"
    endpoint: str = "sms.tencentcloudapi.com"
    protocol: str = "https"
    timeout_seconds: float = 10


class TencentSms:
    """A ``MessageProvider`` over the service's own SDK."""

    name = NAME
    route = Route.SMS
    abroad = False

    def __init__(self, app_id: str, registered: Registered, gateway: TencentGateway, clock: Clock) -> None:
        self._app_id = app_id
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
            return _refused(refusal.code)
        except Exception as fault:  # noqa: BLE001 - whatever an SDK raises is an answer
            return outcome_of_fault(NAME, fault)
        return _read(answer)

    async def find(self, message: OutgoingText) -> Found:
        """Look for our reference among the receipts of the last days."""
        now = self._clock()
        fields = {
            "BeginTime": int((now - LOOKS_BACK).timestamp()),
            "EndTime": int(now.timestamp()),
            "Offset": 0,
            "Limit": LARGEST_LIST,
            "PhoneNumber": message.to,
            "SmsSdkAppId": self._app_id,
        }
        try:
            answer = await self._gateway.pull_status(fields)
        except Exception as fault:  # noqa: BLE001 - a list that fails in whatever way tells nothing
            return CannotTell(NAME, f"the list failed ({type(fault).__name__})")
        receipts = answer.get("PullSmsSendStatusSet") or []
        found = (_found(receipt) for receipt in receipts if receipt.get("SessionContext") == message.reference)
        return next(found, CannotTell(NAME, "no receipt yet; the service lists nothing else"))

    async def close(self) -> None:
        """Close the gateway."""
        await self._gateway.close()

    def _fields(self, message: OutgoingText) -> dict[str, Any]:
        return {
            "PhoneNumberSet": [message.to],
            "SmsSdkAppId": self._app_id,
            "SignName": self._registered.signature,
            "TemplateId": self._registered.id_for(message) or "",
            "TemplateParamSet": [value for _, value in message.values],
            "SessionContext": message.reference,
        }


def _read(answer: Mapping[str, Any]) -> SendOutcome:
    status: Mapping[str, Any] = next(iter(answer.get("SendStatusSet") or []), {})
    code, serial = str(status.get("Code") or ""), str(status.get("SerialNo") or "")
    if code == "Ok" and serial:
        return Accepted(NAME, serial, final=False)
    return Unknown(NAME, "an answer without a serial number") if code in {"", "Ok"} else _refused(code)


def _refused(code: str) -> SendOutcome:
    family = code.partition(".")[0]
    if family in UNCLEAR:
        return Unknown(NAME, f"trouble within the service ({code})")
    return outcome_of(NAME, code, CODES.get(code) or CODES.get(family) or UNLISTED)


def _found(receipt: Mapping[str, Any]) -> Accepted:
    progress = PROGRESS.get(str(receipt.get("ReportStatus")), "accepted")
    code = "" if progress != "undelivered" else str(receipt.get("Description") or "")[:64]
    return Accepted(NAME, str(receipt.get("SerialNo") or ""), final=False, progress=progress, code=code)


def open_gateway(account: TencentAccount) -> TencentGateway:
    """Load the SDK. Raises ExtraMissing where it isn't installed."""
    import httpx  # noqa: PLC0415 - what the SDK sends with, and whose faults it lets through

    try:
        from tencentcloud.common.credential import Credential  # noqa: PLC0415 - an optional extra
        from tencentcloud.common.exception import tencent_cloud_sdk_exception  # noqa: PLC0415 - an optional extra
        from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415 - an optional extra
        from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415 - an optional extra
        from tencentcloud.sms.v20210111 import models  # noqa: PLC0415 - an optional extra
        from tencentcloud.sms.v20210111.sms_client_async import SmsClient  # noqa: PLC0415 - an optional extra
    except ImportError as missing:
        raise ExtraMissing(NAME, "tencent") from missing
    # The SDK logs requests whole, numbers included, at DEBUG.
    logging.getLogger("tencentcloud_sdk_common").setLevel(logging.WARNING)
    http = HttpProfile(endpoint=account.endpoint, protocol=account.protocol, reqTimeout=account.timeout_seconds)
    client = SmsClient(
        Credential(account.secret_id, account.secret_key), account.region, ClientProfile(httpProfile=http)
    )

    async def call(method: Any, request: Any, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        request.from_json_string(json.dumps(dict(fields)))
        async with asyncio.timeout(account.timeout_seconds):
            try:
                answer = await method(request)
            except tencent_cloud_sdk_exception.TencentCloudSDKException as fault:
                raise Refusal(str(fault.code or ""), certain=False) from None
            except httpx.ConnectError as fault:
                raise NotReached from fault
        body: Mapping[str, Any] = json.loads(answer.to_json_string())
        return body

    class _Sdk:
        async def send_sms(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
            return await call(client.SendSms, models.SendSmsRequest(), fields)

        async def pull_status(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
            return await call(
                client.PullSmsSendStatusByPhoneNumber, models.PullSmsSendStatusByPhoneNumberRequest(), fields
            )

        async def close(self) -> None:
            await client.close()

    return _Sdk()
