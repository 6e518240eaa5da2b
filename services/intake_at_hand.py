"""Intake's door for one command of the terminal: its database migrated, its shared commit running, nothing polled or served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.bootstrap import build
from services.intake.ports import Door
from shared.ending import end
from shared.settings import Settings


@asynccontextmanager
async def intake_at_hand(settings: Settings) -> AsyncIterator[Door]:
    """The door, for as long as the command works."""
    ground, intake = build(["intake"], settings)
    for step in (*ground.start, *intake.start):
        await step()
    door: Door = intake.surroundings["door"]
    writing = asyncio.ensure_future(intake.tasks["door"]())
    try:
        yield door
    finally:
        await end([writing])
        for step in (*intake.stop, *ground.stop):
            await step()
