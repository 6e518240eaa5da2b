"""Sealing: what is personal is encrypted wherever it rests or travels outside a screen (art. 17; PIPL art. 51).

Law of this file: messages are sealed ``dir`` + A256GCM, records A256GCMKW + A256GCM (a data key per record, wrapped by the
master key), both as compact JWE (RFC 7516) that name their key, so that keys can be rotated while old ones still open.
Searching for a phone goes through a keyed hash, so that a stolen index can't be tried out. The ring rests in a file: as it is,
or wrapped by a key that a key management service never gives away. It must not know what is sealed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.durable_files import sync_folder, write_durably

_WRAPPED = "wrapped"
_OTHERWISE_KEPT = {
    True: "it is wrapped, and no key management service is set (SHOULI_KMS_URL)",
    False: "it is not wrapped, though a key management service is set; wrap it with: shouli keys wrap",
}
"""What is wrong with a ring that is kept otherwise than it should be, by whether no service is set."""
_MESSAGE = ["dir", "A256GCM"]
_RECORD = ["A256GCMKW", "A256GCM"]


class CannotOpen(Exception):
    """The token was changed, or the key it names is not on the ring. A retry helps only after the ring is mended."""


class UnknownKey(CannotOpen):
    """The key that it names is not on the ring, or not yet: after a rotation the others are restarted one by one."""


class Kms(Protocol):
    """A key management service, as far as the ring needs one: it wraps the file, and opens it when a process starts."""

    def wrap(self, plaintext: bytes) -> str:
        """Encrypt under the service's key. Raises KmsUnusable."""
        ...

    def unwrap(self, wrapped: str) -> bytes:
        """What was wrapped. Raises KmsUnusable."""
        ...


class KmsUnusable(ValueError):
    """The service can't be reached, or refuses us or what it was given; the text holds no secret."""


@dataclass(frozen=True)
class KeyRing:
    """The master keys by name, the one that seals now, and the key of the blind index. Keys are 32 bytes."""

    current: str
    keys: dict[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    session_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a ring that would fail later: short keys, or a current key that isn't there."""
        if self.current not in self.keys:
            raise ValueError(f"the key ring names {self.current!r} as current but does not hold it")
        if any(len(key) != 32 for key in (*self.keys.values(), self.index_key, self.session_key)):  # noqa: PLR2004
            raise ValueError("every key of the ring must be 32 bytes")
        object.__setattr__(self, "_octets", {kid: OctKey.import_key(key) for kid, key in self.keys.items()})

    def seal(self, plaintext: bytes) -> str:
        """Seal a message for the broker."""
        header = {"alg": "dir", "enc": "A256GCM", "kid": self.current}
        return jwe.encrypt_compact(header, plaintext, self._key(self.current), algorithms=_MESSAGE)

    def seal_record(self, plaintext: bytes) -> str:
        """Seal a record for the database, under a data key of its own."""
        header = {"alg": "A256GCMKW", "enc": "A256GCM", "kid": self.current}
        return jwe.encrypt_compact(header, plaintext, self._key(self.current), algorithms=_RECORD)

    def open(self, token: str) -> bytes:
        """Open either kind. Raises CannotOpen."""
        try:
            kid = key_of(token)
            if kid not in self.keys:
                raise UnknownKey("sealed with a key that isn't on the ring")
            opened = jwe.decrypt_compact(token, self._key(kid), algorithms=_MESSAGE + _RECORD).plaintext
        except (JoseError, ValueError, TypeError, RecursionError) as fault:
            raise CannotOpen(f"sealed data can't be opened ({type(fault).__name__})") from fault
        if opened is None:
            raise CannotOpen("sealed data is empty")
        return opened

    def blind(self, value: str) -> str:
        """A keyed hash of a phone or address, for equality search only."""
        return hmac.new(self.index_key, value.encode(), hashlib.sha256).hexdigest()

    def _key(self, kid: str) -> OctKey:
        octets: dict[str, OctKey] = self.__dict__["_octets"]
        return octets[kid]


def new_key_ring() -> KeyRing:
    """A fresh ring with one key."""
    return KeyRing(
        current="k1",
        keys={"k1": secrets.token_bytes(32)},
        index_key=secrets.token_bytes(32),
        session_key=secrets.token_bytes(32),
    )


def rotated(ring: KeyRing) -> KeyRing:
    """The ring with a new current key; the old ones still open what they sealed. Index and session keys stay."""
    number = 1 + max((int(kid[1:]) for kid in ring.keys if kid[:1] == "k" and kid[1:].isdecimal()), default=0)
    return KeyRing(
        current=f"k{number}",
        keys={**ring.keys, f"k{number}": secrets.token_bytes(32)},
        index_key=ring.index_key,
        session_key=ring.session_key,
    )


def key_of(token: str) -> str:
    """The name of the key that sealed this. Raises CannotOpen where it names none."""
    try:
        return str(json.loads(_from_base64url(token.split(".", 1)[0]))["kid"])
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise CannotOpen("what should be sealed names no key") from fault


def load_key_ring(path: Path, kms: Kms | None = None) -> KeyRing:
    """Read a ring from its JSON file. Raises ValueError naming what is wrong; never falls back to a default key.

    With a key management service a ring that lies there unwrapped is refused: somebody may have read it.
    """
    try:
        stored = _unwrapped(json.loads(path.read_text()), kms)
        return KeyRing(
            current=stored["current"],
            keys={kid: base64.b64decode(key) for kid, key in stored["keys"].items()},
            index_key=base64.b64decode(stored["index_key"]),
            session_key=base64.b64decode(stored["session_key"]),
        )
    except (OSError, KeyError, TypeError, AttributeError, json.JSONDecodeError, binascii.Error) as fault:
        raise ValueError(
            f"no usable key ring at {path}: {type(fault).__name__}; make one with: shouli keys new"
        ) from fault
    except ValueError as fault:
        raise ValueError(f"no usable key ring at {path}: {fault}") from fault


def _unwrapped(stored: dict[str, Any], kms: Kms | None) -> dict[str, Any]:
    if (_WRAPPED in stored) is not (kms is not None):
        raise ValueError(_OTHERWISE_KEPT[kms is None])
    ring: dict[str, Any] = stored if kms is None else json.loads(kms.unwrap(stored[_WRAPPED]))
    return ring


def save_key_ring(ring: KeyRing, path: Path, kms: Kms | None = None) -> None:
    """Write a ring, readable by its owner only, and return when it is on disk: what it seals is lost without it.

    Refuses to overwrite one (FileExistsError); a crash leaves the whole ring or none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        write_durably(beside, _as_stored(ring, kms))
        os.link(beside, path)  # unlike a rename, it fails where something stands already
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def extend_key_ring(ring: KeyRing, path: Path, kms: Kms | None = None) -> None:
    """Put a ring in the place of the one it grew from, whole or not at all. Raises ValueError where a key would be lost."""
    before = load_key_ring(path, kms)
    if not before.keys.items() <= ring.keys.items() or before.index_key != ring.index_key:
        raise ValueError("the new ring lacks a key of the old one; what that sealed could never be opened again")
    _replace(path, _as_stored(ring, kms))


def wrap_key_ring(path: Path, kms: Kms) -> None:
    """Wrap a ring that lay unwrapped so far; the file is replaced whole once the service has opened what it wrapped."""
    ring = load_key_ring(path)
    wrapped = _as_stored(ring, kms)
    if kms.unwrap(json.loads(wrapped)[_WRAPPED]) != _as_stored(ring, None):
        raise KmsUnusable("the key management service gives back something else than it was given; nothing was changed")
    _replace(path, wrapped)


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        write_durably(beside, content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def _as_stored(ring: KeyRing, kms: Kms | None) -> bytes:
    stored = {
        "current": ring.current,
        "keys": {kid: base64.b64encode(key).decode() for kid, key in ring.keys.items()},
        "index_key": base64.b64encode(ring.index_key).decode(),
        "session_key": base64.b64encode(ring.session_key).decode(),
    }
    plain = json.dumps(stored, indent=1).encode()
    return plain if kms is None else json.dumps({_WRAPPED: kms.wrap(plain)}, indent=1).encode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
