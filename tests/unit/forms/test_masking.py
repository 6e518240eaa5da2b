"""Art. 17: what the complainant asked to keep secret stays secret, on every form and in every text."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.domain.definition import FieldKind, FormId
from services.forms.domain.documents import DOCUMENTS, ON_DEMAND
from services.forms.domain.filling import Story
from services.forms.domain.masking import (
    HIDDEN_FIELD,
    MASKS,
    Reader,
    mask,
)
from services.forms.domain.values import FormValues
from services.forms.templates import FORMS
from shared.contracts import case
from shared.contracts.complaint import Complainant
from shared.contracts.masking import Showing, mask_address, mask_email, mask_name, mask_phone, mask_text
from tests.parts.forms import a_complainant, a_complaint, a_story, an_event, values_for

SECRET = a_complainant(confidential=True)
OPENLY = a_complainant()
GIVEAWAYS = ("李淑珍", "13800138000", "lishuzhen@example.com", "滕州市善南街道某小区3号楼")
TOLD = "投诉人李淑珍（李女士，138-0013-8000，lishuzhen@example.com，住滕州市善南街道某小区3号楼）来电。"


def story_that_tells_all(**person: Any) -> Story:
    """A case in which everybody wrote the complainant's identity down wherever there was room for text."""
    complaint = a_complaint(complainant=a_complainant(**person), facts=TOLD, demand=TOLD)
    texts: dict[type[case.CaseEvent], dict[str, Any]] = {
        case.CaseAccepted: {},
        case.CaseForwarded: {"advice": TOLD},
        case.CaseRefused: {"reason": TOLD, "remedy": TOLD},
        case.CaseRedirected: {"reason": TOLD},
        case.CaseUnitRefused: {"reason": TOLD},
        case.CaseExtensionRequested: {"reason": TOLD, "remarks": TOLD},
        case.CaseExtensionDecided: {"opinion": TOLD},
        case.CaseFeedbackSubmitted: {"findings": TOLD, "rectification": TOLD, "remarks": TOLD},
        case.CaseFollowUpRecorded: {"reason": TOLD},
        case.CaseClosed: {},
        case.CaseSanctioned: {"text": TOLD},
    }
    events = [an_event(kind, version, **changes) for version, (kind, changes) in enumerate(texts.items(), 1)]
    return a_story(*events, complaint=complaint)


def said(values: FormValues) -> str:
    """Everything that is filled in."""
    return "\n".join(
        [*values.texts.values(), *(cell for rows in values.tables.values() for row in rows for cell in row)]
    )


def test_the_table_has_a_row_for_every_form_and_reader():
    """A form without a row for a reader can't be given to that reader: there is none."""
    assert set(MASKS) == {(form, reader) for form in FormId for reader in Reader}


@pytest.mark.article("17")
@pytest.mark.parametrize("form", ON_DEMAND)
def test_no_copy_for_the_unit_tells_who_complained_in_confidence(form):
    """Neither the fields nor anybody's running text, in any of the case's documents."""
    values = ON_DEMAND[form](story_that_tells_all(confidential=True))
    shown = said(mask(FORMS[form], values, reader=Reader.UNIT, complainant=SECRET))
    assert not [word for word in GIVEAWAYS if word in shown]
    assert not re.search(r"138|8000|李", shown)


@pytest.mark.article("17")
@pytest.mark.parametrize("form", [form for form in FormId if form not in ON_DEMAND])
def test_no_list_for_the_unit_names_anybody(form):
    """Box records, call lists and reports hold other people's identities: hidden always."""
    shown = said(mask(FORMS[form], values_for(form), reader=Reader.UNIT, complainant=Complainant()))
    assert not [word for word in ("秦玥", "13700005520", "5520") if word in shown]


@pytest.mark.article("15")
@pytest.mark.parametrize("form", FormId)
@pytest.mark.parametrize("person", [SECRET, OPENLY])
def test_the_office_s_copy_is_whole(form, person):
    """The office took the identity down and needs it."""
    values = values_for(form)
    assert mask(FORMS[form], values, reader=Reader.OFFICE, complainant=person) == values


@pytest.mark.article("annex 2")
def test_an_open_complaint_goes_to_the_unit_with_name_and_number():
    """Annex 2 names the complainant, so that the unit can answer."""
    shown = mask(
        FORMS[FormId.DISPOSITION], values_for(FormId.DISPOSITION), reader=Reader.UNIT, complainant=OPENLY
    ).texts
    assert (shown["complainant"], shown["phone"]) == ("李淑珍", "13800138000")


@pytest.mark.article("17")
def test_a_confidential_disposition_form_says_that_it_is_one():
    """The unit sees why there is no name; everything else of the form is there."""
    values = values_for(FormId.DISPOSITION)
    shown = mask(FORMS[FormId.DISPOSITION], values, reader=Reader.UNIT, complainant=SECRET).texts
    assert (shown["complainant"], shown["phone"]) == (HIDDEN_FIELD, HIDDEN_FIELD)
    assert {name: shown[name] for name in ("number", "limit", "receiver", "window", "staff")} == {
        name: values.texts[name] for name in ("number", "limit", "receiver", "window", "staff")
    }


@pytest.mark.article("18.6")
def test_the_binder_of_a_confidential_case_shows_a_part():
    """李**, 138****8000: it is lent out."""
    values = values_for(FormId.FOLLOW_UP_RECORD)
    form = FORMS[FormId.FOLLOW_UP_RECORD]
    shown = mask(form, values, reader=Reader.FILE, complainant=SECRET).texts
    assert (shown["complainant"], shown["phone"]) == ("李**", "138****8000")
    assert mask(form, values, reader=Reader.FILE, complainant=OPENLY) == values


def test_a_receipt_that_gets_lost_tells_little_and_a_letter_bears_its_addressee():
    """The receipt shows a part, the notices the name they are addressed to."""
    receipt = mask(FORMS[FormId.RECEIPT], values_for(FormId.RECEIPT), reader=Reader.COMPLAINANT, complainant=OPENLY)
    notice = values_for(FormId.REFUSAL_NOTICE)
    assert (receipt.text("complainant"), receipt.text("phone")) == ("李**", "138****8000")
    assert mask(FORMS[FormId.REFUSAL_NOTICE], notice, reader=Reader.COMPLAINANT, complainant=SECRET) == notice


@pytest.mark.parametrize("word", ["匿名", "未提供"])
def test_there_is_nothing_to_hide_where_nobody_is_named(word):
    """匿名 stays 匿名: hiding it would say that there is a name."""
    values = values_for(FormId.DISPOSITION, complainant=word)
    person = Complainant(anonymous=True, confidential=True)
    assert mask(FORMS[FormId.DISPOSITION], values, reader=Reader.UNIT, complainant=person).text("complainant") == word


def test_the_unit_s_own_number_is_not_hidden_from_it():
    """A handler's telephone on the feedback form is the unit's, and published."""
    values = values_for(FormId.FEEDBACK)
    shown = mask(FORMS[FormId.FEEDBACK], values, reader=Reader.UNIT, complainant=SECRET)
    assert shown.text("phone") == "0632-8690012"


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: f"{row.event}-{row.form}")
def test_masked_values_still_fit_their_form(row):
    """Masking changes words, never fields."""
    values = row.fill(story_that_tells_all(confidential=True))
    masked = mask(FORMS[row.form], values, reader=row.reader, complainant=SECRET)
    masked.check(FORMS[row.form])
    assert masked.texts.keys() == values.texts.keys()


FOUND = [
    "李淑珍",
    "李 淑 珍",
    "李·淑珍",
    "李女士",
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "+86 138 0013 8000",
    "0086-13800138000",
    "１３８００１３８０００",
    "一三八零零一三八零零零",
    "幺三八〇〇幺三八〇〇〇",
    "13900139000",
    "８６１３９００１３９０００",
    "0632-8690012",
    "（0632）8690012",
    "0632 869 0012",
    "0632-8690012转12",
    "+86 632 8690012",
    "010-88886666",
    "8690012",
    "370403199001011239",
    "37040319900101123X",
    "３７０４０３１９９００１０１１２３ｘ",
    "370403 19900101 1239",
    "370403900101123",
    "6222021602001234567",
    "6222 0216 0200 1234 567",
    "4367421234567890",
    "lishuzhen@example.com",
    "other.person+x@mail.example.cn",
    "ａｂｃ＠163.com",
    "微信号：abc_12345",
    "QQ 123456",
    "滕州市善南街道某小区3号楼",
    "滕州市善南街道某小区３号楼",
    "13800138000139001390001",
]


@pytest.mark.parametrize("found", FOUND)
@pytest.mark.parametrize("around", ["{}", "我的电话是{}，请回电。", "请找{}。", "（{}）", "找到：{}\n"])
def test_free_text_is_hidden_whoever_s_it_is(found, around):
    """Telephones in every way of writing them, identity cards old and new, bank cards, addresses, names, accounts."""
    shown = mask_text(around.format(found), SECRET, Showing.HIDDEN)
    assert found not in shown
    assert "隐去］" in shown
    assert not re.search(r"\d{5}", re.sub(r"[^\w]", "", shown))


LEFT_ALONE = [
    "2026-11-23 09:12",
    "2026年11月23日上午9时40分",
    "2026.11.16-2026.11.23",
    "20261123",
    "二〇二六年十一月二十三日",
    "枣诉〔2026〕1083号",
    "枣政管办〔2020〕2号",
    "GB/T 36112—2018",
    "第一、第二、第三十一条",
    "金额1234567元",
    "工位号A12，排队号B0123",
    "窗口推诿三次，往返80公里",
    "李子园街道",
    "12345热线",
    "",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_leads_to_nobody_is_left_alone(text):
    """Dates, document numbers, standards and amounts are what the unit needs to know."""
    assert mask_text(text, SECRET, Showing.HIDDEN) == text


MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
SEPARATED = st.sampled_from(["", " ", "-", "—", "．", "  ", "　", "·", " - ", "/"])
DIGITS = st.sampled_from(["0123456789", "０１２３４５６７８９", "零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖"])
CHINESE = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=30).filter(
    lambda text: not set(text) & set("零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖")
)


@pytest.mark.article("17")
@given(MOBILE, st.lists(SEPARATED, min_size=10, max_size=10), DIGITS, CHINESE, CHINESE, st.booleans())
def test_no_digit_of_a_telephone_survives(phone, gaps, digits, before, after, own):
    """However it is spaced, in whatever digits, in the midst of any Chinese text, the own number or another's."""
    written = "".join(digits[int(digit)] + gap for digit, gap in zip(phone, [*gaps, ""], strict=True))
    person = Complainant(name="李淑珍", phone=f"+86{phone}" if own else None, confidential=True)
    shown = mask_text(f"{before}{written}{after}", person, Showing.HIDDEN)
    assert not set(shown) & set(digits) - set(before + after)


@pytest.mark.article("17")
@given(
    st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=4),
    CHINESE,
    CHINESE,
)
def test_no_name_survives(name, before, after):
    """Any Chinese name of two characters or more, anywhere in a text."""
    person = Complainant(name=name, confidential=True)
    hidden = mask_text(f"{before}{name}{after}", person, Showing.HIDDEN)
    assert name not in hidden.replace("［姓名隐去］", "")


@given(st.text(max_size=300))
def test_masking_any_text_ends_and_twice_changes_nothing(text):
    """What was hidden once gives nothing more to hide."""
    hidden = mask_text(text, SECRET, Showing.HIDDEN)
    assert mask_text(hidden, SECRET, Showing.HIDDEN) == hidden


@pytest.mark.parametrize("piece", ["a", "1", "1 ", "a@", "李", "0632-", "微信", "1-", "电话：", "+86"])
def test_a_long_text_of_anything_is_masked_at_once(piece):
    """No pattern runs away (ASVS 1.3.12): a quarter of a megabyte, fifty times the longest complaint; backtracking would take hours."""
    text = piece * (250_000 // len(piece))
    started = time.process_time()
    mask_text(text, SECRET, Showing.HIDDEN)
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (mask_name("王伟"), "王**"),
        (mask_name("欧阳娜娜"), "欧**"),
        (mask_name("阿依古丽·买买提"), "阿**"),
        (mask_name(""), ""),
        (mask_phone("+8613800138000"), "138****8000"),
        (mask_phone("13800138000"), "138****8000"),
        (mask_phone("0632-8690012"), "0632-****012"),
        (mask_phone("010-88886666"), "010-****666"),
        (mask_phone("+12125550123"), "****123"),
        (mask_email("zhang.san@qq.com"), "z***@qq.com"),
        (mask_address("滕州市善南街道3号楼"), "滕州市****"),
        (mask_address("某村3号"), "****"),
    ],
)
def test_a_part_is_shown_as_people_know_it(masked, shown):
    """王**, 138****8000: enough to tell two cases apart."""
    assert masked == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("李淑珍来电13800138000", "李**来电138****8000"),
        ("李女士，+86 139 0013 9000", "李**，139****9000"),
        ("座机0632-8690012", "座机0632-****012"),
        ("身份证37040319900101123X", "身份证［证件号隐去］"),
    ],
)
def test_a_part_is_shown_in_running_text_too(text, shown):
    """Cards and addresses have no harmless part: they are hidden whole."""
    assert mask_text(text, OPENLY, Showing.PARTLY) == shown


def test_every_identity_field_is_known_as_one():
    """Fields that name the complainant, his number or his address say so; without that they would not be masked."""
    told = {(form.id, field.name) for form in FORMS.values() for field in form.fields if field.identity}
    named = {(form.id, f.name) for form in FORMS.values() for f in form.fields if f.name in {"complainant", "address"}}
    assert named <= told
    assert all(FORMS[form].field(name).kind is FieldKind.LINE for form, name in told)


CONFIDENT = ("ordinary", "confidential")
OWN = ("李淑珍", "李 淑 珍", "13800138000", "138-0013-8000", "lishuzhen@example.com", "滕州市善南街道某小区3号楼")
"""The complainant's own, as people write it."""
CARDS = ("370403199001011239", "6222021602001234567", "微信号：abc_12345")
"""Anybody's, and without a part that is harmless."""


def _crowded() -> str:
    """A free text in which everybody wrote down every number and name there is a way of writing."""
    return "；".join(f"第{place}次：{found}" for place, found in enumerate([*FOUND, *OWN, *CARDS], 1))


@pytest.mark.article("17")
@pytest.mark.parametrize("confidence", CONFIDENT)
@pytest.mark.parametrize("row", MASKS.values(), ids=lambda row: f"{row.form}-{row.reader}")
def test_each_row_of_the_table_holds_for_free_text_full_of_names_and_numbers(row, confidence):
    """Derived from the table: open shows all, a part shows no whole name or number, hidden shows not even a part."""
    form, person = FORMS[row.form], SECRET if confidence == "confidential" else OPENLY
    showing = row.confidential if confidence == "confidential" else row.ordinarily
    crowded = _crowded()
    texts = {field.name: crowded for field in form.fields if field.kind is FieldKind.TEXT}
    tables = {field.name: [(crowded,) * 9] for field in form.fields if field.kind is FieldKind.ROWS}
    shown = mask(form, FormValues(form=form.id, texts=texts, tables=tables), reader=row.reader, complainant=person)
    for text in [*shown.texts.values(), *(cell for rows in shown.tables.values() for cells in rows for cell in cells)]:
        if showing is Showing.OPEN:
            assert text == crowded
            continue
        assert not [secret for secret in (*OWN, *CARDS) if secret in text]
        assert not re.search(r"1[3-9]\d{9}|\d{15,}", re.sub(r"[\s\-—·]", "", text))
        if showing is Showing.HIDDEN:
            assert not re.search(r"李|138\*|lishu", text)
