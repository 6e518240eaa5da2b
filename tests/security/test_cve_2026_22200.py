"""CVE-2026-22200 (osTicket, exploited): what a citizen wrote made the PDF engine read files of the server into the PDF."""

import unicodedata

import pypdfium2
import pytest

from tests.parts.attacked_house import dispatched, told
from tests.parts.open_house import OpenHouse, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = (
    '#read("/etc/passwd")', '#include "/etc/passwd"', '#image("/etc/hostname")', "php://filter/resource=/etc/passwd",
    "<img src=file:///etc/passwd>", "@import url(file:///etc/passwd)", "<annotation file=/etc/passwd>", "$x$ *b* `r`",
)  # fmt: skip


async def test_a_document_holds_what_was_written_and_nothing_of_the_server(attacked: OpenHouse):
    """Commands of the typesetter, of HTML and of CSS stand in the form letter for letter."""
    number = await told(attacked, facts="窗口推诿。" + " ".join(EVIL))
    await dispatched(attacked, number)
    document = await until(
        attacked,
        f"/forms/documents?case={number}",
        "handler",
        lambda body: next((each for each in body["items"] if each["form"] == "disposition" and "pdf" in each), None),
    )
    content = (await attacked.ask("GET", document["pdf"], "handler")).content
    with pypdfium2.PdfDocument(content) as pdf:
        read = "".join(page.get_textpage().get_text_range() for page in pdf)
    said = _letters(read)
    assert "root:" not in read
    for words in EVIL:
        assert _letters(words) in said, words


def _letters(text: str) -> str:
    """Without what typesetting adds or joins: hyphens at the end of a line, f and i in one."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))
