"""Every kind of hard mail that the reader can settle, as one table: the mail, and what must come of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from services.intake.readers.content_type import Flag
from services.intake.readers.mime import read_head, read_mail
from services.intake.readers.parsed_mail import Fault, ParsedMail, Unreadable
from tests.parts.mails import (
    COMPLAINT,
    PLAIN,
    bounce,
    file_part,
    hidden_multiparts,
    inner_multipart,
    mail,
    multipart,
    nested_mails,
    nested_multiparts,
    part,
    text_mail,
    tnef,
    word,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
GBK_SUBJECT = "关于窗口推诿的投诉".encode("gbk")
TO_MANY = b", ".join(b"person%d@example.cn" % number for number in range(10_000))


@dataclass(frozen=True)
class Case:
    """One row: what is hard about the mail, the mail, and what must hold of it once it is read."""

    what: str
    raw: bytes
    holds: Callable[[ParsedMail], bool]


def _says(text: str) -> Callable[[ParsedMail], bool]:
    return lambda read: read.text == text


def _one_file(**expected: object) -> Callable[[ParsedMail], bool]:
    def holds(read: ParsedMail) -> bool:
        (file,) = read.attachments
        return all(getattr(file, name) == value for name, value in expected.items())

    return holds


def _innermost(read: ParsedMail) -> ParsedMail:
    while read.nested:
        (read,) = read.nested
    return read


def _is_reported(read: ParsedMail) -> bool:
    report = read.report
    assert report is not None
    (row,) = report.recipients
    return (
        report.original_message_id == "answer-1@center.example"
        and report.envelope_id == "7f3a"
        and (row.final_recipient, row.action, row.status) == ("zhang@example.cn", "failed", "5.1.1")
        and report.failed
        and report.permanent
        and read.head.facts.return_path == ""
    )


READABLE: tuple[Case, ...] = (
    Case("words without a header", COMPLAINT.encode("gbk"), lambda read: read.text == COMPLAINT),
    Case("no Message-ID", b"From: a@b.cn\r\n\r\nx", lambda read: read.head.message_id is None),
    Case(
        "one mail to two of our addresses",
        mail(extra=[b"Delivered-To: intake@center.example", b"Delivered-To: office+7f3a@center.example"]),
        lambda read: read.head.facts.delivered_to == ("intake@center.example", "office+7f3a@center.example"),
    ),
    Case("nothing in it", mail(b"", subject=None), lambda read: read.is_blank and not read.head.subject),
    Case("subject only", mail(b""), lambda read: read.is_blank and read.head.subject == "Complaint"),
    Case(
        "a scan and no words",
        multipart(part(b"text/plain", b""), file_part(b"scan.png", PNG, b"image/png")),
        lambda read: not read.text and read.attachments[0].found.media_type == "image/png" and not read.is_blank,
    ),
    Case(
        "HTML only",
        mail(f"<html><body><p>{COMPLAINT}</p></body></html>".encode(), content_type=b"text/html; charset=utf-8"),
        lambda read: read.text == COMPLAINT and read.html_present,
    ),
    Case(
        "HTML that runs, loads and redirects",
        mail(
            b'<base href="http://evil"><meta http-equiv=refresh content="0;url=http://evil"><style>p{}</style>'
            b"<script>alert(1)</script><p onerror=x>good</p><svg onload=alert(2)></svg><iframe src=x>in</iframe>"
            b"<form action=x><input value=y></form>",
            content_type=b"text/html",
        ),
        lambda read: read.text == "good",
    ),
    Case(
        "GBK characters under the label gb2312",
        mail("镕 堃 囍".encode("gbk"), content_type=b"text/plain; charset=gb2312"),
        lambda read: read.text == "镕 堃 囍" and not read.guessed,
    ),
    Case(
        "four-byte GB 18030, CJK extension B",
        mail("𠮷𬭎先生".encode("gb18030"), content_type=b"text/plain; charset=gb18030"),
        _says("𠮷𬭎先生"),
    ),
    Case("Big5", mail("投訴窗口".encode("big5"), content_type=b"text/plain; charset=big5"), _says("投訴窗口")),
    Case(
        "ISO-2022-CN",
        mail(b"\x1b$)A\x0eM6Km\x0f abc", content_type=b"text/plain; charset=ISO-2022-CN", encoding=b"7bit"),
        _says("投速 abc".replace("速", bytes((0xCB, 0xED)).decode("gbk"))),
    ),
    Case("HZ", mail("投诉窗口".encode("hz"), content_type=b"text/plain; charset=hz-gb-2312"), _says("投诉窗口")),
    Case("UTF-7", mail("投诉窗口".encode("utf-7"), content_type=b"text/plain; charset=utf-7"), _says("投诉窗口")),
    Case(
        "UTF-16 without a mark",
        mail("投诉 3 号窗口".encode("utf-16-be"), content_type=b"text/plain; charset=utf-16"),
        _says("投诉 3 号窗口"),
    ),
    Case(
        "Big5 without a label is read and marked as guessed",
        mail("投訴窗口人員".encode("big5"), content_type=b"text/plain"),
        lambda read: read.text == "投訴窗口人員" and read.guessed,
    ),
    Case(
        "says utf-8, is GBK",
        mail(COMPLAINT.encode("gbk"), content_type=b"text/plain; charset=utf-8"),
        lambda read: read.text == COMPLAINT and read.guessed,
    ),
    Case(
        "unknown charset",
        mail(COMPLAINT.encode("gbk"), content_type=b"text/plain; charset=x-user-defined"),
        lambda read: read.text == COMPLAINT and read.guessed,
    ),
    Case(
        "charset with quotes and a line break",
        mail(COMPLAINT.encode("gbk"), content_type=b'text/plain; charset="\r\n gb2312"'),
        _says(COMPLAINT),
    ),
    Case(
        "subject cut in the middle of a character",
        mail(subject=word(GBK_SUBJECT[:7]) + b"\r\n " + word(GBK_SUBJECT[7:])),
        lambda read: read.head.subject == "关于窗口推诿的投诉",
    ),
    Case(
        "raw GBK in the headers",
        mail(subject=GBK_SUBJECT, sender="张三 <z@example.cn>".encode("gbk")),
        lambda read: (
            read.head.subject == "关于窗口推诿的投诉" and read.head.senders[0].name == "张三" and read.head.guessed
        ),
    ),
    Case(
        "boundary never closed",
        multipart(PLAIN, boundary=b"x").replace(b"--x--", b""),
        _says(COMPLAINT),
    ),
    Case(
        "boundary missing",
        mail(b"--x\r\n\r\ntext\r\n--x--", content_type=b"multipart/mixed"),
        _says("text"),
    ),
    Case(
        "another boundary than the one announced",
        multipart(PLAIN, file_part(b"a.pdf", PDF)).replace(b'boundary="=_b"', b'boundary="other"'),
        lambda read: read.text == COMPLAINT and [file.name for file in read.attachments] == ["a.pdf"],
    ),
    Case(
        "no boundary anywhere",
        mail(b"no parts here", content_type=b"multipart/mixed"),
        _says("no parts here"),
    ),
    Case("boundary of 10 000 characters", multipart(PLAIN, boundary=b"x" * 10_000), _says(COMPLAINT)),
    Case(
        "boundary inside a part",
        multipart(part(b"text/plain; charset=utf-8", b"before --=_b after\r\n--=_bx\r\nend")),
        lambda read: read.text == "before --=_b after\n--=_bx\nend",
    ),
    Case(
        "ten mails in one another",
        nested_mails(10),
        lambda read: _innermost(read).text == "最里面",
    ),
    Case(
        "base64 with junk in it",
        multipart(file_part(b"a.pdf", PDF).replace(base64.b64encode(PDF)[:20], base64.b64encode(PDF)[:20] + b"!!\xff")),
        _one_file(damaged=True, content=PDF),
    ),
    Case(
        "base64 with wrong padding",
        multipart(file_part(b"a.pdf", PDF).replace(b"=\n", b"\n")),
        _one_file(damaged=True, content=PDF),
    ),
    Case("base64 of nothing", multipart(file_part(b"a.pdf", b"")), _one_file(damaged=True, content=b"")),
    Case(
        "quoted-printable with a soft break at the end and junk",
        mail(b"a=E6=8A=95=XY=\r\n", encoding=b"quoted-printable"),
        _says("a投=XY"),
    ),
    Case(
        "NUL in header and body",
        mail("投诉\0窗口".encode(), subject=b"sub\0ject"),
        lambda read: read.text == "投诉␀窗口" and read.head.subject == "sub␀ject",
    ),
    Case("bare LF", mail().replace(b"\r\n", b"\n"), _says(COMPLAINT)),
    Case("bare CR", mail().replace(b"\r\n", b"\r"), _says(COMPLAINT)),
    Case("mixed line ends", mail(b"a\rb\nc\r\nd"), _says("a\nb\nc\nd")),
    Case("no From", mail(sender=None), lambda read: read.head.sender is None),
    Case(
        "two From",
        mail(extra=[b"From: other@example.cn"]),
        lambda read: read.head.sender is None and len(read.head.senders) == 2,
    ),
    Case("group", mail(sender=b"undisclosed-recipients:;"), lambda read: read.head.sender is None),
    Case(
        "From of 2 000 characters",
        mail(sender=b"x" * 2000 + b" <a@b.cn>"),
        lambda read: read.head.sender is None,
    ),
    Case(
        "a name that pretends to be somebody",
        mail(sender='"市长热线" <x@evil.example>'.encode()),
        lambda read: (read.head.senders[0].name, read.head.senders[0].address) == ("市长热线", "x@evil.example"),
    ),
    Case(
        "Reply-To differs from From",
        mail(extra=[b"Reply-To: other@example.cn"]),
        lambda read: read.head.reply_to[0].address == "other@example.cn" and read.head.sender is not None,
    ),
    Case(
        "Auto-Submitted",
        mail(extra=[b"Auto-Submitted: Auto-Replied (vacation)"]),
        lambda read: read.head.facts.auto_submitted == "auto-replied",
    ),
    Case("delivery status report", bounce(), _is_reported),
    Case(
        "delivery status report of an international address (RFC 6533)",
        bounce().replace(b"message/delivery-status", b"message/global-delivery-status"),
        _is_reported,
    ),
    Case(
        "list mail",
        mail(extra=[b"List-Id: <news.example>", b"Precedence: Bulk"]),
        lambda read: read.head.facts.list_headers == ("list-id",) and read.head.facts.precedence == "bulk",
    ),
    Case(
        "read receipt",
        multipart(
            part(b"text/plain", b"read"),
            part(b"message/disposition-notification", b"Original-Message-ID: <answer-1@center.example>\r\n"),
            kind=b"report; report-type=disposition-notification",
        ),
        lambda read: read.is_read_receipt and read.receipt_for == "answer-1@center.example",
    ),
    Case(
        "invitation",
        mail(
            "BEGIN:VCALENDAR\r\nSUMMARY:现场\r\n 协调会\r\nDTSTART;TZID=Asia/Shanghai:20261102T090000\r\nEND:VCALENDAR".encode(),
            content_type=b"text/calendar; charset=utf-8; method=REQUEST",
        ),
        _says("主题：现场协调会\n开始：20261102T090000"),
    ),
    Case(
        "winmail.dat",
        multipart(
            file_part(
                b"winmail.dat",
                tnef(body=COMPLAINT.encode("gbk"), files=[("证据.pdf".encode("gbk"), PDF)]),
                b"application/ms-tnef",
            )
        ),
        lambda read: read.text == COMPLAINT and [file.name for file in read.attachments] == ["winmail.dat", "证据.pdf"],
    ),
    Case(
        "S/MIME signed",
        multipart(PLAIN, file_part(b"smime.p7s", b"\x30\x80"), kind=b'signed; protocol="application/pkcs7-signature"'),
        lambda read: read.text == COMPLAINT and read.attachments[0].name == "smime.p7s",
    ),
    Case(
        "500 attachments",
        multipart(PLAIN, *(file_part(b"%d.png" % number, PNG + bytes([number % 256])) for number in range(500))),
        lambda read: len(read.attachments) == 500,
    ),
    Case(
        "hostile file name",
        multipart(file_part("\u200b.htaccess".encode(), b"x")),
        _one_file(name="‹U+200B›.htaccess", raw_name="\u200b.htaccess"),
    ),
    Case(
        "a program called .jpg",
        multipart(file_part(b"photo.jpg", b"MZ\x90\x00" + bytes(60), b"image/jpeg")),
        lambda read: read.attachments[0].suspect and Flag.EXECUTABLE in read.attachments[0].found.flags,
    ),
    Case(
        "an archive stays closed",
        multipart(file_part(b"bomb.zip", b"PK\x03\x04" + bytes(40), b"application/zip")),
        lambda read: read.attachments[0].found.media_type == "application/zip" and len(read.attachments) == 1,
    ),
    Case(
        "a date that can't be",
        mail(extra=[b"Date: Thu, 99 Foo 2099 25:61 +9999"]),
        lambda read: "2099" in read.head.date,
    ),
    Case(
        "In-Reply-To is a claim to look up",
        mail(extra=[b"In-Reply-To: <forged@center.example>", b"References: <a@b.cn> <c@d.cn>"]),
        lambda read: (
            (read.head.in_reply_to, read.head.references) == (("forged@center.example",), ("a@b.cn", "c@d.cn"))
        ),
    ),
    Case(
        "quoted history",
        text_mail(f'{COMPLAINT}\n\n在 2026-11-02 10:11:12，"中心" <intake@center.example> 写道：\n旧的内容\n' * 1),
        lambda read: read.text == COMPLAINT and "旧的内容" in read.quoted,
    ),
    Case(
        "emoji, joiners, combining storms",
        text_mail("👨‍👩‍👧 窗口 e\u0301 " + "a" + "\u0301\u0316" * 5000),
        lambda read: read.text.startswith("👨‍👩‍👧 窗口 é "),
    ),
    Case(
        "10 000 addresses",
        mail(extra=[b"Cc: " + TO_MANY]),
        lambda read: len(read.head.cc) > 3000,
    ),
    Case(
        "headers that look like ours",
        mail(extra=[b"X-Complaint-Id: 2026-000001", b"X-Priority-Urgent: yes", b"X-Shouli-Class: supplement"]),
        lambda read: read == read_mail(mail()),
    ),
    Case(
        "remote images, a tracking pixel, a cid that isn't there",
        mail(b'<img src="http://evil/p.gif"><img src="cid:none">text', content_type=b"text/html"),
        _says("text"),
    ),
    Case(
        "an address that parsers disagree on",
        mail(sender=b"alice@example.org)bob@evil.com"),
        lambda read: read.head.sender is None and read.head.senders[0].written == "alice@example.org)bob@evil.com",
    ),
)


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.what)
def test_a_hard_mail_is_read(case: Case) -> None:
    """Each row's mail is read, and what the row expects of it holds."""
    assert case.holds(read_mail(case.raw))


UNREADABLE: tuple[tuple[str, bytes, Fault], ...] = (
    ("multiparts 2 000 deep", nested_multiparts(2000), Fault.NESTED),
    ("mails 50 deep", nested_mails(50), Fault.NESTED),
    ("mails 11 deep", nested_mails(11), Fault.NESTED),
    (
        "PGP/MIME",
        multipart(part(b"application/pgp-encrypted", b"Version: 1"), kind=b"encrypted"),
        Fault.ENCRYPTED,
    ),
    (
        "PGP inline",
        mail(b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----"),
        Fault.ENCRYPTED,
    ),
    (
        "S/MIME enveloped",
        mail(
            base64.encodebytes(bytes(90)),
            content_type=b"application/pkcs7-mime; smime-type=enveloped-data",
            encoding=b"base64",
        ),
        Fault.ENCRYPTED,
    ),
    (
        "multiparts that hide their boundaries, 30 deep",
        hidden_multiparts(30),
        Fault.NESTED,
    ),
    ("a picture", PNG, Fault.NO_MAIL),
    ("a program", b"MZ\x90\x00" + bytes(60), Fault.NO_MAIL),
    ("2 000 parts", multipart(*[PLAIN] * 2000), Fault.TOO_MANY_PARTS),
)


@pytest.mark.parametrize(
    ("what", "raw", "fault"), UNREADABLE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_mail_that_no_program_can_read_says_why_and_keeps_its_head(what: str, raw: bytes, fault: Fault) -> None:
    """Such a mail raises Unreadable with its reason, and its headers can still be shown to a person."""
    with pytest.raises(Unreadable) as caught:
        read_mail(raw)
    assert caught.value.fault is fault
    assert bool(read_head(raw).senders) is (fault is not Fault.NO_MAIL)


def test_a_mail_with_words_beside_an_encrypted_part_is_read() -> None:
    """The words are taken, the encrypted part is kept as a file."""
    sealed = inner_multipart(file_part(b"msg.asc", b"-----BEGIN"), kind=b"encrypted", boundary=b"e")
    read = read_mail(multipart(PLAIN, sealed))
    assert read.text == COMPLAINT
    assert [file.name for file in read.attachments] == ["msg.asc"]
