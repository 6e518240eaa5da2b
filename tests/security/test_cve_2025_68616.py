"""CVE-2025-68616 (WeasyPrint): what a page named was fetched although it was forbidden, by way of a redirection."""

import re

import pytest

from tests.parts.compose import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_no_engine_turns_html_into_documents(lock: str):
    """What fetches what a page names can be made to fetch anything: documents are set from our own templates and plain values."""
    locked = (ROOT / lock).read_text("utf-8").lower()
    assert re.findall(r"^(weasyprint|pdfkit|xhtml2pdf|imgkit|html2docx)==", locked, re.MULTILINE) == []
