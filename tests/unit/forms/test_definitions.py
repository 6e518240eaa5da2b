"""The forms are those of the regulation: same labels, same order, same parts, copies and notes."""

from __future__ import annotations

from hashlib import sha256
from string import Formatter

import pytest

from services.forms.domain.definition import (
    Block,
    Closing,
    FieldKind,
    Form,
    FormId,
    Grid,
    Label,
    Listing,
    Paragraph,
    Ruled,
    SealLine,
    Signature,
    Value,
)
from services.forms.templates import FORMS

EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)


NOTES = (
    "注：①“调查处置结果”一栏需详细填写调查处理情况，并附相关证明材料。对于不予受理的投诉，经调查确属不予受理的，要按规定出具"
    "《不予受理通知书》，并将其复印件连同反馈单一并反馈。②“整改措施”一栏，若投诉问题不属实，不用填写。"
)
REFUSAL = (
    "你办于{dispatched_on}向我单位转办的枣庄市民中心政务服务投诉处置单（编号：{number}），经调查核实，符合"
    "《枣庄市民中心政务服务投诉处置办法》第十条{ground}有关规定，特决定不予受理该投诉案件。"
)


def labels(form: FormId) -> list[str]:
    """The form's labels, without the line breaks in them."""
    return ["".join(label.split()) for label in FORMS[form].labels()]


@pytest.mark.article("annex 2")
def test_the_disposition_form_has_the_labels_of_annex_2_in_their_order():
    """处置单 asks for number and limit, complainant and phone, receiver and time, window, staff, content, advice, result."""
    assert labels(FormId.DISPOSITION) == [
        "编号：",
        "办理时限：",
        "投诉人：",
        "联系电话：",
        "接诉人：",
        "时间：",
        "被投诉窗口（单位）：",
        "被投诉工作人员：",
        "投诉内容：",
        "处理建议：",
        "处理结果及回访情况：",
    ]


@pytest.mark.article("annex 2")
def test_the_disposition_form_is_a_stub_and_a_dispatch_copy():
    """One sheet has the stub (存根) and the dispatch copy (发文), in this order, under the title of annex 2."""
    form = FORMS[FormId.DISPOSITION]
    assert (form.title, form.parts) == ("枣庄市民中心政务服务投诉处置单", ("存根", "发文"))


@pytest.mark.article("annex 3")
def test_the_feedback_form_has_the_labels_of_annex_3_in_their_order():
    """反馈单 begins with the unit and its seal and ends with the remarks."""
    assert FORMS[FormId.FEEDBACK].title == "枣庄市民中心政务服务投诉处置反馈单"
    assert labels(FormId.FEEDBACK) == [
        "承办单位（盖章）：",
        "编号：",
        "处理日期：",
        "投诉处置人：",
        "联系电话：",
        "调查处置结果",
        "整改措施",
        "承办单位分管领导（签字）",
        "备注",
    ]


@pytest.mark.article("annex 3")
@pytest.mark.article("18.4")
def test_the_feedback_form_comes_in_three_copies_with_both_notes():
    """一式三份, and notes ① and ② as the regulation words them."""
    form = FORMS[FormId.FEEDBACK]
    assert form.copies == 3
    assert "".join(form.notes) == NOTES


@pytest.mark.article("annex 3")
@pytest.mark.parametrize("field", ["findings", "rectification"])
def test_findings_and_rectification_may_run_on_to_attached_pages(field):
    """Both cells say （可附页）, as in annex 3."""
    (cell,) = [cell for cell in cells(FORMS[FormId.FEEDBACK]) if isinstance(cell, Value) and cell.field == field]
    assert cell.foot == "（可附页）"


@pytest.mark.article("annex 4")
def test_the_extension_form_has_the_labels_of_annex_4_in_their_order():
    """延期申请单 ends with the unit leader's signature, the office leader's opinion and the remarks."""
    assert FORMS[FormId.EXTENSION].title == "枣庄市民中心投诉处理延期申请单"
    assert labels(FormId.EXTENSION) == [
        "申请单位（盖章）：",
        "编号：",
        "申请日期：",
        "经办人：",
        "联系电话：",
        "申请延期时限",
        "申请延期处置原因",
        "申请单位分管领导（签字）",
        "市政管办领导意见",
        "备注",
    ]


@pytest.mark.article("annex 5")
def test_the_unit_refusal_has_the_words_of_annex_5_in_their_order():
    """不予受理通知单 is a letter to the office: what was sent, under which ground it is refused, and by whom."""
    form = FORMS[FormId.UNIT_REFUSAL]
    assert form.title == "枣庄市民中心政务服务投诉不予受理通知单"
    assert [block.template for block in form.body if isinstance(block, Paragraph)] == ["市政管办：", REFUSAL]
    assert labels(FormId.UNIT_REFUSAL) == ["不予受理原因：", "投诉处置人：", "分管领导：", "受送达人：", "送达时间："]
    assert form.body[-1] == Closing(("（章）", "{issued_on}"))


@pytest.mark.article("annex 3")
@pytest.mark.article("annex 4")
@pytest.mark.parametrize(("form", "signatures"), [(FormId.FEEDBACK, 1), (FormId.EXTENSION, 2)])
def test_every_signature_has_a_place_for_its_date(form, signatures):
    """年 月 日 stands under each signature of annexes 3 and 4."""
    dated = [cell.dated for cell in cells(FORMS[form]) if isinstance(cell, Signature)]
    assert len(dated) == signatures
    assert {FORMS[form].field(name).kind for name in dated} == {FieldKind.DATE}


def test_there_is_one_form_for_each_id():
    """No id is without its form, and none has two."""
    assert list(FORMS) == list(FormId)


@EVERY_FORM
def test_every_field_stands_on_the_paper_and_no_other(form):
    """What can be filled in is printed, and what is printed can be filled in."""
    printed = {name for part in form.parts for name in placeholders(part)}
    printed |= {name for block in form.body for name in fields_of(block)}
    assert printed == {field.name for field in form.fields}


@EVERY_FORM
def test_every_table_is_as_wide_as_the_text_and_every_row_fills_it(form):
    """No column is cut off or left over."""
    for block in form.body:
        if isinstance(block, Grid | Listing):
            assert sum(block.columns) == pytest.approx(form.page.text_width)
        if isinstance(block, Grid):
            assert {sum(cell.span for cell in row.cells) for row in block.rows} == {len(block.columns)}
        if isinstance(block, Listing):
            assert len(block.headings) == len(block.columns)


@EVERY_FORM
def test_every_form_names_the_article_that_asks_for_it(form):
    """Articles are those of the regulation's table of requirements."""
    assert form.article in {"7", "10", "14", "16", "18.2", "18.4", "18.5", "20", "21"}


FINGERPRINTS = {
    FormId.DISPOSITION: ("1", "0a7aaf11dd48"),
    FormId.FEEDBACK: ("3", "a17304cbbe91"),
    FormId.EXTENSION: ("2", "6cb85c6299fe"),
    FormId.UNIT_REFUSAL: ("1", "9b60d672516d"),
    FormId.RECEIPT: ("2", "fccf5f770a68"),
    FormId.WRITTEN_STATEMENT: ("2", "aa06603054f8"),
    FormId.ACCEPTANCE_NOTICE: ("1", "8bec57c1517a"),
    FormId.REFUSAL_NOTICE: ("1", "64be9888764b"),
    FormId.REDIRECT_NOTICE: ("1", "f71c8574cc0a"),
    FormId.FOLLOW_UP_RECORD: ("2", "7770a5e07f2a"),
    FormId.RESULT_NOTICE: ("1", "5850953536ae"),
    FormId.BOX_RECORD: ("3", "598608049172"),
    FormId.CALL_LIST: ("4", "b1092ef5e0a2"),
    FormId.MONTHLY_REPORT: ("5", "99ac5c1ce611"),
}
"""What each version of a form is; an entry changes together with the version, never alone."""


@EVERY_FORM
def test_a_changed_form_has_a_new_version(form):
    """A document says which version of the form it was made by: change a form, raise its version, then note both here."""
    assert (form.template_version, sha256(repr(form).encode()).hexdigest()[:12]) == FINGERPRINTS[form.id]


def test_a_field_that_is_not_there_is_an_error():
    """A typing mistake in a renderer or a page doesn't pass as a blank."""
    with pytest.raises(KeyError, match="no field nothing"):
        FORMS[FormId.RECEIPT].field("nothing")


def cells(form: Form) -> list[Label | Value | Signature]:
    """Every cell of every grid, in order."""
    return [cell for block in form.body if isinstance(block, Grid) for row in block.rows for cell in row.cells]


def fields_of(block: Block) -> list[str]:
    """The fields a block shows."""
    match block:
        case Grid(rows=rows):
            found = [cell for row in rows for cell in row.cells if not isinstance(cell, Label)]
            return [name for cell in found for name in named_by(cell)]
        case SealLine(field=field) | Ruled(field=field) | Listing(field=field):
            return [field]
        case Paragraph(template=template):
            return placeholders(template)
        case Closing(lines=lines):
            return [name for line in lines for name in placeholders(line)]
        case _:
            return []


def named_by(cell: Value | Signature) -> list[str]:
    """The fields a cell shows."""
    return [cell.field, cell.dated] if isinstance(cell, Signature) else [cell.field]


def placeholders(template: str) -> list[str]:
    """The fields a template names."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]
