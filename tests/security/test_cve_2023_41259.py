"""CVE-2023-41259, 41260 (RT): headers that only RT itself writes were believed in mail from outside, and the gateway told details."""

import pytest

from tests.parts import mails
from tests.parts.attacked_house import case_of, mailed
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADERS = (
    b"X-RT-Ticket: 1", b"X-Shouli-Complaint: 1", b"X-Shouli-Role: administrator", b"X-Shouli-Received-At: 2020-01-01",
    b"X-Spam-Status: No", b"X-Original-To: admin@example.gov.cn", b"X-Forwarded-User: admin",
)  # fmt: skip


async def test_no_header_of_a_mail_says_who_or_when(attacked: OpenHouse):
    """The complaint is what the mail says, received when it came and by whom it came; the answer tells no more than a receipt."""
    plain = (await mailed(attacked, mails.mail())).json()
    raw = mails.mail(extra=HEADERS).replace(b"<1@example.cn>", b"<2@example.cn>")
    answer = (await mailed(attacked, raw)).json()
    assert set(answer) == set(plain)
    case = (await attacked.ask("GET", f"/workflow/cases/{await case_of(attacked, answer)}", "handler")).json()
    assert case["received_at"].startswith("2026-11-24")
    assert (case["channel"], case["state"]) == ("email", "registered")
