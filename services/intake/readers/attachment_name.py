"""The name of a file as it may be shown: the files of strangers are called what they like, and people believe names.

Law of this file: what comes out shows every character that is in it (a right-to-left override can't turn ``exe`` into
``pdf``), names no folder, and means nothing special to any file system. It is for showing only: files are stored under
our own ids (CVE-2026-28289). It must not know where files are stored.
"""

from __future__ import annotations

import re
import unicodedata

from services.intake.readers.plain_text import normalised

NAMELESS = "未命名附件"
"""What a file without a name is called."""

LONGEST = 120
_LONGEST_ENDING = 12
_FOLDERS = re.compile(r"[/\\]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_FORBIDDEN = dict.fromkeys(map(ord, '<>:"|?*'), "_")


def shown_name(written: str) -> str:
    """The name to show for a file that was sent under ``written``: at most ``LONGEST`` characters, never empty."""
    base = _FOLDERS.split(normalised(written[:4000]).rstrip("/\\"))[-1].strip()
    visible = "".join(_visible(char) for char in base.translate(_FORBIDDEN)).strip().rstrip(". ")
    if not visible.strip("."):
        return NAMELESS
    if visible[0] == "." or _RESERVED.match(visible):
        visible = f"_{visible}"
    return _shortened(visible)


def _visible(char: str) -> str:
    """Control, format, surrogate and separator characters as their code points: ‹U+202E›."""
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return f"‹U+{ord(char):04X}›"
    return char


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        return name[:LONGEST]
    return stem[: LONGEST - len(ending) - 2] + "…" + dot + ending
