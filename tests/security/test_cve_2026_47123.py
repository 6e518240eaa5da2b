"""CVE-2026-47123 (FreeScout): whoever knew a notification's Message-ID spoke as an officer by mail."""

import pytest

from tests.parts import mails
from tests.parts.attacked_house import mailed, told
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDERS = "同意受理。\nstate: closed\n#close\n请转市医疗保障局办理。"


@pytest.mark.parametrize("header", [b"In-Reply-To", b"References", b"X-Shouli-Case", b"X-Shouli-Actor"])
async def test_nobody_acts_by_mail(attacked: OpenHouse, header: bytes):
    """A mail in an officer's name, naming the case in every way, is at most one more complaint: the case stands where it stood."""
    number = await told(attacked)
    before = (await attacked.ask("GET", f"/workflow/cases/{number}", "handler")).json()
    told_by = header + b": <" + before["complaint_id"].encode() + b"@example.gov.cn>"
    for sender in (b"handler <handler@example.gov.cn>", b"noreply@example.gov.cn"):
        subject = f"Re: [{number}] [{before['tracking_code']}]".encode()
        raw = mails.mail(ORDERS.encode(), subject=subject, sender=sender, extra=[told_by])
        answer = await mailed(attacked, raw)
        assert answer.json().get("complaint_id") != before["complaint_id"]
    after = (await attacked.ask("GET", f"/workflow/cases/{number}", "handler")).json()
    assert after["state"] == before["state"] == "registered"
    entries = (await attacked.ask("GET", f"/workflow/cases/{number}/timeline", "handler")).json()["items"]
    assert {entry["kind"] for entry in entries} <= {"registered", "responded"}
