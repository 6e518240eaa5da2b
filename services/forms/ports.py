"""What the forms service needs of the world, and fakes that stand in for it in tests.

A renderer turns a form with its values into the bytes of a document. Real ones are in ``services.forms.renderers``; only
``bootstrap`` knows which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from services.forms.domain.composition import compose
from services.forms.domain.definition import Form, FormId
from services.forms.domain.values import FormValues, Issue


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document's bytes. ``missing_glyphs`` are the characters no font had; 〓 stands on the paper for each of them."""

    content: bytes
    media_type: str
    missing_glyphs: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The document's fingerprint, in lower-case hexadecimal."""
        return sha256(self.content).hexdigest()


class Renderer(Protocol):
    """Draws a form. Blocking, and safe to call from several threads: call it in a worker thread."""

    @property
    def media_type(self) -> str:
        """The media type of what it makes (RFC 6838)."""
        ...

    def render(self, form: Form, values: FormValues, issue: Issue, *, copies: int | None = None) -> Rendered:
        """Draw the form: the same bytes for the same arguments, fonts and versions.

        ``copies`` is how many are drawn one after the other; None means as many as the regulation asks for.
        Raises WrongValues where the values aren't this form's.
        """
        ...


@dataclass(slots=True)
class FakeRenderer:
    """Draws plain text: everything the paper says, a line each. Remembers what it was asked to draw."""

    media_type: str = "text/plain"
    drawn: list[FormId] = field(default_factory=list)

    def render(self, form: Form, values: FormValues, issue: Issue, *, copies: int | None = None) -> Rendered:
        """Draw the form as text."""
        paper = compose(form, values, issue, copies=copies)
        self.drawn.append(form.id)
        return Rendered("\n".join(paper.words()).encode(), self.media_type)
