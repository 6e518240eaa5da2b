"""The small readers of text: HTML, quotations, invitations, winmail.dat, bounces in prose, and plain text itself."""

from __future__ import annotations

import logging

import pytest
import tnefparse
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.calendar_text import calendar_to_text
from services.intake.readers.charset import codec_of, decode
from services.intake.readers.delivery_report import report_in_prose
from services.intake.readers.html_text import html_to_text
from services.intake.readers.plain_text import normalised, one_line, tidy
from services.intake.readers.quoted import part_quoted
from services.intake.readers.tnef import NotTnef, read_tnef
from tests.parts.mails import COMPLAINT, tnef, tnef_attribute

HTML: tuple[tuple[str, str], ...] = (
    ("<p>一</p><p>二</p>", "一\n\n二"),
    ("一<br>二", "一\n二"),
    ("<table><tr><td>窗口</td><td>3</td></tr></table>", "窗口  3"),
    ("<title>标题</title><style>p{}</style><p>正文</p>", "正文"),
    ("a &lt;b&gt; &amp; c&nbsp;d", "a <b> & c d"),
    ("<ul><li>一</li><li>二</li></ul>", "  * 一\n  * 二"),
    ("<div>" * 300 + "深处" + "</div>" * 300, "深处"),
    ("<!-- 注 -->正文<!-- 未完", "正文"),
    ("<p>没有结束的 <b", "没有结束的"),
    ("纯文字", "纯文字"),
    ("", ""),
)


@pytest.mark.parametrize(("source", "text"), HTML)
def test_html_becomes_the_text_that_people_see(source: str, text: str) -> None:
    """Words come out, in lines; what isn't for people doesn't; depth hides nothing."""
    assert html_to_text(source).strip("\n ") == text.strip()


def test_html_too_large_to_lay_out_still_gives_every_word() -> None:
    """Beyond the measured limits tags are only dropped, and scripts and comments with their content."""
    source = "<script>bad()</script><!-- no --><style>no</style>" + "<p>第<b>一</b>行</p>" * 20_000 + "1 < 2<td>格"
    text = html_to_text(source)
    assert text.count("第一行") == 20_000
    assert text.endswith("1 < 2\t格")
    assert "bad" not in text
    assert "no" not in text


QUOTED: tuple[tuple[str, str, str], ...] = (
    ("QQ", "新\n\n------------------ 原始邮件 ------------------\n发件人: x\n旧", "新"),
    ("QQ, English", "新\n------------------ Original ------------------\nFrom: x\n旧", "新"),
    ("163", '新\n\n在 2026-11-02 10:11:12，"张三" <z@example.cn> 写道：\n旧', "新"),
    ("163, English", '新\nAt 2026-11-02 10:11:12, "Z" <z@example.cn> wrote:\n旧', "新"),
    ("163, new", "新\n---- 回复的原邮件 ----\n| 发件人 | z |\n旧", "新"),
    ("Outlook", "新\n\n-----Original Message-----\nFrom: x\n旧", "新"),
    (
        "Outlook, Chinese block",
        "新\n\n发件人: 张三 <z@example.cn>\n发送时间: 2026年11月2日\n收件人: 中心\n主题: x\n\n旧",
        "新",
    ),
    (
        "Outlook, rule above",
        "新\n________________________________\n发件人: 张三\n日期: 2\n收件人: 中心\n主题: x\n旧",
        "新",
    ),
    ("Gmail", "新\n\nOn Mon, Nov 2, 2026 at 10:11 AM Z <z@example.cn> wrote:\n> 旧\n> 旧二", "新"),
    ("Gmail, broken line", "新\n\nOn Mon, Nov 2, 2026 at 10:11 AM Zhang San <\nz@example.cn> wrote:\n\n> 旧", "新"),
    ("Gmail, Chinese", "新\n\n张三 <z@example.cn> 于2026年11月2日周一 10:11写道：\n> 旧", "新"),
    ("Apple", "新\n\n> 在 2026年11月2日，上午10:11，张三 <z@example.cn> 写道：\n> \n> 旧", "新"),
    ("answer below", "On Mon, Nov 2, 2026 at 10:11 AM Z <z@example.cn> wrote:\n> 旧\n\n新", "新"),
    ("answers between", "> 旧一\n答一\n> 旧二\n答二", "答一\n答二"),
    ("our line", "新\n------ 请在此线以上回复 ------\n旧", "新"),
    ("Foxmail forward", "新\n---------- Forwarded message ---------\n旧", "新"),
)


@pytest.mark.parametrize(("program", "text", "new"), QUOTED, ids=[row[0] for row in QUOTED])
def test_the_new_text_is_told_from_the_history(program: str, text: str, new: str) -> None:
    """By every program's own mark."""
    parted = part_quoted(text)
    assert parted.text == new
    assert "旧" in parted.quoted


UNCUT = (
    "我在 2026 年的投诉材料里写道：\n窗口推诿",
    "发件人是谁？\n主题不清",
    "-----\n价格表\n-----",
    "> 只有引用",
    "-----Original Message-----\n转发来的全部内容",
    "如下：\n1. 窗口\n2. 态度",
    "在公告里写道：\n不予办理",
)


@pytest.mark.parametrize("text", UNCUT)
def test_a_text_without_history_is_not_cut(text: str) -> None:
    """Lines that people write, and a mail that is all quotation, stay whole."""
    assert part_quoted(text).text == text


def test_an_invitation_without_an_event_is_shown_as_it_is() -> None:
    """Nothing that was sent is hidden because it isn't understood."""
    assert calendar_to_text("BEGIN:VCALENDAR\nEND:VCALENDAR") == "BEGIN:VCALENDAR\nEND:VCALENDAR"
    assert calendar_to_text("DESCRIPTION:一\\n二\\, 三") == "说明：一\n二, 三"


def test_winmail_dat_is_read_with_its_long_names() -> None:
    """[MS-OXTNEF]: the body in its code page, files with their long Unicode names, HTML in its own code page."""
    stream = tnef(
        body=COMPLAINT.encode("gbk"), files=[(b"ZHENGJ~1.PDF", b"%PDF-")], long_names=["证据终稿.pdf"], html=b"<p>x"
    )
    message = read_tnef(stream)
    assert decode(message.body, message.body_charset).text == COMPLAINT
    assert (message.html, message.html_charset) == (b"<p>x", "cp65001")
    (file,) = message.files
    assert (decode(file.name, file.charset).text.rstrip("␀"), file.content) == ("证据终稿.pdf", b"%PDF-")


def test_tnefparse_reads_the_same_stream_alike() -> None:
    """The independent reader agrees, so the streams that the tests build are real."""
    stream = tnef(body=COMPLAINT.encode("gbk"), files=[(b"a.pdf", b"%PDF-"), (b"b.txt", b"x" * 20)])
    other = tnefparse.TNEF(stream, do_checksum=True)
    mine = read_tnef(stream)
    assert other.body.rstrip(b"\0") == mine.body
    assert [(file.name.encode(), file.data) for file in other.attachments] == [
        (file.name, file.content) for file in mine.files
    ]


@pytest.mark.parametrize("stream", [b"", b"x", b"\x78\x9f\x3e\x22\x01\x00" + b"\x01\x0c\x80\x02\x00\xff\xff\xff\x7f"])
def test_what_is_no_tnef_stays_closed(stream: bytes) -> None:
    """A stream that ends inside a value, or lies about a length, is refused."""
    with pytest.raises(NotTnef):
        read_tnef(stream)


def test_properties_that_make_no_sense_are_left_out() -> None:
    """What can't be understood ends the list of properties, not the reading."""
    odd = tnef_attribute(1, 0x00069003, b"\x02\0\0\0\xee\xee\x00\x10" + bytes(8))
    assert read_tnef(tnef(body=b"x") + odd).body == b"x"


PROSE: tuple[tuple[str, str, str, str | None], ...] = (
    (
        "您的邮件被退回来了。收件人：zhang@qq.example 原因：550 Mailbox not found",
        "zhang@qq.example",
        "5.0.0",
        None,
    ),
    (
        "无法发送到 zhang@163.example\n邮件系统: 5.1.1 用户不存在\n\nMessage-ID: <answer-1@center.example>",
        "zhang@163.example",
        "5.1.1",
        "answer-1@center.example",
    ),
    ("451 4.7.1 try later zhang@a.example", "zhang@a.example", "4.7.1", None),
    ("什么也没有", "", "", None),
)


@pytest.mark.parametrize(("text", "recipient", "status", "identity"), PROSE)
def test_a_bounce_in_prose_gives_what_it_says(text: str, recipient: str, status: str, identity: str | None) -> None:
    """Code, address and message of a bounce that follows no standard."""
    report = report_in_prose(text)
    (row,) = report.recipients
    assert (row.final_recipient, row.status, report.original_message_id, report.standard) == (
        recipient,
        status,
        identity,
        False,
    )
    assert report.permanent == report.failed == status.startswith("5")


LABELS: tuple[tuple[str | None, str | None], ...] = (
    ("GB2312", "gb18030"),
    ("x-gbk", "gb18030"),
    ("CP936", "gb18030"),
    ('"gb2312"\n', "gb18030"),
    ("big5", "big5hkscs"),
    ("cp65001", "utf-8"),
    ("us-ascii", None),
    ("ISO-8859-1", None),
    ("x-user-defined", None),
    ("base64", None),
    ("idna", None),
    ("koi8-r", "koi8-r"),
    ("", None),
    (None, None),
    ("不存在", None),
)


@pytest.mark.parametrize(("label", "codec"), LABELS)
def test_what_a_label_means(label: str | None, codec: str | None) -> None:
    """The aliases of GB 18030 and Big5, the labels that mean nothing, and codecs that are no charsets."""
    assert codec_of(label) == codec


BYTES: tuple[tuple[str, bytes, str | None, str, bool, bool], ...] = (
    ("GBK that is also UTF-8 of two bytes", "联通".encode("gbk"), "gbk", "联通", False, False),
    ("UTF-8 cut at its end", "投诉窗口".encode()[:-1], "utf-8", "投诉窗\ufffd", False, True),
    ("UTF-8 cut, no label", "投诉窗口".encode()[:-1], None, "投诉窗\ufffd", True, True),
    ("GBK cut at its end", "投诉窗口".encode("gbk")[:-1], "gb2312", "投诉窗\ufffd", False, True),
    ("UTF-8 hurt in one place", ("投诉窗口" * 10).encode().replace(b"\x8f", b"\xff", 1), None, "", True, True),
    ("UTF-8 mark", b"\xef\xbb\xbf" + "投诉".encode(), "gb2312", "投诉", False, False),
    ("UTF-16 mark", "投诉".encode("utf-16"), None, "投诉", False, False),
    ("UTF-16, no label, with digits", "3号窗口 100\n".encode("utf-16-le") * 3, None, "3号窗口 100\n" * 3, True, False),
    ("HZ without a label", "投诉".encode("hz"), None, "投诉", True, False),
    ("no HZ: a path with ~{", b"cp ~{x} ~", None, "cp ~{x} ~", False, False),
    ("ISO-2022-JP", "申告".encode("iso-2022-jp"), "iso-2022-jp", "申告", False, False),
    ("CNS plane, which nobody reads", b"\x1b$)G\x0eab\x0f", "iso-2022-cn", "\ufffd", False, True),
    ("ASCII under gb2312", b"abc", "gb2312", "abc", False, False),
    ("empty", b"", None, "", False, False),
)


@pytest.mark.parametrize(("what", "raw", "label", "text", "guessed", "damaged"), BYTES, ids=[row[0] for row in BYTES])
def test_the_charset_rule(what: str, raw: bytes, label: str | None, text: str, guessed: bool, damaged: bool) -> None:
    """The rule's finer cases: what is read, whether it was a guess, and whether something was lost."""
    decoded = decode(raw, label)
    assert decoded.text == text or (not text and raw)
    assert (decoded.guessed, decoded.damaged) == (guessed, damaged)


@settings(deadline=None)
@given(st.text())
def test_tidy_text_stays_as_it_is(text: str) -> None:
    """Tidying twice changes nothing, and NUL is gone."""
    once = tidy(text)
    assert tidy(once) == once
    assert "\0" not in once


@settings(deadline=None)
@given(st.text(alphabet="ab\u0301\u0316é가\u1100\u1161 ", max_size=1500))
def test_normalising_in_pieces_is_stable(text: str) -> None:
    """Cutting never parts a mark from its letter: doing it again changes nothing, and short text is plain NFC."""
    once = normalised(text)
    assert normalised(once) == once


def test_one_line_is_one_line() -> None:
    """White space of any kind becomes one blank, and length is bounded."""
    assert one_line(" a\r\n\tb\u3000c ", longest=10) == "a b c"
    assert len(one_line("x" * 50, longest=10)) == 10


def test_imapclient_keeps_mail_out_of_the_log() -> None:
    """What imapclient logs at DEBUG is the text of mails: it is silenced as soon as the reader is imported."""
    import services.intake.readers.imap  # noqa: F401 - the import is what is tested

    assert not logging.getLogger("imapclient.imaplib").isEnabledFor(logging.DEBUG)
