"""Which fonts a document is set in, and which characters they can print.

Looked for in the configured folder, then the system's, then the packages that bring fonts with them. Every role has a
chain: the official face of GB/T 9704 first, then what comes nearest, then whatever else was found, because names of
people are made of exactly the characters (堃 喆 昇 镕 玥 𠮷) that the official faces of older systems lack.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.forms.ports import PressNotReady
from services.forms.renderers.cmap import Coverage, NotAFont, read_coverage

log = logging.getLogger(__name__)

MISSING = "〓"
"""Stands for a character that no font has: the printer's mark for a missing sort."""

SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
PACKAGES = ("pylopdf_fonts_zh_cn", "pylopdf_fonts_jp")
"""Chinese faces, and Japanese ones for the characters that names share with Japanese (𠮷)."""


class Role(StrEnum):
    """What a face is used for."""

    TITLE = "title"
    BODY = "body"
    HEAD = "head"
    NOTE = "note"


OFFICIAL: dict[Role, tuple[str, ...]] = {
    Role.TITLE: ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "FandolSong"),
    Role.BODY: ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "FandolFang R"),
    Role.HEAD: ("SimHei", "黑体", "STHeiti", "FandolHei"),
    Role.NOTE: ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "FandolKai", "LXGW WenKai"),
}
"""GB/T 9704-2012 §5.2.2: 小标宋 for titles, 仿宋 for text, 黑体 and 楷体 for heads."""

SERIF = ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC")
SANS = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC")
"""The same designs; the first of each is a file of its own, half the size of the collection, but has no bold."""
NEAREST: dict[Role, tuple[str, ...]] = {
    Role.TITLE: ("Noto Serif CJK SC", "Source Han Serif SC", *SERIF, *SANS),
    Role.BODY: ("LXGW WenKai", *SERIF, *SANS),
    Role.HEAD: (*SANS, *SERIF),
    Role.NOTE: (*SERIF, *SANS),
}
OTHERS = ("LXGW WenKai", "Noto Serif JP", "Noto Sans JP", "DejaVu Sans")

_IGNORABLE = frozenset(
    [*range(0x200B, 0x200E), 0x2060, 0xAD, 0x34F, 0x180E, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)
"""Default ignorable code points (UAX 44) that a text may hold: they need no glyph."""


class NoFonts(PressNotReady):
    """The installation is at fault: no Chinese font was found. Install one, or name a folder that holds some."""


@dataclass(slots=True)
class FontSet:
    """The fonts at hand. ``handle`` is typst's own list of them, ``chains`` the families by role, best first."""

    handle: Any
    chains: dict[Role, tuple[str, ...]]
    files: dict[str, tuple[Path, int]]
    _coverages: dict[str, Coverage | None] = field(default_factory=dict)

    @property
    def style(self) -> dict[Role, str]:
        """The family that each role is set in."""
        return {role: chain[0] for role, chain in self.chains.items()}

    @property
    def is_official(self) -> bool:
        """Whether every role has a face of the kind that GB/T 9704 asks for."""
        return all(self.style[role] in faces for role, faces in OFFICIAL.items())

    def printable(self, text: str) -> tuple[str, set[str]]:
        """The text with 〓 for each character that no font has, and those characters."""
        missing = {character for character in set(text) if not self._has(character)}
        if not missing:
            return text, missing
        return text.translate({ord(character): MISSING for character in missing}), missing

    def _has(self, character: str) -> bool:
        if character == "\n" or ord(character) in _IGNORABLE:
            return True
        return any(character in coverage for coverage in self._chain_coverages())

    def _chain_coverages(self) -> Iterable[Coverage]:
        """Read as far down the chain as is needed: most texts never leave the first font."""
        for family in self.chains[Role.BODY]:
            if family not in self._coverages:
                self._coverages[family] = _coverage(*self.files[family])
            coverage = self._coverages[family]
            if coverage is not None:
                yield coverage


def _coverage(path: Path, index: int) -> Coverage | None:
    try:
        return read_coverage(path, index)
    except (NotAFont, OSError) as fault:
        log.warning("font %s cannot be read and is left out: %s", path.name, fault)
        return None


def font_folders(configured: Path | None = None) -> list[Path]:
    """Where fonts are looked for, best first; only folders that are there."""
    candidates = [*([configured] if configured else []), *SYSTEM_FOLDERS, *_package_folders()]
    return [folder for folder in candidates if folder.is_dir()]


def _package_folders() -> Iterable[Path]:
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is not None and spec.origin:
            yield Path(spec.origin).parent


def find_fonts(folders: Iterable[Path]) -> FontSet:
    """Look through the folders. Raises NoFonts where none of them has a Chinese font."""
    import typst  # noqa: PLC0415 - 80 ms and 30 MB that only a process that renders should pay

    handle = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in folders]
    )
    files: dict[str, tuple[Path, int]] = {}
    for face in sorted(handle.fonts(), key=lambda face: abs(face.weight - 400)):
        if face.path and face.style == "normal":
            files.setdefault(face.family, (Path(face.path), face.index))
    chains = {role: _chain(role, files) for role in Role}
    found = FontSet(handle, chains, files)
    if not chains[Role.BODY] or found.printable("枣庄市民中心")[1]:
        raise NoFonts("no Chinese font found; install fonts-noto-cjk or pylopdf-fonts-zh-cn, or set the font folder")
    log.info("documents are set in %s", ", ".join(f"{role} {family}" for role, family in found.style.items()))
    return found


def _chain(role: Role, files: dict[str, tuple[Path, int]]) -> tuple[str, ...]:
    """Every file's family, once: so that all roles can print the same characters.

    The families of one collection have the same glyphs in the shapes of different places; the first named stands for it.
    """
    wanted = dict.fromkeys([*OFFICIAL[role], *NEAREST[role], *OTHERS, *sorted(files)])
    chain: dict[Path, str] = {}
    for family in wanted:
        if family in files:
            chain.setdefault(files[family][0], family)
    return tuple(chain.values())
