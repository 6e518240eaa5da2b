"""What is proven of the words in a PDF: each glyph by the embedded font's own program, their order by the tags."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from services.forms.domain.composition import compose
from services.forms.domain.definition import FormId
from services.forms.renderers.fonts import find_fonts, font_folders
from services.forms.renderers.pdf import PdfRenderer
from services.forms.templates import FORMS
from tests.parts.forms import ISSUE, values_for
from tests.parts.pdf_tags import faults, read_aloud

RARE = "堃喆昇镕玥𠮷𬭎"


@pytest.fixture(scope="module")
def pdf() -> PdfRenderer:
    """One renderer for all tests."""
    return PdfRenderer(find_fonts(font_folders()))


@pytest.mark.parametrize("form", FormId)
def test_every_glyph_is_the_fonts_own_and_the_tags_tell_every_word_in_order(pdf: PdfRenderer, form: FormId) -> None:
    """With a rare name in its last field: what a screen reader says is what was composed, furniture of the pages passed over."""
    last = [field.name for field in FORMS[form].fields if field.kind.value in {"line", "text"}][-1]
    values = values_for(form, **{last: RARE})
    drawn = pdf.render(FORMS[form], values, ISSUE, copies=1).content
    assert faults(drawn) == []
    told = "".join(read_aloud(drawn).replace("\u200b", "").split())
    assert told == "".join("".join(compose(FORMS[form], values, ISSUE, copies=1).words()).split())
    assert RARE in told


def _first(pdf: pikepdf.Pdf, key: str, value: str) -> Any:
    """The first object of that kind."""
    return next(
        thing
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get(key) == pikepdf.Name(value)
    )


def _wrong_width(pdf: pikepdf.Pdf) -> None:
    del _first(pdf, "/Subtype", "/CIDFontType0").W


def _no_unicode(pdf: pikepdf.Pdf) -> None:
    del _first(pdf, "/Subtype", "/Type0").ToUnicode


def _silent_figure(pdf: pikepdf.Pdf) -> None:
    del _first(pdf, "/S", "/Figure").Alt


def _own_role(pdf: pikepdf.Pdf) -> None:
    _first(pdf, "/S", "/Table").S = pikepdf.Name("/Tafel")


def _lost_cell(pdf: pikepdf.Pdf) -> None:
    row = _first(pdf, "/S", "/TR")
    row.K = pikepdf.Array(list(row.K)[:-1])


def _untagged(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot


@pytest.mark.parametrize("change", [_wrong_width, _no_unicode, _silent_figure, _own_role, _lost_cell, _untagged])
def test_the_reader_finds_what_is_wrong(pdf: PdfRenderer, change: Callable[[pikepdf.Pdf], None]) -> None:
    """Each fault that is put into a good file is found: the test above can fail."""
    target = BytesIO()
    with pikepdf.open(
        BytesIO(pdf.render(FORMS[FormId.EXTENSION], values_for(FormId.EXTENSION), ISSUE).content)
    ) as file:
        change(file)
        file.save(target)
    assert faults(target.getvalue()) != []
