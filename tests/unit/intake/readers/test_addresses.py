"""Only an address that can do no harm is an address; a name never becomes one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.addresses import is_address, read_addresses
from tests.parts.mails import word

REFUSED = (
    "alice@example.org)bob@evil.com",
    "a@b@c.cn",
    '"a b"@example.cn',
    "a\r\nRCPT TO:<evil@y.cn>@example.cn",
    "a@example.cn\n",
    "a@example",
    "a@-example.cn",
    "a@example-.cn",
    ".a@example.cn",
    "a..b@example.cn",
    "a@[127.0.0.1]",
    "a b@example.cn",
    "张三@example.cn",
    "a@例子.中国",
    "@example.cn",
    "a@",
    "",
    "a" * 65 + "@example.cn",
    "a@" + "b" * 250 + ".cn",
    "a@b.cn\0",
    "a%00@b.cn\x7f",
)
TAKEN = ("10001@qq.example", "a.b+7f3a@mail.example.cn", "o'neil@example.cn", "a_b-c@x-y.example", "A@B.CN")


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_address(text: str) -> None:
    """Each of these is refused (CVE-2023-27043, CVE-2026-1299)."""
    assert not is_address(text)


@pytest.mark.parametrize("text", TAKEN)
def test_what_is_an_address(text: str) -> None:
    """Addresses as people have them are taken."""
    assert is_address(text)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_address_can_end_a_line_or_hold_two(text: str) -> None:
    """Whatever is taken has no control character, no blank, one at-sign, and is ASCII."""
    if is_address(text):
        assert text.isascii()
        assert text.isprintable()
        assert text.count("@") == 1
        assert not set(text) & set(' "<>(),;:\\[]')


WRITTEN: tuple[tuple[bytes, list[tuple[str, str | None]]], ...] = (
    (b"a@b.cn", [("", "a@b.cn")]),
    (b"Bob <a@b.cn>", [("Bob", "a@b.cn")]),
    (b"a@b.cn (Bob)", [("Bob", "a@b.cn")]),
    (b'"Zhang, San" <a@b.cn>, c@d.cn', [("Zhang, San", "a@b.cn"), ("", "c@d.cn")]),
    (b"a@b.cn; c@d.cn", [("", "a@b.cn"), ("", "c@d.cn")]),
    (b"Group: a@b.cn, c@d.cn;", [("", "a@b.cn"), ("", "c@d.cn")]),
    (b"undisclosed-recipients:;", []),
    (b"", []),
    (b'"' + word("张三".encode("gbk")) + b'" <a@b.cn>', [("张三", "a@b.cn")]),
    (word("张,三".encode("gbk")) + b" <a@b.cn>", [("张,三", "a@b.cn")]),
    (word(b"<boss@gov.example>", b"utf-8") + b" <x@evil.example>", [("<boss@gov.example>", "x@evil.example")]),
    ("市长热线 <x@evil.example>".encode("gbk"), [("市长热线", "x@evil.example")]),
    (b"boss@gov.example <x@evil.example>", [("boss@gov.example", "x@evil.example")]),
    (b"<a@b.cn> <c@d.cn>", [("", None)]),
    (b"<@relay.cn:a@b.cn>", [("", None)]),
    (b"MAILER-DAEMON", [("", None)]),
    (b'"open <a@b.cn>', [("open", "a@b.cn")]),
    (b'"x\\" <boss@gov.example>, " <x@evil.example>', [("x\\", "boss@gov.example"), ("", "x@evil.example")]),
)


@pytest.mark.parametrize(("raw", "expected"), WRITTEN)
def test_names_and_addresses_apart(raw: bytes, expected: list[tuple[str, str | None]]) -> None:
    """What is a name stays a name, however it is dressed up; a list is cut before its words are decoded."""
    assert [(box.name, box.address) for box in read_addresses(raw)] == expected


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_any_header_gives_only_valid_addresses(raw: bytes) -> None:
    """Whatever a header holds, every address given passes the strict rule."""
    assert all(box.address is None or is_address(box.address) for box in read_addresses(raw))


def test_the_tag_of_a_return_path() -> None:
    """The part after the plus sign is what a bounce carries back."""
    (box,) = read_addresses(b"answer+7f3a@Center.example")
    assert (box.tag, box.domain) == ("7f3a", "center.example")
