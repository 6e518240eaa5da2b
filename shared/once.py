"""The same request twice is one request: what marks a request under its ``Idempotency-Key`` (design 8).

Law of this file: the mark is a hash, so no key, sender or content stands in a database; a key counts within its scope
alone, so that nobody meets another's answer by choosing their key. It must not know HTTP, nor where marks are kept.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass


class KeyReused(ValueError):
    """The sender is at fault: this key stands for another request. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a request the same as an earlier one. Both are SHA-256 in hex, fit for a unique column."""

    key: str
    digest: str
    """Of the content."""

    def check(self, digest_before: str) -> None:
        """Compare with what was kept under this key. Raises KeyReused where the content was another."""
        if self.digest != digest_before:
            raise KeyReused


def once(scope: str, key: str, content: bytes) -> Once:
    """The mark of a request. ``scope``: who sent it, by which door; ``content``: what must be the same again."""
    mark = json.dumps([scope, key]).encode()  # unlike a separator, brackets and quotes can't be forged by either part
    return Once(hashlib.sha256(mark).hexdigest(), hashlib.sha256(content).hexdigest())
