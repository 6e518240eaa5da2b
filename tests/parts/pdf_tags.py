"""Reads a PDF by its tags and glyph by glyph, as a screen reader and an archive do, and lists what is wrong.

By qpdf's reader and fontTools, which had no part in writing the file. Glyphs: each one that is shown is in the embedded
program, is no .notdef, is as wide as the PDF says, and has its Unicode (ISO 19005-2, 6.2.11.4.1, 6.2.11.5, 6.2.11.7, 6.2.11.8).
Tags: nothing shown is outside of them but what is marked as furniture, roles are of the standard's list, tables are whole,
figures say what they show (ISO 32000-1, 14.7 and 14.8). ``read_aloud`` gives the words in the order of the tags.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import NullPen

ROLES = frozenset(
    f"/{role}"
    for role in (
        *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "NonStruct", "P", "H", "H1", "H2", "H3"),
        *("L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot"),
        *("Span", "Quote", "Note", "Reference", "Link", "Annot", "Figure", "Formula", "Form"),
    )
)
"""Standard structure types (ISO 32000-1, 14.8.4)."""
PARENTS = {
    "/TR": {"/Table", "/THead", "/TBody", "/TFoot"},
    "/TH": {"/TR"},
    "/TD": {"/TR"},
    "/THead": {"/Table"},
    "/TBody": {"/Table"},
    "/TFoot": {"/Table"},
}
_SHOWS = {"Tj", "TJ", "'", '"'}
_WIDE = 1.0
"""Thousandths of the type size by which a width may differ: it is written rounded."""
_HEX = rb"<([0-9a-fA-F]+)>\s*"
_MAPPED = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)


class _Face:
    """One embedded font: what its codes mean, how wide they are, and which glyphs there are."""

    def __init__(self, font: Any) -> None:
        (inner,) = font.DescendantFonts
        self.name = str(font.BaseFont)
        self.unicode = dict(_unicode(font.ToUnicode.read_bytes())) if "/ToUnicode" in font else {}
        self._widths, self._default = _widths(inner), float(inner.get("/DW", 1000))
        program = CFFFontSet()
        program.decompile(BytesIO(inner.FontDescriptor.FontFile3.read_bytes()), None)
        self._top = program[0]
        self._glyphs = {self._cid(name, place): name for place, name in enumerate(self._top.charset)}

    @staticmethod
    def _cid(name: str, place: int) -> int:
        return int(name[3:]) if re.fullmatch(r"cid\d+", name) else place

    def fault_of(self, code: int) -> str | None:
        """What is wrong with a code that is shown."""
        if code == 0:
            return f"6.2.11.8 .notdef of {self.name} is shown"
        if code not in self._glyphs:
            return f"6.2.11.4.1 {self.name} has no glyph {code}"
        if code not in self.unicode:
            return f"6.2.11.7 {self.name} doesn't say what {code} is"
        told, drawn = self._widths.get(code, self._default), self._drawn_width(self._glyphs[code])
        return f"6.2.11.5 {self.name}: {code} is {drawn} wide, not {told}" if abs(told - drawn) > _WIDE else None

    def _drawn_width(self, name: str) -> float:
        strings = self._top.CharStrings
        glyph = strings[name]
        glyph.draw(NullPen())
        scale = float(self._top.FontMatrix[0]) if hasattr(self._top, "FontMatrix") else 0.001
        return float(glyph.width) * scale * 1000


def _unicode(cmap: bytes) -> Iterator[tuple[int, str]]:
    """The pairs of a ToUnicode CMap; of its ranges, those with one string for the first."""
    for kind, block in _MAPPED.findall(cmap):
        if kind == b"bfchar":
            for code, words in re.findall(2 * _HEX, block):
                yield int(code, 16), _utf16(words)
        else:
            for first, last, words in re.findall(3 * _HEX, block):
                start = _utf16(words)
                for step, each in enumerate(range(int(first, 16), int(last, 16) + 1)):
                    yield each, start[:-1] + chr(ord(start[-1]) + step)


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be")


def _widths(inner: Any) -> dict[int, float]:
    """``W`` as ISO 32000-1, 9.7.4.3 has it: a code with a list, or a range with one width."""
    found: dict[int, float] = {}
    entries = list(inner.get("/W", []))
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, pikepdf.Array):
            found |= {first + place: float(width) for place, width in enumerate(second)}
        else:
            found |= dict.fromkeys(range(first, int(second) + 1), float(entries.pop(0)))
    return found


@dataclass
class _Seen:
    """What the pages show: words by page and marked content, and what is wrong with them."""

    words: dict[tuple[Any, int], str] = field(default_factory=lambda: defaultdict(str))
    faults: set[str] = field(default_factory=set)
    faces: dict[Any, _Face] = field(default_factory=dict)


def faults(content: bytes) -> list[str]:
    """Every fault that was found; empty where there is none."""
    with pikepdf.open(BytesIO(content)) as pdf:
        seen = _seen(pdf)
        return sorted({*seen.faults, *_of_the_tree(pdf)})


def read_aloud(content: bytes) -> str:
    """The words in the order of the tags; furniture of the pages is passed over, as a screen reader does."""
    with pikepdf.open(BytesIO(content)) as pdf:
        seen = _seen(pdf)
        return "".join(seen.words[place] for place in _marked(pdf.Root.StructTreeRoot, None))


def _seen(pdf: pikepdf.Pdf) -> _Seen:
    seen = _Seen()
    for page in pdf.pages:
        _read(page, seen)
    return seen


def _read(page: pikepdf.Page, seen: _Seen) -> None:
    """Follow the page's content: which font, which mark, which glyphs."""
    face: _Face | None = None
    saved: list[_Face | None] = []
    marks: list[int | None] = []
    for instruction in pikepdf.parse_content_stream(page):
        given: Any = instruction.operands
        match str(instruction.operator):
            case "q":
                saved.append(face)
            case "Q":
                face = saved.pop()
            case "Tf":
                face = _face(page, str(given[0]), seen)
            case "BDC" | "BMC":
                marks.append(_mark(given))
            case "EMC":
                marks.pop()
            case shown if shown in _SHOWS:
                assert face is not None, "text without a font"
                _show(page, given, face, marks, seen)


def _face(page: pikepdf.Page, name: str, seen: _Seen) -> _Face:
    font: Any = page.resources.Font[name]
    if font.objgen not in seen.faces:
        seen.faces[font.objgen] = _Face(font)
    return seen.faces[font.objgen]


def _mark(given: Any) -> int | None:
    """The number of a piece of marked content; -1 for furniture, None for what has neither."""
    if str(given[0]) == "/Artifact":
        return -1
    told = given[1] if len(given) > 1 else {}
    return int(told["/MCID"]) if isinstance(told, pikepdf.Dictionary) and "/MCID" in told else None


def _show(page: pikepdf.Page, given: Any, face: _Face, marks: list[int | None], seen: _Seen) -> None:
    pieces = given[-1] if isinstance(given[-1], pikepdf.Array) else [given[-1]]
    codes = [code for piece in pieces if isinstance(piece, pikepdf.String) for code in _codes(bytes(piece))]
    seen.faults |= {fault for code in set(codes) if (fault := face.fault_of(code))}
    mark = next((each for each in reversed(marks) if each is not None), None)
    if mark is None:
        seen.faults.add("14.7 words are outside of the tags and no furniture")
    elif mark >= 0:
        seen.words[page.obj.objgen, mark] += "".join(face.unicode.get(code, "") for code in codes)


def _codes(shown: bytes) -> Iterator[int]:
    """Two bytes a glyph: the encoding is the identity."""
    return (int.from_bytes(shown[at : at + 2]) for at in range(0, len(shown), 2))


def _marked(node: Any, page: Any) -> Iterator[tuple[Any, int]]:
    """Marked content below a node of the tree, in its order."""
    page = node.get("/Pg", page)
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            if "/MCID" in kid:
                yield kid.get("/Pg", page).objgen, int(kid["/MCID"])
            elif kid.get("/Type") != "/OBJR":
                yield from _marked(kid, page)
        else:
            yield page.objgen, int(kid)


def _of_the_tree(pdf: pikepdf.Pdf) -> Iterator[str]:
    root: Any = pdf.Root.get("/StructTreeRoot")
    marks: Any = pdf.Root.get("/MarkInfo", {})
    if root is None or not marks.get("/Marked", False):
        yield "14.8 it isn't tagged"
        return
    if "/Lang" not in pdf.Root:
        yield "14.9.2 it doesn't say its language"
    roles = {name: str(role) for name, role in root.get("/RoleMap", {}).items()}
    for role, parent, node in _elements(root, "", roles):
        if role not in ROLES:
            yield f"14.8.4 {role} is no standard role"
        if parent not in PARENTS.get(role, {parent}):
            yield f"14.8.4.3.4 {role} in {parent}"
        if role == "/Figure" and not str(node.get("/Alt", "")):
            yield "14.9.3 a figure says nothing"
        if role == "/Table" and len(set(_row_widths(node, roles))) > 1:
            yield "14.8.4.3.4 rows of a table are not alike wide"


def _elements(node: Any, parent: str, roles: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            role = roles.get(str(kid.S), str(kid.S))
            yield role, parent, kid
            yield from _elements(kid, role, roles)


def _row_widths(table: Any, roles: dict[str, str]) -> Iterator[int]:
    for role, _, row in _elements(table, "/Table", roles):
        if role == "/TR":
            yield sum(_span(cell) for _, _, cell in _elements(row, role, roles) if str(cell.S) in ("/TD", "/TH"))


def _span(cell: Any) -> int:
    told = cell.get("/A", [])
    attributes = told if isinstance(told, pikepdf.Array) else [told]
    return next((int(each["/ColSpan"]) for each in attributes if "/ColSpan" in each), 1)
