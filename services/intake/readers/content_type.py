"""What some bytes are, by their content: a name and a declared type are claims, this is the finding.

Law of this file: the type comes from the bytes; what isn't in ``ALLOWED`` may be kept as evidence but is never opened,
shown in a page or handed on as harmless; nothing is unpacked. It must not know channels or people.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import StrEnum

OCTETS = "application/octet-stream"


class Flag(StrEnum):
    """Why somebody should look twice before opening it."""

    EXECUTABLE = "executable"
    ACTIVE = "active"
    """HTML, SVG and their kin: they run script where a browser shows them."""
    MACROS = "macros"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True)
class ContentType:
    """A media type found in the bytes, and what is wrong with them."""

    media_type: str
    flags: frozenset[Flag] = frozenset()

    @property
    def allowed(self) -> bool:
        """Whether it is of a kind on the allow-list and carries nothing active, executable or with macros."""
        return self.media_type in ALLOWED and not self.flags & {Flag.EXECUTABLE, Flag.ACTIVE, Flag.MACROS}

    @property
    def is_text(self) -> bool:
        """Whether a person could read it as it stands, markup and scripts included."""
        return self.media_type.startswith("text/") or Flag.ACTIVE in self.flags


_OOXML = "application/vnd.openxmlformats-officedocument."

ALLOWED: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "application/ofd": ("ofd",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/gif": ("gif",),
    "image/bmp": ("bmp",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/tiff": ("tif", "tiff"),
    "text/plain": ("txt", "csv", "log", "ics", "md"),
    "application/rtf": ("rtf",),
    "application/msword": ("doc", "wps"),
    "application/vnd.ms-excel": ("xls", "et"),
    "application/vnd.ms-powerpoint": ("ppt", "dps"),
    f"{_OOXML}wordprocessingml.document": ("docx",),
    f"{_OOXML}spreadsheetml.sheet": ("xlsx",),
    f"{_OOXML}presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument": ("odt", "ods", "odp"),
    "application/zip": ("zip",),
    "application/vnd.rar": ("rar",),
    "application/x-7z-compressed": ("7z",),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    "audio/amr": ("amr",),
    "audio/aac": ("aac",),
    "audio/flac": ("flac",),
    "application/ogg": ("ogg", "oga", "opus"),
    "audio/mp4": ("m4a",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
    "video/3gpp": ("3gp",),
    "video/x-msvideo": ("avi",),
    "video/webm": ("webm", "mkv"),
    "message/rfc822": ("eml",),
}
"""The kinds of evidence that are taken, and the endings their names usually have."""

_RUNS = frozenset({Flag.EXECUTABLE})

_MAGIC: tuple[tuple[int, bytes, str, frozenset[Flag]], ...] = (
    (0, b"%PDF-", "application/pdf", frozenset()),
    (0, b"\x89PNG\r\n\x1a\n", "image/png", frozenset()),
    (0, b"\xff\xd8\xff", "image/jpeg", frozenset()),
    (0, b"GIF87a", "image/gif", frozenset()),
    (0, b"GIF89a", "image/gif", frozenset()),
    (0, b"II*\x00", "image/tiff", frozenset()),
    (0, b"MM\x00*", "image/tiff", frozenset()),
    (0, b"II+\x00", "image/tiff", frozenset()),
    (0, b"MM\x00+", "image/tiff", frozenset()),
    (0, b"{\\rtf", "application/rtf", frozenset()),
    (0, b"Rar!\x1a\x07", "application/vnd.rar", frozenset()),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", frozenset()),
    (0, b"\x1f\x8b\x08", "application/gzip", frozenset()),
    (4, b"1AY&SY", "application/x-bzip2", frozenset()),
    (0, b"\xfd7zXZ\x00", "application/x-xz", frozenset()),
    (0, b"ID3\x02", "audio/mpeg", frozenset()),
    (0, b"ID3\x03", "audio/mpeg", frozenset()),
    (0, b"ID3\x04", "audio/mpeg", frozenset()),
    (0, b"\xff\xfb", "audio/mpeg", frozenset()),
    (0, b"\xff\xf3", "audio/mpeg", frozenset()),
    (0, b"\xff\xf2", "audio/mpeg", frozenset()),
    (0, b"\xff\xf1", "audio/aac", frozenset()),
    (0, b"\xff\xf9", "audio/aac", frozenset()),
    (0, b"#!AMR", "audio/amr", frozenset()),
    (0, b"fLaC", "audio/flac", frozenset()),
    (0, b"OggS", "application/ogg", frozenset()),
    (0, b"\x1a\x45\xdf\xa3", "video/webm", frozenset()),
    (0, b"\x7fELF", "application/x-elf", _RUNS),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm", _RUNS),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary", _RUNS),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary", _RUNS),
    (0, rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-", "application/x-eicar", _RUNS),
    (0, b"#!", "text/x-shellscript", _RUNS),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut", _RUNS),
    (0, b"dex\n", "application/vnd.android.dex", _RUNS),
    (0, b"MSCF", "application/vnd.ms-cab-compressed", _RUNS),
    (0, b"x\x9f\x3e\x22", "application/vnd.ms-tnef", frozenset()),
)
"""Offset, bytes, type, flags; the first row that fits decides."""

_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_BRANDS: tuple[tuple[bytes, str], ...] = (
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"mif1", "image/heic"),
    (b"qt  ", "video/quicktime"),
    (b"M4A ", "audio/mp4"),
    (b"3g", "video/3gpp"),
    (b"", "video/mp4"),
)
_ZIP_MEMBERS: tuple[tuple[bytes, str, frozenset[Flag]], ...] = (
    (b"AndroidManifest.xml", "application/vnd.android.package-archive", _RUNS),
    (b"META-INF/MANIFEST.MF", "application/java-archive", _RUNS),
    (b"OFD.xml", "application/ofd", frozenset()),
    (b"word/document", f"{_OOXML}wordprocessingml.document", frozenset()),
    (b"xl/workbook", f"{_OOXML}spreadsheetml.sheet", frozenset()),
    (b"ppt/presentation", f"{_OOXML}presentationml.presentation", frozenset()),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS: tuple[tuple[str, str, frozenset[Flag]], ...] = (
    ("WordDocument", "application/msword", frozenset()),
    ("Workbook", "application/vnd.ms-excel", frozenset()),
    ("PowerPoint Document", "application/vnd.ms-powerpoint", frozenset()),
    ("EncryptedPackage", "application/x-encrypted-office", frozenset({Flag.ENCRYPTED})),
    ("__substg1.0_", "application/vnd.ms-outlook", frozenset()),
    ("\u4840\u3f3f\u4577\u446c", "application/x-msi", _RUNS),
)
_OLE_MACROS = ("_VBA_PROJECT", "VBA", "Macros")
_END_OF_ZIP = struct.Struct("<4s4HIIH")
_LARGEST_DIRECTORY = 1 << 20
_SNIFFED = 4096
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|meta|title|table|object|embed|base|form|img|div|style|a\s)",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<(?:!doctype\s+svg|svg[\s>:])", re.IGNORECASE)
_SCRIPT = re.compile(rb"^\s{0,100}(?:@echo\s+off|powershell|Set-ExecutionPolicy|on error resume next)", re.IGNORECASE)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff_media_type(content: bytes) -> ContentType:
    """The type of some bytes by their content; looks at the head, and at the directory of a ZIP, and unpacks nothing."""
    head = content[:_SNIFFED]
    for offset, magic, media_type, flags in _MAGIC:
        if head.startswith(magic, offset):
            return ContentType(media_type, flags | _within(media_type, content))
    for look in (_container, _zip, _ole, _bitmap, _late_pdf):
        if found := look(content):
            return found
    return _text(head)


def contradicts(declared: str, found: ContentType) -> bool:
    """Whether a declared type claims something else than was found; a claim of octets or of nothing can't be wrong."""
    claim = declared.partition(";")[0].strip().lower()
    if claim in {"", OCTETS, found.media_type} or found.media_type == OCTETS:
        return False
    return claim.partition("/")[0] != found.media_type.partition("/")[0] or bool(found.flags)


def ending_contradicts(name: str, found: ContentType) -> bool:
    """Whether a file's name ends like one kind of evidence while its bytes are another: ``photo.jpg`` that is a program."""
    ending = name.rpartition(".")[2].lower()
    owners = {media_type for media_type, endings in ALLOWED.items() if ending in endings}
    return bool(owners) and found.media_type != OCTETS and found.media_type not in owners


def _within(media_type: str, content: bytes) -> frozenset[Flag]:
    locked = media_type == "application/pdf" and b"/Encrypt" in content[-_SNIFFED:]
    return frozenset({Flag.ENCRYPTED}) if locked else frozenset()


def _container(content: bytes) -> ContentType | None:
    if content[:2] == b"MZ" and _NOT_TEXT.search(content[:128]):
        return ContentType("application/vnd.microsoft.portable-executable", _RUNS)
    if content[:4] == b"RIFF" and content[8:12] in _RIFF:
        return ContentType(_RIFF[content[8:12]])
    if content[4:8] == b"ftyp":
        return ContentType(next(found for brand, found in _BRANDS if content[8:12].startswith(brand)))
    return None


def _zip(content: bytes) -> ContentType | None:
    if content[:4] not in {b"PK\x03\x04", b"PK\x05\x06"}:
        return None
    names = _zip_directory(content)
    flags = frozenset({Flag.MACROS}) if b"vbaProject.bin" in names else frozenset()
    encrypted = frozenset({Flag.ENCRYPTED}) if content[6:7] and content[6] & 1 else frozenset()
    for member, media_type, own in _ZIP_MEMBERS:
        if member in names:
            return ContentType(media_type, own | flags | encrypted)
    if b"mimetypeapplication/vnd.oasis.opendocument" in content[:120]:
        return ContentType("application/vnd.oasis.opendocument", flags)
    return ContentType("application/zip", flags | encrypted)


def _zip_directory(content: bytes) -> bytes:
    """The bytes of the central directory, where the members' names stand in clear; the head where there is none."""
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    if end < 0 or len(content) < end + _END_OF_ZIP.size:
        return content[:_SNIFFED]
    *_, size, offset, _comment = _END_OF_ZIP.unpack_from(content, end)
    return content[offset : offset + min(size, _LARGEST_DIRECTORY)]


def _ole(content: bytes) -> ContentType | None:
    if not content.startswith(_OLE):
        return None
    flags = frozenset({Flag.MACROS}) if any(_stream(name) in content for name in _OLE_MACROS) else frozenset()
    for name, media_type, own in _OLE_STREAMS:
        if name.encode("utf-16-le") in content:
            return ContentType(media_type, own | flags)
    return ContentType("application/x-ole-storage", flags)


def _stream(name: str) -> bytes:
    return (name + "\0").encode("utf-16-le")


def _bitmap(content: bytes) -> ContentType | None:
    if (
        content[:2] == b"BM"
        and content[6:10] == bytes(4)
        and content[14:18] in {b"\x28\0\0\0", b"\x0c\0\0\0", b"\x7c\0\0\0"}
    ):
        return ContentType("image/bmp")
    return None


def _late_pdf(content: bytes) -> ContentType | None:
    """Readers take a PDF whose mark stands anywhere in the first kilobyte."""
    found = b"%PDF-" in content[:1024] and _NOT_TEXT.search(content[:_SNIFFED])
    return ContentType("application/pdf", _within("application/pdf", content)) if found else None


def _text(head: bytes) -> ContentType:
    plain = _without_utf_16(head)
    if not plain or _NOT_TEXT.search(plain):
        return ContentType(OCTETS)
    if _SVG.search(plain):
        return ContentType("image/svg+xml", frozenset({Flag.ACTIVE}))
    if _HTML.search(plain):
        return ContentType("text/html", frozenset({Flag.ACTIVE}))
    if plain.lstrip().startswith(b"<?xml"):
        return ContentType("application/xml", frozenset({Flag.ACTIVE}))
    if _SCRIPT.search(plain):
        return ContentType("text/x-script", _RUNS)
    return ContentType("text/plain")


def _without_utf_16(head: bytes) -> bytes:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head
