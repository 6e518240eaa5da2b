"""PDF by typst, in process: PDF/A-2b (ISO 19005-2) with tags, the same bytes for the same document.

The law of the page is ``layout.typ``; what goes onto it arrives there as JSON, so markup in a text stays text. This file
must not know any form.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta, timezone
from io import BytesIO
from pathlib import Path
from threading import local
from typing import Any

from services.forms.domain.composition import ATTACHED_HEAD, CODE_CAPTION, COPY, CUT_LINE, Paper, compose
from services.forms.domain.definition import Form, Page
from services.forms.domain.printable import breakable
from services.forms.domain.values import FormValues, Issue
from services.forms.domain.wording import OFFICE
from services.forms.ports import Rendered
from services.forms.renderers.copies import with_mark
from services.forms.renderers.fonts import FontSet, Role
from services.forms.renderers.qr import qr_svg

LAYOUT = Path(__file__).with_name("layout.typ")
MARK = Path(__file__).with_name("mark.typ")
STANDARD = "a-2b"
_BEIJING_TIME = timezone(timedelta(hours=8))


class PdfRenderer:
    """Draws forms as PDF, on ``workers`` threads of its own, each with a compiler that it keeps.

    A new compiler costs as much as a page, and every thread that ever compiles keeps some 30 MB; so the callers' threads,
    of which there may be many, wait instead of compiling.
    """

    media_type = "application/pdf"

    def __init__(self, fonts: FontSet, *, workers: int = 1) -> None:
        self._fonts = fonts
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="pdf")
        self._worker = local()
        self._marks: dict[Page, bytes] = {}

    def render(self, form: Form, values: FormValues, issue: Issue, *, copies: int | None = None) -> Rendered:
        """See ``Renderer``."""
        paper = compose(form, values, issue, copies=copies)
        data, missing = self._data(paper)
        made = issue.issued_at.astimezone(_BEIJING_TIME).replace(microsecond=0)  # typst refuses parts of a second
        content = self._compile(data, format="pdf", pdf_standards=[STANDARD], timestamp=made)
        return Rendered(content, self.media_type, tuple(sorted(missing)), _pages(content))

    def preview_png(self, form: Form, values: FormValues, issue: Issue, *, pixels_per_inch: int = 120) -> list[bytes]:
        """The pages of one copy as pictures, to be shown beside the fields while they are filled in."""
        data, _ = self._data(compose(form, values, issue, copies=1))
        pages: bytes | list[bytes] = self._compile(data, format="png", ppi=pixels_per_inch)
        return [pages] if isinstance(pages, bytes) else pages

    def marked_copy(self, content: bytes, page: Page) -> bytes:
        """See ``PdfDrawer``."""
        if page not in self._marks:
            setup = {"page": asdict(page), "face": self._fonts.chains[Role.HEAD], "words": COPY}
            self._marks[page] = self._workers.submit(self._mark, json.dumps(setup, ensure_ascii=False)).result()
        return with_mark(content, self._marks[page])

    def _mark(self, setup: str) -> bytes:
        import typst  # noqa: PLC0415 - see below

        compiler: Any = typst.Compiler(input=str(MARK), font_paths=self._fonts.handle)
        mark: bytes = compiler.compile(sys_inputs={"mark": setup}, format="pdf", pdf_standards=[STANDARD])
        return mark

    def _compile(self, data: str, **options: Any) -> Any:
        return self._workers.submit(self._compile_here, data, options).result()

    def _compile_here(self, data: str, options: dict[str, Any]) -> Any:
        if not hasattr(self._worker, "compiler"):
            import typst  # noqa: PLC0415 - 80 ms and 30 MB that only a process that renders should pay

            self._worker.compiler = typst.Compiler(input=str(LAYOUT), font_paths=self._fonts.handle)
        return self._worker.compiler.compile(sys_inputs={"paper": data}, **options)

    def _data(self, paper: Paper) -> tuple[str, set[str]]:
        words, missing = self._fonts.printable(json.dumps(_written(paper), ensure_ascii=False))
        furniture = json.dumps(_furniture(paper, self._fonts), ensure_ascii=False)
        return f"{words[:-1]}, {furniture[1:]}", missing


def _pages(content: bytes) -> int:
    import pikepdf  # noqa: PLC0415 - 10 MB that only a process that renders should pay

    with pikepdf.open(BytesIO(content)) as pdf:
        return len(pdf.pages)


def _written(paper: Paper) -> dict[str, Any]:
    """What is written on the paper; every string of it may be cut into lines anywhere."""
    words = {
        "title": paper.title,
        "headlines": paper.headlines,
        "marks": paper.marks,
        "body": [asdict(block) for block in paper.body],
        "notes": paper.notes,
        "attachments": [asdict(attachment) for attachment in paper.attachments],
        "attached_head": ATTACHED_HEAD.format(title=paper.title),
        "cut_line": CUT_LINE,
        "code_caption": CODE_CAPTION,
        "code": paper.verification.code if paper.verification else "",
        "foot": paper.foot,
    }
    broken: dict[str, Any] = _each_string(words)
    return broken


def _each_string(node: Any) -> Any:
    match node:
        case str():
            return breakable(node)
        case dict():
            return {key: _each_string(value) for key, value in node.items()}
        case list() | tuple():
            return [_each_string(item) for item in node]
        case _:
            return node


def _furniture(paper: Paper, fonts: FontSet) -> dict[str, Any]:
    """What the paper is drawn with: page, faces, QR code, seal."""
    return {
        "page": asdict(paper.page),
        "faces": fonts.chains,
        "author": OFFICE,
        "qr": qr_svg(paper.verification.url) if paper.verification else None,
        "seal": list(paper.issue.seal) if paper.issue.seal else None,
    }
