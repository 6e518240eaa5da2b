"""Canaries: a made-up person for each channel, how they come in, and how a trace of them is found again.

Law of this file: nobody else in the tests has these names and numbers, so whatever is found came from them; and a trace counts
however it was written down: in another encoding, escaped for JSON or an address, or packed in base64.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.parts.fax_pages import make_fax
from tests.parts.house import OPERATOR, UNIT, House

CHANNELS = ("phone", "web", "suggestion_box", "letter", "visit", "email", "fax")
NAMES = ("蒯雁翎", "麴寒汀", "逄砚秋", "亓官霁", "仉溪桥", "郄望舒", "王望舒")
DOORS = {
    "phone": "/intake/phone-logs",
    "web": "/intake/web-forms",
    "suggestion_box": "/intake/suggestion-slips",
    "letter": "/intake/letters",
    "visit": "/intake/visits",
}


@dataclass(frozen=True)
class Canary:
    """One made-up person, who comes by one channel."""

    channel: str
    name: str
    place: int

    @property
    def phone(self) -> str:
        """A mobile's eleven digits."""
        return f"1390977{self.place}{self.place}4{self.place}"

    @property
    def email(self) -> str:
        """An address that nobody reads."""
        return f"canary{self.place}x7q@example.org"

    @property
    def identity_card(self) -> str:
        """Eighteen digits."""
        return f"3704991988010{self.place}77{self.place}4"

    @property
    def home(self) -> str:
        """Where they live."""
        return f"雁栖岭{self.place}7{self.place}号"

    @property
    def facts(self) -> str:
        """What they wrote, with everything in it."""
        return (
            f"我叫{self.name}，身份证{self.identity_card}，电话{self.phone}，邮箱{self.email}，等了一个多小时没有叫到。"
        )

    @cached_property
    def traces(self) -> Mapping[str, bytes]:
        """What must not be found, each under a name that may be printed."""
        said = {
            "name": self.name,
            "phone": self.phone,
            "phone in groups": f"{self.phone[:3]} {self.phone[3:7]} {self.phone[7:]}",
            "email": self.email,
            "identity card": self.identity_card,
            "home": self.home,
        }
        return {f"{what}, {how}": form for what, text in said.items() for how, form in _written(text)}


CANARIES: Mapping[str, Canary] = {
    channel: Canary(channel, name, place)
    for place, (channel, name) in enumerate(zip(CHANNELS, NAMES, strict=True), 1)
}  # fmt: skip


def _written(text: str) -> Iterable[tuple[str, bytes]]:
    """The ways in which the same words may have been written down."""
    raw = text.encode()
    yield "as it is", raw
    for encoding in ("gb18030", "utf-16-le"):
        yield encoding, text.encode(encoding)
    yield "for JSON", json.dumps(text)[1:-1].encode()
    yield "for an address", quote(text).encode()
    yield "in hex", raw.hex().encode()
    for before in range(3):
        packed = base64.b64encode(bytes(before) + raw)
        yield f"base64 {before}", packed[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]


def traces_in(content: str | bytes) -> list[str]:
    """Whose traces stand in this, and which: channel and kind, never the trace itself."""
    searched = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return [
        f"{canary.channel}: {what}"
        for canary in CANARIES.values()
        for what, form in canary.traces.items()
        if form in searched
    ]


STEMS = tuple(
    stem.encode(encoding)
    for stem in (*NAMES, "1390977", "139 0977", "3704991988010", "x7q@example", "雁栖岭")
    for encoding in ("utf-8", "utf-16-le")
)
"""In each of which a trace begins, as a database writes it; few, so that much can be searched."""


def may_hold_traces(content: bytes) -> bool:
    """Whether a closer look is due."""
    return any(stem in content for stem in STEMS)


def come_in(house: House, canary: Canary) -> str:
    """By the canary's channel; gives the complaint's id."""
    if canary.channel == "email":
        headers = {"Content-Type": "message/rfc822"}
        receipt = house.done("POST", "/intake/emails", OPERATOR, content=_mail(canary), headers=headers)
    elif canary.channel == "fax":
        headers = {"Content-Type": "image/tiff"}
        receipt = house.done("POST", "/intake/faxes", OPERATOR, content=_fax(canary), headers=headers)
    else:
        told = _told(canary, house.now().isoformat())
        receipt = house.done("POST", DOORS[canary.channel], OPERATOR, json=told)
    return str(receipt["complaint_id"])


def _told(canary: Canary, now: str) -> dict[str, Any]:
    person = {
        "name": canary.name,
        "phone": canary.phone,
        "email": canary.email,
        "address": f"薛城区{canary.home}",
        "relation": "self",
        "confidential": True,
    }
    opened: dict[str, Any] = {"opened_by": "韩雪"}
    more: dict[str, dict[str, Any]] = {
        "phone": {"call": {"id": uuid4().hex, "caller_number": canary.phone}},
        "web": {"statement_of_truth": True},
        "suggestion_box": opened
        | {"box": "二楼电梯口意见箱", "opened_at": now, "witnessed_by": "孙晓敏", "slip_number": uuid4().hex},
        "letter": opened | {"arrived_at": now, "posting_number": uuid4().hex},
        "visit": {"reception_point": "一楼总咨询服务台"},
    }
    said = {"facts": canary.facts, "demand": f"请答复{canary.name}", "complainant": person, "target": {"unit": UNIT}}
    return said | more[canary.channel]


def _mail(canary: Canary) -> bytes:
    return (
        f"From: {canary.name} <{canary.email}>\r\nTo: tousu@example.gov.cn\r\nSubject: 投诉窗口不叫号 {canary.name}\r\n"
        f"Date: Mon, 23 Nov 2026 09:41:03 +0800\r\nMessage-ID: <{uuid4().hex}@mail.example.com>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{canary.facts}\r\n"
    ).encode()


def _fax(canary: Canary) -> bytes:
    """One page, so that reading it takes no longer than it must."""
    return make_fax(
        (
            "投诉信",
            f"我叫{canary.name}，身份证{canary.identity_card}，",
            f"住薛城区{canary.home}。在市医疗保障局窗口",
            "等了一个多小时没有叫到。",
            f"投诉人：{canary.name}",
            f"联系电话：{canary.phone}",
        )
    )
