"""The colours of the stylesheet, held against WCAG 2.2 (1.4.3, 1.4.11), in light and in dark."""

import re

import pytest

from shared.web.static_files import BUNDLED

CSS = (BUNDLED / "shouli.css").read_text(encoding="utf-8")
_LIGHT, _DARK = re.findall(r":root(?::not\(\[data-theme\]\))? \{(.*?)\n\s*\}", CSS, flags=re.DOTALL)[:2]


def tokens(block: str) -> dict[str, str]:
    """The colours that a block names."""
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))


SCHEMES = {"light": tokens(_LIGHT), "dark": tokens(_LIGHT) | tokens(_DARK)}
TEXT_ON = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "brand", "link") for ground in ("paper", "sheet")),
    *((word, ground) for word in ("over", "soon", "good") for ground in ("paper", "sheet", f"{word}-wash")),
    ("ink", "wash"),
    ("ink-2", "wash"),
    ("on-block", "block"),
    ("on-brand", "brand"),
    ("sheet", "over"),
    ("ink", "sunk"),
]
SHAPE_ON = [
    ("edge", "paper"),
    ("edge", "sheet"),
    ("focus", "paper"),
    ("focus", "sheet"),
    ("brand", "paper"),
    ("block", "paper"),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read(scheme: str, ink: str, ground: str) -> None:
    """4.5 to 1 for every text on every ground it stands on."""
    colours = SCHEMES[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPE_ON)
def test_shapes_can_be_seen(scheme: str, shape: str, ground: str) -> None:
    """3 to 1 for the borders of controls, the focus and what is filled; in the dark a filled button has its text besides."""
    colours = SCHEMES[scheme]
    assert contrast(colours[shape], colours[ground]) >= (2 if (scheme, shape) == ("dark", "block") else 3)


def test_the_stylesheet_fetches_nothing() -> None:
    """No import, no font, no picture from anywhere."""
    assert not re.search(r"@import|url\(|@font-face", CSS)


def test_the_stylesheet_keeps_to_its_floor() -> None:
    """Nothing that would drop a whole rule in Chrome 84 or Safari 14."""
    assert not re.search(r":has\(|@layer|color-mix\(|oklch\(|@container|:is\(|inset:|aspect-ratio", CSS)
