"""CVE-2026-32754 (FreeScout, 9.3): the body of a mail stood unescaped in a page for staff."""

from pathlib import Path

import pytest

from tests.parts import mails
from tests.parts.attacked_house import PAGE, VECTORS, active_in, case_of, mailed
from tests.parts.compose import ROOT
from tests.parts.open_house import OpenHouse

SESSION = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
@SESSION
async def test_what_a_mail_says_does_nothing_in_a_page(attacked: OpenHouse, kind: bytes):
    """Text or HTML, every vector at once: the case's page holds words and nothing that acts."""
    body = f"<p>窗口推诿，请处理。</p>{' '.join(VECTORS)}".encode()
    answer = await mailed(attacked, mails.mail(body, content_type=kind + b"; charset=utf-8"))
    number = await case_of(attacked, answer.json())
    page = await attacked.ask("GET", f"/workflow/cases/{number}", "handler", headers=PAGE)
    assert page.status_code == 200
    assert "窗口推诿" in page.text
    assert list(active_in(page.text)) == []


def _sources() -> list[Path]:
    return [
        path for part in ("services", "shared") for kind in ("*.html", "*.py") for path in (ROOT / part).rglob(kind)
    ]


def test_no_template_trusts_what_it_is_given():
    """Nothing is marked as safe: autoescape is on everywhere and nobody switches it off."""
    for path in _sources():
        text = path.read_text("utf-8")
        for way_out in ("|safe", "| safe", "Markup(", "autoescape false", "autoescape=False"):
            assert way_out not in text, path
