"""Every renderer keeps the same contract, and PDF and DOCX say the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pypdfium2
import pytest
from docx import Document
from docx.document import Document as DocumentType
from docx.table import Table
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.forms.domain.composition import compose
from services.forms.domain.definition import FormId
from services.forms.domain.values import FormValues, Issue, Verification, WrongValues
from services.forms.ports import Renderer
from services.forms.renderers.docx import DocxRenderer
from services.forms.renderers.fonts import FontSet, find_fonts, font_folders
from services.forms.renderers.pdf import PdfRenderer
from services.forms.templates import FORMS
from tests.parts.forms import ISSUE, NOON, values_for

EVERY_FORM = pytest.mark.parametrize("form", FormId)
HOSTILE = [
    "#panic()",
    '#read("/etc/passwd")',
    "$x$ *bold* _it_ `raw` \\ <label> @ref",
    "{{7*7}}",
    "${7*7}",
    "{% for x in y %}",
    "{{ cycler.__init__.__globals__ }}",
    "<b>粗</b><script>alert(1)</script>",
    "<img src=/etc/passwd><link rel=attachment href=file:///etc/passwd>",
    "=cmd|'/C calc'!A0",
    "'; DROP TABLE cases; --",
    '%00 %s%n \\u0000 &amp; ]]> "quoted"',
    "{number}",
]
"""Markup of typst, templates, HTML, a spreadsheet, SQL, C and XML."""


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    """The fonts of this machine."""
    return find_fonts(font_folders())


@pytest.fixture(scope="module")
def pdf(fonts: FontSet) -> PdfRenderer:
    """One renderer for all tests: compilers are kept."""
    return PdfRenderer(fonts)


@pytest.fixture(scope="module")
def docx() -> DocxRenderer:
    """The same paper for Word and WPS."""
    return DocxRenderer()


@pytest.fixture(params=["pdf", "docx"])
def renderer(request: pytest.FixtureRequest, pdf: PdfRenderer, docx: DocxRenderer) -> Renderer:
    """Each renderer in turn."""
    renderers: dict[str, Renderer] = {"pdf": pdf, "docx": docx}
    return renderers[request.param]


def text_of(content: bytes, media_type: str) -> str:
    """Everything a document says, blanks and line ends left out, because where lines break is the paper's business."""
    match media_type:
        case "application/pdf":
            text = pdf_text(content)
        case _:
            text = docx_text(content)
    return re.sub(r"[\s\u200b]", "", text)


def pdf_text(content: bytes) -> str:
    """The pages' text without their head and foot lines."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
    furniture = re.compile(r"^(枣政管办〔2020〕2 ?号.*|第 ?\d+ ?页.*|一式三份.*|副本|预览稿.*)\r?$", re.MULTILINE)
    return "\n".join(furniture.sub("", page) for page in pages)


def docx_text(content: bytes) -> str:
    """Paragraphs and cells in the order they stand in."""
    return "\n".join(_paragraphs(Document(BytesIO(content))))


def _paragraphs(document: DocumentType) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from _cells(block)


def _cells(table: Table) -> Iterator[str]:
    for row in table.rows:
        seen: set[Any] = set()
        for cell in row.cells:
            if cell._tc not in seen:
                yield cell.text
            seen.add(cell._tc)


@EVERY_FORM
def test_a_document_says_all_its_words_in_order(renderer, form):
    """Field by field, label by label, copy by copy: what was composed is what can be read back."""
    values = values_for(form)
    rendered = renderer.render(FORMS[form], values, ISSUE)
    expected = "".join(compose(FORMS[form], values, ISSUE).words())
    assert text_of(rendered.content, rendered.media_type) == re.sub(r"\s", "", expected)
    assert rendered.missing_glyphs == ()


@EVERY_FORM
def test_pdf_and_docx_say_the_same(pdf, docx, form):
    """The golden test: one definition, two outputs, no word of difference."""
    values = values_for(form)
    printed, edited = (each.render(FORMS[form], values, ISSUE) for each in (pdf, docx))
    assert text_of(printed.content, printed.media_type) == text_of(edited.content, edited.media_type)


@EVERY_FORM
def test_an_empty_form_can_be_printed(renderer, form):
    """All of its labels are there to be filled in by hand."""
    rendered = renderer.render(FORMS[form], FormValues(form=form), ISSUE)
    said = text_of(rendered.content, rendered.media_type)
    for label in FORMS[form].labels():
        assert "".join(label.split()) in said


@EVERY_FORM
def test_the_same_document_has_the_same_bytes(renderer, form):
    """So its SHA-256 is a fact about the document, not about the moment it was drawn."""
    first, second = (renderer.render(FORMS[form], values_for(form), ISSUE) for _ in range(2))
    assert first.content == second.content
    assert re.fullmatch("[0-9a-f]{64}", first.sha256)


def test_another_renderer_object_makes_the_same_bytes(fonts):
    """Nor about the process that drew it."""
    one, two = (
        PdfRenderer(fonts).render(FORMS[FormId.RECEIPT], values_for(FormId.RECEIPT), ISSUE).sha256 for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_text_is_printed_literally(renderer, text):
    """Text in a complaint stays text: nothing in it is evaluated, read, or left out (ASVS 1.3.7)."""
    values = values_for(FormId.RECEIPT, content=text, complainant=text)
    rendered = renderer.render(FORMS[FormId.RECEIPT], values, ISSUE)
    assert text_of(rendered.content, rendered.media_type).count("".join(text.split())) == 2


@EVERY_FORM
def test_rare_characters_of_names_are_printed_and_can_be_read_back(pdf, docx, form):
    """In every form, wherever a name can stand: no glyph missing, and the text in the file is the text."""
    name = "堃喆昇镕玥珺昉晞旸犇濛𠮷𬭎䶮㛃·娜"
    names = {field.name: name for field in FORMS[form].fields if field.kind.value in {"line", "text"}}
    values = FormValues(form=form, texts=names)
    for renderer in (pdf, docx):
        rendered = renderer.render(FORMS[form], values, ISSUE)
        assert rendered.missing_glyphs == ()
        assert text_of(rendered.content, rendered.media_type).count(name) >= len(names)


def test_a_rare_character_is_drawn_with_a_glyph_of_its_own(pdf):
    """Read back as a picture: 𠮷 and 吉 differ on paper, and neither is the box of a missing glyph."""
    pictures = {
        name: pdf.preview_png(FORMS[FormId.ACCEPTANCE_NOTICE], a_notice_to(name), ISSUE)[0] for name in "𠮷吉〓□"
    }
    assert len(set(pictures.values())) == 4


def a_notice_to(name: str) -> FormValues:
    """A letter that differs in one name only."""
    return FormValues(form=FormId.ACCEPTANCE_NOTICE, texts={"complainant": name})


def test_what_no_font_has_is_marked_and_reported(pdf):
    """〓 stands on the paper, and the caller is told which characters it stands for: nothing is dropped silently."""
    values = values_for(FormId.RECEIPT, content="投诉\U0003134a人\ue000。")
    rendered = pdf.render(FORMS[FormId.RECEIPT], values, ISSUE)
    assert rendered.missing_glyphs == ("\ue000", "\U0003134a")
    assert "投诉〓人〓。" in text_of(rendered.content, rendered.media_type)


@settings(max_examples=40, deadline=None)
@given(content=st.text(max_size=120))
def test_any_text_at_all_can_be_printed(pdf, docx, content):
    """No text makes a document fail: PDF/A forbids a missing glyph, XML forbids controls; both are seen to before."""
    values = values_for(FormId.DISPOSITION, content=content)
    for renderer in (pdf, docx):
        assert renderer.render(FORMS[FormId.DISPOSITION], values, ISSUE).content


@pytest.mark.article("annex 3")
def test_a_long_text_flows_to_attached_pages(renderer):
    """（可附页）: the whole text is there, each of the three copies has its own."""
    findings = "\n".join(f"第{number}段：经查，情况属实。" + "窗口人员态度生硬，" * 12 for number in range(40))
    rendered = renderer.render(FORMS[FormId.FEEDBACK], values_for(FormId.FEEDBACK, findings=findings), ISSUE)
    said = text_of(rendered.content, rendered.media_type)
    assert said.count("".join(findings.split())) == 3
    assert said.count("（全文见附页）") == 3


@pytest.mark.article("annex 2")
@pytest.mark.parametrize("content", ["短", "很长的投诉内容，" * 900, "a" * 3000, "行\n" * 400])
def test_stub_and_dispatch_copy_always_stand_on_the_first_sheet(pdf, content):
    """However long the complaint, the sheet can be cut in two."""
    long = dict.fromkeys(("window", "staff", "complainant", "receiver", "limit"), "很长的名称" * 20)
    values = values_for(FormId.DISPOSITION, content=content, **long)
    document = pypdfium2.PdfDocument(pdf.render(FORMS[FormId.DISPOSITION], values, ISSUE).content)
    sheet = re.sub(r"\s", "", document[0].get_textpage().get_text_range())
    assert sheet.count("处理结果及回访情况：") == 2
    assert sheet.index("（存根）") < sheet.index("裁切线") < sheet.index("（发文）")


@pytest.mark.article("annex 5")
@pytest.mark.parametrize("reason", ["很长的理由，" * 300, "a" * 3000, "行\n" * 300])
def test_the_place_of_the_seal_is_on_the_sheet_that_says_why(pdf, reason):
    """However long the unit's reason, its signatures and （章） stand under it on the first page."""
    values = values_for(FormId.UNIT_REFUSAL, reason=reason)
    document = pypdfium2.PdfDocument(pdf.render(FORMS[FormId.UNIT_REFUSAL], values, ISSUE).content)
    sheet = re.sub(r"\s", "", document[0].get_textpage().get_text_range())
    assert sheet.index("不予受理原因：") < sheet.index("全文见附页") < sheet.index("送达时间：") < sheet.index("（章）")


@pytest.mark.parametrize("form", [FormId.FEEDBACK, FormId.EXTENSION, FormId.UNIT_REFUSAL, FormId.RECEIPT])
def test_an_ordinary_form_is_one_page_a_copy(pdf, form):
    """A form that fits its sheet takes no second one."""
    content = pdf.render(FORMS[form], values_for(form), ISSUE).content
    assert len(pypdfium2.PdfDocument(content)) == FORMS[form].copies


def test_each_copy_counts_its_own_pages(pdf):
    """Page 1 of 2, page 2 of 2, and again for each copy: a sheet that is lost is missed."""
    values = values_for(FormId.FEEDBACK, findings="经查，情况属实。" * 150)
    document = pypdfium2.PdfDocument(pdf.render(FORMS[FormId.FEEDBACK], values, ISSUE).content)
    feet = [re.search(r"第 ?(\d) ?页\s*共 ?(\d) ?页", page.get_textpage().get_text_range()) for page in document]
    assert [foot and foot.groups() for foot in feet] == [("1", "2"), ("2", "2")] * 3


@EVERY_FORM
def test_the_pdf_says_that_it_is_pdf_a_2b_and_is_tagged(pdf, form):
    """ISO 19005-2, level B, in its metadata; tags, title and language for those who listen (and every font embedded)."""
    content = pdf.render(FORMS[form], values_for(form), ISSUE).content
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content
    assert pypdfium2.PdfDocument(content).is_tagged()
    assert FORMS[form].title in pypdfium2.PdfDocument(content).get_metadata_value("Title")
    assert b"/Lang" in content


def test_the_qr_code_leads_to_where_the_document_is_verified(pdf):
    """Read from the printed page by an independent reader, for many codes."""
    import cv2
    import numpy as np

    for number in range(5):
        url = f"https://shouli.example/verify/7K3M9QX{number:03d}"
        issue = Issue(issued_at=NOON, issued_by="x", verification=Verification(code=f"{number}", url=url))
        page = pdf.preview_png(FORMS[FormId.RECEIPT], values_for(FormId.RECEIPT), issue, pixels_per_inch=200)[0]
        picture = Image.open(BytesIO(page)).convert("L")
        corner = picture.crop((picture.width // 2, 0, picture.width, picture.height // 4))
        assert cv2.QRCodeDetector().detectAndDecode(np.asarray(corner))[0] == url


def test_a_preview_has_no_code_and_says_what_it_is(pdf):
    """Without verification there is nothing to verify: no code, and the words 预览稿 on the page."""
    preview = Issue(issued_at=NOON, issued_by="王立新")
    content = pdf.render(FORMS[FormId.FEEDBACK], values_for(FormId.FEEDBACK), preview).content
    said = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()
    assert "预览稿（未签发，不具效力）" in said
    assert "核验码" not in said


def test_a_reprint_says_copy(pdf, docx):
    """副本 stands on every page of it, in both outputs."""
    form, values = FORMS[FormId.RECEIPT], values_for(FormId.RECEIPT)
    pages = pypdfium2.PdfDocument(pdf.render(form, values, replace(ISSUE, copy=True)).content)
    assert all("副本" in page.get_textpage().get_text_range() for page in pages)
    edited = Document(BytesIO(docx.render(form, values, replace(ISSUE, copy=True)).content))
    assert edited.sections[0].header.paragraphs[0].text == "副本"


@pytest.mark.parametrize("form", [FormId.FEEDBACK, FormId.EXTENSION, FormId.UNIT_REFUSAL, FormId.REFUSAL_NOTICE])
def test_a_seal_stands_where_the_form_has_its_place_and_covers_no_word(pdf, docx, form):
    """A picture of 42 mm over the unit's name or the date; the text stays; an editable document never bears a seal."""
    picture = BytesIO()
    Image.new("RGBA", (60, 60), (200, 16, 46, 120)).save(picture, "PNG")
    sealed = replace(ISSUE, seal=picture.getvalue())
    values = values_for(form)
    plain, stamped = (pdf.render(FORMS[form], values, issue, copies=1).content for issue in (ISSUE, sealed))
    (image,) = pypdfium2.PdfDocument(stamped)[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    left, _, right, _ = image.get_bounds()
    assert right - left == pytest.approx(42 * 72 / 25.4, abs=1)
    assert pdf_text(stamped) == pdf_text(plain)
    assert docx.render(FORMS[form], values, sealed).content == docx.render(FORMS[form], values, ISSUE).content


@pytest.mark.parametrize("letter", ["ж", "א", "e\u0301"])
def test_a_text_without_a_blank_flows_to_attached_pages_and_leaves_none(pdf, letter):
    """Thousands of letters of whatever script, no blank among them: all within the page, none lost at its edge."""
    values = values_for(FormId.FEEDBACK, findings=letter * 4000)
    document = pypdfium2.PdfDocument(pdf.render(FORMS[FormId.FEEDBACK], values, ISSUE, copies=1).content)
    attached = [page.get_textpage() for page in document][1:]
    edges = [text.get_charbox(place)[2] for text in attached for place in range(0, text.count_chars(), 7)]
    assert max(edges) <= (210 - 25 + 3) * 72 / 25.4
    assert sum(text.get_text_range().count(letter[0]) for text in attached) >= 4000


def test_values_of_another_form_are_refused(renderer):
    """The fault is the caller's; nothing is drawn."""
    with pytest.raises(WrongValues):
        renderer.render(FORMS[FormId.FEEDBACK], values_for(FormId.RECEIPT), ISSUE)


def test_as_many_copies_as_are_asked_for(renderer):
    """One of the three can be printed again."""
    rendered = renderer.render(FORMS[FormId.FEEDBACK], values_for(FormId.FEEDBACK), ISSUE, copies=1)
    assert text_of(rendered.content, rendered.media_type).count(FORMS[FormId.FEEDBACK].title) == 1


def test_a_renderer_serves_several_threads(renderer):
    """The same bytes, whoever else is drawing: a pool of worker threads may share one renderer."""
    forms = [FormId.RECEIPT, FormId.DISPOSITION, FormId.FEEDBACK, FormId.EXTENSION] * 4
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda form: renderer.render(FORMS[form], values_for(form), ISSUE).sha256, forms))
    assert len(set(drawn)) == 4
    assert drawn[:4] * 4 == drawn


def test_the_docx_is_written_in_the_official_faces(docx):
    """仿宋, 黑体, 楷体, 方正小标宋简体 by name: the clerks' computers have them (GB/T 9704)."""
    content = docx.render(FORMS[FormId.FEEDBACK], values_for(FormId.FEEDBACK), ISSUE).content
    with ZipFile(BytesIO(content)) as package:
        faces = set(
            re.findall(
                r'w:eastAsia="([^"]+)"', (package.read("word/document.xml") + package.read("word/styles.xml")).decode()
            )
        )
    assert {"仿宋", "黑体", "楷体", "方正小标宋简体"} <= faces


@EVERY_FORM
def test_every_part_of_the_docx_is_well_formed_and_tells_no_time_of_packing(docx, form):
    """XML 1.0 throughout, and every member dated the same."""
    values = values_for(form, **{field.name: "\x00\x08\ufffe\ud800]]>" for field in FORMS[form].fields[:1]})
    with ZipFile(BytesIO(docx.render(FORMS[form], values, ISSUE).content)) as package:
        for member in package.infolist():
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            if member.filename.endswith((".xml", ".rels")):
                ET.fromstring(package.read(member))


def test_what_cannot_be_printed_is_written_out_in_both(pdf, docx):
    """[U+202E] for a direction override, [U+0000] for a NUL: seen, the same in both, and nothing is reordered."""
    values = values_for(FormId.RECEIPT, content="甲\u202e乙\x00丙")
    for renderer in (pdf, docx):
        rendered = renderer.render(FORMS[FormId.RECEIPT], values, ISSUE)
        assert "甲[U+202E]乙[U+0000]丙" in text_of(rendered.content, rendered.media_type)


def test_a_long_word_does_not_leave_its_cell(pdf):
    """An address of three hundred letters is broken; the page's text area holds all of it."""
    values = values_for(FormId.RECEIPT, content="https://example.com/" + "a" * 300)
    page = pypdfium2.PdfDocument(pdf.render(FORMS[FormId.RECEIPT], values, ISSUE).content)[0]
    text = page.get_textpage()
    right = max(text.get_charbox(place)[2] for place in range(text.count_chars()))
    assert right <= (210 - 25 + 8) * 72 / 25.4
