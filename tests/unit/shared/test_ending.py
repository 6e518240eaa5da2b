"""Whoever is asked to end does end, also where a library hid the first request."""

import asyncio

from shared.ending import end


async def for_ever() -> None:
    """Wait for what never comes."""
    await asyncio.Event().wait()


async def hides_the_first_request(hidden: list[int]) -> None:
    """Wait for ever, as ``wait_for`` of Python 3.11 may make it: the first cancellation leads nowhere."""
    try:
        await for_ever()
    except asyncio.CancelledError:
        hidden.append(1)
    await for_ever()


async def test_a_task_that_hid_the_first_request_is_asked_again():
    """It is over when ``end`` returns."""
    hidden: list[int] = []
    task = asyncio.create_task(hides_the_first_request(hidden))
    await asyncio.sleep(0)
    await end([task], ask_again_after=0.01)
    assert hidden == [1]
    assert task.cancelled()


async def test_all_end_whatever_state_they_were_in():
    """One that was done, one that failed, one that never began."""

    async def fails() -> None:
        raise ValueError

    done = asyncio.create_task(asyncio.sleep(0))
    failed = asyncio.create_task(fails())
    await asyncio.wait([done, failed])
    fresh = asyncio.create_task(for_ever())
    await end([done, failed, fresh])
    assert fresh.cancelled()


async def test_nothing_to_end_is_no_fault():
    """A service without tasks stops too."""
    await asyncio.wait_for(end([]), 10)
