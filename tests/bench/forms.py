"""Forms: single documents a second on one thread, the first one, DOCX, previews, signatures, memory, and a binder of 300 pages.

Beside the same words in LibreOffice and WeasyPrint where they are installed; where they are not, it says so.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from html import escape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

PARTS = ("single", "binder")
SINGLES = 200
PICTURES, PDF_PAGES = 120, 150


def run(out: list[str]) -> None:
    """Each part in a process of its own, so that each one's memory is its own."""
    for part in PARTS:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.forms", part], capture_output=True, text=True, check=True
        )
        out += [f"forms {name}: {figure}" for name, figure in json.loads(done.stdout.splitlines()[-1]).items()]


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def _per_second(work: Callable[[], object], count: int, clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    for _ in range(count):
        work()
    return count / (clock() - began)


def _per_core(work: Callable[[], object], count: int) -> float:
    """By the processor's time of all threads: what one core does in a second, whoever else is at work on the machine."""
    return _per_second(work, count, time.process_time)


def single() -> dict[str, str]:
    """One disposition form over and over."""
    from services.forms.domain.definition import FormId
    from services.forms.renderers.docx import DocxRenderer
    from services.forms.renderers.fonts import find_fonts, font_folders
    from services.forms.renderers.pdf import PdfRenderer
    from services.forms.renderers.signature import PdfSigner, make_signing_key
    from services.forms.templates import FORMS
    from tests.parts.forms import ISSUE, NOON, values_for

    form, values = FORMS[FormId.DISPOSITION], values_for(FormId.DISPOSITION)
    began, worked = time.perf_counter(), time.process_time()
    pdf = PdfRenderer(find_fonts(font_folders()))
    content = pdf.render(form, values, ISSUE).content
    took, work = time.perf_counter() - began, time.process_time() - worked
    found = {"first PDF, fonts looked for": f"{took * 1000:.0f} ms, of which at work {work * 1000:.0f}"}
    found["PDF, warm, a core"] = f"{_per_core(lambda: pdf.render(form, values, ISSUE), SINGLES):.0f}/s"
    with tempfile.TemporaryDirectory() as folder:
        make_signing_key(Path(folder) / "key.pem", holder="bench", now=NOON)
        signer = PdfSigner(Path(folder) / "key.pem")
        signer.sign(content)
        signed = _per_core(lambda: signer.sign(pdf.render(form, values, ISSUE).content), SINGLES)
        found["PDF, warm, signed (RSA 3072), a core"] = f"{signed:.0f}/s"
        found["memory after PDFs"] = _peak()
        docx = DocxRenderer()
        docx.render(form, values, ISSUE)
        found["DOCX"] = f"{1000 / _per_core(lambda: docx.render(form, values, ISSUE), 30):.0f} ms"
        found |= _others(docx.render(form, values, ISSUE).content, Path(folder))
    return found | {"memory after everything": _peak()}


def _others(document: bytes, folder: Path) -> dict[str, str]:
    """The same page by programs that others use, each started anew for it, as a server that keeps none of them would."""
    (folder / "form.docx").write_bytes(document)
    (folder / "form.html").write_text(_as_html())
    office, weasy = shutil.which("soffice") or shutil.which("libreoffice"), _weasyprint()
    into = ["--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "form.docx")]
    return {
        "the same page by LibreOffice, started for it": _started([office, *into]) if office else "not installed",
        "the same page by WeasyPrint, started for it": (
            _started([*weasy, str(folder / "form.html"), str(folder / "weasy.pdf")]) if weasy else "not installed"
        ),
    }


def _weasyprint() -> list[str] | None:
    """How to call it: as a module of this Python, or as a program on the path."""
    if find_spec("weasyprint"):
        return [sys.executable, "-m", "weasyprint"]
    program = shutil.which("weasyprint")
    return [program] if program else None


def _started(order: list[str]) -> str:
    """By the processor's time of the program and all that it starts; the first start, which reads it from disk, is not counted."""
    times = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(order, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return f"{1000 * min(times[1:]):.0f} ms of a core"


def _as_html() -> str:
    """The disposition form as a page of HTML, both of its parts."""
    from services.forms.domain.composition import Table, compose
    from services.forms.domain.definition import FormId
    from services.forms.templates import FORMS
    from tests.parts.forms import ISSUE, values_for

    paper = compose(FORMS[FormId.DISPOSITION], values_for(FormId.DISPOSITION), ISSUE)
    rows = "".join(
        f"<tr>{''.join(f'<td colspan={cell.span}>{escape(cell.text)}</td>' for cell in row.cells)}</tr>"
        for block in paper.body
        if isinstance(block, Table)
        for row in block.rows
    )
    sheet = "".join(f"<h1>{escape(title)}</h1><table border=1>{rows}</table>" for title in paper.headlines)
    return f"<!doctype html><html lang=zh><meta charset=utf-8><title>{escape(paper.title)}</title>{sheet}</html>"


def binder() -> dict[str, str]:
    """A case with 120 photographs of 8 megapixels and 150 pages of PDF beside its forms."""
    from services.forms.domain.binder import Attachment, binder_contents
    from services.forms.domain.definition import FormId
    from services.forms.ports import BoundForm, Stack
    from services.forms.renderers.binder import PdfBinder
    from services.forms.renderers.fonts import find_fonts, font_folders
    from services.forms.renderers.pdf import PdfRenderer
    from services.forms.templates import FORMS
    from tests.parts.forms import ISSUE, WHOLE, values_for

    fonts = find_fonts(font_folders())
    drawn = PdfRenderer(fonts).render(FORMS[FormId.FEEDBACK], values_for(FormId.FEEDBACK), ISSUE).content
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: what making the photographs takes is none of the binder's.
        subprocess.run([sys.executable, "-m", "tests.bench.forms", "originals", name], check=True, capture_output=True)
        attachments = [
            Attachment(name=f"附件{n}", origin="证据", media_type="", size=path.stat().st_size, sha256=path.name)
            for n, path in enumerate(sorted(folder.iterdir()), 1)
        ]
        contents = binder_contents(WHOLE, [], [], []).model_copy(update={"attachments": tuple(attachments)})
        forms = [BoundForm(f"反馈单{n}", drawn, "0" * 64) for n in range(10)]
        stack = Stack(forms, attachments, lambda original: (folder / original).read_bytes())
        began, worked = time.perf_counter(), time.process_time()
        made = PdfBinder(fonts).bind(contents, stack, ISSUE)
        took, work = time.perf_counter() - began, time.process_time() - worked
    size = len(made.content) / 1024**2
    return {
        f"binder of {made.pages} pages, {size:.0f} MB": f"{took:.1f} s, of which at work {work:.1f}",
        "memory with the binder": _peak(),
    }


def originals() -> dict[str, str]:
    """Write the photographs and the scanned PDF into a folder, by hash."""
    for content in (*_photographs(), _scanned(PDF_PAGES)):
        Path(sys.argv[2], sha256(content).hexdigest()).write_bytes(content)
    return {}


def _photographs() -> list[bytes]:
    from PIL import Image

    ground = Image.effect_noise((816, 612), 40).convert("RGB").resize((3264, 2448))
    found = []
    for number in range(PICTURES):
        target = BytesIO()
        ground.putpixel((0, 0), (number, 0, 0))
        ground.save(target, "JPEG", quality=60, comment=str(number).encode())
        found.append(target.getvalue())
    return found


def _scanned(pages: int) -> bytes:
    import pikepdf

    pdf, target = pikepdf.new(), BytesIO()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.save(target)
    return target.getvalue()


_RUN: dict[str, Callable[[], dict[str, Any]]] = {"single": single, "binder": binder, "originals": originals}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(_RUN[sys.argv[1]](), ensure_ascii=False) + "\n")
