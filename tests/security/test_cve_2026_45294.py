"""CVE-2026-45294 (FreeScout): the answer of a form told which accounts exist."""

import time

import pytest

from shared.identity.lockout import Whence
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRIES = 8
UNKNOWN = "nobody-of-ours"
WRONG = "wrong, but long enough"


async def test_words_are_the_same_for_known_and_unknown(attacked: OpenHouse, login: str):
    """The page is the same but for the name that was typed."""
    await attacked.signed_in(login)
    told = [await attacked.visitor("203.0.113.31").sign_in(name, WRONG) for name in (login, UNKNOWN)]
    known, unknown = (answer.text.split('role="alert"')[1].split("</p>")[0] for answer in told)
    assert (told[0].status_code, known) == (told[1].status_code, unknown)


async def test_time_is_the_same_for_known_and_unknown(attacked: OpenHouse, login: str):
    """An unknown name costs a whole check of a password, as a known one does.

    Turn by turn, by the work of the processor and by the quickest of each, so that a busy machine changes nothing; without
    the check it would be a twentieth.
    """
    await attacked.signed_in(login)
    quickest = {login: 60.0, UNKNOWN: 60.0}
    for number in range(TRIES):
        for name, before in quickest.items():
            began = time.process_time()
            await attacked.reception.signing_in.by_password(
                name, WRONG, whence=Whence(f"198.51.100.{number}"), now=attacked.now
            )
            quickest[name] = min(before, time.process_time() - began)
    assert 0.2 < quickest[UNKNOWN] / quickest[login] < 5, quickest
