"""Passwords: which are refused, and how the others rest.

Law of this file: length and not being guessable are asked for, and nothing of how a password is made up (NIST SP 800-63B-4
3.1.1.2; ASVS 6.2). Hashes are argon2id (RFC 9106) with OWASP's figures. Only a few are computed at once, since each takes
19 MiB: whoever floods the log-in is turned away, and the house stays up. An unknown account costs the same time as a known
one.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

T = TypeVar("T")
SHORTEST, LONGEST = 12, 256
AT_ONCE, WAITING = 4, 12
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordFault(StrEnum):
    """Why a password isn't taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"


_WORDS = """
    password passw0rd passwd qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc admin administrator root
    welcome letmein changeme default iloveyou monkey dragon football baseball superman batman master sunshine princess
    shadow michael jennifer hello freedom whatever trustno trustnoone starwars computer internet samsung google test
    testing secret login user guest demo sample temp temporary company office windows server database oracle mysql
    woaini wozuiai aini mima denglu guanliyuan nihao zhongguo beijing shanghai shandong zaozhuang tengzhou
    zhengfu zhengwu shimin shiminzhongxin zhengwufuwu tousu shouli jubao rexian fuwu shizhengfu shizhengguanban
    zxcvbnmasdfghjkl qweasdzxc qweasd abcdef abcdefg abc abcd aaa
"""
_STEMS = frozenset(_WORDS.split())
"""Words that a password may not be made of alone, however often, with or without figures and signs between."""
_LEET = str.maketrans("@430$51!|", "aaeossiil")
_RUNS = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
_MOST_REPEATED = 4


def password_fault(password: str, *, about: tuple[str, ...] = ()) -> PasswordFault | None:
    """What speaks against a password, or None. ``about``: names of the person and the house, which everybody tries."""
    if len(password) < SHORTEST:
        return PasswordFault.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordFault.TOO_LONG
    folded = unicodedata.normalize("NFKC", password).casefold()
    return PasswordFault.COMMON if _is_common(folded, about) else None


def _is_common(folded: str, about: tuple[str, ...]) -> bool:
    if any(folded in run * 2 or folded[::-1] in run * 2 for run in _RUNS) or _repeats(folded):
        return True
    stems = _STEMS | {name.casefold() for name in about if name}
    return any(_is_made_of(stems, variant) for variant in (folded, folded.translate(_LEET)))


def _is_made_of(stems: frozenset[str], text: str) -> bool:
    """Only such words, one said twice included, with whatever figures and signs between them; or no word at all."""
    return all(word in stems or _half(word) in stems or _repeats(word) for word in re.findall(r"[^\W\d_]+", text))


def _half(word: str) -> str:
    half = len(word) // 2
    return word[:half] if word[:half] == word[half:] else word


def _repeats(text: str) -> bool:
    """One piece of up to four characters again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, _MOST_REPEATED + 1))


class TooBusy(Exception):
    """More log-ins at once than are checked; try again in a moment."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the password fits, and whether its hash should be made anew with today's parameters."""

    fits: bool
    outdated: bool = False


class Passwords:
    """Hashes and checks passwords, ``AT_ONCE`` at a time; ``WAITING`` more may wait."""

    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises TooBusy."""
        return await self._in_turn(self._hasher.hash, _normal(password))

    async def check(self, password: str, kept: str | None) -> Checked:
        """Whether it fits; ``kept`` None (an unknown account, one without a password) takes as long. Raises TooBusy."""
        if kept is None and self._nobody is None:
            self._nobody = await self._in_turn(self._hasher.hash, "nobody's")
        fits = await self._in_turn(self._verify, kept or self._nobody or "", _normal(password)[:LONGEST])
        if kept is None or not fits:
            return Checked(fits=False)
        return Checked(fits=True, outdated=self._hasher.check_needs_rehash(kept))

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= AT_ONCE + WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    """One form for what two keyboards may send differently."""
    return unicodedata.normalize("NFKC", password)
