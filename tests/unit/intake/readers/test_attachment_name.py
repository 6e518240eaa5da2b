"""Forty hostile names of files: what is shown can't deceive, lead out of a folder, or mean something to a system."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.attachment_name import LONGEST, NAMELESS, shown_name

NAMES: tuple[tuple[str, str], ...] = (
    ("../../etc/cron.d/x", "x"),
    ("..\\..\\windows\\win.ini", "win.ini"),
    ("C:\\x", "x"),
    ("C:x", "C_x"),
    ("/etc/passwd", "passwd"),
    ("a/", "a"),
    ("/", NAMELESS),
    ("\u202efdp.exe", "‹U+202E›fdp.exe"),
    ("\u200b.htaccess", "‹U+200B›.htaccess"),
    (".htaccess", "_.htaccess"),
    ("..", NAMELESS),
    (".", NAMELESS),
    ("...", NAMELESS),
    ("", NAMELESS),
    ("   ", NAMELESS),
    ("a.txt.", "a.txt"),
    ("a.txt ", "a.txt"),
    ("a.txt . .", "a.txt"),
    ("CON", "_CON"),
    ("con.txt", "_con.txt"),
    ("NUL.tar.gz", "_NUL.tar.gz"),
    ("COM1", "_COM1"),
    ("lpt9.pdf", "_lpt9.pdf"),
    ("console.txt", "console.txt"),
    ("a\nb", "a‹U+000A›b"),
    ("a\r\nSet-Cookie: x", "a‹U+000D›‹U+000A›Set-Cookie_ x"),
    ("a\0b", "a‹U+0000›b"),
    ('a"b', "a_b"),
    ("a<script>b", "a_script_b"),
    ("a|b?c*d", "a_b_c_d"),
    ("a:stream", "a_stream"),
    ("\ufeffa.txt", "‹U+FEFF›a.txt"),
    ("a\u2028b", "a‹U+2028›b"),
    ("\ud800.txt", "‹U+D800›.txt"),
    ("e\u0301.txt", "é.txt"),
    ("证据.pdf", "证据.pdf"),
    ("证据 1（终稿）.pdf", "证据 1（终稿）.pdf"),
    ("\u2066a\u2069", "‹U+2066›a‹U+2069›"),
    ("x" * 300 + ".pdf", "x" * 115 + "…" + ".pdf"),
    ("x" * 300, "x" * LONGEST),
)


@pytest.mark.parametrize(("written", "shown"), NAMES)
def test_a_hostile_name_is_shown_for_what_it_is(written: str, shown: str) -> None:
    """Folders are cut off, hidden characters become visible, reserved names are marked (CVE-2026-28289)."""
    assert shown_name(written) == shown


def test_there_are_forty() -> None:
    """Forty hostile names are tried: none gets lost from the table unnoticed."""
    assert len(NAMES) == 40


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_name_is_safe_to_show(written: str) -> None:
    """What is shown is never empty, never long, has no separator, no control or format character, no leading dot."""
    shown = shown_name(written)
    assert 0 < len(shown) <= LONGEST
    assert shown[0] != "."
    assert shown[-1] not in ". "
    assert not set(shown) & set('/\\:<>"|?*')
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in shown)
