"""The sleep of whoever works on a table's rows: ended by a wake-up, also by one that came before it, and always in the end."""

import asyncio

from shared.store.sleeper import Sleeper


async def test_a_wake_up_ends_the_sleep():
    """Whoever is woken goes on at once, and is told that it was woken."""
    sleeper = Sleeper()
    asleep = asyncio.create_task(sleeper.sleep(600))
    await asyncio.sleep(0)
    sleeper.wake()
    assert await asleep


async def test_a_wake_up_that_came_while_nobody_slept_is_not_lost():
    """What was committed while the rows were looked through ends the next sleep; once, however often it rang."""
    sleeper = Sleeper()
    sleeper.wake()
    sleeper.wake()
    assert await sleeper.sleep(600)
    assert not await sleeper.sleep(0)


async def test_nobody_sleeps_for_ever():
    """Without a wake-up the sleep ends by itself, and says so."""
    assert not await Sleeper().sleep(0.001)
