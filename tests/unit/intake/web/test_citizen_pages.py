"""What a citizen reads before, while and after complaining."""

from dataclasses import replace
from typing import cast

import pytest

from services.intake.web.views import FormNotice, FormPage, FormValues, StartPage
from shared.contracts.values import Element, Ground
from shared.web.i18n import Language
from shared.web.problems import FieldFault
from tests.parts import html
from tests.parts.page_gallery import SAMPLES, pages, text_of
from tests.parts.page_samples import CODE, FORM, FORM_BACK

START = html.parse(text_of("start"))
FORM_EMPTY = html.parse(text_of("form"))
ERRORS = html.parse(text_of("form-errors"))


def control(page: html.Element, name: str) -> html.Element:
    """The first control of that name."""
    return html.elements(page, f"//*[@name='{name}']")[0]


@pytest.mark.article("5")
def test_the_start_page_names_every_place_number_and_address() -> None:
    """All that configuration gives stands on the page, numbers and addresses to be followed with one tap."""
    page = cast("StartPage", SAMPLES["start"].context["page"])
    text = html.text_of(START)
    for way in page.ways:
        for place in way.places:
            assert place.text.zh in text
            assert not place.href or html.elements(START, f"//a[@href='{place.href}']")


@pytest.mark.article("10")
@pytest.mark.article("10.1")
@pytest.mark.article("10.2")
@pytest.mark.article("10.3")
@pytest.mark.article("10.4")
@pytest.mark.article("10.5")
def test_the_start_page_names_the_five_grounds_and_no_sixth() -> None:
    """What is refused is said beforehand."""
    listed = html.elements(START, "//details[contains(., '不在受理范围')]//li")
    assert [html.text_of(each) for each in listed] == [
        pages().catalogue.say(f"ground.{ground}", Language.ZH) for ground in Ground
    ]


@pytest.mark.article("14")
@pytest.mark.article("18")
def test_the_start_page_promises_what_the_measure_sets() -> None:
    """One working day for the answer; one, three and at most two more for the matter; three for the follow-up."""
    promises = [html.text_of(each) for each in html.elements(START, "//ul[@class='promise']/li")]
    assert promises[0].startswith("1 个工作日内回应")
    assert promises[0].endswith("第十四条")
    assert "1 个工作日" in promises[1]
    assert "3 个工作日" in promises[1]
    assert "2 个工作日" in promises[1]
    assert promises[2].startswith("办结后 3 个工作日内回访")


@pytest.mark.article("9")
@pytest.mark.article("15")
def test_the_form_asks_for_every_element_of_the_record() -> None:
    """Each element of arts. 9 and 15 has its field."""
    names = {str(each.get("name")) for each in html.elements(FORM_EMPTY, html.CONTROLS)}
    assert names >= {str(element) for element in Element}


def test_only_what_is_needed_is_required() -> None:
    """Facts, unit, demand and the statement; whoever doesn't know the unit says so."""
    required = [each.get("name") for each in html.elements(FORM_EMPTY, "//*[@required]")]
    assert required == ["facts", "unit", "demand", "truth"]
    for picker in ("unit", "window"):
        assert html.elements(FORM_EMPTY, f"//select[@name='{picker}']/option[@value='unknown']")


def test_windows_stand_under_their_units_without_a_script() -> None:
    """One picker, grouped: it works everywhere."""
    groups = html.elements(FORM_EMPTY, "//select[@name='window']/optgroup")
    assert [group.get("label") for group in groups] == [unit.label for unit in FORM.units]
    assert [option.get("value") for option in html.elements(groups[0], "./option")] == ["A07", "A09", "A11"]


@pytest.mark.article("7")
def test_the_form_wants_the_statement_of_truth_confirmed_by_hand() -> None:
    """Never ticked beforehand, its article beside it."""
    truth = control(FORM_EMPTY, "truth")
    assert (truth.get("type"), truth.get("checked")) == ("checkbox", None)
    assert "真实性负责。 第七条" in html.text_of(FORM_EMPTY)


@pytest.mark.article("14")
@pytest.mark.article("17")
def test_named_secret_and_anonymous_are_explained_before_one_chooses() -> None:
    """What each choice means, in a sentence within its label."""
    labels = [html.text_of(each) for each in html.elements(FORM_EMPTY, "//input[@name='signature']/..")]
    assert len(labels) == 3
    assert "优先排查" in labels[0]
    assert "被投诉单位看不到" in labels[1]
    assert "凭查询码看答复" in labels[2]


def test_the_limits_for_files_are_named_before_the_upload() -> None:
    """Size and number stand in the hint that the field is tied to."""
    field = control(FORM_EMPTY, "evidence")
    hint = html.elements(FORM_EMPTY, f"//*[@id='{field.get('aria-describedby')}']")[0]
    assert "每个不超过 20 MB，最多 10 个" in html.text_of(hint)


def test_the_form_carries_what_makes_it_safe_to_send_twice() -> None:
    """Token, key against doubles, challenge: hidden fields, no script needed."""
    hidden = {str(each.get("name")): each for each in html.elements(FORM_EMPTY, "//input[@type='hidden']")}
    assert hidden["csrf"].get("value") == FORM.csrf
    assert hidden["idempotency_key"].get("value") == FORM.idempotency_key
    assert hidden["altcha"].get("value") == ""
    assert html.elements(FORM_EMPTY, "//noscript")


def test_without_a_challenge_the_form_loads_no_solver() -> None:
    """The second script comes only with its task."""
    text = pages().text("form.html", Language.ZH, page=replace(FORM, challenge=None))
    assert "altcha" not in text
    assert "altcha.js" in text_of("form")


def test_enter_in_a_field_sends_the_form_and_removes_no_file() -> None:
    """The form's first button is the one that sends: a file is removed by a tick, not by a button above it."""
    buttons = html.elements(ERRORS, "//main//form//button")
    assert [html.text_of(button) for button in buttons] == ["提交投诉"]


def test_a_form_that_comes_back_names_its_faults_first() -> None:
    """A summary that takes the focus, with a link to each field."""
    [summary] = html.elements(ERRORS, "//*[@role='alert'][@autofocus][@tabindex='-1']")
    links = [(each.get("href"), html.text_of(each)) for each in html.elements(summary, ".//a")]
    assert links == [(f"#{fault.name}", fault.message_zh) for fault in FORM_BACK.errors]
    assert html.text_of(html.elements(ERRORS, "//title")[0]).startswith("请改正 4 处")


@pytest.mark.parametrize("fault", FORM_BACK.errors, ids=lambda fault: fault.name)
def test_each_faulty_field_says_so_where_it_stands(fault: FieldFault) -> None:
    """Marked invalid, and described by the message beside it."""
    field = control(ERRORS, fault.name)
    assert field.get("aria-invalid") == "true"
    described = [html.elements(ERRORS, f"//*[@id='{each}']")[0] for each in str(field.get("aria-describedby")).split()]
    assert fault.message_zh in [html.text_of(each) for each in described]


def test_fields_without_fault_are_not_marked() -> None:
    """Neither on the empty form nor beside a faulty one."""
    assert html.elements(FORM_EMPTY, "//*[@aria-invalid]") == []
    assert control(ERRORS, "facts").get("aria-invalid") is None


@pytest.mark.parametrize("notice", FormNotice)
def test_a_form_that_comes_back_without_its_files_says_so(notice: FormNotice) -> None:
    """What was typed is there; whether the files are is said, whatever the reason."""
    with_files = replace(FORM_BACK, errors=(), notice=notice)
    asked = "附的文件没有留下，请再选一次。"
    assert asked not in pages().text("form.html", Language.ZH, page=with_files)
    assert asked in pages().text("form.html", Language.ZH, page=replace(with_files, kept=()))


def test_no_field_cuts_off_what_is_pasted() -> None:
    """A browser shortens silently where a length is set; the server says what is too long and keeps it."""
    assert html.elements(FORM_EMPTY, "//*[@maxlength]") == []


def test_everything_typed_is_kept() -> None:
    """Values, choices and files that arrived."""
    values = FORM_BACK.values
    assert control(ERRORS, "phone").get("value") == values.phone
    assert html.elements(ERRORS, "//select[@name='window']//option[@selected]")[0].get("value") == values.window
    assert html.elements(ERRORS, "//input[@name='signature'][@checked]")[0].get("value") == values.signature
    kept = [each.get("value") for each in html.elements(ERRORS, "//input[@name='kept']")]
    assert kept == [file.token for file in FORM_BACK.kept]


def test_the_first_fault_of_a_field_is_the_one_shown() -> None:
    """A field with two faults shows one of them at a time."""
    twice = [FieldFault("phone", "a", "一", "one"), FieldFault("phone", "b", "二", "two")]
    page: FormPage = replace(FORM, errors=twice)
    assert page.faults["phone"].code == "a"


def test_a_fault_in_one_of_the_choices_is_tied_to_their_group() -> None:
    """The group says it, since no single button is wrong."""
    wrong = replace(FORM, errors=[FieldFault("signature", "missing", "请选择", "choose")], values=FormValues())
    page = html.parse(pages().text("form.html", Language.ZH, page=wrong))
    [group] = html.elements(page, "//fieldset[@id='signature']")
    assert group.get("aria-describedby") == "signature-err"


@pytest.mark.article("14")
def test_the_receipt_says_by_when_the_answer_comes() -> None:
    """The day and hour, computed, with the article beside it."""
    page = html.parse(text_of("receipt"))
    [now] = html.elements(page, "//li[@aria-current='step']")
    assert html.text_of(html.elements(now, "./h3")[0]) == "11 月 25 日（周三）17:00 前回应您"
    assert html.elements(now, ".//time")[0].get("datetime") == "2026-11-25T17:00:00+08:00"


def test_the_receipt_shows_the_code_large_and_as_a_drawing() -> None:
    """To note down, to photograph, to scan."""
    page = html.parse(text_of("receipt"))
    assert html.text_of(html.elements(page, "//*[@class='big-code']")[0]) == f"{CODE[:5]}-{CODE[5:]}"
    assert html.elements(page, "//svg[@class='qr'][@role='img'][@aria-label]/path[string-length(@d)>1000]")


@pytest.mark.article("7")
def test_a_major_matter_is_offered_the_written_form() -> None:
    """Where to print it and by when it is awaited; no other receipt mentions it."""
    page = html.parse(text_of("receipt-major"))
    [offer] = html.elements(page, "//section[@aria-labelledby='written']")
    assert html.elements(offer, ".//a[@href='/gallery/written']")
    assert "11 月 26 日（周四）前交来" in html.text_of(offer)
    assert "书面" not in text_of("receipt")


@pytest.mark.article("7")
def test_the_written_form_is_prefilled_and_leaves_room_to_sign() -> None:
    """What was told is printed on it; name, phone and signature are for the hand."""
    text = html.text_of(html.parse(text_of("written")))
    assert "等到十点十分还没叫到" in text
    assert "投诉人签名" in text
    assert "我对所反映事项的真实性负责" in text
    assert text_of("written-empty").count("rule-line") == 11


@pytest.mark.article("9")
@pytest.mark.article("15")
def test_the_receipt_lists_what_was_not_given() -> None:
    """By name, and nothing is invented in its place."""
    assert "工作人员、联系地址，" in html.text_of(html.parse(text_of("receipt")))


def test_sent_twice_the_receipt_says_so() -> None:
    """The same number, and that it is no second complaint."""
    assert "没有重复登记" in text_of("receipt-major")


@pytest.mark.article("17")
def test_the_receipt_does_not_say_who_complained() -> None:
    """It is printed, photographed and left lying about."""
    assert {"name", "phone", "email", "address"}.isdisjoint(type(SAMPLES["receipt"].context["page"]).__slots__)
