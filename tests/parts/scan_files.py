"""Files that scans arrive as, good and hostile: made here, so that a test says in one name what it feeds.

Law of this file: a hostile file is the smallest one that has the fault.
"""

import re
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pikepdf
import pylopdf_fonts_zh_cn
import typst
from PIL import Image

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
SHORT, LONG = 3, 4
"""Field types of TIFF 6.0."""


def a_typed_pdf(*pages: str) -> bytes:
    """A PDF from a word processor: each page one paragraph, with its text."""
    source = '#set text(font: "Noto Serif SC")\n' + "\n#pagebreak()\n".join(pages)
    pdf = typst.compile(source.encode(), font_paths=[str(FONTS)])  # type: ignore[misc]  # a parameter nothing binds
    assert isinstance(pdf, bytes)
    return pdf


def a_scanned_pdf(*pages: Image.Image) -> bytes:
    """A PDF from a copier: each page one picture at 204 dots an inch."""
    file = BytesIO()
    pages[0].save(file, format="PDF", save_all=True, append_images=pages[1:], resolution=204)
    return file.getvalue()


def picture_file(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image as PNG, JPEG or another format of Pillow's."""
    file = BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def protected(pdf: bytes, *, user: str, owner: str) -> bytes:
    """The PDF encrypted; with an empty user password anybody may open it."""
    return _saved(pdf, encryption=pikepdf.Encryption(user=user, owner=owner))


def with_script(pdf: bytes) -> bytes:
    """The PDF with a script that runs at opening, packed away in an object stream."""
    with pikepdf.open(BytesIO(pdf)) as document:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('x')"))
        names = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), document.make_indirect(script)]))
        document.Root.Names = pikepdf.Dictionary(JavaScript=names)
        file = BytesIO()
        document.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()


def with_attachment(pdf: bytes) -> bytes:
    """The PDF with a file inside."""
    with pikepdf.open(BytesIO(pdf)) as document:
        document.attachments["run.exe"] = b"MZ"
        file = BytesIO()
        document.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()


def a_poster_pdf(inches: int = 200) -> bytes:
    """One empty page of that many inches each way."""
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(inches * 72, inches * 72))
        return _bytes_of(document)


def a_flate_bomb_pdf(megabytes: int = 1024) -> bytes:
    """A page whose content is a gigabyte of nothing, packed into one megabyte."""
    squeezer = zlib.compressobj(9, wbits=-15)
    one = squeezer.compress(bytes(1024 * 1024)) + squeezer.flush(zlib.Z_FULL_FLUSH)  # needs nothing of what came before
    sum_of_nothing = (
        megabytes * 1024 * 1024 % 65521
    ) << 16 | 1  # Adler-32 of as many zeros, without counting through them
    packed = b"\x78\xda" + one * megabytes + squeezer.flush() + sum_of_nothing.to_bytes(4, "big")
    with pikepdf.new() as document:
        document.add_blank_page()
        stream = pikepdf.Stream(document, b"")
        stream.write(packed, filter=pikepdf.Name.FlateDecode)
        document.pages[0].Contents = document.make_indirect(stream)
        return _bytes_of(document)


def a_pdf_without_pages() -> bytes:
    """A catalogue whose tree of pages is empty."""
    with pikepdf.new() as document:
        return _bytes_of(document)


def a_pdf_whose_pages_bite_their_tail() -> bytes:
    """A tree of pages that is its own child."""
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]/Parent 2 0 R>>endobj\n"
    )
    return body + b"xref\n0 1\n0000000000 65535 f \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


def a_pdf_whose_xref_bites_its_tail() -> bytes:
    """A cross-reference table that names itself as the one before."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
    at = len(body)
    trailer = b"trailer<</Size 3/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF" % (at, at)
    return body + b"xref\n0 1\n0000000000 65535 f \n" + trailer


def with_broken_xref(pdf: bytes) -> bytes:
    """The PDF with its table of contents pointing nowhere, as a bad copy has it."""
    return re.sub(rb"startxref\s+\d+", b"startxref\n99", pdf)


def a_tiff_of_empty_frames(count: int) -> bytes:
    """A chain of directories without an entry: a thousand frames in six kilobytes."""
    chain = b"".join(struct.pack("<HI", 0, 8 + 6 * (at + 1) if at + 1 < count else 0) for at in range(count))
    return struct.pack("<2sHI", b"II", 42, 8) + chain


def a_tiff_that_bites_its_tail() -> bytes:
    """Two directories, the second followed by the first."""
    return struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<HI", 0, 14) + struct.pack("<HI", 0, 8)


def a_tiff_that_claims(width: int, height: int) -> bytes:
    """One G4 frame of that size, with one strip of nothing."""
    fields = [(256, LONG, width), (257, LONG, height), (258, SHORT, 1), (259, SHORT, 4), (262, SHORT, 0)]
    fields += [(273, LONG, 8), (278, LONG, height), (279, LONG, 4)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in fields)
    directory = struct.pack("<H", len(fields)) + entries + struct.pack("<I", 0)
    return struct.pack("<2sHI", b"II", 42, 12) + b"\0\0\0\0" + directory


def a_png_that_claims(width: int, height: int) -> bytes:
    """A PNG header of that size, and no picture."""
    header = b"IHDR" + struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0")
    chunks = (struct.pack("!I", len(c) - 4) + c + struct.pack("!I", zlib.crc32(c)) for c in (header, data, b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def with_broken_lines(tiff: bytes, *, at: int, count: int = 40) -> bytes:
    """Bytes of a fax's first strip flipped, as noise on the line does."""
    return tiff[:at] + bytes(byte ^ 0x5A for byte in tiff[at : at + count]) + tiff[at + count :]


def _saved(pdf: bytes, *, encryption: pikepdf.Encryption) -> bytes:
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(file, encryption=encryption)
    return file.getvalue()


def _bytes_of(document: pikepdf.Pdf) -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()
