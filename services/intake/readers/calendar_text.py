"""An invitation (iCalendar, RFC 5545) as lines that people read.

Law of this file: what the event says of itself is shown with Chinese labels; the invitation is never answered. It must
not know calendars: no time is computed.
"""

from __future__ import annotations

import re

_LABELS = {
    "SUMMARY": "主题",
    "DTSTART": "开始",
    "DTEND": "结束",
    "LOCATION": "地点",
    "ORGANIZER": "组织者",
    "DESCRIPTION": "说明",
}
LONGEST = 200_000
"""Characters of an invitation that are read; what follows stays in the original only."""

_FOLD = re.compile(r"\n[ \t]")
_ESCAPE = re.compile(r"\\([\\;,nN])")


def calendar_to_text(source: str) -> str:
    """The event's own words, one labelled line each; the source itself where no event is found in it."""
    source = source[:LONGEST]
    lines = [line for line in map(_shown, _FOLD.sub("", source).split("\n")) if line]
    return "\n".join(lines) or source.strip()


def _shown(line: str) -> str:
    name, _, value = line.partition(":")
    label = _LABELS.get(name.partition(";")[0].upper())
    if not label or not value.strip():
        return ""
    return f"{label}：{_ESCAPE.sub(lambda found: chr(10) if found[1] in 'nN' else found[1], value).strip()}"
