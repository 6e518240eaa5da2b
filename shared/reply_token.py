"""The mark in the subject of our mails by which a reply finds its complaint: ``[受理 2QW8H-N5T0C/7KQ2M9X4B1]``.

Law of this file: the tracking code names the complaint, the seal (HMAC-SHA-256 over code and recipient, 50 bits) proves
that we wrote this code to this address; a code without a seal that holds proves nothing (RFC 3834 leaves the subject the one
part that every mail program brings back). Pure; it must not know what a reply leads to, nor where complaints are kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

from shared.contracts.tracking import ALPHABET, read_tracking_code, show_tracking_code

SEAL_LENGTH = 10
_PURPOSE = b"reply-token:"
_MARK = re.compile(r"受理\s{0,3}([0-9A-Za-z]{5}\s?-\s?[0-9A-Za-z]{5})(?:\s{0,3}/\s{0,3}([0-9A-Za-z]{10}))?")
_MOST_MARKS = 3
_READ = 500
"""Characters of a subject that are looked at, and marks in it: a stranger writes it."""


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What a subject claims: a code that can be one, and the seal beside it, or none."""

    tracking_code: str
    seal: str | None

    def holds_for(self, recipient: str, key: bytes) -> bool:
        """Whether we wrote this code to this address."""
        return self.seal is not None and hmac.compare_digest(
            self.seal.encode(), _seal(self.tracking_code, recipient, key).encode()
        )


def marked(subject: str, tracking_code: str, recipient: str, key: bytes) -> str:
    """The subject with the mark at its end. ``key``: any 32 secret bytes, the same for who writes and who reads."""
    mark = f"[受理 {show_tracking_code(tracking_code)}/{_seal(tracking_code, recipient, key)}]"
    return f"{subject} {mark}".strip()


def read_tokens(subject: str) -> tuple[ReplyToken, ...]:
    """The marks in a subject, as claimed; full width is folded, so that no mail program can spoil them."""
    folded = unicodedata.normalize("NFKC", subject[:_READ])
    found = ((read_tracking_code(match[1]), match[2]) for match in _MARK.finditer(folded))
    tokens = [ReplyToken(code, seal.upper() if seal else None) for code, seal in found if code is not None]
    return tuple(tokens[:_MOST_MARKS])


def _seal(tracking_code: str, recipient: str, key: bytes) -> str:
    said = f"{tracking_code}\n{recipient.strip().lower()}".encode()
    number = int.from_bytes(hmac.digest(key, _PURPOSE + said, hashlib.sha256)[:8], "big")
    return "".join(ALPHABET[(number >> (5 * place)) % 32] for place in range(SEAL_LENGTH))
