"""Builders of mail as it really comes: raw bytes, put together by hand so that every fault can be put in."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

CRLF = b"\r\n"
COMPLAINT = "我到市民中心办理营业执照，3号窗口工作人员推诿，态度恶劣。请予以处理。"


def mail(
    body: bytes = COMPLAINT.encode(),
    *,
    subject: bytes | None = b"Complaint",
    sender: bytes | None = b"Zhang San <zhang@example.cn>",
    content_type: bytes | None = b"text/plain; charset=utf-8",
    encoding: bytes | None = b"8bit",
    extra: Sequence[bytes] = (),
) -> bytes:
    """One mail; a header given as None is left out."""
    named = (
        (b"From", sender),
        (b"To", b"intake@center.example"),
        (b"Subject", subject),
        (b"Message-ID", b"<1@example.cn>"),
        (b"MIME-Version", b"1.0"),
        (b"Content-Type", content_type),
        (b"Content-Transfer-Encoding", encoding),
    )
    lines = [name + b": " + value for name, value in named if value is not None]
    return CRLF.join([*lines, *extra, b"", body])


def text_mail(text: str, **headers: bytes | None) -> bytes:
    """A mail of UTF-8 text."""
    return mail(text.encode(), **headers)  # type: ignore[arg-type]


def part(content_type: bytes, body: bytes, *extra: bytes) -> bytes:
    """One part of a multipart."""
    return CRLF.join([b"Content-Type: " + content_type, *extra, b"", body])


def file_part(name: bytes, content: bytes, content_type: bytes = b"application/octet-stream") -> bytes:
    """One attached file, in base64."""
    return part(
        content_type,
        base64.encodebytes(content),
        b"Content-Transfer-Encoding: base64",
        b'Content-Disposition: attachment; filename="' + name + b'"',
    )


def multipart(*parts: bytes, kind: bytes = b"mixed", boundary: bytes = b"=_b", extra: Sequence[bytes] = ()) -> bytes:
    """A whole mail of several parts."""
    return mail(
        joined(*parts, boundary=boundary),
        content_type=b"multipart/" + kind + b'; boundary="' + boundary + b'"',
        extra=extra,
    )


def joined(*parts: bytes, boundary: bytes) -> bytes:
    """Parts between their boundaries."""
    return CRLF.join([piece for each in parts for piece in (b"--" + boundary, each)] + [b"--" + boundary + b"--", b""])


def inner_multipart(*parts: bytes, kind: bytes, boundary: bytes) -> bytes:
    """A multipart as a part."""
    return part(b"multipart/" + kind + b'; boundary="' + boundary + b'"', joined(*parts, boundary=boundary))


def word(text: bytes, charset: bytes = b"gb2312") -> bytes:
    """An encoded word in base64."""
    return b"=?" + charset + b"?B?" + base64.b64encode(text) + b"?="


PLAIN = part(b"text/plain; charset=utf-8", COMPLAINT.encode())


def nested_multiparts(depth: int) -> bytes:
    """Multiparts in one another."""
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return b"From: a@example.cn\r\nSubject: deep\r\n" + opened + b"Content-Type: text/plain\r\n\r\nx\r\n"


def hidden_multiparts(depth: int) -> bytes:
    """Multiparts in one another, none of which announces its boundary."""
    raw = b"Content-Type: text/plain\r\n\r\nx"
    for level in range(depth):
        raw = b"Content-Type: multipart/mixed\r\n\r\n--b%d\r\n%s\r\n--b%d--\r\n" % (level, raw, level)
    return b"From: a@example.cn\r\nSubject: hidden\r\n" + raw


def nested_mails(depth: int) -> bytes:
    """Mails in one another; the innermost says so."""
    raw = text_mail("最里面")
    for _ in range(depth):
        raw = mail(raw, content_type=b"message/rfc822", encoding=None)
    return raw


def bounce(*, status: bytes = b"5.1.1", action: bytes = b"failed", returned: bytes | None = None) -> bytes:
    """A delivery status report (RFC 3464) with the head of the returned message."""
    fields = CRLF.join(
        [
            b"Reporting-MTA: dns; mx.example.cn",
            b"Original-Envelope-Id: 7f3a",
            b"",
            b"Original-Recipient: rfc822; zhang@example.cn",
            b"Final-Recipient: rfc822; zhang@example.cn",
            b"Action: " + action,
            b"Status: " + status,
            b"Diagnostic-Code: smtp; 550 no such user",
        ]
    )
    original = returned or b"Message-ID: <answer-1@center.example>\r\nSubject: x\r\n"
    return multipart(
        part(b"text/plain; charset=us-ascii", b"Your message could not be delivered."),
        part(b"message/delivery-status", fields),
        part(b"text/rfc822-headers", original),
        kind=b"report; report-type=delivery-status",
        extra=[b"Return-Path: <>", b"Auto-Submitted: auto-replied"],
    )


def tnef(
    *,
    body: bytes = b"",
    files: Sequence[tuple[bytes, bytes]] = (),
    long_names: Sequence[str] = (),
    html: bytes = b"",
    codepage: int = 936,
) -> bytes:
    """A TNEF stream ([MS-OXTNEF])."""
    stream = struct.pack("<IH", 0x223E9F78, 1)
    stream += tnef_attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    stream += tnef_attribute(1, 0x00069007, struct.pack("<II", codepage, 0))
    if body:
        stream += tnef_attribute(1, 0x0002800C, body + b"\0")
    if html:
        properties = _property(0x3FDE, 0x0003, struct.pack("<I", 65001)) + _property(0x1013, 0x0102, _counted(html))
        stream += tnef_attribute(1, 0x00069003, struct.pack("<I", 2) + properties)
    for number, (name, content) in enumerate(files):
        stream += tnef_attribute(2, 0x00069002, bytes(14))
        stream += tnef_attribute(2, 0x00018010, name + b"\0")
        stream += tnef_attribute(2, 0x0006800F, content)
        if number < len(long_names):
            named = _property(0x3707, 0x001F, _counted(long_names[number].encode("utf-16-le") + b"\0\0"))
            stream += tnef_attribute(2, 0x00069005, struct.pack("<I", 1) + named)
    return stream


def tnef_attribute(level: int, number: int, content: bytes) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BII", level, number, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def _property(tag: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, tag) + value


def _counted(value: bytes) -> bytes:
    return struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)
