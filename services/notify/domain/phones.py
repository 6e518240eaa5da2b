"""What a phone number is: a table of shapes, and what each country's carriers take in a text message.

Law of this file: an E.164 number is of exactly one kind, found by the first row that fits. It must not know who the
number belongs to. A table instead of a numbering-plan library: sending needs only "does it take a text", "can it be
called", and the library costs 23 MB and 0.14 s at every start (intake, which reads numbers out of prose, does use it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class PhoneKind(StrEnum):
    """The kinds that differ in how a person behind them can be reached."""

    CN_MOBILE = "cn_mobile"
    CN_VIRTUAL = "cn_virtual"
    CN_SERVICE = "cn_service"
    CN_LANDLINE = "cn_landline"
    HMT_MOBILE = "hmt_mobile"
    HMT_LANDLINE = "hmt_landline"
    FOREIGN = "foreign"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class NumberShape:
    """One row: a kind of number, its shape in E.164, and what can be done with it."""

    kind: PhoneKind
    shape: re.Pattern[str]
    takes_texts: bool
    can_be_called: bool
    why: str


def _shape(kind: PhoneKind, pattern: str, *, texts: bool, calls: bool, why: str) -> NumberShape:
    return NumberShape(kind, re.compile(pattern, re.ASCII), texts, calls, why)


SHAPES: tuple[NumberShape, ...] = (
    _shape(
        PhoneKind.CN_VIRTUAL,
        r"\+861(?:6[257]\d{8}|7[01]\d{8})",
        texts=False,
        calls=True,
        why="虚拟运营商: mobile numbers of resellers, whose gateways drop service texts; they do ring",
    ),
    _shape(
        PhoneKind.CN_SERVICE,
        r"\+86(?:[48]00\d{7}|9[56]\d{3,6}|1[0-2]\d{1,3})",
        texts=False,
        calls=False,
        why="400, 800, 95xxx, 96xxx, 12345: an office, not the person who complained",
    ),
    _shape(PhoneKind.CN_MOBILE, r"\+861[3-9]\d{9}", texts=True, calls=True, why="手机 (工信部 numbering plan)"),
    _shape(
        PhoneKind.CN_LANDLINE,
        r"\+86(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}",
        texts=False,
        calls=True,
        why="固定电话: area code without its 0; texts to it fail with 21614 or 21635 (Twilio, China page)",
    ),
    _shape(
        PhoneKind.HMT_MOBILE,
        r"\+(?:852[4-9]\d{7}|8536\d{7}|8869\d{8})",
        texts=True,
        calls=True,
        why="mobiles of Hong Kong, Macao and Taiwan",
    ),
    _shape(
        PhoneKind.HMT_LANDLINE,
        r"\+(?:852[23]\d{7}|853[28]\d{7}|886[2-8]\d{7,8})",
        texts=False,
        calls=True,
        why="landlines of Hong Kong, Macao and Taiwan",
    ),
    _shape(
        PhoneKind.INVALID,
        r"\+(?:86|852|853|886)\d*",
        texts=False,
        calls=False,
        why="no number of this country has that shape",
    ),
    _shape(
        PhoneKind.FOREIGN,
        r"\+[1-9]\d{6,14}",
        texts=True,
        calls=True,
        why="abroad: whether it is a mobile only the provider knows, and says so with 21614",
    ),
    _shape(
        PhoneKind.INVALID, r"(?s:.*)", texts=False, calls=False, why="not E.164 (ITU-T E.164: +, then 7 to 15 digits)"
    ),
)
"""First row that fits the whole number wins: resellers and offices stand before the mobiles and landlines they look like."""


def shape_of(number: str) -> NumberShape:
    """The row for a number in E.164; anything else is INVALID, never an error."""
    return next(row for row in SHAPES if row.shape.fullmatch(number))


@dataclass(frozen=True, slots=True)
class CountryRules:
    """What a country's carriers let through in a text message."""

    prefix: str
    place: str
    links: bool
    phone_numbers: bool
    largest_segments: int
    largest_characters: int


COUNTRY_RULES: tuple[CountryRules, ...] = (
    # Carriers block texts with links or numbers; two-way SMS is not offered (Twilio, guidelines/cn/sms).
    CountryRules("+86", "中国内地", links=False, phone_numbers=False, largest_segments=8, largest_characters=500),
    CountryRules("+852", "香港", links=True, phone_numbers=True, largest_segments=8, largest_characters=536),
    CountryRules("+853", "澳门", links=True, phone_numbers=True, largest_segments=8, largest_characters=536),
    CountryRules("+886", "台湾", links=True, phone_numbers=True, largest_segments=8, largest_characters=536),
    CountryRules("+", "其他", links=True, phone_numbers=True, largest_segments=8, largest_characters=1224),
)
"""First prefix that fits wins. Eight segments everywhere: more is billed, split and dropped."""

MAINLAND = COUNTRY_RULES[0]


def country_rules(number: str) -> CountryRules:
    """The rules of the country a number belongs to; the strictest where it is no number at all."""
    return next((row for row in COUNTRY_RULES if number.startswith(row.prefix)), MAINLAND)
