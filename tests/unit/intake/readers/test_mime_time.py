"""No mail takes long: every way we know of to make a mail reader slow, at a size that a mailbox lets through."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest

from services.intake.readers.mime import read_mail
from services.intake.readers.parsed_mail import Unreadable
from tests.parts.mails import COMPLAINT, PLAIN, file_part, mail, multipart, part, tnef, tnef_attribute

MEGABYTE = 2**20
LIMIT = 20.0
"""Seconds of processor time. Read in linear time, each takes under two on an idle machine; in quadratic time, minutes: the
limit lies between, so that a busy machine doesn't fail what a bad reader must."""

HISTORY = f"> {COMPLAINT}\r\n".encode()
FORTY_DEEP = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(40))


def _html(source: bytes) -> bytes:
    return mail(source, content_type=b"text/html; charset=utf-8")


def _winmail(stream: bytes) -> bytes:
    return multipart(file_part(b"winmail.dat", stream, b"application/ms-tnef"))


SLOW: dict[str, Callable[[], bytes]] = {
    "subject of 1 MB": lambda: mail(subject=b"x" * MEGABYTE),
    "subject of 1 MB of encoded words": lambda: mail(subject=b"=?gbk?B?1tA=?= " * (MEGABYTE // 15)),
    "subject of 1 MB of broken words": lambda: mail(subject=b"=?" * (MEGABYTE // 2)),
    "subject of 1 MB of blanks": lambda: mail(subject=b"x" + b" " * MEGABYTE + b"x"),
    "10 000 Received": lambda: mail(extra=[b"Received: from a by b; Mon, 2 Nov 2026 10:11:12 +0800"] * 10_000),
    "From of 1 MB of brackets": lambda: mail(sender=b"<" * MEGABYTE),
    "From of 1 MB of quotes": lambda: mail(sender=b'"\\' * (MEGABYTE // 2)),
    "To of 1 MB of parentheses": lambda: mail(extra=[b"Cc: " + b"(a" * (MEGABYTE // 2)]),
    "Content-Type of 1 MB of semicolons": lambda: mail(content_type=b"multipart/mixed" + b";" * MEGABYTE),
    "Content-Type of 1 MB of quotes": lambda: mail(content_type=b"multipart/mixed; a=" + b'";' * (MEGABYTE // 2)),
    "Content-Type of 1 MB of blanks": lambda: mail(content_type=b"text/plain; a" + b" " * MEGABYTE + b"b"),
    "References of 1 MB of brackets": lambda: mail(extra=[b"References: " + b"<a" * (MEGABYTE // 2)]),
    "1 MB of stray lines": lambda: b"\r\n".join([b"???"] * (MEGABYTE // 5)) + b"\r\n" + mail(),
    "1 MB of header lines": lambda: b"a: b\r\n" * (MEGABYTE // 6) + mail(),
    "250 000 boundary lines": lambda: multipart(PLAIN) + b"--=_b\r\n" * 250_000,
    "5 MB of closing lines": lambda: mail(b"--x--\r\n" * (5 * MEGABYTE // 7), content_type=b"multipart/mixed"),
    "40 multiparts deep, 5 MB of lines": lambda: FORTY_DEEP + b"\r\n" + HISTORY * (5 * MEGABYTE // len(HISTORY)),
    "5 MB of broken base64": lambda: multipart(
        file_part(b"a", b"").replace(b"\r\n\r\n", b"\r\n\r\n" + b"=a!" * (2 * MEGABYTE))
    ),
    "attachment of 10 MB": lambda: multipart(file_part(b"a", bytes(10 * MEGABYTE))),
    "5 MB of soft breaks": lambda: mail(b"=\r\n" * (5 * MEGABYTE // 3), encoding=b"quoted-printable"),
    "5 MB of calendar": lambda: mail(b"SUMMARY:\\n x\r\n " * (5 * MEGABYTE // 15), content_type=b"text/calendar"),
    "100 000 empty attributes": lambda: _winmail(tnef() + tnef_attribute(1, 0x00069003, b"") * 100_000),
    "a count of four thousand million": lambda: _winmail(
        tnef() + tnef_attribute(1, 0x00069003, b"\x01\0\0\0\x02\x10\0\0\xff\xff\xff\xff") + bytes(20)
    ),
    "5 MB of quoted lines": lambda: mail(COMPLAINT.encode() + b"\r\n" + HISTORY * (5 * MEGABYTE // len(HISTORY))),
    "5 MB of lines that nearly are headers": lambda: mail(b"From: x\r\n-----\r\n" * (5 * MEGABYTE // 16)),
    "5 MB of lines that nearly attribute": lambda: mail(
        b"On 2026-11-02 10:11:12 a@b.cn wrote\r\n" * (5 * MEGABYTE // 37)
    ),
    "5 MB of lines of two characters": lambda: mail(b"a:\r\n" * (5 * MEGABYTE // 4)),
    "5 MB in one line": lambda: mail(b"x@" * (5 * MEGABYTE // 2)),
    "5 MB of HTML history": lambda: _html(f"<p>新</p><blockquote><p>{COMPLAINT}</p></blockquote>".encode() * 36_000),
    "1 MB of combining marks": lambda: mail(("a" + "\u0301\u0316" * (MEGABYTE // 4)).encode()),
    "subject of combining marks": lambda: mail(subject=("a" + "\u0301\u0316" * (MEGABYTE // 4)).encode()),
    "URL of 1 MB": lambda: mail(b"http://example.cn/" + b"a" * MEGABYTE),
    "10 000 URLs": lambda: mail(b"http://example.cn/?a=b&c=http://example.cn/\r\n" * 10_000),
    "10 000 links": lambda: _html(b'<a href="http://example.cn/">http://example.cn/</a><br>' * 10_000),
    "100 000 nested elements": lambda: _html(b"<div>" * 100_000 + b"x" + b"</div>" * 100_000),
    "40 000 nested formats": lambda: _html(b"<a><b><i><font>" * 40_000 + b"x"),
    "300 000 open comments": lambda: _html(b"<!--" * 300_000),
    "300 000 open scripts": lambda: _html(b"<script>" * 300_000),
    "1 MB of brackets": lambda: _html(b"<" * MEGABYTE),
    "a table of 100 000 cells": lambda: _html(b"<table>" + b"<tr><td>a<td>b" * 50_000),
    "10 000 addresses": lambda: mail(extra=[b"Cc: " + b"Zhang San <zhang@example.cn>, " * 10_000]),
    "declared calendar in base64, 5 MB": lambda: multipart(
        part(b"text/calendar", base64.encodebytes(b"x:y\n" * MEGABYTE), b"Content-Transfer-Encoding: base64")
    ),
}


@pytest.mark.parametrize("what", SLOW)
def test_no_mail_takes_long(what: str) -> None:
    """Each of these is read, or said to be unreadable, in linear time."""
    raw = SLOW[what]()
    began = time.process_time()
    try:
        read_mail(raw)
    except Unreadable as unreadable:
        assert unreadable.fault  # noqa: PT017 - either outcome is right; what counts is the time
    assert time.process_time() - began < LIMIT
