"""Files that came with a form that had to come back: kept as originals, found again by a token of ours.

Law of this file: a token says which original, under which name, and is worth something only in the browser it was given
to; nobody can name an original that they did not send.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from services.intake.web.views import KeptFile
from shared.contracts.complaint import Evidence
from shared.contracts.values import new_id


class KeptFiles:
    """Makes and reads tokens. ``key`` has 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def keep(self, evidence: Evidence, visitor: str) -> KeptFile:
        """A kept file as the page lists it."""
        body = base64.urlsafe_b64encode(
            json.dumps([evidence.sha256, evidence.name, evidence.media_type, evidence.size]).encode()
        ).decode()
        return KeptFile(f"{body}.{self._mac(body, visitor)}", evidence.name, evidence.size)

    def find(self, token: str, visitor: str) -> Evidence | None:
        """The file behind a token; None where it isn't this visitor's."""
        body, _, mac = token.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(body, visitor).encode()):
            return None
        sha256, name, media_type, size = json.loads(base64.urlsafe_b64decode(body))
        return Evidence(id=new_id(), name=name, media_type=media_type, size=size, sha256=sha256)

    def _mac(self, body: str, visitor: str) -> str:
        return hmac.new(self._key, f"kept:{visitor}:{body}".encode(), hashlib.sha256).hexdigest()
