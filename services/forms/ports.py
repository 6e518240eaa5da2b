"""What the forms service needs of the world.

A renderer turns a form with its values into the bytes of a document. Real ones are in ``services.forms.renderers``; only
``bootstrap`` knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from services.forms.domain.binder import Attachment, BinderContents
from services.forms.domain.definition import Form, Page
from services.forms.domain.values import FormValues, Issue


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document's bytes. ``missing_glyphs`` are the characters no font had; 〓 stands on the paper for each of them."""

    content: bytes
    media_type: str
    missing_glyphs: tuple[str, ...] = ()
    pages: int | None = None
    """How many pages it has; None where only the program that opens it can tell (DOCX)."""

    @property
    def sha256(self) -> str:
        """The document's fingerprint, in lower-case hexadecimal."""
        return sha256(self.content).hexdigest()


class PressNotReady(RuntimeError):
    """The installation is at fault, and no document: nothing can be drawn here until somebody mends what the message names."""


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


class PdfDrawer(Renderer, Protocol):
    """A renderer whose pages can also be looked at while the form is filled in, and copied once it is issued."""

    def preview_png(self, form: Form, values: FormValues, issue: Issue) -> list[bytes]:
        """The pages of one copy as PNG. Blocking. Raises WrongValues."""
        ...

    def marked_copy(self, content: bytes, page: Page) -> bytes:
        """An issued PDF with 副本 on each page, appended: it begins with the very bytes of ``content``. Blocking."""
        ...


class Signer(Protocol):
    """Signs PDF documents with the centre's key."""

    def sign(self, content: bytes) -> bytes:
        """The document with a signature appended: it begins with the very bytes of ``content``. Blocking, thread-safe."""
        ...


@dataclass(frozen=True, slots=True)
class BoundForm:
    """A form as it is bound in: its line in the contents, its PDF (None where it can't be drawn), the hash of the issued one.

    ``copies`` is how often the PDF holds the form, one after the other; the first of them is bound in.
    """

    title: str
    content: bytes | None
    sha256: str
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Stack:
    """What is bound after the cover: forms as they are drawn, attachments to be read by hash when their turn comes."""

    forms: Sequence[BoundForm]
    attachments: Sequence[Attachment]
    read: Callable[[str], bytes]
    """Gives an original by its hash; blocking. Raises whatever the object store raises."""


class Bookbinder(Protocol):
    """Puts PDFs together. Blocking: call it in a worker thread."""

    def bind(self, contents: BinderContents, stack: Stack, issue: Issue) -> Rendered:
        """The binder of a case (art. 18.6). What can't be shown as pages stands there as a page with name and hash."""
        ...

    def join(self, forms: Sequence[BoundForm], issue: Issue) -> Rendered:
        """One PDF of several, in order. What couldn't be drawn stands there as a page that says so."""
        ...
