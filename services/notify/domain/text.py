"""In which words: templates with versions, rendered once, counted, and checked against what carriers let through.

Law of this file: a value is put in as it stands and is never read as a template; it is cut by the table below. A text to
a mainland number holds no link and no phone number, whatever the values are, and no text message has more than eight
segments. It must not know where templates are kept nor who reads the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from string import Template
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notify.domain.parameters import Parameters
from services.notify.domain.phones import MAINLAND, CountryRules, country_rules
from services.notify.domain.purposes import Purpose
from services.notify.domain.segments import size_of
from shared.contracts.tracking import ALPHABET, show_tracking_code
from shared.contracts.values import Ground, Route

HOME = ZoneInfo("Asia/Shanghai")
NEUTRAL = "neutral"
"""The template of messages that say nothing of the matter (art. 17)."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One template: its words for each way it travels. Staff are not called, so ``call`` may be empty."""

    key: str
    version: int
    sms: str
    subject: str
    body: str
    call: str = ""

    def parts(self) -> dict[str, str]:
        """The texts by the name they have in the file."""
        return {"sms": self.sms, "subject": self.subject, "body": self.body, "call": self.call}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All templates of one language, and the words for coded values."""

    locale: str
    wordings: Mapping[str, Wording]
    grounds: Mapping[Ground, str]
    moment: str
    """How a moment is shown: a ``strftime`` pattern."""


@dataclass(frozen=True, slots=True)
class Office:
    """Who signs: from configuration."""

    signature: str
    """Between 【 and 】 at the head of every text message; carriers want it registered."""
    name: str
    tracking_page: str
    phone: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """One text, as it is stored before sending and never rendered again."""

    template: str
    """``zh/receipt/1``: language, key, version."""
    route: Route
    subject: str | None
    body: str = field(repr=False)
    segments: int
    """Of a text message; 0 on the other routes."""
    values: tuple[tuple[str, str], ...] = field(repr=False)
    """What was put in, in the order of the template: providers with registered templates send only these."""


class NoSuchTemplate(LookupError):
    """The catalogue is at fault: this language lacks this template. Found by the check of the templates."""


PART_OF_ROUTE = {
    Route.SMS: "sms",
    Route.EMAIL: "body",
    Route.CALL: "call",
    Route.POST: "body",
    Route.TRACKING_PAGE: "body",
}

LENGTHS: dict[str, tuple[int, int]] = {
    "authority": (40, 200),
    "remedy": (60, 1000),
    "unit": (30, 100),
    "reason": (60, 2000),
    "result": (60, 4000),
}
"""Characters of a free-text value in a text message, and elsewhere. The rest is cut and … put for it."""

ALWAYS_SAID = frozenset({"reference", "office", "office_phone", "tracking_page"})
"""What every template may say beside the parameters of its purpose."""
BARRED_FROM_TEXTS = frozenset({"office_phone", "tracking_page", "reason", "result"})
"""Never in a text message: carriers block numbers and links, and free prose may name people."""

CUT = "…"
_REFERENCE_LENGTH = 6


def reference_of(delivery_id: UUID) -> str:
    """Six characters (30 bits) that stand in the text and are looked for at the provider before a second send."""
    number = delivery_id.int
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_REFERENCE_LENGTH)))


def render(
    catalogue: Catalogue,
    key: Purpose | str,
    route: Route,
    values: Parameters,
    office: Office,
    delivery_id: UUID,
    to: str,
) -> Rendered:
    """Put the values into the template. Raises NoSuchTemplate; a value can never raise.

    ``key`` is the purpose, or NEUTRAL for a message that says nothing of the matter.
    """
    wording = catalogue.wordings.get(key)
    if wording is None:
        raise NoSuchTemplate(f"{catalogue.locale} has no template {key}")
    shown = _shown(values, catalogue, office, delivery_id, route, country_rules(to) if route is Route.SMS else None)
    words = wording.parts()[PART_OF_ROUTE[route]]
    body = Template(words).substitute(shown)
    if route is Route.SMS:
        body = f"【{office.signature}】{body}"
    return Rendered(
        template=f"{catalogue.locale}/{wording.key}/{wording.version}",
        route=route,
        subject=_one_line(Template(wording.subject).substitute(shown)) if route is Route.EMAIL else None,
        body=body,
        segments=size_of(body).segments if route is Route.SMS else 0,
        values=tuple((name, shown[name]) for name in dict.fromkeys(Template(words).get_identifiers())),
    )


def _shown(
    values: Parameters,
    catalogue: Catalogue,
    office: Office,
    delivery_id: UUID,
    route: Route,
    rules: CountryRules | None,
) -> dict[str, str]:
    """Every value as it is read by a person, fit for the route and the country."""
    shown = {name: _words(value, catalogue) for name, value in values}
    shown |= {name: _fit(shown[name], name, rules, texting=route is Route.SMS) for name in LENGTHS}
    return shown | {
        "tracking_code": show_tracking_code(values.tracking_code),
        "reference": reference_of(delivery_id),
        "office": office.name,
        "office_phone": office.phone,
        "tracking_page": office.tracking_page,
    }


def _words(value: object, catalogue: Catalogue) -> str:
    if isinstance(value, datetime):
        moment = value.astimezone(HOME)
        return moment.strftime(catalogue.moment.replace("%-m", str(moment.month)).replace("%-d", str(moment.day)))
    if isinstance(value, Ground):
        return catalogue.grounds[value]
    return "" if value is None else str(value)


def _fit(value: str, name: str, rules: CountryRules | None, *, texting: bool) -> str:
    """Cut by the table; in a text message one line, and without what the country's carriers block."""
    if not value:
        return value
    largest = LENGTHS[name][0 if texting else 1]
    cleaned = _one_line(value.translate(_FULL_WIDTH)) if texting else _without_controls(value)
    cut = cleaned if len(cleaned) <= largest else cleaned[: largest - 1] + CUT
    for pattern in _blocked(rules):
        # A mark stays where something was taken out, so that its neighbours don't grow into a number of their own.
        cut = pattern.sub(CUT, cut)
    return cut


_FULL_WIDTH = {
    code: code - 0xFEE0 for code in (0xFF0E, *range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
"""Full stop, digits and letters: a number in full width dials all the same."""

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]")


def _without_controls(value: str) -> str:
    return _CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def _one_line(value: str) -> str:
    return " ".join(_without_controls(value).split())


LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)\S*|(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#]\S*)?|\d{1,3}(?:\.\d{1,3}){3}\S*",
    re.IGNORECASE | re.ASCII,
)
"""A link, a bare domain, an address of four numbers."""
PHONE_NUMBER = re.compile(
    r"(?<![0-9A-Za-z-])(?:\+?86[- ]?)?(?:1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}|[48]00[- ]?\d{3}[- ]?\d{4}|9[56]\d{3,6}|1[0-2]\d{3}|\d{7,8})"
    r"(?![0-9A-Za-z-])",
    re.ASCII,
)
"""Mobile, landline, 400, 95xxx, 12345, or seven or eight digits that dial within a city."""


def _blocked(rules: CountryRules | None) -> Iterator[re.Pattern[str]]:
    if rules is not None and not rules.links:
        yield LINK
    if rules is not None and not rules.phone_numbers:
        yield PHONE_NUMBER


def faults_of(body: str, rules: CountryRules = MAINLAND) -> list[str]:
    """What the country's carriers would not let through in this text message; an empty list where it may go."""
    faults = []
    if not rules.links and LINK.search(body):
        faults.append("holds a link")
    if not rules.phone_numbers and PHONE_NUMBER.search(body):
        faults.append("holds a phone number")
    if (segments := size_of(body).segments) > rules.largest_segments:
        faults.append(f"{segments} segments, {rules.largest_segments} are let through")
    if len(body) > rules.largest_characters:
        faults.append(f"{len(body)} characters, {rules.largest_characters} are let through")
    return faults
