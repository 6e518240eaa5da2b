"""What is filled in on a form, and the marks of the document that is made of it.

Law of this file: values are the words that will be printed, already in the form people read; nothing here is looked up
or worked out. It must not know where they came from.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.forms.domain.definition import FieldKind, Form, FormId, Listing


class WrongValues(ValueError):
    """The caller is at fault: these values do not belong to this form. The message names fields, never their content."""


class FormValues(BaseModel):
    """The words for one form, by field. A field not named here is blank, to be filled in by hand."""

    model_config = ConfigDict(frozen=True)

    form: FormId
    texts: dict[str, str] = Field(default_factory=dict)
    tables: dict[str, list[tuple[str, ...]]] = Field(default_factory=dict)

    def text(self, name: str) -> str:
        """The words of a field, "" where it is blank."""
        return self.texts.get(name, "")

    def check(self, form: Form) -> None:
        """Raise WrongValues unless every field named here is the form's and of its kind, and every row fills its columns."""
        if self.form != form.id:
            raise WrongValues(f"values of {self.form} given for {form.id}")
        rows = {field.name for field in form.fields if field.kind is FieldKind.ROWS}
        words = {field.name for field in form.fields} - rows
        strangers = sorted((self.texts.keys() - words) | (self.tables.keys() - rows))
        if strangers:
            raise WrongValues(f"{form.id} has no such field: {', '.join(strangers)}")
        widths = {block.field: len(block.headings) for block in form.body if isinstance(block, Listing)}
        for name, listed in self.tables.items():
            for place, row in enumerate(listed, 1):
                if len(row) != widths[name]:
                    raise WrongValues(f"{name}: row {place} has {len(row)} cells instead of {widths[name]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How anybody checks that a paper is genuine: the code printed on it, and the address in its QR code."""

    code: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The marks of one document: its number, version, when and by whom it was made.

    Without ``verification`` it is a preview, and the paper says so. ``copy`` says that this is a reprint. ``seal`` is a
    picture of the seal (PNG), put where the form has its place; an editable DOCX never bears one.
    """

    issued_at: AwareDatetime
    issued_by: str
    number: str = ""
    version: int = 1
    verification: Verification | None = None
    copy: bool = False
    seal: bytes | None = None
