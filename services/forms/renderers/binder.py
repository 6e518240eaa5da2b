"""The bookbinder: one PDF of a whole case (art. 18.6), by pikepdf, with sheets of its own by typst.

Law of this file: every page is numbered through, every part is in the contents and in the bookmarks at the page where it
begins, and every hash stands in the manifest. One binder is made at a time, on a thread of its own that keeps its compiler.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.forms.domain.binder import BINDER_TITLE, Attachment, BinderContents, Entry
from services.forms.domain.composition import CODE_CAPTION
from services.forms.domain.printable import breakable, visible
from services.forms.domain.values import Issue
from services.forms.domain.wording import OFFICE, shown_moment
from services.forms.ports import BoundForm, Rendered, Stack
from services.forms.renderers.attachments import Unreadable, pages_of, slip_words
from services.forms.renderers.fonts import FontSet
from services.forms.renderers.qr import qr_svg

if TYPE_CHECKING:
    from pikepdf import Page, Pdf

LAYOUT = Path(__file__).with_name("binder.typ")
FORMS_GROUP, ATTACHMENTS_GROUP = "文书", "附件"
MESSAGES, TIMELINE, MANIFEST, CONTENTS = "告知与补充", "办理经过", "哈希清单", "目录"
LOCKED = "投诉人要求保密，原件由市政管办另行保存，不入本卷。"
NO_PAGES = "此件不能以页面显示，原件按上列哈希保存。"
NOT_FOUND = "未能读出原件，请按上列哈希查验保存情况。"
NOT_DRAWN = "本件未能绘制。"

Block = dict[str, Any]


@dataclass(slots=True)
class _Part:
    """A run of pages with its line in the contents."""

    title: str
    group: str
    pdf: Pdf | None
    slip: Block | None = None
    begins: int = 0


@dataclass(slots=True)
class _Sheets:
    """Compiles the binder's own sheets, and remembers what no font had."""

    compile: Callable[[str], bytes]
    fonts: FontSet
    issue: Issue
    missing: set[str] = field(default_factory=set)

    def pdf(self, blocks: Sequence[Block]) -> Pdf:
        """The blocks as a PDF, each beginning a page."""
        import pikepdf  # noqa: PLC0415 - 10 MB that only a process that binds should pay

        words, missing = self.fonts.printable(json.dumps({"blocks": _shown(blocks)}, ensure_ascii=False))
        self.missing |= missing
        setup = {"faces": self.fonts.chains, "title": BINDER_TITLE, "author": OFFICE}
        return pikepdf.open(BytesIO(self.compile(f"{words[:-1]}, {json.dumps(setup, ensure_ascii=False)[1:]}")))


class PdfBinder:
    """Binds on one thread of its own; callers wait their turn."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="binder")
        self._compiler: Any = None

    def bind(self, contents: BinderContents, stack: Stack, issue: Issue) -> Rendered:
        """See ``Bookbinder``."""
        return self._worker.submit(self._bind, contents, stack, issue).result()

    def join(self, forms: Sequence[BoundForm], issue: Issue) -> Rendered:
        """See ``Bookbinder``."""
        return self._worker.submit(self._join, forms, issue).result()

    def _bind(self, contents: BinderContents, stack: Stack, issue: Issue) -> Rendered:
        sheets = _Sheets(self._compile, self._fonts, issue)
        parts = [*_forms(stack.forms), *_attachments(stack)]
        _fill_in_slips(parts, sheets)
        messages = _Part(MESSAGES, "", sheets.pdf([_entries(MESSAGES, contents.messages)]))
        parts.insert(len(stack.forms), messages)
        parts.append(_Part(TIMELINE, "", sheets.pdf([_entries(TIMELINE, contents.timeline)])))
        parts.append(_Part(MANIFEST, "", sheets.pdf([_manifest(contents, stack)])))
        front = _front(contents, parts, sheets)
        return _put_together(front, parts, sheets.missing)

    def _join(self, forms: Sequence[BoundForm], issue: Issue) -> Rendered:
        sheets = _Sheets(self._compile, self._fonts, issue)
        parts = list(_forms(forms))
        _fill_in_slips(parts, sheets)
        return _joined(parts, sheets.missing)

    def _compile(self, data: str) -> bytes:
        if self._compiler is None:
            import typst  # noqa: PLC0415 - 80 ms and 30 MB that only a process that renders should pay

            self._compiler = typst.Compiler(input=str(LAYOUT), font_paths=self._fonts.handle)
        content: bytes = self._compiler.compile(sys_inputs={"sheets": data}, format="pdf")
        return content


def _forms(forms: Sequence[BoundForm]) -> Iterator[_Part]:
    import pikepdf  # noqa: PLC0415 - see above

    for form in forms:
        if form.content is None:
            slip = _slip(form.title, [("编号", form.sha256), ("说明", NOT_DRAWN)])
            yield _Part(form.title, FORMS_GROUP, None, slip)
        else:
            pdf = pikepdf.open(BytesIO(form.content))
            del pdf.pages[len(pdf.pages) // form.copies :]
            yield _Part(form.title, FORMS_GROUP, pdf)


def _attachments(stack: Stack) -> Iterator[_Part]:
    for place, attachment in enumerate(stack.attachments, 1):
        title = f"{place}. {attachment.name}"
        pdf, why = _shown_pages(attachment, stack.read)
        slip = None if pdf else _slip(title, slip_words(**attachment.model_dump(exclude={"size", "shown"}), why=why))
        yield _Part(title, ATTACHMENTS_GROUP, pdf, slip)


def _shown_pages(attachment: Attachment, read: Callable[[str], bytes]) -> tuple[Pdf | None, str]:
    if not attachment.shown:
        return None, LOCKED
    try:
        return pages_of(read(attachment.sha256)), ""
    except Unreadable:
        return None, NO_PAGES
    except Exception:  # noqa: BLE001 - a lost or damaged original is said so in its place and costs nobody the binder
        return None, NOT_FOUND


def _slip(title: str, facts: Iterable[tuple[str, str]]) -> Block:
    return {"kind": "slip", "title": title, "facts": [list(fact) for fact in facts]}


def _fill_in_slips(parts: Sequence[_Part], sheets: _Sheets) -> None:
    """All slips are drawn at once, and dealt out: one page each."""
    import pikepdf  # noqa: PLC0415 - see above

    wanting = [part for part in parts if part.slip is not None]
    if not wanting:
        return
    drawn = sheets.pdf([part.slip for part in wanting if part.slip is not None])
    for part, page in zip(wanting, drawn.pages, strict=True):
        part.pdf = pikepdf.new()
        part.pdf.pages.append(page)


def _entries(title: str, entries: Iterable[Entry]) -> Block:
    note = "发出的全文由告知服务按件保存；此处列明何时、由谁、告知谁。" if title == MESSAGES else ""
    rows = [[shown_moment(entry.at), entry.what, entry.who, entry.words] for entry in entries]
    return _listing(title, ("时间", "事项", "经办", "内容"), (3, 3, 2, 7), rows, note)


def _manifest(contents: BinderContents, stack: Stack) -> Block:
    rows = [[form.title, "", form.sha256] for form in stack.forms]
    rows += [[item.name, "" if item.size is None else str(item.size), item.sha256] for item in contents.attachments]
    if contents.timeline_head:
        rows.append(["办理记录链末端", "", contents.timeline_head])
    note = "SHA-256，按文书出具时和附件收到时的字节计算。卷内文书为减少身份信息而另行绘制的，仍列原件的哈希。"
    return _listing(MANIFEST, ("名称", "字节", "SHA-256"), (5, 1.4, 8), rows, note)


def _listing(
    title: str, headings: Sequence[str], columns: Sequence[float], rows: list[list[str]], note: str = ""
) -> Block:
    return {
        "kind": "listing",
        "title": title,
        "note": note,
        "headings": list(headings),
        "columns": list(columns),
        "rows": rows,
    }


def _front(contents: BinderContents, parts: Sequence[_Part], sheets: _Sheets) -> Pdf:
    """Cover and contents: drawn once to see how many pages they take, and again with the numbers that follow from it."""
    front = sheets.pdf([_cover(contents, sheets.issue), _contents(parts)])
    begins = len(front.pages) + 1
    for part in parts:
        assert part.pdf is not None
        part.begins = begins
        begins += len(part.pdf.pages)
    return sheets.pdf([_cover(contents, sheets.issue), _contents(parts)])


def _cover(contents: BinderContents, issue: Issue) -> Block:
    assert issue.verification is not None, "a binder is always issued"
    return {
        "kind": "cover",
        "title": BINDER_TITLE,
        "number": contents.number,
        "facts": [list(fact) for fact in contents.cover],
        "qr": qr_svg(issue.verification.url),
        "code": CODE_CAPTION + issue.verification.code,
        "foot": f"{issue.issued_by}　第{issue.version}版　{shown_moment(issue.issued_at)}",
    }


def _contents(parts: Sequence[_Part]) -> Block:
    rows = [[part.group or "—", part.title, str(part.begins or 1000)] for part in parts]
    return _listing(CONTENTS, ("类别", "名称", "页"), (1.6, 12, 1.4), rows)


def _put_together(front: Pdf, parts: Sequence[_Part], missing: set[str]) -> Rendered:
    import pikepdf  # noqa: PLC0415 - see above

    book = pikepdf.new()
    book.pages.extend(front.pages)
    for part in parts:
        assert part.pdf is not None
        book.pages.extend(part.pdf.pages)
    _number_pages(book)
    _add_bookmarks(book, parts)
    book.docinfo["/Title"] = BINDER_TITLE
    book.Root.PageMode = pikepdf.Name.UseOutlines
    book.Root.Lang = pikepdf.String("zh-CN")
    return Rendered(_saved(book), "application/pdf", tuple(sorted(missing)), len(book.pages))


def _number_pages(book: Pdf) -> None:
    """``12 / 300`` in the upper right corner of every page, the lower left being the forms' own."""
    import pikepdf  # noqa: PLC0415 - see above

    face = book.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    opening = book.make_stream(b"q")
    for number, page in enumerate(book.pages, 1):
        page.contents_add(opening, prepend=True)
        page.contents_add(book.make_stream(_number(page, number, len(book.pages))))
        name = page.add_resource(face, pikepdf.Name.Font, pikepdf.Name("/ShouliNo"), replace_existing=True)
        assert name == "/ShouliNo"


def _number(page: Page, number: int, of: int) -> bytes:
    left, _, right, top = (float(edge) for edge in page.mediabox.as_list())
    across = max(left + 20, right - 80)
    return f"Q q BT 0 g /ShouliNo 8 Tf 1 0 0 1 {across:.1f} {top - 18:.1f} Tm ({number} / {of}) Tj ET Q".encode()


def _add_bookmarks(book: Pdf, parts: Sequence[_Part]) -> None:
    from pikepdf import OutlineItem  # noqa: PLC0415 - see above

    with book.open_outline() as outline:
        outline.root.append(OutlineItem(BINDER_TITLE, 0))
        outline.root.append(OutlineItem(CONTENTS, 1))
        groups: dict[str, OutlineItem] = {}
        for part in parts:
            item = OutlineItem(part.title, part.begins - 1)
            if not part.group:
                outline.root.append(item)
                continue
            if part.group not in groups:
                groups[part.group] = OutlineItem(part.group, part.begins - 1)
                outline.root.append(groups[part.group])
            groups[part.group].children.append(item)


def _joined(parts: Sequence[_Part], missing: set[str]) -> Rendered:
    import pikepdf  # noqa: PLC0415 - see above

    book = pikepdf.new()
    for part in parts:
        assert part.pdf is not None
        book.pages.extend(part.pdf.pages)
    return Rendered(_saved(book), "application/pdf", tuple(sorted(missing)), len(book.pages))


def _saved(book: Pdf) -> bytes:
    import pikepdf  # noqa: PLC0415 - see above

    target = BytesIO()
    book.save(
        target,
        deterministic_id=True,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return target.getvalue()


def _shown(node: Any) -> Any:
    """Every string as it may go onto paper."""
    match node:
        case str():
            return node if node.startswith("<svg") else breakable(visible(node))
        case dict():
            return {key: _shown(value) for key, value in node.items()}
        case list() | tuple():
            return [_shown(item) for item in node]
        case _:
            return node
