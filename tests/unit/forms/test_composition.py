"""A form and its values make one paper, from which every renderer draws."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.domain.composition import SEE_ATTACHED, Box, Lines, Paper, Table, Text, compose
from services.forms.domain.definition import FormId
from services.forms.domain.printable import visible
from services.forms.domain.values import FormValues, WrongValues
from services.forms.templates import FORMS
from tests.parts.forms import ISSUE, values_for

EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)


def paper(form: FormId, **texts: str) -> Paper:
    """A sample of the form, with these fields changed."""
    return compose(FORMS[form], values_for(form, **texts), ISSUE)


def boxes(drawn: Paper) -> list[Box]:
    """Every cell of every grid, in order."""
    return [cell for block in drawn.body if isinstance(block, Table) for row in block.rows for cell in row.cells]


@EVERY_FORM
def test_every_word_filled_in_stands_on_the_paper(form):
    """Nothing that was filled in is left out, whatever the form."""
    values = values_for(form.id)
    said = "\n".join(compose(form, values, ISSUE).words())
    cells = [cell for rows in values.tables.values() for row in rows for cell in row]
    for text in [*values.texts.values(), *cells]:
        assert all(line in said for line in text.split("\n"))


@pytest.mark.article("annex 3")
def test_a_text_that_does_not_fit_is_given_whole_on_an_attached_page():
    """The cell shows its beginning and says where the rest is; the attached page has all of it."""
    findings = "经查，情况属实。" * 200
    drawn = paper(FormId.FEEDBACK, findings=findings)
    (cell,) = [box for box in boxes(drawn) if box.text.endswith(SEE_ATTACHED)]
    assert findings.startswith(cell.text.removesuffix(SEE_ATTACHED))
    assert [(page.title, page.text) for page in drawn.attachments] == [("调查处置结果", findings)]


@pytest.mark.article("annex 5")
@given(st.text(alphabet="枣a \n", max_size=3000))
def test_a_refusal_keeps_to_its_sheet(reason):
    """The ground's reason may take twice the lines of the form; what is longer is given whole on an attached page."""
    drawn = paper(FormId.UNIT_REFUSAL, reason=reason)
    ruled = next(block for block in drawn.body if isinstance(block, Lines) and block.lines > 1)
    assert len(ruled.text) <= 6 * 60
    assert ruled.text.count("\n") < 6
    told = [page.text for page in drawn.attachments]
    assert bool(told) == ruled.text.endswith(SEE_ATTACHED)
    assert all(visible(reason) == text for text in told)


@pytest.mark.parametrize("form", [FormId.DISPOSITION, FormId.RECEIPT])
def test_a_text_that_fits_has_no_attached_page(form):
    """A short complaint is one sheet."""
    assert "投诉内容" not in {page.title for page in paper(form, content="窗口无人。").attachments}


@given(st.text(alphabet="枣a \n", max_size=3000))
def test_a_cell_never_holds_more_than_there_is_room_for(content):
    """However long a complaint is, stub and dispatch copy stay on one sheet (annex 2)."""
    (cell,) = [box for box in boxes(paper(FormId.DISPOSITION, content=content)) if box.top][:1]
    assert len(cell.text) <= 5 * 60
    assert cell.text.count("\n") < 5


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("", True),
        ("窗口无人。", True),
        ("W" * 30, True),
        ("字" * 60, True),
        ("字" * 100, False),
        ("W" * 200, False),
        ("1\n2\n3\n4\n5", True),
    ],
)
def test_a_row_has_a_fixed_height_only_where_its_words_are_sure_to_fit(text, fixed):
    """Anything doubtful is left to grow: no word is ever printed over another."""
    (grid,) = paper(FormId.DISPOSITION, content=text).body
    assert isinstance(grid, Table)
    assert grid.rows[5].fixed is fixed


@EVERY_FORM
def test_blank_fields_leave_their_labels(form):
    """An empty form can be printed and filled in by hand."""
    said = list(compose(form, FormValues(form=form.id), ISSUE).words())
    for label in form.labels():
        assert label in said


@pytest.mark.article("annex 3")
def test_a_blank_date_shows_where_to_write_it():
    """年 月 日, with room before each."""
    blank = compose(FORMS[FormId.FEEDBACK], FormValues(form=FormId.FEEDBACK), ISSUE)
    assert [box.date for box in boxes(blank) if box.date] == ["　　年　　月　　日"]


@pytest.mark.article("annex 5")
def test_a_blank_in_running_text_is_underlined():
    """The gaps of annex 5 can be written into."""
    blank = compose(FORMS[FormId.UNIT_REFUSAL], FormValues(form=FormId.UNIT_REFUSAL), ISSUE)
    sentence = blank.body[1]
    assert isinstance(sentence, Text)
    assert [run.text for run in sentence.runs if run.underlined] == ["　　年　　月　　日", "　" * 6, "　" * 6]


def test_paragraphs_of_what_is_filled_in_are_paragraphs_of_the_letter():
    """A reason of two paragraphs makes two, both indented."""
    drawn = paper(FormId.REFUSAL_NOTICE, reason="其一。\n其二。")
    texts = [
        "".join(run.text for run in block.runs) for block in drawn.body if isinstance(block, Text) and block.indent
    ]
    assert "不予受理的理由：其一。" in texts
    assert "其二。" in texts


@pytest.mark.parametrize("text", ["{number}", "{0}", "{", "}}", "%s%n", "${7*7}", "{{7*7}}"])
def test_braces_in_a_value_are_only_braces(text):
    """What is filled in is never read as a template."""
    assert any(text in words for words in paper(FormId.REFUSAL_NOTICE, reason=text).words())


@pytest.mark.article("18.4")
def test_each_of_three_copies_says_which_it_is():
    """一式三份　第1份, 第2份, 第3份."""
    assert paper(FormId.FEEDBACK).marks == ("一式三份　第1份", "一式三份　第2份", "一式三份　第3份")


def test_as_many_copies_are_drawn_as_are_asked_for():
    """One copy can be printed again on its own."""
    assert len(compose(FORMS[FormId.FEEDBACK], values_for(FormId.FEEDBACK), ISSUE, copies=1).marks) == 1


def test_a_reprint_says_copy_and_a_preview_says_preview():
    """副本 on a reprint; a paper without a code to verify says that it is none."""
    form, values = FORMS[FormId.RECEIPT], values_for(FormId.RECEIPT)
    assert compose(form, values, replace(ISSUE, copy=True)).marks == ("副本",)
    assert compose(form, values, replace(ISSUE, verification=None)).marks == ("预览稿（未签发，不具效力）",)


def test_the_foot_says_what_document_it_is():
    """Source in the regulation, number, version and time; nothing personal."""
    assert paper(FormId.FEEDBACK).foot == (
        "枣政管办〔2020〕2号 附件3　文书编号 枣诉文〔2026〕417号　第2版　2026年11月23日 12:00制"
    )


def test_values_of_another_form_are_refused():
    """The fault is the caller's, and named."""
    with pytest.raises(WrongValues, match="values of receipt given for feedback"):
        compose(FORMS[FormId.FEEDBACK], values_for(FormId.RECEIPT), ISSUE)


@pytest.mark.parametrize(
    "values",
    [
        FormValues(form=FormId.RECEIPT, texts={"secret": "李淑珍"}),
        FormValues(form=FormId.BOX_RECORD, texts={"rows": "李淑珍"}),
        FormValues(form=FormId.RECEIPT, tables={"content": [("李淑珍",)]}),
    ],
)
def test_values_for_a_field_that_is_not_there_are_refused_by_the_field_s_name_only(values):
    """The message says which field; it never repeats what was in it."""
    with pytest.raises(WrongValues, match="no such field") as fault:
        compose(FORMS[values.form], values, ISSUE)
    assert "李淑珍" not in str(fault.value)


def test_values_survive_being_stored():
    """JSON and back: an issued document's values never change."""
    values = values_for(FormId.CALL_LIST)
    assert FormValues.model_validate_json(values.model_dump_json()) == values
