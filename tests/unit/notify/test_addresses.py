"""Which e-mail addresses may be put on the wire."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.addresses import is_deliverable_address

GOOD = [
    "citizen@example.cn",
    "first.last+tag@mail.example.gov.cn",
    "o'neil_2026@example.co",
    "123456@qq.com",
    "a@b.xn--fiqs8s",
    f"{'a' * 64}@example.cn",
]
BAD = [
    "",
    "@",
    "citizen",
    "citizen@",
    "@example.cn",
    "citizen@localhost",
    "citizen@example.cn.",
    "citizen@.example.cn",
    "citizen@-example.cn",
    "citizen@example.123",
    "citizen@127.0.0.1",
    "citizen@[127.0.0.1]",
    "a@b@example.cn",
    "a..b@example.cn",
    ".a@example.cn",
    '"a b"@example.cn',
    '"a\r\nRCPT TO:<evil@y.cn>\r\n"@x.cn',
    "a\r\n@example.cn",
    "a@example.cn\n",
    "a@example.cn\x00",
    "<a@example.cn>",
    "王某某@example.cn",
    "a@例子.cn",
    f"{'a' * 65}@example.cn",
    f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.cn",
]


@pytest.mark.parametrize("address", GOOD)
def test_an_ordinary_address_may_go(address: str) -> None:
    """Plain addresses as people have them are taken."""
    assert is_deliverable_address(address)


@pytest.mark.parametrize("address", BAD)
def test_anything_else_may_not(address: str) -> None:
    """Quoted, literal, bare, overlong, foreign-lettered addresses and those with control characters are not."""
    assert not is_deliverable_address(address)


@given(text=st.text(max_size=60) | st.from_regex(r"[a-z.]{1,8}[@\r\n <>\"]{1,3}[a-z.]{1,8}\.[a-z]{2}"))
def test_what_may_go_can_carry_no_command(text: str) -> None:
    """PYSEC-2026-2338: whatever is taken is printable ASCII without blanks, quotes, brackets or a second @."""
    if is_deliverable_address(text):
        assert re.fullmatch(r"[!-~]+", text)
        assert not set(text) & set('<>"()[]:;,\\ ')
        assert text.count("@") == 1
