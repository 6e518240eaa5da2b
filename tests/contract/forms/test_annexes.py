"""Annexes 2 to 5, word for word: a form that is not filled in says what the regulation's own form says, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO

import pypdfium2
import pytest
from docx import Document

from services.forms.domain.composition import CODE_CAPTION, CUT_LINE
from services.forms.domain.definition import FormId
from services.forms.domain.values import FormValues
from services.forms.ports import Renderer
from services.forms.renderers.docx import DocxRenderer
from services.forms.renderers.fonts import find_fonts, font_folders
from services.forms.renderers.pdf import PdfRenderer
from services.forms.templates import FORMS
from tests.parts.forms import ISSUE

_DISPOSITION = """
    编号： 办理时限： 投诉人： 联系电话： 接诉人： 时间： 被投诉窗口（单位）： 被投诉工作人员：
    投诉内容： 处理建议： 处理结果及回访情况：
"""
ANNEXES: Mapping[FormId, str] = {
    FormId.DISPOSITION: f"""
        枣庄市民中心政务服务投诉处置单（存根） {_DISPOSITION}
        枣庄市民中心政务服务投诉处置单（发文） {_DISPOSITION}
    """,
    FormId.FEEDBACK: """
        枣庄市民中心政务服务投诉处置反馈单
        承办单位（盖章）： 编号： 处理日期： 投诉处置人： 联系电话： 调查处置结果 （可附页） 整改措施 （可附页）
        承办单位分管领导（签字） 年 月 日 备注
        注：①“调查处置结果”一栏需详细填写调查处理情况，并附相关证明材料。对于不予受理的投诉，经调查确属不予受理的，
        要按规定出具《不予受理通知书》，并将其复印件连同反馈单一并反馈。②“整改措施”一栏，若投诉问题不属实，不用填写。
    """,
    FormId.EXTENSION: """
        枣庄市民中心投诉处理延期申请单
        申请单位（盖章）： 编号： 申请日期： 经办人： 联系电话： 申请延期时限 申请延期处置原因 （可附页）
        申请单位分管领导（签字） 年 月 日 市政管办领导意见 年 月 日 备注
    """,
    FormId.UNIT_REFUSAL: """
        枣庄市民中心政务服务投诉不予受理通知单 市政管办：
        你办于 年 月 日向我单位转办的枣庄市民中心政务服务投诉处置单（编号： ），经调查核实，
        符合《枣庄市民中心政务服务投诉处置办法》第十条 有关规定，特决定不予受理该投诉案件。
        不予受理原因： 投诉处置人： 分管领导： 受送达人： 送达时间： 年 月 日 （章） 年 月 日
    """,
}
"""The text of the annexes, without its blanks and tabs."""
OURS = re.compile(f"{CODE_CAPTION}[0-9A-Z]{{5}}-[0-9A-Z]{{5}}|{CUT_LINE}|一式三份第1份|枣政管办〔2020〕2号附件.*$")
"""What every document of ours says besides: its code, the cut line, which copy it is, its foot."""


@pytest.fixture(scope="module", params=["pdf", "docx"])
def renderer(request: pytest.FixtureRequest) -> Renderer:
    """Each of the two."""
    return DocxRenderer() if request.param == "docx" else PdfRenderer(find_fonts(font_folders()))


@pytest.mark.article("annex 2")
@pytest.mark.article("annex 3")
@pytest.mark.article("annex 4")
@pytest.mark.article("annex 5")
@pytest.mark.parametrize("form", ANNEXES)
def test_a_blank_form_says_what_the_annex_says(renderer: Renderer, form: FormId) -> None:
    """Every label, in its order, with its colon; the notes; the places for seal, signature and date."""
    content = renderer.render(FORMS[form], FormValues(form=form), ISSUE, copies=1).content
    said = _of_docx(content) if isinstance(renderer, DocxRenderer) else _of_pdf(content)
    assert OURS.sub("", _without_blanks(said)) == _without_blanks(ANNEXES[form])


def _of_pdf(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    try:
        return "".join(page.get_textpage().get_text_range() for page in pdf)
    finally:
        pdf.close()


def _of_docx(content: bytes) -> str:
    words = Document(BytesIO(content)).element.body.iter("{*}t")
    return "".join(word.text or "" for word in words)


def _without_blanks(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)
