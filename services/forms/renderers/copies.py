"""The mark of a copy, put onto the issued file itself.

Law of this file: a copy begins with the very bytes of what was issued, its signature included; the mark is appended (ISO
32000-1, 7.5.6) and is no part of what a reader of tags reads. So a form that has changed since changes no copy.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

_NAME = "/ShouliCopy"
_DRAW = b"/Artifact <</Type /Pagination /Subtype /Header>> BDC q /ShouliCopy Do Q EMC"


def with_mark(content: bytes, mark: bytes) -> bytes:
    """``content`` with the first page of ``mark`` drawn over each of its pages; both are PDFs with pages of one size."""
    from pyhanko.pdf_utils import generic, incremental_writer  # noqa: PLC0415 - 30 MB, on first use

    # pyHanko's objects have few types of their own
    name: Any = generic.pdf_name
    dictionary: Any = generic.DictionaryObject
    writer: Any = incremental_writer.IncrementalPdfFileWriter(BytesIO(content))
    drawn = dictionary({name(_NAME): writer.add_object(_as_picture(writer, mark))})
    resources = dictionary({name("/XObject"): drawn})
    for place in range(int(writer.root["/Pages"]["/Count"])):
        before = writer.add_object(generic.StreamObject(stream_data=b"q"))
        after = writer.add_object(generic.StreamObject(stream_data=b"Q " + _DRAW))
        writer.add_stream_to_page(place, before, prepend=True)
        writer.add_stream_to_page(place, after, resources)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def _as_picture(writer: Any, mark: bytes) -> Any:
    """The page of the mark as a form XObject of the file that is written."""
    from pyhanko.pdf_utils.generic import StreamObject, pdf_name  # noqa: PLC0415 - see above
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - see above

    name: Any = pdf_name
    reader: Any = PdfFileReader(BytesIO(mark))
    page = reader.find_page_for_modification(0)[0].get_object()
    told = {
        name("/Type"): name("/XObject"),
        name("/Subtype"): name("/Form"),
        name("/BBox"): page["/MediaBox"],
        name("/Resources"): writer.import_object(page["/Resources"]),
    }
    return StreamObject(dict_data=told, stream_data=page["/Contents"].data)
