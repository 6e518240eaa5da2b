"""CVE-2026-1299, CVE-2025-15366 (CPython), PYSEC-2026-2338 (aiosmtplib): a line break in an address or a header was a command.

What reaches a real server: tests/contract/notify/test_smtp.py.
"""

from hypothesis import example, given
from hypothesis import strategies as st

from services.intake.adapters.told import is_address as told_address
from services.intake.readers.addresses import is_address as read_address

BREAKS = "\r\n\x00\x0b\x0c\x85\u2028\u2029"


@given(st.text(max_size=20), st.sampled_from(BREAKS), st.text(max_size=20))
@example('"a', "\r", '\nRCPT TO:<evil@y.cn>\r\n"@x.cn')
@example("a@x.cn", "\n", "DATA")
def test_no_address_with_a_line_break_is_one(before: str, sign: str, after: str):
    """Before any library sees it: neither as it is told nor as it is read from a mail."""
    for text in (before + sign + after, f"{before}{sign}{after}@example.cn", f"a@{before}{sign}{after}.cn"):
        assert not read_address(text)
        # What is told comes without the blanks around it: a break within is meant.
        assert not any(each in text.strip() for each in BREAKS) or not told_address(text)


def test_an_honest_address_is_one():
    """So that the refusals mean something."""
    assert told_address("wang.xiao+1@example.com.cn")
    assert read_address("wang.xiao+1@example.com.cn")
