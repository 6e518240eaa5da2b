"""The check of the templates, and their preview: what would be wrong with any message, found before one is sent.

Law of this file: a template says only what its purpose may, is complete for every way it can travel, and stays within
the strictest country's rules with the longest values there can be. It must not know where templates are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from string import Template
from uuid import UUID

from services.notify.domain.parameters import SAID_OF_CONFIDENTIAL, SAYS, Parameters
from services.notify.domain.phones import MAINLAND
from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.text import (
    ALWAYS_SAID,
    BARRED_FROM_TEXTS,
    LENGTHS,
    NEUTRAL,
    Catalogue,
    Office,
    Rendered,
    Wording,
    faults_of,
    render,
)
from shared.contracts.values import Ground, Route

SAMPLE_ID = UUID("01927f3e-7c1a-7e55-9d3b-5a1f0c2b7d46")
SAMPLE_OFFICE = Office(
    signature="枣庄市民中心",
    name="枣庄市政务服务管理办公室",
    tracking_page="https://example.gov.cn/track",
    phone="0632-0000000",
)
SAMPLE = Parameters(
    tracking_code="2QW8HN5T08",
    case_number="2026-001083",
    received_at=datetime(2026, 11, 24, 2, 43, tzinfo=UTC),
    respond_by=datetime(2026, 11, 25, 9, 0, tzinfo=UTC),
    limit=datetime(2026, 12, 28, 9, 0, tzinfo=UTC),
    article="18.2",
    days=2,
    ground=Ground.OTHER_LEGAL_WAY,
    reason="所述事项正在行政复议中",
    remedy="向作出决定的机关或人民法院提出",
    authority="市市场监督管理局",
    unit="市公安局窗口",
    result="经核实，已当场补办并说明情况",
)
"""Values for previews; invented."""


def preview(catalogue: Catalogue, key: str, route: Route, office: Office = SAMPLE_OFFICE) -> Rendered:
    """The template with sample values, as it would go to a mainland number, its segments counted."""
    return render(catalogue, key, route, SAMPLE, office, SAMPLE_ID, f"{MAINLAND.prefix}13800000000")


def faults_in(catalogue: Catalogue) -> list[str]:
    """Everything wrong with the templates of a language, each with its name; an empty list where they may be used."""
    missing = {*Purpose, NEUTRAL} - set(catalogue.wordings)
    faults = [f"{catalogue.locale}/{key}: missing" for key in sorted(missing)]
    faults += [f"{catalogue.locale}/{key}: no such purpose" for key in set(catalogue.wordings) - {*Purpose, NEUTRAL}]
    faults += [f"{catalogue.locale}: no words for ground {ground}" for ground in set(Ground) - set(catalogue.grounds)]
    for key in sorted({*Purpose, NEUTRAL} - missing):
        wording = catalogue.wordings[key]
        name = f"{catalogue.locale}/{key}/{wording.version}"
        own = list(_faults_of(wording))
        if not own and set(Ground) <= set(catalogue.grounds):  # only what is whole can be rendered
            own = [f"sms, with the longest values: {fault}" for fault in _faults_at_length(catalogue, key)]
        faults += [f"{name}: {fault}" for fault in own]
    return faults


def _faults_of(wording: Wording) -> Iterator[str]:
    for part, words in wording.parts().items():
        yield from _faults_of_part(wording.key, part, words)
    if "reference" not in Template(wording.sms).get_identifiers():
        yield "sms: lacks ${reference}, by which a lost message is found again"
    if not wording.call and (wording.key == NEUTRAL or PURPOSES[Purpose(wording.key)].worth_a_person):
        yield "call: empty, though a person may have to say it"


def _faults_at_length(catalogue: Catalogue, key: str) -> list[str]:
    """What carriers would say of the text with every free value longer than any cut, of characters that weigh two units."""
    longest = SAMPLE.model_copy(update={name: "𠮷" * (largest + 1) for name, (_, largest) in LENGTHS.items()})
    number = f"{MAINLAND.prefix}13800000000"
    return faults_of(render(catalogue, key, Route.SMS, longest, SAMPLE_OFFICE, SAMPLE_ID, number).body)


def _faults_of_part(key: str, part: str, words: str) -> Iterator[str]:
    if not Template(words).is_valid():
        yield f"{part}: a stray $"
    used = set(Template(words).get_identifiers())
    may_say = (SAID_OF_CONFIDENTIAL if key == NEUTRAL else SAYS[Purpose(key)]) | ALWAYS_SAID
    if used - may_say:
        yield f"{part}: may not say {', '.join(sorted(used - may_say))}"
    if part == "sms" and used & BARRED_FROM_TEXTS:
        yield f"sms: {', '.join(sorted(used & BARRED_FROM_TEXTS))} has no place in a text message"
    if part == "subject" and "\n" in words:
        yield "subject: more than one line"
