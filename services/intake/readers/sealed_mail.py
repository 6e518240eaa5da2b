"""S/MIME containers (RFC 8551): whether one is encrypted or only signed, and what a signed one holds.

Law of this file: nothing is decrypted and no signature is checked; a signed mail is read like an unsigned one. It must
not know MIME.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Sealing(StrEnum):
    """What a CMS container does to its content."""

    SIGNED = "signed"
    ENCRYPTED = "encrypted"
    NONE = "none"


_BY_SMIME_TYPE = {
    "signed-data": Sealing.SIGNED,
    "enveloped-data": Sealing.ENCRYPTED,
    "authenveloped-data": Sealing.ENCRYPTED,
}
_BY_CMS_TYPE = {
    "signed_data": Sealing.SIGNED,
    "enveloped_data": Sealing.ENCRYPTED,
    "authenticated_enveloped_data": Sealing.ENCRYPTED,
    "signed_and_enveloped_data": Sealing.ENCRYPTED,
    "encrypted_data": Sealing.ENCRYPTED,
}


def sealing_of(container: bytes, smime_type: str) -> Sealing:
    """By the ``smime-type`` parameter, or, where senders leave it out, by the container itself."""
    declared = _BY_SMIME_TYPE.get(smime_type.strip().lower())
    if declared:
        return declared
    info = _content_info(container)
    return _BY_CMS_TYPE.get(str(info["content_type"].native), Sealing.NONE) if info is not None else Sealing.NONE


def opaque_content(container: bytes) -> bytes | None:
    """The MIME entity inside a signed container, or None where it can't be taken out."""
    info = _content_info(container)
    try:
        inside = info["content"]["encap_content_info"]["content"].native if info is not None else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return inside if isinstance(inside, bytes) else None


def _content_info(container: bytes) -> Any:
    from asn1crypto import cms  # type: ignore[import-untyped]  # noqa: PLC0415 - only mail in S/MIME containers needs it

    try:
        info = cms.ContentInfo.load(container)
        info["content_type"].native  # noqa: B018 - parsing is lazy; this is what raises
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return info
