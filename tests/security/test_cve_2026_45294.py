"""CVE-2026-45294 (FreeScout): the answer of a form told which accounts exist."""

import time

from tests.parts.open_house import OpenHouse

TRIES = 15


async def test_time_and_words_are_the_same_for_known_and_unknown(house: OpenHouse):
    """A wrong password and an unknown name cost the same hash, and are told in the same words.

    The quickest of many tries, taken by turns, is what a thief would compare: a skipped hash would show as a tenth of it.
    """
    await house.signed_in("wang")
    names = ("wang", "zhao")
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(TRIES):
        for name in names:
            began = time.perf_counter()
            await house.reception.signing_in.by_password(
                name, "wrong, but long enough", address=f"198.51.100.{number}", now=house.now
            )
            times[name].append(time.perf_counter() - began)
    quickest = sorted(min(taken) for taken in times.values())
    assert quickest[1] < 2 * quickest[0], times
    answers = [await house.visitor().sign_in(name, "wrong, but long enough") for name in names]
    assert len({answer.text.split('role="alert"')[1].split("</p>")[0] for answer in answers}) == 1
