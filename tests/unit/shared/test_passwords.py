"""Which passwords are refused, how the others rest, and what a flood of log-ins costs."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from shared.identity.passwords import AT_ONCE, LONGEST, WAITING, PasswordFault, Passwords, TooBusy, password_fault

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
COMMON = [
    "123456789012", "qwertyuiopas", "abcabcabcabc", "passwordpassword", "P@ssw0rd!2026", "aaaaaaaaaaaa", "2026-11-23-09:00",
    "woaini1314520", "Zaozhuang2026", "admin@shouli#1", "qwerty.qwerty.1", "９８７６５４３２１０９８",
]  # fmt: skip
GOOD = [
    "三棵老槐树下等最后一班车回家",
    "correct horse battery staple",
    "a;lskdjf oiwe zmcn",
    "x" * 3 + "Tq7 lamp gutter",
]


@pytest.mark.parametrize("password", COMMON)
def test_what_guessers_try_first_is_refused(password: str):
    """Runs of keys, repetitions, common words dressed up with figures, dates (ASVS 6.2.4, 6.2.11)."""
    assert password_fault(password) is PasswordFault.COMMON


@pytest.mark.parametrize("password", GOOD)
def test_a_long_phrase_is_taken_however_it_is_made_up(password: str):
    """No capitals, figures or signs are asked for (ASVS 6.2.5)."""
    assert password_fault(password) is None


def test_the_persons_and_the_houses_own_names_are_refused():
    """Name, log-in and unit are what a colleague would try."""
    about = ("wangxiaoming", "王某", "市医疗保障局")
    for password in ("wangxiaoming2026", "WangXiaoMing!!!", "市医疗保障局市医疗保障局"):
        assert password_fault(password, about=about) is PasswordFault.COMMON


@given(st.text(max_size=11))
def test_nothing_short_is_taken(password: str):
    """Under twelve characters, whatever they are."""
    assert password_fault(password) is PasswordFault.TOO_SHORT


def test_long_ones_are_taken_up_to_a_limit():
    """Sixty-four and more may be typed; beyond the limit a hash would be a lever against us."""
    phrase = "lamp gutter seven "
    assert password_fault((phrase * 20)[:LONGEST]) is None
    assert password_fault((phrase * 20)[: LONGEST + 1]) is PasswordFault.TOO_LONG


async def test_a_hash_fits_its_password_alone_and_old_ones_are_told():
    """The same password from another keyboard (full width) fits; a hash with other parameters is to be made anew."""
    passwords = Passwords(QUICK)
    kept = await passwords.hash("lamp gutter seven")
    assert (await passwords.check("ｌamp gutter seven", kept)).fits
    assert not (await passwords.check("lamp gutter eight", kept)).fits
    old = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash("lamp gutter seven")
    assert (await passwords.check("lamp gutter seven", old)).outdated
    assert not (await passwords.check("x", "not a hash")).fits


async def test_an_unknown_account_costs_a_hash_too():
    """Nobody's password is checked against a hash as well, so that time tells nothing."""
    counted = _Counting()
    passwords = Passwords(counted)
    await passwords.check("lamp gutter seven", None)
    await passwords.check("lamp gutter seven", None)
    assert counted.verified == 2


async def test_a_flood_of_log_ins_is_turned_away():
    """Four are checked at once, a few wait, and the rest are told to come again."""
    blocking = _Blocking()
    passwords = Passwords(blocking)
    tries = [asyncio.create_task(passwords.hash(f"password {number}")) for number in range(50)]
    await asyncio.sleep(0.2)
    assert blocking.most <= AT_ONCE
    assert sum(each.done() for each in tries) == 50 - AT_ONCE - WAITING
    blocking.go_on.set()
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, TooBusy) for each in outcomes) == 50 - AT_ONCE - WAITING


class _Counting(PasswordHasher):
    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified = 0

    def verify(self, *arguments: object) -> bool:  # type: ignore[override]  # counts, then does the same
        self.verified += 1
        return super().verify(*arguments)  # type: ignore[arg-type]


class _Blocking(PasswordHasher):
    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.go_on, self.now, self.most, self._lock = threading.Event(), 0, 0, threading.Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go_on.wait(10)
        with self._lock:
            self.now -= 1
        return ""
