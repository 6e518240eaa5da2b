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
from services.workflow.store.tables import anchors_known, cases, frozen_periods, timeline
from shared.store.unit_of_work import Store

INTERVAL = timedelta(days=1)
_CHECK_EVERY = 600.0
_OVERLAP = timedelta(hours=1)
"""Entries bear the clock of the replica that wrote them and commit out of order: the newest hour is looked at again."""

_log = structlog.get_logger("anchor")


class AnchorBroken(Exception):
    """An anchor file was changed, removed or is not signed by our key. Names each file; a person must look (art. 23)."""


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """One case's timeline at the time of the anchor."""

    number: str
    complaint_id: str
    length: int
    hash: str


@dataclass(frozen=True, slots=True)
class AnchoredFigures:
    """A frozen period of the statistics: its row's id, its days, and the SHA-256 of what was signed."""

    id: str
    period: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is signed. ``until`` (UTC) is the moment of the newest entry that it covers; ``frozen``: what was frozen since
    the anchor before, so that it can't be removed unnoticed either.
    """

    made_at: str
    until: str
    previous_sha256: str
    heads: tuple[AnchoredHead, ...]
    frozen: tuple[AnchoredFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class AnchorFault:
    """What is wrong with one anchor file."""

    file: str
    what: str


class AnchorFolder:
    """Anchor files in a folder: ``2026-11-23T09-00-00Z.json``, each beside its signature, oldest first by name."""

    def __init__(self, folder: Path, key: Ed25519PublicKey | Ed25519PrivateKey) -> None:
        self._folder = folder
        self._key = key

    @property
    def public_key(self) -> Ed25519PublicKey:
        """What a verifier needs."""
        return self._key.public_key() if isinstance(self._key, Ed25519PrivateKey) else self._key

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
        anchors, faults = self.examine()
        if faults:
            raise AnchorBroken("; ".join(f"{fault.file} {fault.what}" for fault in faults))
        return anchors

    def examine(self) -> tuple[list[Anchor], list[AnchorFault]]:
        """The anchors that can be believed, and what is wrong with the others: one bad file hides no other."""
        anchors: list[Anchor] = []
        faults: list[AnchorFault] = []
        previous: str | None = ""
        for path in self.files():
            content = path.read_bytes()
            if not self._is_signed(path, content):
                faults.append(AnchorFault(path.name, "is not signed by our key, or was changed"))
                previous = None  # what came before a changed file can't be told by the next one
                continue
            anchor = _read_anchor(content)
            if previous not in {None, anchor.previous_sha256}:
                faults.append(AnchorFault(path.name, "does not follow the anchor before it: one was removed or put in"))
            anchors.append(anchor)
            previous = hashlib.sha256(content).hexdigest()
        return anchors, faults

    def last_sha256(self) -> str:
        """Of the newest anchor; empty where there is none yet."""
        files = self.files()
        return hashlib.sha256(files[-1].read_bytes()).hexdigest() if files else ""

    def _is_signed(self, path: Path, content: bytes) -> bool:
        try:
            self.public_key.verify(bytes.fromhex(path.with_suffix(".sig").read_text()), content)
        except (InvalidSignature, OSError, ValueError):
            return False
        return True


def _read_anchor(content: bytes) -> Anchor:
    read = json.loads(content)
    heads = tuple(AnchoredHead(**head) for head in read["heads"])
    frozen = tuple(AnchoredFigures(**each) for each in read.get("frozen", ()))
    return Anchor(**{**read, "heads": heads, "frozen": frozen})


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
        covered = datetime.fromisoformat(anchors[-1].until) if anchors else None
        heads, until = await self._moved(covered - _OVERLAP if covered else None)
        known = newest_heads(anchors)
        heads = tuple(head for head in heads if known.get(head.number) != Head(length=head.length, hash=head.hash))
        frozen = await self._frozen_since(anchors)
        if not heads and not frozen:
            return None
        anchor = Anchor(
            made_at=_moment_of(now, anchors),
            until=(until or covered or now).isoformat(),
            frozen=frozen,
            previous_sha256=await asyncio.to_thread(self._folder.last_sha256),
            heads=heads,
        )
        path = await asyncio.to_thread(self._folder.write, anchor)
        async with self._office.store.transaction(now) as unit:
            sha256 = await asyncio.to_thread(self._folder.last_sha256)
            unit.add(anchors_known, {"name": path.name, "sha256": sha256, "made_at": now})
        _log.info("anchor.written", file=path.name, heads=len(heads))
        return path

    async def _frozen_since(self, anchors: list[Anchor]) -> tuple[AnchoredFigures, ...]:
        """What was frozen and stands in no anchor yet."""
        known = {frozen.id for anchor in anchors for frozen in anchor.frozen}
        async with self._office.store.reading() as connection:
            rows = (await connection.execute(select(frozen_periods).order_by(frozen_periods.c.made_at))).all()
        return tuple(
            AnchoredFigures(
                str(row.id), f"{row.first_day}..{row.last_day}", hashlib.sha256(row.body.encode()).hexdigest()
            )
            for row in rows
            if str(row.id) not in known
        )

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


def _moment_of(now: datetime, anchors: list[Anchor]) -> str:
    """An anchor's moment, by which its file is called: to the second, and later than the one before."""
    if anchors:
        now = max(now, datetime.fromisoformat(anchors[-1].made_at) + timedelta(seconds=1))
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


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
