"""What is proven of PDF/A-2b: structure by an independent reader, drawn, sealed and signed."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from services.forms.domain.definition import FormId
from services.forms.renderers.fonts import find_fonts, font_folders
from services.forms.renderers.pdf import PdfRenderer
from services.forms.renderers.signature import PdfSigner, make_signing_key
from services.forms.templates import FORMS
from tests.parts.forms import ISSUE, NOON, values_for
from tests.parts.pdf_a import faults

RARE = "堃喆昇镕玥𠮷𬭎"


@pytest.fixture(scope="module")
def pdf() -> PdfRenderer:
    """One renderer for all tests."""
    return PdfRenderer(find_fonts(font_folders()))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> PdfSigner:
    """The centre's key, made for these tests."""
    path = tmp_path_factory.mktemp("key") / "own.pem"
    make_signing_key(path, holder="枣庄市民中心", now=NOON)
    return PdfSigner(path)


def _seal() -> bytes:
    picture = BytesIO()
    Image.new("RGBA", (60, 60), (200, 16, 46, 120)).save(picture, "PNG")
    return picture.getvalue()


@pytest.mark.parametrize("form", FormId)
def test_every_form_keeps_the_structure_of_pdf_a_2b(pdf: PdfRenderer, signer: PdfSigner, form: FormId) -> None:
    """As it is drawn and with the centre's signature appended; with rare characters and a seal that is half transparent."""
    rare = {field.name: RARE for field in FORMS[form].fields if field.kind.value in {"line", "text"}}
    for values, issue in (
        (values_for(form), ISSUE),
        (values_for(form, **rare), replace(ISSUE, seal=_seal(), copy=True)),
    ):
        drawn = pdf.render(FORMS[form], values, issue).content
        assert faults(drawn) == []
        assert faults(signer.sign(drawn)) == []


def test_the_file_says_when_it_was_issued(pdf: PdfRenderer) -> None:
    """Noon in Zaozhuang is four o'clock in UTC, in the document information and in the metadata alike."""
    drawn = pdf.render(FORMS[FormId.FEEDBACK], values_for(FormId.FEEDBACK), ISSUE).content
    with pikepdf.open(BytesIO(drawn)) as file, file.open_metadata() as told:
        assert str(file.docinfo["/CreationDate"]) == "D:20261123040000Z"
        assert told["xmp:CreateDate"] == "2026-11-23T04:00:00+00:00"


def _changed(content: bytes, change: str) -> bytes:
    """The file with one fault put into it."""
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        match change:
            case "intent":
                del pdf.Root.OutputIntents
            case "action":
                pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            case "font":
                face = pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                )
                pdf.pages[0].add_resource(pdf.make_indirect(face), pikepdf.Name.Font)
            case "claim":
                del pdf.Root.Metadata
            case "file":
                pdf.attachments["x.txt"] = b"x"
        pdf.save(target, encryption=pikepdf.Encryption(owner="o", user="") if change == "locked" else None)
    return target.getvalue()


@pytest.mark.parametrize("change", ["intent", "action", "font", "claim", "file", "locked"])
def test_the_reader_finds_what_is_wrong(pdf: PdfRenderer, change: str) -> None:
    """Each fault that is put into a good file is found: the test above can fail."""
    good = pdf.render(FORMS[FormId.EXTENSION], values_for(FormId.EXTENSION), ISSUE).content
    assert faults(_changed(good, change)) != []
