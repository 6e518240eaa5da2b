"""HTML made text, so that people read what was written and nothing runs, loads or hides.

Law of this file: whatever the HTML, its words come out, in linear time and without an exception. The good way is nh3
(drop what isn't text) and inscriptis (lay out tables and lists). Two limits were measured: beyond 256 levels of nesting
inscriptis returns nothing at all, in silence, and nh3 is quadratic in depth; so deep or large HTML goes the plain way, a
single pass that only drops tags. It must not know mail.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from services.intake.readers.plain_text import tidy

_LARGEST_LAID_OUT = 200_000
"""Characters: inscriptis needs up to 2 s for a megabyte of table."""
_DEEPEST_LAID_OUT = 100
_MOST_TAGS_LAID_OUT = 5000

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "base", "col", "area", "embed", "source", "wbr", "param"}
)
_BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "blockquote",
            "body",
            "br",
            "center",
            "dd",
            "div",
            "dl",
            "dt",
            "fieldset",
            "footer",
            "form",
        ),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "ol",
            "p",
            "pre",
            "section",
            "table",
            "tr",
            "ul",
        ),
    }
)
_SILENT = frozenset({"script", "style", "title", "template", "noscript", "iframe"})
"""Elements whose content is no text for people."""
_SILENT_END = re.compile(rf"</({'|'.join(sorted(_SILENT))})", re.IGNORECASE)
_MANY_BLANK_LINES = re.compile(r"\n{3,}")


def html_to_text(source: str) -> str:
    """The text of an HTML document: NFC, lines as the blocks fall, nothing fetched, links' targets left in the original."""
    text = _laid_out(source) if _is_simple(source) else ""
    if not text.strip():
        text = _plainly(source)
    lines = (line.rstrip() for line in tidy(text.replace("\xa0", " ")).split("\n"))
    return _MANY_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _is_simple(source: str) -> bool:
    if len(source) > _LARGEST_LAID_OUT:
        return False
    depth = deepest = count = 0
    for found in _TAG.finditer(source):
        if found[2].lower() in _VOID:
            continue
        count += 1
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest <= _DEEPEST_LAID_OUT and count <= _MOST_TAGS_LAID_OUT


def _laid_out(source: str) -> str:
    import inscriptis  # noqa: PLC0415 - brings lxml: memory that a start need not pay for
    import nh3  # noqa: PLC0415 - belongs to it

    clean = nh3.clean(source, attributes={}, clean_content_tags=set(_SILENT), url_schemes=set(), link_rel=None)
    return str(inscriptis.get_text(clean))


def _plainly(source: str) -> str:
    return html.unescape("".join(_pieces(source)))


def _pieces(source: str) -> Iterator[str]:
    """Text between tags, and line ends for blocks. Every search goes forward only, so the whole is linear."""
    last_comment_end = source.rfind("-->")
    last_ends = {found[1].lower(): found.start() for found in _SILENT_END.finditer(source)}
    last_tag_end = source.rfind(">")
    position = 0
    while 0 <= (start := source.find("<", position)) < last_tag_end:
        yield source[position:start]
        found = _TAG.match(source, start)
        if source.startswith("<!--", start) and start < last_comment_end:
            position = source.index("-->", start) + 3
        elif found is None and not source.startswith(("<!", "<?", "</"), start):
            yield "<"
            position = start + 1
        else:
            position = source.index(">", start) + 1
            name = found[2].lower() if found else ""
            yield _break_for(name)
            if found and not found[1] and position <= last_ends.get(name, -1):
                position = _end_of(source, name, position)
    yield source[position:]


def _break_for(name: str) -> str:
    if name in _BLOCKS:
        return "\n"
    return "\t" if name in {"td", "th"} else ""


def _end_of(source: str, name: str, position: int) -> int:
    """Where the end tag of a silent element begins; the caller has seen that there is one."""
    found = re.compile(f"</{name}", re.IGNORECASE).search(source, position)
    return found.start() if found else position
