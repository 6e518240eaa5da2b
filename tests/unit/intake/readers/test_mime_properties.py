"""Whatever bytes come in, the reader ends, and gives text that the rest of the house can hold."""

from __future__ import annotations

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.readers.charset import decode
from services.intake.readers.header_text import header_text, parameters
from services.intake.readers.html_text import html_to_text
from services.intake.readers.mime import read_head, read_mail
from services.intake.readers.parsed_mail import ParsedMail, Unreadable
from services.intake.readers.quoted import part_quoted
from services.intake.readers.tnef import NotTnef, read_tnef
from tests.parts.mails import COMPLAINT, bounce, file_part, multipart, part, tnef

NAMES = (
    b"From", b"To", b"Subject", b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition", b"Message-ID",
    b"References", b"Return-Path", b"Date", b"Auto-Submitted", b"X-Auto-Response-Suppress", b"List-Id", b"\xd6\xf7",
)  # fmt: skip
VALUES = (
    b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=b", b"message/rfc822", b"message/delivery-status",
    b"text/html; charset=gb2312", b"text/calendar", b"application/ms-tnef", b"application/pkcs7-mime", b"base64",
    b"quoted-printable", b"x-uuencode", b"attachment; filename*0*=gbk''%D6; filename*1*=%A4", b"=?gb2312?B?1tA=?=",
    b"=?utf-8?q?=E4=B8?= =?utf-8?q?=AD?=", b"<a@b.cn>", b"<>", b'"x" <a@b.cn>, ;:', b"--b", b"auto-replied",
)  # fmt: skip
value = st.one_of(st.sampled_from(VALUES), st.binary(max_size=40))
header = st.tuples(st.sampled_from(NAMES), value).map(lambda pair: pair[0] + b": " + pair[1])
line = st.one_of(header, value, st.just(b""), st.just(b"--b"), st.just(b"--b--"))
soup = st.lists(line, max_size=40).flatmap(
    lambda lines: st.sampled_from([b"\r\n", b"\n", b"\r"]).map(lambda end: end.join(lines))
)
whole = st.sampled_from(
    [
        bounce(),
        multipart(
            file_part(b"winmail.dat", tnef(body=b"x", files=[(b"a", b"b")], html=b"<p>"), b"application/ms-tnef")
        ),
        multipart(part(b"text/html; charset=gbk", COMPLAINT.encode("gbk")), part(b"text/plain", COMPLAINT.encode())),
    ]
)


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """A good mail with some of its bytes replaced, doubled or cut out."""
    raw = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, max(len(raw) - 1, 0)))
        raw[start : start + draw(st.integers(0, 20))] = draw(st.binary(max_size=20))
    return bytes(raw)


def _can_be_held(text: str) -> bool:
    return "\0" not in text and unicodedata.is_normalized("NFC", text) and text.encode("utf-8").decode() == text


def _texts(read: ParsedMail) -> list[str]:
    own = [read.text, read.quoted, read.head.subject, *(file.name for file in read.attachments)]
    return own + [text for nested in read.nested for text in _texts(nested)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=500), soup, mutilated()))
def test_any_bytes_are_read_or_said_to_be_unreadable(raw: bytes) -> None:
    """No bytes raise anything but Unreadable, every text can be stored, and the head can always be shown."""
    head = read_head(raw)
    assert _can_be_held(head.subject)
    try:
        read = read_mail(raw)
    except Unreadable:
        return
    assert all(_can_be_held(text) for text in _texts(read))


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=60), st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["gb2312", "big5", "utf-16"]))
)
def test_any_bytes_with_any_label_become_text(raw: bytes, label: str | None) -> None:
    """Decoding never raises, and gives text that can be held."""
    assert _can_be_held(decode(raw, label).text)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4, max_size=40))
def test_chinese_in_gb18030_comes_back_whatever_the_label_leaves_out(text: str) -> None:
    """Text labelled gb2312 that needs GB 18030 comes back unchanged, and unmarked."""
    decoded = decode(text.encode("gb18030"), "gb2312")
    assert decoded.text == text or decoded.charset == "utf-8"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_utf_8_comes_back_under_any_label(text: str) -> None:
    """Valid UTF-8 with Chinese in it is never read as something else, whatever the label says."""
    raw = f"投诉{text}".encode("utf-8", "replace")
    assert decode(raw, "gb2312").charset == "utf-8"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_header_is_read(raw: bytes) -> None:
    """Headers, with words and parameters in them or not, never raise."""
    assert _can_be_held(header_text(raw).text)
    parameters(raw)


TAGS = (
    "<div>",
    "</div>",
    "<b",
    ">",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<table><tr><td>",
    "&lt;",
    "投诉",
    "<p x='",
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(TAGS), st.text(max_size=5)), max_size=40))
def test_any_html_becomes_text(pieces: list[str]) -> None:
    """HTML in any disorder gives text that can be held, and words before the first tag are always in it."""
    text = html_to_text("先说" + "".join(pieces))
    assert _can_be_held(text)
    assert text.lstrip().startswith("先说")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_parting_the_quotation_loses_no_line(text: str) -> None:
    """Every line with something in it is in the new text or in the quotation."""
    parted = part_quoted(text)
    kept = {each.strip() for each in (parted.text + "\n" + parted.quoted).split("\n")}
    assert {each.strip() for each in text.split("\n") if each.strip()} <= kept


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_any_tnef_is_read_or_refused(tail: bytes) -> None:
    """A TNEF stream of any content ends quickly in a message or in NotTnef."""
    try:
        read_tnef(tnef(body=b"x", files=[(b"a", b"b")])[:40] + tail)
    except NotTnef:
        return
