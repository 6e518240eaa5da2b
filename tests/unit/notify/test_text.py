"""The words: rendered literally, cut by the table, fit for the country, checked before they are used."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.parameters import SAYS, Parameters
from services.notify.domain.phones import country_rules
from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.segments import size_of
from services.notify.domain.template_check import SAMPLE, SAMPLE_ID, SAMPLE_OFFICE, faults_in, preview
from services.notify.domain.text import (
    BARRED_FROM_TEXTS,
    CUT,
    LENGTHS,
    NEUTRAL,
    Catalogue,
    NoSuchTemplate,
    Rendered,
    Wording,
    faults_of,
    reference_of,
    render,
)
from services.notify.templates import LOCALES, fingerprints_of, load_catalogue, pinned
from shared.contracts.tracking import ALPHABET, read_tracking_code
from shared.contracts.values import Ground, Route

ZH = load_catalogue("zh")
CATALOGUES = [ZH, load_catalogue("en")]
KEYS = [*Purpose, NEUTRAL]
MAINLAND_NUMBER = "+8613800000000"


def rendered(
    key: str = Purpose.REFUSAL,
    route: Route = Route.SMS,
    catalogue: Catalogue = ZH,
    to: str = MAINLAND_NUMBER,
    **values: Any,
) -> Rendered:
    """The template with sample values and these changes."""
    return render(catalogue, key, route, SAMPLE.model_copy(update=values), SAMPLE_OFFICE, SAMPLE_ID, to)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=LOCALES)
def test_the_templates_are_in_order(catalogue: Catalogue) -> None:
    """Every purpose has its words; none says what it may not, holds a link or a number, or grows too long."""
    assert faults_in(catalogue) == []


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=LOCALES)
def test_words_do_not_change_under_their_version(catalogue: Catalogue) -> None:
    """Carriers register the words of a version: whoever changes a sentence raises its version and pins it anew."""
    now = fingerprints_of(catalogue)
    assert {name: pinned().get(name) for name in now} == now


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=LOCALES)
@pytest.mark.parametrize("key", KEYS)
def test_a_text_message_is_signed_and_can_be_found_again(catalogue: Catalogue, key: str) -> None:
    """Every text message begins with the signature, holds its reference, and says how many segments it takes."""
    text = preview(catalogue, key, Route.SMS)
    assert text.body.startswith("【枣庄市民中心】")
    assert reference_of(SAMPLE_ID) in text.body
    assert text.segments == size_of(text.body).segments <= 8
    assert text.template == f"{catalogue.locale}/{key}/{catalogue.wordings[key].version}"


@pytest.mark.parametrize("route", [Route.EMAIL, Route.POST, Route.TRACKING_PAGE, Route.CALL])
@pytest.mark.parametrize("key", [key for key in KEYS if key == NEUTRAL or PURPOSES[Purpose(key)].worth_a_person])
def test_other_ways_have_their_words(route: Route, key: str) -> None:
    """Mail, letter, page and call have a text without a signature; only a mail has a subject; nothing is left open."""
    text = preview(ZH, key, route)
    assert text.body.strip()
    assert "$" not in text.body
    assert (text.subject is not None) is (route is Route.EMAIL)
    assert text.segments == 0


@pytest.mark.article("16")
@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=LOCALES)
@pytest.mark.parametrize("route", [Route.SMS, Route.EMAIL, Route.CALL])
def test_a_refusal_tells_the_reason_and_what_can_be_done(ground: Ground, catalogue: Catalogue, route: Route) -> None:
    """A refusal by any way tells the ground in words and the remedy; where there is room, the reason too."""
    text = rendered(route=route, catalogue=catalogue, ground=ground).body
    assert catalogue.grounds[ground] in text
    assert str(SAMPLE.remedy) in text
    assert (str(SAMPLE.reason) in text) is (route is not Route.SMS)


@pytest.mark.article("16")
@pytest.mark.parametrize("route", [Route.SMS, Route.EMAIL, Route.CALL])
def test_a_redirect_names_the_competent_authority(route: Route) -> None:
    """Who is not with us is told who is competent, by any way."""
    assert str(SAMPLE.authority) in rendered(Purpose.REDIRECT, route).body


@pytest.mark.article("17")
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=LOCALES)
@pytest.mark.parametrize("route", [Route.SMS, Route.EMAIL, Route.CALL, Route.POST])
def test_a_neutral_message_says_nothing_of_the_matter(catalogue: Catalogue, route: Route) -> None:
    """The neutral text doesn't even say that it is about a complaint; it leads to the code, and no value can get in."""
    text = preview(catalogue, NEUTRAL, route)
    said = text.body + (text.subject or "")
    for word in ("投诉", "受理", "复议", "complaint", "2026-001083", str(SAMPLE.unit), str(SAMPLE.authority)):
        assert word not in said
    assert "2QW8H-N5T08" in said


HOSTILE = {
    "template syntax": "${tracking_code} $$ {0} {} %s %(x)s {{x}} ${reason}",
    "line breaks": "一\n二\r\n三\r四\u2028五",
    "controls": "a\x00b\x1bc\x7fd\u202ee\ufefff\ud83d",
    "10 KB": "长" * 10_000,
    "a header": "主题\r\nBcc: evil@y.cn",
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("route", [Route.SMS, Route.EMAIL, Route.CALL])
def test_a_value_is_literal_and_cut(value: str, route: Route) -> None:
    """A value is never read as a template; controls are dropped, a text message is one line, the rest is cut."""
    text = rendered(route=route, remedy=value)
    shown = dict(text.values)["remedy"]
    assert len(shown) <= LENGTHS["remedy"][0 if route is Route.SMS else 1]
    assert shown in text.body
    assert not [character for character in text.body if ord(character) < 32 and character != "\n"]
    assert text.body.encode()
    if route is Route.SMS:
        assert "\n" not in text.body
    if "$" in value:
        assert "${tracking_code} $$ {0} {} %s %(x)s {{x}} ${reason}" in text.body


def test_a_subject_is_one_line() -> None:
    """No value brings a second line into a subject."""
    wording = replace(ZH.wordings[Purpose.REDIRECT], subject="告知 ${authority}")
    catalogue = replace(ZH, wordings={**ZH.wordings, Purpose.REDIRECT: wording})
    text = rendered(Purpose.REDIRECT, Route.EMAIL, catalogue, authority="甲\r\nBcc: evil@y.cn")
    assert text.subject == "告知 甲 Bcc: evil@y.cn"


BLOCKED = {
    "市市场监督管理局（电话 12315）": "市市场监督管理局（电话 …）",
    "请拨0632-3312345或13800000000": "请拨…或…",
    "请拨１３８００００００００": "请拨…",
    "400-123-4567": "…",
    "+86 13800000000": "…",
    "详见https://example.gov.cn/a?b=1": "详见…",
    "见www.example.cn吧": "见…",
    "example.gov.cn": "…",
    "10.0.0.1/x": "…",
    "办事大厅 3 楼 12 号窗口": "办事大厅 3 楼 12 号窗口",
    "第 18.2 条": "第 18.2 条",
    "2026-001083": "2026-001083",
}


@pytest.mark.parametrize(("value", "shown"), BLOCKED.items())
def test_what_mainland_carriers_block_is_taken_out(value: str, shown: str) -> None:
    """A link or a phone number in a value doesn't reach a mainland number; ordinary figures do."""
    assert dict(rendered(Purpose.REDIRECT, authority=value).values)["authority"] == shown


def test_elsewhere_a_number_may_stand() -> None:
    """To a number whose country allows it, and in a mail, the authority's number stands."""
    said = "市场监督管理局 12315"
    assert said in rendered(Purpose.REDIRECT, to="+85251234567", authority=said).body
    assert said in rendered(Purpose.REDIRECT, Route.EMAIL, authority=said).body


WILD = st.text(max_size=200) | st.from_regex(r"[0-9 a-z./:w-]{0,80}", fullmatch=True)


@given(unit=WILD, authority=WILD, remedy=WILD, key=st.sampled_from(KEYS), catalogue=st.sampled_from(CATALOGUES))
def test_no_value_makes_a_text_that_carriers_block(
    unit: str, authority: str, remedy: str, key: str, catalogue: Catalogue
) -> None:
    """Whatever the values are, a text to the mainland holds no link and no number, and has at most eight segments."""
    text = rendered(key, catalogue=catalogue, unit=unit, authority=authority, remedy=remedy)
    assert faults_of(text.body, country_rules(MAINLAND_NUMBER)) == []


@given(code=st.text(alphabet=ALPHABET, min_size=9, max_size=9))
def test_no_tracking_code_looks_like_a_phone_number(code: str) -> None:
    """A code of digits alone, as it is shown, is not taken for a number to dial."""
    whole = next(code + check for check in ALPHABET if read_tracking_code(code + check))
    assert faults_of(rendered(Purpose.RECEIPT, tracking_code=whole).body) == []


def test_an_unknown_template_is_named() -> None:
    """A key without a template is the catalogue's fault, and is named."""
    with pytest.raises(NoSuchTemplate, match="zh has no template farewell"):
        rendered("farewell")


@given(delivery_id=st.uuids())
def test_a_reference_is_six_characters_without_doubt(delivery_id: UUID) -> None:
    """Six characters of Crockford's alphabet, the same for the same delivery."""
    reference = reference_of(delivery_id)
    assert len(reference) == 6
    assert set(reference) <= set(ALPHABET)
    assert reference == reference_of(delivery_id)


def test_the_values_travel_in_the_order_of_the_template() -> None:
    """What providers with registered templates need: each value once, in the order in which the text names it."""
    names = [name for name, _ in rendered().values]
    assert names == ["case_number", "ground", "remedy", "tracking_code", "reference"]


FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "a stray dollar": ({"sms": "欠费$5，${reference}"}, "a stray $"),
    "a word too much": ({"sms": "${staff} ${reference}"}, "may not say staff"),
    "another purpose's word": ({"body": "${authority}"}, "may not say authority"),
    "no reference": ({"sms": "已受理"}, "lacks ${reference}"),
    "a link": ({"sms": "见 https://example.gov.cn ${reference}"}, "holds a link"),
    "a phone number": ({"sms": "电话 0632-3312345 ${reference}"}, "holds a phone number"),
    "the office's number": ({"sms": "${office_phone} ${reference}"}, "no place in a text message"),
    "free prose": ({"sms": "${reason} ${reference}"}, "no place in a text message"),
    "too long": ({"sms": "长" * 540 + "${reference}"}, "segments, 8 are let through"),
    "over 500 characters": ({"sms": "长" * 500 + "${reference}"}, "500 are let through"),
    "nothing to say on the phone": ({"call": ""}, "call: empty"),
    "a subject of two lines": ({"subject": "一\n二"}, "more than one line"),
}


@pytest.mark.parametrize(("changes", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_template_is_found(changes: dict[str, str], fault: str) -> None:
    """Each rule of the templates is seen to fire."""
    wording: Wording = replace(ZH.wordings[Purpose.REFUSAL], **changes)  # type: ignore[arg-type]  # texts only
    catalogue = replace(ZH, wordings={**ZH.wordings, Purpose.REFUSAL: wording})
    assert [found for found in faults_in(catalogue) if found.startswith("zh/refusal/") and fault in found]


def test_a_missing_template_and_a_missing_ground_are_found() -> None:
    """A purpose without words, words without a purpose, and a ground without words are named."""
    wordings = {key: wording for key, wording in ZH.wordings.items() if key != Purpose.RESULT}
    wordings["farewell"] = ZH.wordings[Purpose.CLOSING]
    faults = faults_in(replace(ZH, wordings=wordings, grounds={}))
    assert "zh/result: missing" in faults
    assert "zh/farewell: no such purpose" in faults
    assert len([fault for fault in faults if "no words for ground" in fault]) == len(Ground)


def test_templates_can_say_all_that_their_purpose_may() -> None:
    """The sample values of the preview fill every parameter, so that no preview has a hole."""
    filled = set(SAMPLE.model_dump(exclude_none=True))
    assert {name for names in SAYS.values() for name in names} <= filled == set(Parameters.model_fields)
    assert BARRED_FROM_TEXTS - {"office_phone", "tracking_page"} <= set(LENGTHS)
    assert CUT == "…"
