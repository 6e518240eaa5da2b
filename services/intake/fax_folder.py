"""The fax server's folder, watched: each finished file becomes a received fax, and is moved only when it is safely stored.

Law of this file: what is in the folder is the only memory, so that a restart forgets nothing; the same file twice, here or
by upload, is one complaint; a folder that can't be reached is an alarm (``check``), and is looked at again.
"""

from __future__ import annotations

import asyncio
import re
import time

import structlog

from services.intake.handlers import Original, Receipt
from services.intake.ports import Door
from services.intake.readers.content_type import sniff_media_type
from services.intake.readers.watched_folder import FolderUnavailable, NotTaken, Taken, WatchedFolder
from services.intake.scan_reading import receive_scan, same_pages

RECEIVED_BY = "fax folder"
LOOKED_EVERY = 1.0
"""Seconds between two looks."""
FAX_SERVERS_OWN = re.compile(r"fax\d+\.tiff?", re.IGNORECASE)
"""Names that a fax server gives. Any other may name a person and is not written down."""

_log = structlog.get_logger("fax folder")


class FaxFolder:
    """The task that watches one folder."""

    def __init__(self, door: Door, folder: WatchedFolder) -> None:
        self._door = door
        self._folder = folder
        self._trouble: str | None = None
        self._strangers: tuple[str, ...] = ()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOKED_EVERY)

    async def check(self) -> None:
        """For ``/readyz``. Raises FolderUnavailable while the folder can't be used."""
        if self._trouble:
            raise FolderUnavailable(self._trouble)

    async def look(self) -> list[Receipt]:
        """Look once, take what is finished, and give the receipts."""
        try:
            names = await asyncio.to_thread(self._folder.ready, time.monotonic())
            receipts = [receipt for name in names if (receipt := await self._take(name))]
        except FolderUnavailable as fault:
            if self._trouble is None:
                _log.error("fax_folder.unavailable", fault=str(fault))
            self._trouble = str(fault)
            return []
        self._trouble = None
        self._tell_of_strangers()
        return receipts

    async def _take(self, name: str) -> Receipt | None:
        """Take one file: stored first, moved then. What fails between is taken again and is the same complaint."""
        try:
            taken = await asyncio.to_thread(self._folder.take, name)
            receipt = await self._receive(taken)
            await asyncio.to_thread(self._folder.done, taken)
        except NotTaken as why:
            _log.info("fax_folder.left_for_the_next_look", why=str(why))
            return None
        return receipt

    async def _receive(self, taken: Taken) -> Receipt:
        media_type = sniff_media_type(taken.data).media_type
        return await receive_scan(
            self._door,
            Original(taken.shown_name, media_type, taken.data),
            received_by=RECEIVED_BY,
            external_id=taken.shown_name if FAX_SERVERS_OWN.fullmatch(taken.name) else None,
            same=same_pages(taken.data),
            received_at=self._door.clock(),
        )

    def _tell_of_strangers(self) -> None:
        """Once for each change: how many things lie there that a person must look at."""
        if self._folder.strangers != self._strangers:
            self._strangers = self._folder.strangers
            _log.warning("fax_folder.strangers", count=len(self._strangers))
