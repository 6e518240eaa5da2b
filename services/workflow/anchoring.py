"""The daily anchor: the heads of all timelines, signed, in a file outside the database (art. 23).

Law of this file: a chain of hashes alone can't show a cut-off end or a chain made anew; a head that lies elsewhere can.
Each anchor holds the heads that moved since the one before, and the SHA-256 of that one, and is signed with Ed25519 (RFC 8032), so
that a verifier needs only the public key. The interval between two anchors is the window of risk, and is stated as such.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import func, select

from services.workflow.domain.timeline import Head
from services.workflow.office import Office
from services.workflow.store.tables import anchors_known, cases, timeline
from shared.store.unit_of_work import Store

INTERVAL = timedelta(days=1)
_CHECK_EVERY = 600.0
_OVERLAP = timedelta(hours=1)
"""Entries bear the clock of the replica that wrote them and commit out of order: the newest hour is looked at again."""

_log = structlog.get_logger("anchor")


class AnchorBroken(Exception):
    """An anchor file was changed, removed or is not signed by our key. Names the file; a person must look (art. 23)."""


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """One case's timeline at the time of the anchor."""

    number: str
    complaint_id: str
    length: int
    hash: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is signed. ``until`` (UTC) is the moment of the newest entry that it covers."""

    made_at: str
    until: str
    previous_sha256: str
    heads: tuple[AnchoredHead, ...]


class AnchorFolder:
    """Anchor files in a folder: ``2026-11-23T09-00-00Z.json``, each beside its signature, oldest first by name."""

    def __init__(self, folder: Path, key: Ed25519PublicKey | Ed25519PrivateKey) -> None:
        self._folder = folder
        self._key = key

    def files(self) -> list[Path]:
        """The anchors, oldest first."""
        return sorted(self._folder.glob("*.json"))

    def write(self, anchor: Anchor) -> Path:
        """Sign and write one; the signature lies beside it (``.sig``). Needs the private key."""
        assert isinstance(self._key, Ed25519PrivateKey), "only the holder of the private key writes anchors"
        self._folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps(asdict(anchor), separators=(",", ":"), sort_keys=True).encode()
        path = self._folder / f"{anchor.made_at.replace(':', '-')}.json"
        _write_durably(path.with_suffix(".sig"), self._key.sign(content).hex().encode())
        _write_durably(path, content)
        return path

    def read_all(self) -> list[Anchor]:
        """All anchors, each checked by signature and by its link to the one before. Raises AnchorBroken."""
        anchors: list[Anchor] = []
        previous = ""
        for path in self.files():
            content = path.read_bytes()
            self._check(path, content)
            read = json.loads(content)
            anchor = Anchor(**{**read, "heads": tuple(AnchoredHead(**head) for head in read["heads"])})
            if anchor.previous_sha256 != previous:
                raise AnchorBroken(f"{path.name} does not follow the anchor before it: one was removed or put in")
            anchors.append(anchor)
            previous = hashlib.sha256(content).hexdigest()
        return anchors

    def last_sha256(self) -> str:
        """Of the newest anchor; empty where there is none yet."""
        files = self.files()
        return hashlib.sha256(files[-1].read_bytes()).hexdigest() if files else ""

    def _check(self, path: Path, content: bytes) -> None:
        public = self._key.public_key() if isinstance(self._key, Ed25519PrivateKey) else self._key
        try:
            public.verify(bytes.fromhex(path.with_suffix(".sig").read_text()), content)
        except (InvalidSignature, OSError, ValueError) as fault:
            raise AnchorBroken(f"{path.name} is not signed by our key, or was changed") from fault


class Anchoring:
    """The task that anchors once a day, and at the first start."""

    def __init__(self, office: Office, folder: AnchorFolder) -> None:
        self._office = office
        self._folder = folder

    async def run(self) -> None:
        """Anchor whenever the newest anchor is a day old, until cancelled."""
        while True:
            if await asyncio.to_thread(self._is_due):
                await self.anchor()
            await asyncio.sleep(_CHECK_EVERY)

    async def anchor(self) -> Path | None:
        """Anchor what moved since the last time; None where nothing did."""
        now = self._office.clock()
        anchors = await asyncio.to_thread(self._folder.read_all)
        since = datetime.fromisoformat(anchors[-1].until) - _OVERLAP if anchors else None
        heads, until = await self._moved(since)
        known = newest_heads(anchors)
        heads = tuple(head for head in heads if known.get(head.number) != Head(length=head.length, hash=head.hash))
        if not heads or until is None:
            return None
        anchor = Anchor(
            made_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            until=until.isoformat(),
            previous_sha256=await asyncio.to_thread(self._folder.last_sha256),
            heads=heads,
        )
        path = await asyncio.to_thread(self._folder.write, anchor)
        async with self._office.store.transaction(now) as unit:
            sha256 = await asyncio.to_thread(self._folder.last_sha256)
            unit.add(anchors_known, {"name": path.name, "sha256": sha256, "made_at": now})
        _log.info("anchor.written", file=path.name, heads=len(heads))
        return path

    async def _moved(self, since: datetime | None) -> tuple[tuple[AnchoredHead, ...], datetime | None]:
        """The heads of cases with entries after ``since``, and the newest entry's moment."""
        newest = select(timeline.c.number, func.max(timeline.c.at).label("at")).group_by(timeline.c.number).subquery()
        query = (
            select(cases.c.number, cases.c.complaint_id, cases.c.version, cases.c.timeline_head, newest.c.at)
            .join(newest, newest.c.number == cases.c.number)
            .order_by(cases.c.number)
        )
        if since is not None:
            query = query.where(newest.c.at > since)
        async with self._office.store.reading() as connection:
            rows = (await connection.execute(query)).all()
        heads = tuple(AnchoredHead(row.number, str(row.complaint_id), row.version, row.timeline_head) for row in rows)
        return heads, max((row.at for row in rows), default=None)

    def _is_due(self) -> bool:
        files = self._folder.files()
        return not files or self._office.clock().timestamp() - files[-1].stat().st_mtime >= INTERVAL.total_seconds()


def newest_heads(anchors: list[Anchor]) -> dict[str, Head]:
    """By case number: the newest head that any anchor holds."""
    return {head.number: Head(length=head.length, hash=head.hash) for anchor in anchors for head in anchor.heads}


def load_or_make_key(path: Path) -> Ed25519PrivateKey:
    """The signing key; made at the first start, readable by its owner only, its public half beside it (``.pub``)."""
    if path.exists():
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()).hex()
    _write_durably(path, private.encode())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    _write_durably(path.with_suffix(".pub"), public.encode())
    return key


async def anchors_missing(store: Store, folder: AnchorFolder) -> list[str]:
    """Anchors that the database knows of and the folder doesn't hold: the newest one's removal breaks no chain of files."""
    async with store.reading() as connection:
        known = set((await connection.execute(select(anchors_known.c.name))).scalars())
    there = {path.name for path in await asyncio.to_thread(folder.files)}
    return sorted(known - there)


def load_public_key(path: Path) -> Ed25519PublicKey:
    """The public half, all that a verifier needs."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(path.read_text().strip()))


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
