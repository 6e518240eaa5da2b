"""CVE-2026-45294 (FreeScout): the answer of a form told which accounts exist."""

import statistics
import time

from tests.parts.open_house import OpenHouse

TRIES = 15


async def test_time_and_words_are_the_same_for_known_and_unknown(house: OpenHouse):
    """The medians of a wrong password and of an unknown name differ by less than 20 ms; pages by the name typed alone."""
    await house.signed_in("wang")
    pages, times = {}, {}
    for name in ("wang", "zhao"):
        taken = []
        for number in range(TRIES):
            began = time.perf_counter()
            await house.reception.signing_in.by_password(
                name, "wrong, but long enough", address=f"198.51.100.{number}", now=house.now
            )
            taken.append(time.perf_counter() - began)
        answer = await house.visitor().sign_in(name, "wrong, but long enough")
        pages[name], times[name] = answer.text.split('role="alert"')[1].split("</p>")[0], statistics.median(taken)
    assert pages["wang"] == pages["zhao"]
    assert abs(times["wang"] - times["zhao"]) < 0.02, times
