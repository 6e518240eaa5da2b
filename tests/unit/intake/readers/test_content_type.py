"""The type of a file is what its bytes say, and what is dangerous is flagged."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.content_type import (
    ALLOWED,
    Flag,
    contradicts,
    ending_contradicts,
    sniff_media_type,
)

OOXML = "application/vnd.openxmlformats-officedocument."
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def _zipped(*names: str, first: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def _utf_16(name: str) -> bytes:
    return (name + "\0").encode("utf-16-le")


FILES: tuple[tuple[str, bytes, str, set[Flag]], ...] = (
    ("pdf", b"%PDF-1.7\n", "application/pdf", set()),
    ("pdf after junk", b"\x00junk\n%PDF-1.4\n", "application/pdf", set()),
    ("locked pdf", b"%PDF-1.7\ntrailer<</Encrypt 5 0 R>>", "application/pdf", {Flag.ENCRYPTED}),
    ("png", b"\x89PNG\r\n\x1a\n" + bytes(8), "image/png", set()),
    ("jpeg", b"\xff\xd8\xff\xe0" + bytes(8), "image/jpeg", set()),
    ("gif", b"GIF89a" + bytes(8), "image/gif", set()),
    ("tiff, little", b"II*\x00" + bytes(8), "image/tiff", set()),
    ("tiff, big", b"MM\x00*" + bytes(8), "image/tiff", set()),
    ("webp", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", set()),
    ("bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "image/bmp", set()),
    ("heic", b"\0\0\0\x18ftypheic", "image/heic", set()),
    ("docx", _zipped("[Content_Types].xml", "word/document.xml"), f"{OOXML}wordprocessingml.document", set()),
    ("xlsx", _zipped("[Content_Types].xml", "xl/workbook.xml"), f"{OOXML}spreadsheetml.sheet", set()),
    ("pptx", _zipped("ppt/presentation.xml"), f"{OOXML}presentationml.presentation", set()),
    (
        "docm",
        _zipped("word/document.xml", "word/vbaProject.bin"),
        f"{OOXML}wordprocessingml.document",
        {Flag.MACROS},
    ),
    ("ofd", _zipped("OFD.xml", "Doc_0/Document.xml"), "application/ofd", set()),
    ("odt", _zipped(first=b"application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument", set()),
    ("zip", _zipped("a.txt"), "application/zip", set()),
    ("apk", _zipped("AndroidManifest.xml"), "application/vnd.android.package-archive", {Flag.EXECUTABLE}),
    ("jar", _zipped("META-INF/MANIFEST.MF"), "application/java-archive", {Flag.EXECUTABLE}),
    ("doc", OLE + "WordDocument".encode("utf-16-le"), "application/msword", set()),
    (
        "doc with macros",
        OLE + "WordDocument".encode("utf-16-le") + _utf_16("Macros"),
        "application/msword",
        {Flag.MACROS},
    ),
    ("xls", OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel", set()),
    ("locked xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "application/x-encrypted-office", {Flag.ENCRYPTED}),
    ("rtf", b"{\\rtf1}", "application/rtf", set()),
    ("rar", b"Rar!\x1a\x07\x01\x00", "application/vnd.rar", set()),
    ("7z", b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", set()),
    ("mp3", b"ID3\x03" + bytes(8), "audio/mpeg", set()),
    ("mp3 without a tag", b"\xff\xfb\x90\x44", "audio/mpeg", set()),
    ("wav", b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav", set()),
    ("amr, a phone's recording", b"#!AMR\n" + bytes(8), "audio/amr", set()),
    ("m4a", b"\0\0\0\x18ftypM4A ", "audio/mp4", set()),
    ("mp4", b"\0\0\0\x18ftypisom", "video/mp4", set()),
    ("3gp", b"\0\0\0\x18ftyp3gp4", "video/3gpp", set()),
    ("mov", b"\0\0\0\x14ftypqt  ", "video/quicktime", set()),
    ("avi", b"RIFF\x10\0\0\0AVI LIST", "video/x-msvideo", set()),
    ("text in GBK", "投诉窗口".encode("gbk"), "text/plain", set()),
    ("text in UTF-16", "投诉窗口\n".encode("utf-16"), "text/plain", set()),
    ("text that begins like a program", "MZ开头的文字".encode(), "text/plain", set()),
    ("program", b"MZ\x90\x00" + bytes(60), "application/vnd.microsoft.portable-executable", {Flag.EXECUTABLE}),
    ("the virus test file", EICAR, "application/x-eicar", {Flag.EXECUTABLE}),
    ("elf", b"\x7fELF\x02", "application/x-elf", {Flag.EXECUTABLE}),
    ("shell", b"#!/bin/sh\n", "text/x-shellscript", {Flag.EXECUTABLE}),
    ("batch", b"@echo off\r\n", "text/x-script", {Flag.EXECUTABLE}),
    ("shortcut", b"L\0\0\0\x01\x14\x02\0" + bytes(8), "application/x-ms-shortcut", {Flag.EXECUTABLE}),
    ("html", b"<!DOCTYPE html><p>", "text/html", {Flag.ACTIVE}),
    ("html far down", b"text\n" * 100 + b"<SCRIPT>", "text/html", {Flag.ACTIVE}),
    ("html in UTF-16", "<script>x</script>".encode("utf-16"), "text/html", {Flag.ACTIVE}),
    ("svg", b'<?xml version="1.0"?><svg xmlns="x">', "image/svg+xml", {Flag.ACTIVE}),
    ("xml", b"<?xml version='1.0'?><a/>", "application/xml", {Flag.ACTIVE}),
    ("tnef", b"x\x9f\x3e\x22\x01\x00", "application/vnd.ms-tnef", set()),
    ("nothing", b"", "application/octet-stream", set()),
    ("noise", bytes(range(32)), "application/octet-stream", set()),
)


@pytest.mark.parametrize(("what", "content", "media_type", "flags"), FILES, ids=[row[0] for row in FILES])
def test_a_file_is_what_its_bytes_say(what: str, content: bytes, media_type: str, flags: set[Flag]) -> None:
    """Type and flags by content."""
    found = sniff_media_type(content)
    assert (found.media_type, set(found.flags)) == (media_type, flags)


@pytest.mark.parametrize("row", FILES, ids=[row[0] for row in FILES])
def test_what_runs_or_is_unknown_is_not_allowed(row: tuple[str, bytes, str, set[Flag]]) -> None:
    """The allow-list takes known kinds without anything active, executable or with macros; locked files are evidence."""
    _, content, media_type, flags = row
    assert sniff_media_type(content).allowed == (media_type in ALLOWED and not flags - {Flag.ENCRYPTED})


LIES: tuple[tuple[str, str, bytes, bool], ...] = (
    ("photo.jpg", "image/jpeg", b"MZ\x90\x00" + bytes(60), True),
    ("picture.png", "image/png", b"<html><script>", True),
    ("notes.txt", "text/plain", b"%PDF-1.7", True),
    ("scan.tif", "image/tiff", b"%PDF-1.7", True),
    ("scan.jpg", "image/jpeg", b"\xff\xd8\xff\xe0", False),
    ("scan.jpeg", "application/octet-stream", b"\xff\xd8\xff\xe0", False),
    ("table.csv", "application/vnd.ms-excel", "姓名,电话".encode("gbk"), False),
)


@pytest.mark.parametrize(("name", "declared", "content", "lies"), LIES)
def test_a_name_or_a_type_that_lies_is_seen(name: str, declared: str, content: bytes, lies: bool) -> None:
    """What contradicts the bytes, by its ending or its declared kind, is flagged; a mere imprecision isn't."""
    found = sniff_media_type(content)
    assert ending_contradicts(name, found) == lies
    assert (
        contradicts(declared, found) == (lies and declared.partition("/")[0] != found.media_type.partition("/")[0])
        or not lies
    )


def test_an_archive_of_100_000_entries_is_not_walked() -> None:
    """Only a stretch of the directory is looked at."""
    content = _zipped(*(f"{number}.txt" for number in range(20_000))) + b""
    began = time.process_time()
    assert sniff_media_type(content).media_type == "application/zip"
    assert time.process_time() - began < 1


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_have_a_type(content: bytes) -> None:
    """Looking at bytes never raises; a directory that lies about its place does no harm."""
    assert "/" in sniff_media_type(content).media_type
    assert "/" in sniff_media_type(b"PK\x03\x04" + content + b"PK\x05\x06" + content).media_type
