"""Fonts are found where they are looked for, and what they cover is known exactly."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTCollection, TTFont

from services.forms.renderers.cmap import NotAFont, read_coverage
from services.forms.renderers.fonts import (
    MISSING,
    PACKAGES,
    NoFonts,
    Role,
    find_fonts,
    font_folders,
)

HERE = [
    path for folder in font_folders() for path in sorted(folder.rglob("*")) if path.suffix in {".otf", ".ttf", ".ttc"}
]
PACKAGED = [folder for folder in font_folders() if folder.name in PACKAGES]


def faces(path: Path) -> list[TTFont]:
    """The fonts of a file, as fontTools reads them."""
    return list(TTCollection(path, lazy=True).fonts) if path.suffix == ".ttc" else [TTFont(path, lazy=True)]


@pytest.mark.parametrize("path", HERE, ids=lambda path: path.name)
def test_coverage_is_what_fonttools_says_it_is(path):
    """The independent reader agrees on every code point of every font on this machine."""
    for index, face in enumerate(faces(path)):
        coverage = read_coverage(path, index)
        expected = {point for point, glyph in face.getBestCmap().items() if glyph != ".notdef"}
        covered = {
            point for start, end in zip(coverage.starts, coverage.ends, strict=True) for point in range(start, end + 1)
        }
        assert expected <= covered
        assert all(chr(point) in coverage for point in list(expected)[:200])
        assert not [point for point in covered - expected if point not in unicode_points(face)]


def unicode_points(face: TTFont) -> set[int]:
    """Of every Unicode subtable, not only of the best one."""
    return {point for table in face["cmap"].tables if table.isUnicode() and table.format != 14 for point in table.cmap}


@pytest.mark.parametrize("content", [b"", b"not a font at all, only words", b"\0\1\0\0" + b"\0" * 8])
def test_what_is_no_font_is_said_to_be_none(tmp_path, content):
    """A stray file in the font folder is named, not crashed on."""
    path = tmp_path / "stray.ttf"
    path.write_bytes(content)
    with pytest.raises(NotAFont):
        read_coverage(path)


def test_the_configured_folder_comes_first_and_a_missing_one_is_passed_over(tmp_path):
    """Configured, then the system's, then the packages."""
    assert font_folders(tmp_path)[0] == tmp_path
    assert tmp_path / "nowhere" not in font_folders(tmp_path / "nowhere")
    assert [folder.name for folder in font_folders()[-len(PACKAGES) :]] == list(PACKAGES)


def test_the_packages_alone_print_names(tmp_path):
    """On a machine without any font, what pip brought is enough: rare characters, 𠮷 among them, notes ① and ②."""
    fonts = find_fonts(PACKAGED)
    assert fonts.printable("枣庄堃喆昇镕玥珺昉晞旸犇濛𠮷𬭎䶮㛃①②〔〕“”——·°〓") == (
        "枣庄堃喆昇镕玥珺昉晞旸犇濛𠮷𬭎䶮㛃①②〔〕“”——·°〓",
        set(),
    )
    assert fonts.style[Role.BODY] == "Noto Serif SC"
    assert fonts.style[Role.HEAD] == "Noto Sans SC"
    assert not fonts.is_official


def test_every_role_can_print_what_any_can():
    """The chains differ in order only, so that a rare character is never missing in one cell and there in the next."""
    chains = find_fonts(font_folders()).chains
    assert len({frozenset(chain) for chain in chains.values()}) == 1


def test_missing_characters_are_marked_once_and_named():
    """Each is replaced wherever it stands, and reported once; invisible joiners need no glyph."""
    fonts = find_fonts(PACKAGED)
    assert fonts.printable("a\ue000b\ue000\u200b\ufe0f\n") == (f"a{MISSING}b{MISSING}\u200b\ufe0f\n", {"\ue000"})


def test_without_a_chinese_font_nothing_is_rendered(tmp_path):
    """The message says what to install; a page of boxes is never printed."""
    with pytest.raises(NoFonts, match="fonts-noto-cjk"):
        find_fonts([tmp_path])


def test_a_damaged_font_beside_good_ones_does_no_harm(tmp_path):
    """A file that can't be read is left out."""
    for folder in PACKAGED:
        for font in folder.glob("*.otf"):
            shutil.copy(font, tmp_path)
    (tmp_path / "damaged.otf").write_bytes(b"OTTO" + b"\xff" * 400)
    assert find_fonts([tmp_path]).printable("枣庄")[1] == set()
