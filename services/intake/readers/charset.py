"""Which characters some bytes are: the rule measured on hard Chinese mail.

Law of this file: text is never garbled in silence. Where the label was wrong, missing or unknown, ``guessed`` says so;
where bytes could not be read at all, ``damaged`` says so; the caller keeps the raw bytes. In order:

1. a byte order mark, and the 7-bit and 16-bit encodings that would pass for ASCII (ISO-2022, HZ, UTF-7, UTF-16);
2. strict UTF-8, whatever the label says (senders mislabel UTF-8 more often than anything else);
3. the label, where gb2312, gbk, x-gbk and cp936 all mean GB 18030, and us-ascii, iso-8859-1 and windows-1252 mean nothing;
4. UTF-8 with a few broken characters (a mail cut in the middle), then GB 18030, then Big5;
5. the reading with the fewest broken characters, marked as damaged.

It must not know mail: labels and bytes come in, text goes out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from services.intake.readers.plain_text import tidy

_ALIASES = {
    **dict.fromkeys(
        ("gb2312", "gb_2312-80", "csgb2312", "chinese", "gbk", "x-gbk", "cp936", "ms936", "936", "gb18030", "gb-18030"),
        "gb18030",
    ),
    **dict.fromkeys(("euc-cn", "x-euc-cn", "gb18030-2000", "gb18030-2022", "gb_18030", "cp54936"), "gb18030"),
    **dict.fromkeys(("big5", "big-5", "cn-big5", "x-x-big5", "cp950", "big5-hkscs", "big5hkscs"), "big5hkscs"),
    **dict.fromkeys(("utf8", "utf-8", "utf-8-sig", "unicode-1-1-utf-8", "cp65001"), "utf-8"),
    **dict.fromkeys(("utf-7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7"), "utf-7"),
    **dict.fromkeys(("hz", "hz-gb-2312", "x-hz", "cp52936"), "hz"),
    **dict.fromkeys(("iso-2022-cn", "iso-2022-cn-ext", "csiso2022cn"), "iso-2022-cn"),
}
_MEANINGLESS = frozenset(
    {
        *("", "ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin-1", "latin1", "windows-1252", "cp1252"),
        *("ansi_x3.4-1968", "unknown", "unknown-8bit", "x-unknown", "x-user-defined", "binary", "8bit", "default"),
    }
)
"""Labels that software writes without looking: believed by none of the mail seen, so they decide nothing."""

_SEVEN_BIT = frozenset({"hz", "utf-7", "iso-2022-cn", "iso2022_jp", "iso2022_jp_2", "iso2022_kr"})
_NOT_CHARSETS = frozenset(
    {
        *("ascii", "base64", "hex", "quopri", "uu", "zlib", "bz2", "rot13", "undefined"),
        *("idna", "punycode", "unicode_escape", "raw_unicode_escape"),
    }
)
"""Codecs that Python knows beside charsets; some of them are quadratic."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FEW_NULS = 3
_LABEL = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_SHIFTED_CN = re.compile(rb"\x1b\$\)[AG]")
_SHIFTED_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])++~\}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read by, and how far it can be trusted."""

    text: str
    charset: str
    guessed: bool = False
    damaged: bool = False


def decode(raw: bytes, label: str | None = None) -> Decoded:
    """Read ``raw`` by the rule of this file. Never raises; linear in the size of ``raw``."""
    named = codec_of(label)
    found = _marked(raw) or _seven_bit(raw, named) or _sixteen_bit(raw, named) or _eight_bit(raw, named)
    return replace(found, text=tidy(found.text))


def codec_of(label: str | None) -> str | None:
    """The codec a label means, or None where it means nothing (unknown, meaningless, or not a text encoding)."""
    cleaned = _LABEL.search(label or "")
    name = cleaned.group().lower() if cleaned else ""
    if name in _MEANINGLESS:
        return None
    if name in _ALIASES:
        return _ALIASES[name]
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if found in _NOT_CHARSETS else found


def _strictly(raw: bytes, codec: str) -> str | None:
    if codec == "iso-2022-cn":
        return _iso_2022_cn(raw)
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _marked(raw: bytes) -> Decoded | None:
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            text = raw[len(mark) :].decode(codec, "replace")
            return Decoded(text, codec, damaged="\ufffd" in text)
    return None


def _seven_bit(raw: bytes, named: str | None) -> Decoded | None:
    """Encodings whose bytes are all ASCII, so that strict UTF-8 would take their escapes for text."""
    if not raw.isascii() or not (named in _SEVEN_BIT or b"\x1b$" in raw or b"~{" in raw):
        return None
    if named in _SEVEN_BIT:
        text = _strictly(raw, named)
        return Decoded(text, named, damaged="\ufffd" in text) if text is not None else None
    for pattern, codec in ((_SHIFTED_CN, "iso-2022-cn"), (_SHIFTED_HZ, "hz")):
        if pattern.search(raw) and (text := _strictly(raw, codec)) is not None:
            return Decoded(text, codec, guessed=True, damaged="\ufffd" in text)
    return None


def _sixteen_bit(raw: bytes, named: str | None) -> Decoded | None:
    """UTF-16 without a mark: where it is named, or where every second byte of the ASCII in it is NUL."""
    by_label = named is not None and named.startswith("utf-16")
    if len(raw) % 2 or not raw or not (by_label or _alternates(raw)):
        return None
    orders = ("utf-16-be", "utf-16-le") if named != "utf-16-le" else ("utf-16-le", "utf-16-be")
    readings = [(text, codec) for codec in orders if (text := _strictly(raw, codec)) is not None]
    if not readings:
        return None
    text, codec = max(readings, key=lambda reading: _plausible(reading[0]))
    return Decoded(text, codec, guessed=not by_label or named not in {codec, "utf-16"})


def _alternates(raw: bytes) -> bool:
    """Whether NULs stand at one parity only, and often: mere NULs in a text stand anywhere and are few."""
    even, odd = raw[::2].count(0), raw[1::2].count(0)
    most, fewest = max(even, odd), min(even, odd)
    return most >= _FEW_NULS and most * 10 >= len(raw) // 2 and fewest * 20 <= most


def _plausible(text: str) -> int:
    """How many of the first characters are ones that people here write: ASCII, CJK, full-width forms."""
    return sum(
        "\x20" <= char <= "\x7e" or char in "\t\r\n" or "\u3000" <= char <= "\u303f" or "\u4e00" <= char <= "\u9fff"
        for char in text[:2000]
    )


def _eight_bit(raw: bytes, named: str | None) -> Decoded:
    for attempt in (_utf_8, _by_label, _nearly_utf_8, _chinese):
        if found := attempt(raw, named):
            return found
    return _fewest_broken(raw, named)


def _utf_8(raw: bytes, named: str | None) -> Decoded | None:
    text = _strictly(raw, "utf-8")
    if text is None:
        return None
    if named in {"gb18030", "big5hkscs"} and _is_double_byte_only(text) and _strictly(raw, named) is not None:
        return None  # a few characters of GBK are also UTF-8 of two bytes; UTF-8 Chinese always has three
    believed = raw.isascii() or named == "utf-8" or (named is None and not _is_double_byte_only(text))
    return Decoded(text, "utf-8", guessed=not believed)


def _is_double_byte_only(text: str) -> bool:
    return not text.isascii() and max(text) <= "\u07ff"


def _by_label(raw: bytes, named: str | None) -> Decoded | None:
    if named is None or named == "utf-8":
        return None
    text = _strictly(raw, named)
    return Decoded(text, named) if text is not None else None


def _nearly_utf_8(raw: bytes, named: str | None) -> Decoded | None:
    """UTF-8 that was cut or hurt in a few places: GB 18030 would read most of such bytes, as other characters."""
    if named not in {"utf-8", None}:
        return None
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = (len(raw) - len(text)) // 2
    only_cut = broken == 1 and text.endswith("\ufffd") and whole > 1
    if broken * 20 > whole and not only_cut:
        return None
    return Decoded(text, "utf-8", guessed=named is None, damaged=True)


def _chinese(raw: bytes, named: str | None) -> Decoded | None:
    """GB 18030, or Big5 where that gives more of the characters that people write; the first wins a tie."""
    if named == "gb18030":
        return None
    readings = [(text, codec) for codec in ("gb18030", "big5hkscs") if (text := _strictly(raw, codec)) is not None]
    if not readings:
        return None
    text, codec = max(readings, key=lambda reading: _plausible(reading[0]))
    return Decoded(text, codec, guessed=True)


def _fewest_broken(raw: bytes, named: str | None) -> Decoded:
    codecs_to_try = [named or "utf-8", "gb18030", "utf-8", "big5hkscs"]
    readings = [(_replacing(raw, codec), codec) for codec in codecs_to_try]
    text, codec = min(readings, key=lambda reading: reading[0].count("\ufffd"))
    return Decoded(text, codec, guessed=codec != named, damaged=True)


def _replacing(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec, "replace")
    except (UnicodeError, LookupError, ValueError):
        return raw.decode("ascii", "replace")


def _iso_2022_cn(raw: bytes) -> str:
    """ISO-2022-CN (RFC 1922), which Python has no codec for: GB 2312 is read; CNS 11643 planes become U+FFFD."""
    pieces: list[str] = []
    reader = _unknown_plane
    shifted = False
    for token in _ISO_2022_TOKENS.findall(raw):
        if token[:1] == b"\x1b":
            reader = _gb_2312_in_seven_bits if token == b"\x1b$)A" else _unknown_plane
        elif token in {b"\x0e", b"\x0f", b"\n"}:
            shifted = token == b"\x0e"  # a line's end shifts back in
            pieces.append(token.decode() if token == b"\n" else "")
        else:
            pieces.append(reader(token) if shifted else token.decode("ascii", "replace"))
    return "".join(pieces)


_ISO_2022_TOKENS = re.compile(rb"\x1b\$[)*+][A-M]|\x1bN..|\x1b|[\x0e\x0f\n]|[^\x1b\x0e\x0f\n]++", re.DOTALL)
_LAST_CONTROL = 0x20


def _gb_2312_in_seven_bits(token: bytes) -> str:
    return bytes(byte | 0x80 if byte > _LAST_CONTROL else byte for byte in token).decode("gb2312", "replace")


def _unknown_plane(token: bytes) -> str:
    return "\ufffd" * (len(token) // 2)
