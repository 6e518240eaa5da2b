"""Reads a PDF as an archive would and lists where it breaks ISO 19005-2 (PDF/A-2), level B, with the clause.

By qpdf's reader (pikepdf), which had no part in writing the file. It looks at the file's structure: header, trailer,
metadata, output intent, colours, fonts, transparency, annotations, actions, what is embedded. Glyphs and tags are read by
``pdf_tags``. An ICC profile isn't checked beyond its header: for that one needs a full validator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf

PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
BLEND_MODES = frozenset(
    f"/{name}"
    for name in (
        *("Normal", "Compatible", "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn"),
        *("HardLight", "SoftLight", "Difference", "Exclusion", "Hue", "Saturation", "Color", "Luminosity"),
    )
)
FORBIDDEN_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        *("Launch", "Sound", "Movie", "ResetForm", "ImportData", "Hide", "SetOCGState", "Rendition", "Trans"),
        *("GoTo3DView", "JavaScript"),
    )
)
ICC_COLOURS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
PRINT, HIDDEN, INVISIBLE, NO_VIEW = 4, 2, 1, 32


def faults(content: bytes) -> list[str]:
    """Every fault that was found; empty where there is none."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return [
            *_of_the_file(content, pdf),
            *_of_the_metadata(pdf),
            *_of_the_colours(pdf),
            *(fault for thing in pdf.objects for fault in _of_an_object(thing)),
            *(fault for page in pdf.pages for fault in _of_a_page(page.obj)),
            *_of_the_form(pdf),
        ]


def _of_the_file(content: bytes, pdf: pikepdf.Pdf) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", content):
        yield "6.1.2 header"
    if "/ID" not in pdf.trailer:
        yield "6.1.3 no ID"
    if "/Encrypt" in pdf.trailer:
        yield "6.1.3 encrypted"
    if not re.search(rb"%%EOF\r?\n?$", content):
        yield "6.1.3 something after the end"
    if "/OCProperties" in pdf.Root:
        yield "6.9 optional content, which this reader doesn't check"
    yield from (f"6.6.1 {name} in the catalogue" for name in ("/AA", "/OpenAction") if name in pdf.Root)
    names: Any = pdf.Root.get("/Names", {})
    yield from (f"6.6.1, 6.8 {name} among the names" for name in ("/JavaScript", "/EmbeddedFiles") if name in names)


def _of_the_metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/Metadata" not in pdf.Root:
        yield "6.6.2.1 no metadata"
        return
    tree = ET.fromstring(pdf.Root.Metadata.read_bytes())
    told = {node.tag: node.text for node in tree.iter()} | {
        name: value for node in tree.iter() for name, value in node.attrib.items()
    }
    if (told.get(f"{PDFA}part"), told.get(f"{PDFA}conformance")) != ("2", "B"):
        yield "6.6.4 it doesn't say PDF/A-2b"
    with pdf.open_metadata(update_docinfo=False, set_pikepdf_as_editor=False) as metadata:
        same = {"/Title": "dc:title", "/Producer": "pdf:Producer", "/Creator": "xmp:CreatorTool"}
        for name, wanted in same.items():
            if name in pdf.docinfo and str(pdf.docinfo[name]) != str(metadata.get(wanted)):
                yield f"6.6.3 {name} isn't what the metadata say"


def _of_the_colours(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents = [each for each in pdf.Root.get("/OutputIntents", []) if each.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1 or "/DestOutputProfile" not in intents[0]:
        yield "6.2.3 no output intent with a profile"
        return
    profile = intents[0].DestOutputProfile
    header = profile.read_bytes()[:128]
    if header[36:40] != b"acsp" or header[8] > 4 or ICC_COLOURS.get(header[16:20]) != int(profile.N):
        yield "6.2.3 the profile is none"
    if header[16:20] != b"RGB " and any("rg" in _operators(page) for page in pdf.pages):
        yield "6.2.4.3 RGB without an RGB profile"
    if any(_operators(page) & {"k", "K"} for page in pdf.pages):
        yield "6.2.4.3 CMYK without a CMYK profile"


def _operators(page: pikepdf.Page) -> set[str]:
    return {str(each.operator) for each in pikepdf.parse_content_stream(page)}


def _of_an_object(thing: pikepdf.Object) -> Iterator[str]:
    if isinstance(thing, pikepdf.Stream):
        yield from _of_a_stream(thing)
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return
    match str(thing.get("/Type", "")):
        case "/Font":
            yield from _of_a_font(thing)
        case "/ExtGState":
            yield from _of_a_state(thing)
        case "/Filespec":
            yield "6.8 a file is embedded or referred to"
    if thing.get("/S") in FORBIDDEN_ACTIONS and ("/Type" not in thing or thing.Type == "/Action"):
        yield f"6.5.1 an action: {thing.S}"


def _of_a_stream(stream: pikepdf.Stream) -> Iterator[str]:
    if "/F" in stream:
        yield "6.1.7.1 a stream's data is in another file"
    filters: Any = stream.get("/Filter", [])
    named = [str(each) for each in (filters if isinstance(filters, pikepdf.Array) else [filters])]
    if "/LZWDecode" in named or "/Crypt" in named:
        yield "6.1.7.2 a filter that may not be"
    if stream.get("/Subtype") == "/Image":
        yield from (f"6.2.8 {name} of an image" for name in ("/Alternates", "/OPI") if name in stream)
        if stream.get("/Interpolate", False):
            yield "6.2.8 an image is interpolated"
    if stream.get("/Subtype") == "/PS" or "/Ref" in stream:
        yield "6.2.9 a PostScript or reference XObject"


def _of_a_font(font: pikepdf.Object) -> Iterator[str]:
    kind = str(font.get("/Subtype"))
    if kind == "/Type0":
        (descendant,) = font.DescendantFonts
        if font.get("/Encoding") not in ("/Identity-H", "/Identity-V"):
            yield "6.2.11.3.3 an encoding that is neither embedded nor the identity"
        if descendant.Subtype == "/CIDFontType2" and "/CIDToGIDMap" not in descendant:
            yield "6.2.11.3.2 no CIDToGIDMap"
        return
    if kind == "/Type3":
        return
    described: Any = font.get("/FontDescriptor", {})
    if not any(name in described for name in ("/FontFile", "/FontFile2", "/FontFile3")):
        yield f"6.2.11.4.1 the font {font.get('/BaseFont')} isn't embedded"


def _of_a_state(state: pikepdf.Object) -> Iterator[str]:
    if "/TR" in state or state.get("/TR2", "/Default") != "/Default" or "/HTP" in state:
        yield "6.2.5 a transfer function or a halftone's place"
    modes = state.get("/BM", pikepdf.Name.Normal)
    named = [str(each) for each in (modes if isinstance(modes, pikepdf.Array) else [modes])]
    yield from (f"6.2.10 blend mode {mode}" for mode in named if mode not in BLEND_MODES)


def _of_a_page(page: Any) -> Iterator[str]:
    if "/AA" in page:
        yield "6.5.2 a page acts"
    for annotation in page.get("/Annots", []):
        flags = int(annotation.get("/F", 0))
        if annotation.Subtype != "/Popup" and (not flags & PRINT or flags & (HIDDEN | INVISIBLE | NO_VIEW)):
            yield f"6.3.2 an annotation that isn't printed: {annotation.Subtype}"
        nothing_to_see = [float(edge) for edge in annotation.Rect[2:]] == [float(edge) for edge in annotation.Rect[:2]]
        if annotation.Subtype not in ("/Popup", "/Link") and "/AP" not in annotation and not nothing_to_see:
            yield f"6.3.3 an annotation without a look: {annotation.Subtype}"
        if "/AA" in annotation:
            yield "6.5.2 an annotation acts"


def _of_the_form(pdf: pikepdf.Pdf) -> Iterator[str]:
    form: Any = pdf.Root.get("/AcroForm", {})
    if form.get("/NeedAppearances", False):
        yield "6.4.1 looks are left to the reader"
    if "/XFA" in form:
        yield "6.4.2 XFA"
