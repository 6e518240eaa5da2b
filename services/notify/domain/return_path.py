"""The return path that names the delivery (VERP), so that a bounce is known without reading it.

Law of this file: ``bounce+<delivery>.<seal>@domain``; the seal is an HMAC, so nobody outside can report a bounce that
never was. Lower-case base 32 survives mail servers that fold case. It must not know what a bounce leads to.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from uuid import UUID

_SEAL_OCTETS = 10
"""80 bits: an attacker gets one guess a mail."""
_PREFIX = "bounce+"
_SHAPE = re.compile(r"bounce\+(?P<delivery>[a-z2-7]{26})\.(?P<seal>[a-z2-7]{16})", re.ASCII | re.IGNORECASE)


def return_path(delivery_id: UUID, domain: str, key: bytes) -> str:
    """The envelope sender for this delivery; 51 characters and the domain, within the 64 of RFC 5321."""
    return f"{_PREFIX}{_base32(delivery_id.bytes)}.{_base32(_seal(delivery_id, key))}@{domain}"


def read_return_path(address: str, key: bytes) -> UUID | None:
    """The delivery that a bounce to this address is about; None where the address isn't one that we made."""
    found = _SHAPE.match(address.strip().strip("<>"))
    if found is None:
        return None
    delivery_id = UUID(bytes=b32decode(found["delivery"].upper() + "======"))
    seal = b32decode(found["seal"].upper())
    return delivery_id if hmac.compare_digest(seal, _seal(delivery_id, key)) else None


def _seal(delivery_id: UUID, key: bytes) -> bytes:
    return hmac.digest(key, b"return-path:" + delivery_id.bytes, hashlib.sha256)[:_SEAL_OCTETS]


def _base32(octets: bytes) -> str:
    return b32encode(octets).decode().rstrip("=").lower()
