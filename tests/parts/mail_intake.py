"""An inbox poller in a process of its own, to be killed: ``python -m tests.parts.mail_intake FOLDER IMAP_PORT USER``.

Polls until the mailbox gives no more, then ends with 0. FOLDER holds database, originals and keys, so that the next
process goes on where this one was killed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from services.intake.mail_polling import InboxPoller, mailboxes_of
from shared.originals import FolderOriginals
from shared.sealing import load_key_ring, new_key_ring, save_key_ring
from tests.parts.dovecot import PASSWORD
from tests.parts.intake_door import intake_house


async def poll(folder: Path, port: int, user: str) -> None:
    """Take everything in."""
    keys = folder / "keys.json"
    if not keys.exists():
        save_key_ring(new_key_ring(), keys)
    ring = load_key_ring(keys)
    url = f"imap+plain://{user.replace('@', '%40')}@127.0.0.1:{port}/INBOX"
    originals = FolderOriginals(folder / "originals", ring)
    async with intake_house(f"sqlite+aiosqlite:///{folder}/intake.db", originals, ring) as house:
        [polled] = mailboxes_of(url, PASSWORD, own=house.own, sweep_seconds=60)
        box = await asyncio.to_thread(polled.connect)
        poller = InboxPoller(house.door, polled)
        while (result := await poller.sweep(box)).more or result.fault:
            if result.fault:
                raise result.fault
        await asyncio.to_thread(box.close)


if __name__ == "__main__":
    asyncio.run(poll(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
