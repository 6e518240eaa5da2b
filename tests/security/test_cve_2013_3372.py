"""CVE-2013-3372 (RT): a line break in a file's name wrote headers of the attacker's own into the answer."""

import pytest

from shared.web.files import file_answer

NAMES = (
    "a\r\nSet-Cookie: session=evil", "a\nX: y", 'a"; filename="evil.html', "处置单\u2028.pdf", "a;b.pdf", "%0d%0aX: y", "a\x00.pdf",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_within_its_header(name: str):
    """Whatever a file is called, its name is one encoded word (RFC 6266, RFC 8187)."""
    answer = file_answer(b"x", "application/pdf", name)
    assert "set-cookie" not in answer.headers
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment; filename*=UTF-8''")
    assert said.isascii()
    assert not any(sign in said.removeprefix("attachment; ") for sign in '\r\n"; \x00')
