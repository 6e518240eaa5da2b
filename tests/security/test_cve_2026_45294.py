"""CVE-2026-45294 (FreeScout): the answer of a form told which accounts exist."""

import time

from tests.parts.open_house import OpenHouse

TRIES = 8
WRONG = "wrong, but long enough"


async def test_words_are_the_same_for_known_and_unknown(house: OpenHouse):
    """The page is the same but for the name that was typed."""
    await house.signed_in("wang")
    told = [await house.visitor().sign_in(name, WRONG) for name in ("wang", "zhao")]
    known, unknown = (answer.text.split('role="alert"')[1].split("</p>")[0] for answer in told)
    assert (told[0].status_code, known) == (told[1].status_code, unknown)


async def test_time_is_the_same_for_known_and_unknown(house: OpenHouse):
    """An unknown name costs a whole check of a password, as a known one does.

    Turn by turn and by the quickest of each, so that a busy machine changes nothing; without the check it would be a twentieth.
    """
    await house.signed_in("wang")
    quickest = {"wang": 60.0, "zhao": 60.0}
    for number in range(TRIES):
        for name, before in quickest.items():
            began = time.perf_counter()
            await house.reception.signing_in.by_password(name, WRONG, address=f"198.51.100.{number}", now=house.now)
            quickest[name] = min(before, time.perf_counter() - began)
    assert 0.5 < quickest["zhao"] / quickest["wang"] < 2, quickest
