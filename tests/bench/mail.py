"""Mail: how fast a mailbox is taken in, beside the limit: the bare parse of the same mails by the same reader.

Everything real but the network: originals on disk with fsync, SQLite with synchronous=FULL, one commit or more a mail.
One mail in ten carries an attachment of 100 kB.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

from services.intake.mail_polling import InboxPoller, Polled
from services.intake.readers.fake_mailbox import FakeMailbox
from services.intake.readers.mailbox import Flag
from services.intake.readers.mime import read_mail
from services.intake.store import tables
from shared.originals import FolderOriginals
from shared.sealing import new_key_ring
from tests.parts import mails
from tests.parts.intake_door import House, intake_house

MAILS = 1000
TARGET = 150.0
"""Mails a second on one core."""


def a_mail(number: int) -> bytes:
    """The mail of this number; every tenth with a file."""
    sender = f"citizen{number}@example.cn".encode()
    text = f"{mails.COMPLAINT}这是第{number}件。" * 5
    if number % 10:
        raw = mails.mail(text.encode(), subject=f"投诉 {number}".encode(), sender=sender)
    else:
        photo = mails.file_part(b"photo.jpg", b"\xff\xd8\xff\xe0" + os.urandom(100_000), b"image/jpeg")
        words = mails.part(b"text/plain; charset=utf-8", text.encode())
        raw = mails.multipart(words, photo).replace(b"zhang@example.cn", sender)
    return raw.replace(b"<1@example.cn>", f"<{number}@example.cn>".encode())


def run(out: list[str]) -> None:
    """Measure both, and say so."""
    raws = [a_mail(number) for number in range(MAILS)]
    began = time.process_time()
    for raw in raws:
        read_mail(raw)
    bare = MAILS / (time.process_time() - began)
    seconds, cpu, taken = asyncio.run(_ingest(raws))
    out.append(f"mail: {MAILS} mails, one in ten with 100 kB attached; {os.cpu_count()} cores, one process")
    out.append(f"  bare parse     {bare:8.0f} mails/s")
    out.append(
        f"  taken in       {MAILS / seconds:8.0f} mails/s wall, {MAILS / cpu:.0f} per core second (target {TARGET:.0f})"
    )
    out.append(f"  ratio          {MAILS / seconds / bare:8.2f} of the bare parse")
    out.append(f"  complaints     {taken:8d} of {MAILS}")


async def _ingest(raws: list[bytes]) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        originals = FolderOriginals(Path(folder) / "originals", new_key_ring())
        async with intake_house(f"sqlite+aiosqlite:///{folder}/intake.db", originals) as house:
            began, cpu = time.perf_counter(), time.process_time()
            await drain(house, raws)
            taken = await house.count(tables.submissions)
            return time.perf_counter() - began, time.process_time() - cpu, taken


async def drain(house: House, raws: list[bytes]) -> None:
    """Poll a mailbox of these until it is empty."""
    box = FakeMailbox()
    for raw in raws:
        box.arrive(raw)
    polled = Polled("bench", lambda: box, Flag(), house.own, 60)
    poller = InboxPoller(house.door, polled)
    while (await poller.sweep(box)).more:
        pass
