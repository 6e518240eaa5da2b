"""CVE-2026-28289 (FreeScout, 10.0): an attachment named U+200B ``.htaccess`` was stored under that name and obeyed."""

import re
import stat

import pytest

from tests.parts import mails
from tests.parts.attacked_house import case_of, mailed
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = (
    "\u200b.htaccess", "../../../etc/cron.d/x", "..\\..\\web.config", "a.php%00.png", "CON", "x" * 300 + ".txt",
    "\u202egnp.exe", ".ssh/authorized_keys", "~", "|id", "-rf", "a\u0000b.txt", "正常.txt",
)  # fmt: skip


async def test_a_file_is_kept_under_its_hash_and_no_name_of_the_senders(attacked: OpenHouse):
    """Whatever it is called, it lies under its SHA-256, for its owner only; and the name shown hides nothing."""
    parts = [mails.part(b"text/plain; charset=utf-8", mails.COMPLAINT.encode())]
    parts += [mails.file_part(name.encode(), f"content of {place}".encode()) for place, name in enumerate(NAMES)]
    answer = await mailed(attacked, mails.multipart(*parts))
    assert answer.status_code == 201, answer.text
    files = [path for path in attacked.settings.originals_folder.rglob("*") if path.is_file()]
    assert len(files) >= len(NAMES)
    for path in files:
        assert re.fullmatch(r"[0-9a-f]{64}\.sealed", path.name)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    number = await case_of(attacked, answer.json())
    shown = (await attacked.ask("GET", f"/workflow/cases/{number}", "handler")).json()["evidence"]
    assert len(shown) == len(NAMES)
    for each in shown:
        assert not re.search(r"[\u0000-\u001f\u200b\u202e/\\]", each["name"] or ""), each["name"]
