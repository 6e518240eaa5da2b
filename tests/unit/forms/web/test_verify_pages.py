"""What anyone learns of a receipt or a document that they hold."""

from dataclasses import fields

import pytest

from services.forms.web.views import Known, VerifyPage
from tests.parts import html
from tests.parts.page_gallery import text_of
from tests.parts.page_samples import DIGEST


def test_a_genuine_paper_is_confirmed_with_what_to_compare() -> None:
    """Kind, number, time and fingerprint in full."""
    text = html.text_of(html.parse(text_of("verify")))
    assert text.count("是真的") >= 1
    for part in ("投诉回执", "2026-001093", "2026 年 11 月 24 日（周二）10:46"):
        assert part in text
    assert DIGEST in text.replace(" ", "")


def test_a_superseded_paper_says_since_when() -> None:
    """Genuine once, no longer to be relied on."""
    text = html.text_of(html.parse(text_of("verify-superseded")))
    assert "2026 年 11 月 25 日（周三）09:30 起不再有效" in text
    assert "以新的为准" in text


def test_an_unknown_paper_is_called_that_and_shows_nothing() -> None:
    """It may be mistyped or forged; the page says both."""
    page = html.parse(text_of("verify-unknown"))
    assert "当心是假的" in html.text_of(page)
    assert html.elements(page, "//article") == []


@pytest.mark.article("17")
def test_the_page_has_no_place_for_persons_or_contents() -> None:
    """Whoever finds a receipt learns nothing from it."""
    held = {each.name for kind in (VerifyPage, Known) for each in fields(kind)}
    assert held == {
        "code", "verdict", "known",
        "paper", "number", "issued_at", "issued_by", "digest", "pages", "superseded_at",
    }  # fmt: skip
