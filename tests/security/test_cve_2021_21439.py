"""CVE-2021-21439 (OTRS): one crafted address in a mail kept a processor busy for ever."""

import asyncio

import pytest

from shared.contracts.complaint import Complainant
from shared.contracts.masking import Showing, mask_text
from tests.parts import mails
from tests.parts.attacked_house import mailed
from tests.parts.open_house import OpenHouse

SESSION = pytest.mark.asyncio(loop_scope="session")

LONG = 100_000
"""Characters: what takes time by their square would take hours."""
CRAFTED = {
    "an address": "http://" + "a." * (LONG // 2),
    "parentheses": "http://x/" + "(" * LONG,
    "an e-mail address": "a@" * (LONG // 2),
    "digits": "1" * LONG,
    "digits with gaps": "1 - " * (LONG // 4),
    "blanks": " " * LONG + "x",
    "open tags": "<" * LONG,
    "entities": "&#" * (LONG // 2),
    "quotes": "> " * (LONG // 2),
}


@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
@SESSION
async def test_no_text_keeps_the_reader_of_mails_busy(attacked: OpenHouse, kind: bytes):
    """A hundred thousand characters of each kind are read in seconds, not hours."""
    for text in CRAFTED.values():
        body = f"<p>窗口推诿，请处理。</p> {text}".encode()
        raw = mails.mail(body, content_type=kind + b"; charset=utf-8")
        async with asyncio.timeout(60):
            answer = await mailed(attacked, raw)
        assert answer.is_success, answer.text


@pytest.mark.article("17")
def test_no_text_keeps_the_masking_busy():
    """Every rule that looks for a person in a text of that length; it ends, or the run's own limit fails it."""
    somebody = Complainant(name="王昇堃", phone="+8613800005521", email="wang@example.com")
    for text in CRAFTED.values():
        assert mask_text(text, somebody, Showing.PARTLY) is not None
