"""DOCX: the same paper as the PDF, for an office that edits, in Word and WPS; the same bytes for the same document."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from services.forms.domain.composition import compose
from services.forms.domain.definition import Form
from services.forms.domain.values import FormValues, Issue
from services.forms.ports import Rendered

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every member of the package: a DOCX is a ZIP, and its bytes must not tell when they were packed."""


class DocxRenderer:
    """Draws forms as DOCX. No glyph is ever missing: what the reader's computer lacks, it substitutes itself."""

    media_type = MEDIA_TYPE

    def render(self, form: Form, values: FormValues, issue: Issue, *, copies: int | None = None) -> Rendered:
        """See ``Renderer``."""
        from services.forms.renderers.word import draw  # noqa: PLC0415 - 15 MB that only a process that renders should pay

        paper = compose(form, values, issue, copies=copies)
        return Rendered(_repacked(draw(paper)), self.media_type)


def _repacked(package: bytes) -> bytes:
    target = BytesIO()
    with ZipFile(BytesIO(package)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, _LONG_AGO), old.read(name), ZIP_DEFLATED)
    return target.getvalue()
