"""Stateful fakes of the two domestic SMS services, for their gateways and, where the SDKs are installed, over HTTP.

They keep what they took; ``faults`` are used up by requests to send: an error code of the service, or a ``Trip``.
"""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.notify.providers.domestic import NotReached, Refusal
from tests.parts.web_server import Answer, Break, Request, WebServer, as_json


class Trip(StrEnum):
    """What goes wrong beside an error code."""

    LOST_AFTER = "accepts, and its answer is lost"
    NOT_REACHED = "no connection"
    EMPTY = "answers with nothing in it"


@dataclass
class FakeAliyun:
    """dysmsapi 2017-05-25: SendSms and QuerySendDetails."""

    faults: deque[str] = field(default_factory=deque)
    taken: list[dict[str, Any]] = field(default_factory=list)
    list_is_down: bool = False

    def send(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to SendSms; raises Refusal, NotReached or TimeoutError as a gateway does."""
        fault = self.faults.popleft() if self.faults else ""
        if fault == Trip.NOT_REACHED:
            raise NotReached
        if fault and fault not in set(Trip):
            return {"Code": fault, "Message": "refused", "RequestId": "R-1"}
        if fault == Trip.EMPTY:
            return {}
        self.taken.append(dict(fields))
        if fault == Trip.LOST_AFTER:
            raise TimeoutError
        return {"Code": "OK", "Message": "OK", "BizId": f"9006{len(self.taken)}^0", "RequestId": "R-1"}

    def details(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to QuerySendDetails."""
        if self.list_is_down:
            raise Refusal("isp.SYSTEM_ERROR", certain=False)
        dtos = [
            {"PhoneNum": fields["PhoneNumber"], "OutId": taken["OutId"], "SendStatus": 3, "ErrCode": "DELIVERED"}
            for taken in self.taken
            if taken["PhoneNumbers"].removeprefix("+86") == fields["PhoneNumber"]
        ]
        return {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": dtos}, "TotalCount": len(dtos)}

    def answer(self, request: Request) -> Answer:
        """The same over HTTP."""
        fields = {name: values[0] for name, values in request.query.items()} | request.form()
        action = fields.get("Action") or request.headers.get("x-acs-action", "")
        try:
            content = self.send(fields) if action == "SendSms" else self.details(fields)
        except TimeoutError:
            return Answer(200, b"", breaks=Break.RESET)
        except Refusal as refusal:
            return as_json(500, {"Code": refusal.code, "Message": "trouble", "RequestId": "R-1"})
        return as_json(200, content)


class FakeAliyunGateway:
    """The gateway without the SDK."""

    def __init__(self, service: FakeAliyun) -> None:
        self._service = service

    async def send_sms(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """SendSms."""
        return self._service.send(fields)

    async def query_send_details(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """QuerySendDetails."""
        return self._service.details(fields)

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class FakeTencent:
    """Tencent Cloud SMS 2021-01-11: SendSms and PullSmsSendStatusByPhoneNumber."""

    faults: deque[str] = field(default_factory=deque)
    taken: list[dict[str, Any]] = field(default_factory=list)
    receipts: bool = True
    list_is_down: bool = False

    def send(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to SendSms."""
        fault = self.faults.popleft() if self.faults else ""
        if fault == Trip.NOT_REACHED:
            raise NotReached
        if fault.startswith(("AuthFailure", "InternalError", "RequestLimitExceeded")):
            raise Refusal(fault, certain=False)
        if fault and fault not in set(Trip):
            return {"SendStatusSet": [{"Code": fault, "SerialNo": "", "Message": "refused"}]}
        if fault == Trip.EMPTY:
            return {"SendStatusSet": []}
        self.taken.append(dict(fields))
        if fault == Trip.LOST_AFTER:
            raise TimeoutError
        return {"SendStatusSet": [{"Code": "Ok", "SerialNo": f"2019:{len(self.taken)}", "Message": "send success"}]}

    def pull(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to PullSmsSendStatusByPhoneNumber: receipts only."""
        if self.list_is_down:
            raise Refusal("InternalError", certain=False)
        receipts = [
            {
                "PhoneNumber": fields["PhoneNumber"],
                "SerialNo": f"2019:{place}",
                "ReportStatus": "SUCCESS",
                "Description": "DELIVRD",
                "SessionContext": taken["SessionContext"],
            }
            for place, taken in enumerate(self.taken, start=1)
            if taken["PhoneNumberSet"] == [fields["PhoneNumber"]] and self.receipts
        ]
        return {"PullSmsSendStatusSet": receipts}

    def answer(self, request: Request) -> Answer:
        """The same over HTTP."""
        fields = json.loads(request.body)
        action = next(value for name, value in request.headers.items() if name.lower() == "x-tc-action")
        try:
            content = self.send(fields) if action == "SendSms" else self.pull(fields)
        except TimeoutError:
            return Answer(200, b"", breaks=Break.RESET)
        except Refusal as refusal:
            error = {"Code": refusal.code, "Message": "trouble"}
            return as_json(200, {"Response": {"Error": error, "RequestId": "R-1"}})
        return as_json(200, {"Response": {**content, "RequestId": "R-1"}})


class FakeTencentGateway:
    """The gateway without the SDK."""

    def __init__(self, service: FakeTencent) -> None:
        self._service = service

    async def send_sms(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """SendSms."""
        return self._service.send(fields)

    async def pull_status(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """PullSmsSendStatusByPhoneNumber."""
        return self._service.pull(fields)

    async def close(self) -> None:
        """Nothing is held."""


def serve(service: FakeAliyun | FakeTencent) -> WebServer:
    """The service on a private port."""
    return WebServer(service.answer)
