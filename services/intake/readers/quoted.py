"""Where a mail's new text ends and the quoted history begins.

Law of this file: nothing is thrown away: what is cut off the new text is given beside it, in order. A mail that is all
quotation (somebody forwards a correspondence without a word) is not cut at all. Every pattern is tried on one short line
at a time, so the whole is linear. It must not know HTML or MIME.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST_MARK = 400
"""Characters: a longer line is somebody's text, never a mark."""

_MOST_LINES = 20_000
"""Lines in which marks are looked for: they stand where the new text ends. ``>`` counts everywhere."""

_HISTORY_FOLLOWS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Outlook", re.compile(r"-{2,}\s*Original (?:Message|Appointment)\s*-{2,}", re.IGNORECASE)),
    ("QQ, English", re.compile(r"-{2,}\s*Original\s*-{2,}", re.IGNORECASE)),
    ("Outlook, QQ, 163", re.compile(r"[-—]{2,}\s*(?:原始?邮件|回复的?原?邮件|原始信息|邮件原件)(?:信息)?\s*[-—]*")),
    ("163 webmail", re.compile(r"[-—]{2,}\s*(?:转发|回复)的?(?:原)?邮件(?:信息)?\s*[-—]*")),
    ("Gmail forward", re.compile(r"-{5,}\s*(?:Forwarded message|转发(?:的)?(?:邮件|消息))\s*-{5,}", re.IGNORECASE)),
    ("Apple forward", re.compile(r"(?:Begin forwarded message|开始转发的邮件)[:：]", re.IGNORECASE)),
    ("our answer", re.compile(r"[-—=]{2,}\s*请在此线以上回复.*")),
)
"""Whole lines after which everything is history, by the mail program that writes them."""

_ATTRIBUTION = re.compile(
    r"(?=.{0,300}\d{4})(?=.{0,300}(?:@|\d[:：]\d\d))"  # a year, and an address or a time: people write 写道 too
    r"(?:.{5,380}(?:写道|写到)\s?[:：]|(?:On|At)\s.{6,300}\swrote\s?:)",
    re.IGNORECASE,
)
"""Lines such as ``在 2026-11-02 10:11，"张三" <x@y.cn> 写道：``; programs break them into two lines."""

_FIELD = re.compile(
    r"\*?(发件人|寄件者|发送时间|发送日期|日期|收件人|抄送|主题|主旨|From|Sent|Date|To|Cc|Subject)\*?\s?[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_\-=*—]{5,}")
_FIRST_FIELDS = frozenset({"发件人", "寄件者", "from"})
_FIELDS_OF_A_HEADER = 3


@dataclass(frozen=True, slots=True)
class Parted:
    """The new text, and the history that was quoted under or between it."""

    text: str
    quoted: str


def part_quoted(text: str) -> Parted:
    """Part ``text`` into what its writer wrote now and what was quoted."""
    lines = text.split("\n")
    end = _history_start(lines)
    new: list[str] = []
    quoted: list[str] = []
    number = 0
    while number < end:
        span = 1 if _is_quoted(lines[number]) else _attribution_span(lines, number)
        (quoted if span else new).extend(lines[number : number + (span or 1)])
        number += span or 1
    quoted.extend(lines[number:])
    parted = Parted("\n".join(new).strip(), "\n".join(quoted).strip())
    return parted if parted.text else Parted(text.strip(), "")


def _history_start(lines: list[str]) -> int:
    """The line from which all is history: an announced one, a block of mail headers, an attribution without ``>``."""
    for number, line in enumerate(lines[:_MOST_LINES]):
        if not line or len(line) > _LONGEST_MARK or _is_quoted(line):
            continue
        stripped = line.strip()
        if any(mark.fullmatch(stripped) for _, mark in _HISTORY_FOLLOWS) or _is_header_block(lines, number):
            return number
        span = _attribution_span(lines, number)
        if span and not _quote_follows(lines, number + span):
            return number
    return len(lines)


def _is_quoted(line: str) -> bool:
    return line.lstrip(" \t").startswith((">", "＞"))


def _attribution_span(lines: list[str], number: int) -> int:
    """How many lines from ``number`` say who wrote the quotation below: 0, 1 or 2."""
    if number > _MOST_LINES:
        return 0
    written = ""
    for span, line in enumerate(lines[number : number + 2], start=1):
        if len(line) > _LONGEST_MARK or not line.strip():
            return 0
        written = f"{written} {line.strip()}".strip()
        if written.endswith((":", "：")):
            return span if _ATTRIBUTION.fullmatch(written) else 0
    return 0


def _is_header_block(lines: list[str], number: int) -> bool:
    """Outlook quotes with a block of From, Sent, To, Subject; a rule line may stand above it."""
    first = lines[number].strip()
    if not _FIELD.match(first) and not _RULE.fullmatch(first):
        return False
    block = [line.strip() for line in lines[number : number + 8] if line.strip() and len(line) <= _LONGEST_MARK]
    names = [found[1].lower() for line in block if (found := _FIELD.match(line))]
    first_field = block[1] if _RULE.fullmatch(first) and len(block) > 1 else first
    return len(names) >= _FIELDS_OF_A_HEADER and names[0] in _FIRST_FIELDS and bool(_FIELD.match(first_field))


def _quote_follows(lines: list[str], number: int) -> bool:
    return _is_quoted(next((line for line in lines[number : number + 3] if line.strip()), ""))
