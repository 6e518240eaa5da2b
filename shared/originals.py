"""The object store: originals kept unchanged under their SHA-256, before anything is parsed (art. 23).

Law of this file: bytes are on disk (fsync, then rename) before anybody writes a row that names them; nothing is ever
overwritten or deleted; what is read is checked against its name. Bytes rest encrypted, since they hold people's words.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from pathlib import Path
from typing import Protocol

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.durable_files import make_folders, sync_folder, write_durably
from shared.sealing import KeyRing

_MAGIC = b"SLO1"
_NONCE = 12
_SHA256 = re.compile(r"[0-9a-f]{64}")


_log = structlog.get_logger("originals")


class OriginalDamagedError(Exception):
    """The stored bytes are not the ones that were put in. Names the original; a person must look (art. 23)."""


class OriginalMissingError(KeyError):
    """No original has this hash."""


class Originals(Protocol):
    """Where originals are kept."""

    async def keep(self, content: bytes) -> str:
        """Store and give the SHA-256 (hexadecimal). Storing the same bytes twice is one original."""
        ...

    async def read(self, sha256: str) -> bytes:
        """Give the bytes; raises OriginalMissingError or OriginalDamagedError."""
        ...


class FolderOriginals:
    """Originals in a folder: ``ab/cd/abcd….sealed``, mode 0600, encrypted with AES-256-GCM under the ring's current key."""

    def __init__(self, folder: Path, ring: KeyRing) -> None:
        self._folder = folder
        self._ring = ring

    async def keep(self, content: bytes) -> str:
        """Hash, encrypt, write beside, fsync, rename. Raises OSError where the disk is full: nothing was kept then."""
        return await asyncio.to_thread(self._keep, content)

    async def read(self, sha256: str) -> bytes:
        """Decrypt and check."""
        return await asyncio.to_thread(self._read, sha256)

    def path(self, sha256: str) -> Path:
        """Where an original lies."""
        return self._folder / sha256[:2] / sha256[2:4] / f"{sha256}.sealed"

    def _keep(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if target.exists() and self._is_whole(sha256, target):
            return sha256
        make_folders(target.parent)
        beside = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            write_durably(beside, self._seal(sha256, content))
            beside.rename(target)
            sync_folder(target.parent)
        finally:
            beside.unlink(missing_ok=True)
        return sha256

    def _is_whole(self, sha256: str, target: Path) -> bool:
        """Whether what stands there is what it should be; what is not is moved aside, since nothing is deleted (art. 23)."""
        try:
            self._read(sha256)
        except OriginalDamagedError:
            aside = target.with_name(f"{sha256}.damaged-{secrets.token_hex(4)}")
            target.rename(aside)
            _log.error("originals.damaged_one_moved_aside", sha256=sha256, file=aside.name)
            return False
        return True

    def _seal(self, sha256: str, content: bytes) -> bytes:
        kid = self._ring.current
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._ring.keys[kid]).encrypt(nonce, content, sha256.encode())
        return _MAGIC + bytes([len(kid)]) + kid.encode() + nonce + sealed

    def _read(self, sha256: str) -> bytes:
        if not _SHA256.fullmatch(sha256):
            raise OriginalMissingError("not a SHA-256")
        try:
            stored = self.path(sha256).read_bytes()
        except FileNotFoundError as fault:
            raise OriginalMissingError(sha256) from fault
        try:
            content = self._open(sha256, stored)
        except (InvalidTag, ValueError, KeyError, IndexError) as fault:
            raise OriginalDamagedError(sha256) from fault
        if hashlib.sha256(content).hexdigest() != sha256:
            raise OriginalDamagedError(sha256)
        return content

    def _open(self, sha256: str, stored: bytes) -> bytes:
        if not stored.startswith(_MAGIC):
            raise ValueError("not a stored original")
        start = len(_MAGIC) + 1
        end = start + stored[len(_MAGIC)]
        key = self._ring.keys[stored[start:end].decode()]
        return AESGCM(key).decrypt(stored[end : end + _NONCE], stored[end + _NONCE :], sha256.encode())


class MemoryOriginals:
    """Originals in memory: the fake beside the port."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    async def keep(self, content: bytes) -> str:
        """Remember."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        return sha256

    async def read(self, sha256: str) -> bytes:
        """Give back what was kept; raises OriginalMissingError or OriginalDamagedError."""
        if sha256 not in self.contents:
            raise OriginalMissingError(sha256)
        if hashlib.sha256(self.contents[sha256]).hexdigest() != sha256:
            raise OriginalDamagedError(sha256)
        return self.contents[sha256]
