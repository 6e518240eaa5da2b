"""A service's tasks outlive their faults, and whatever was started is let go of."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.service import Service, keep_alive, running


def failing_with(faults: list[BaseException]) -> Callable[[], Awaitable[None]]:
    """A task that fails with each of these in turn, and then ends."""

    async def task() -> None:
        if faults:
            raise faults.pop(0)

    return task


async def test_a_failed_task_is_started_again_later_each_time():
    """After any fault, a group of them or a cancellation by a library a task starts again, after doubling pauses."""
    faults: list[BaseException] = [ValueError(), asyncio.CancelledError(), ExceptionGroup("x", [OSError()])]
    faults += [ConnectionError() for _ in range(6)]
    pauses: list[float] = []

    async def write_down(seconds: float) -> None:
        pauses.append(seconds)

    await keep_alive("test", failing_with(faults), write_down)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_our_own_cancellation_ends_a_task():
    """A shutdown is not taken for a library's cancellation."""

    async def forever() -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(keep_alive("test", forever))
    await asyncio.wait([task], timeout=0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def noting(log: list[str], what: str, fault: Exception | None = None) -> Callable[[], Awaitable[None]]:
    """A step that writes itself down, and then may fail."""

    async def step() -> None:
        log.append(what)
        if fault:
            raise fault

    return step


def service(name: str, log: list[str], fault: Exception | None = None) -> Service:
    """A service with two steps each way."""
    start = [noting(log, f"{name} start 1"), noting(log, f"{name} start 2", fault)]
    return Service(name, [], {}, {}, start, [noting(log, f"{name} stop 1"), noting(log, f"{name} stop 2")])


async def test_services_stop_in_the_reverse_order():
    """What started first, and others stand on, is stopped last."""
    log: list[str] = []
    async with running([service("ground", log), service("intake", log)]):
        log.append("up")
    starts = [f"{name} start {step}" for name in ("ground", "intake") for step in (1, 2)]
    stops = [f"{name} stop {step}" for name in ("intake", "ground") for step in (1, 2)]
    assert log == [*starts, "up", *stops]


async def test_a_start_that_fails_lets_go_of_what_was_started():
    """If the second service can't start the first is stopped again, and so is whatever of the second was started."""
    log: list[str] = []
    with pytest.raises(LookupError):
        async with running([service("a", log), service("b", log, LookupError())]):
            log.append("never")
    assert log[4:] == ["b stop 1", "b stop 2", "a stop 1", "a stop 2"]


async def test_one_failing_task_does_not_take_its_neighbours_with_it():
    """While one task fails again and again the other goes on."""
    rounds: list[int] = []
    enough = asyncio.Event()

    async def steady() -> None:
        while True:
            rounds.append(1)
            await asyncio.sleep(0.01)
            if len(rounds) > 5:
                enough.set()

    tasks = {"bad": failing_with([ValueError() for _ in range(100)]), "good": steady}
    async with running([Service("s", [], {}, tasks)]):
        await asyncio.wait_for(enough.wait(), 30)
