"""Proof of work for the public form (ALTCHA v1): made for one form in one browser, for a while, and worth one complaint.

Law of this file: a solution counts only for the visitor and the form that its challenge was made for, and before it
expires; that it counts once is the database's to say (``form_desk.spend``). The more forms arrive, the more work is
asked. The moment comes in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from altcha import v1

from services.intake.web.views import Challenge
from shared.web.problems import Problem
from shared.web.sent_json import read_json

VALID_FOR = timedelta(hours=2)
WORK: tuple[tuple[int, int], ...] = ((0, 50_000), (60, 150_000), (240, 500_000))
"""From how many forms a minute on, at this process, which largest number is drawn: the work is half of it in hashes."""
LONGEST_PAYLOAD = 2_000
_LONGEST_MEMORY = 1_000


@dataclass(frozen=True, slots=True)
class Solved:
    """Work that was done for this form. ``challenge`` is its name, to be spent once until ``expires_at`` (UTC)."""

    challenge: str
    expires_at: datetime


class Pace:
    """How many forms arrived in the last minute."""

    def __init__(self) -> None:
        self._moments: deque[datetime] = deque(maxlen=_LONGEST_MEMORY)

    def note(self, now: datetime) -> None:
        """One more."""
        self._moments.append(now)

    def a_minute(self, now: datetime) -> int:
        """Those since a minute before ``now``."""
        while self._moments and now - self._moments[0] > timedelta(minutes=1):
            self._moments.popleft()
        return len(self._moments)


def work_at(forms_a_minute: int) -> int:
    """The largest number at this pace."""
    return max(work for least, work in WORK if forms_a_minute >= least)


class Proofs:
    """Makes challenges and checks solutions. ``key`` has 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.new(key, b"altcha", hashlib.sha256).hexdigest()
        self.pace = Pace()

    def challenge(self, *, visitor: str, purpose: str, now: datetime) -> Challenge:
        """A challenge for this visitor's form."""
        made = v1.create_challenge(
            v1.ChallengeOptions(
                max_number=work_at(self.pace.a_minute(now)),
                hmac_key=self._key,
                expires=now + VALID_FOR,
                params={"form": self._bound(visitor, purpose)},
            )
        )
        return Challenge(made.challenge, made.salt, made.signature, made.max_number)

    def solved(self, payload: str, *, visitor: str, purpose: str, now: datetime) -> Solved | None:
        """What was solved; None where it is wrong, expired, or was made for another form or browser."""
        said = _decoded(payload)
        if said is None or not v1.verify_solution(payload, self._key, check_expires=False)[0]:
            return None
        told = parse_qs(str(said["salt"]).partition("?")[2])
        expires, bound = told.get("expires", [""])[0], told.get("form", [""])[0]
        if not expires.isdecimal() or not hmac.compare_digest(bound.encode(), self._bound(visitor, purpose).encode()):
            return None
        until = datetime.fromtimestamp(int(expires), UTC)
        return Solved(str(said["challenge"])[:64], until) if now < until else None

    def _bound(self, visitor: str, purpose: str) -> str:
        return hmac.new(self._key.encode(), f"{purpose}\n{visitor}".encode(), hashlib.sha256).hexdigest()[:32]


def _decoded(payload: str) -> dict[str, object] | None:
    """The payload's members, if it is one that our script could have made; SHA-256 only, as we ask for no other."""
    if len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        said = read_json(base64.b64decode(payload, validate=True))
    except (ValueError, Problem):
        return None
    if not isinstance(said, dict) or said.get("algorithm") != "SHA-256":
        return None
    return (
        said if {"challenge", "number", "salt", "signature"} <= said.keys() and isinstance(said["salt"], str) else None
    )
