"""``shouli import mail DIR``: composes intake's corpus runner with the premises; a dry run needs none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from services.bootstrap import build
from services.intake import corpus
from services.intake.ports import Door
from shared.centre import load_centre
from shared.ending import end
from shared.settings import Settings


def run_import(folder: Path, *, dry_run: bool, say: Callable[[str], None]) -> int:
    """Run it, print the totals, give the exit code: 1 where the program failed on a mail."""
    settings = Settings()
    own = frozenset({load_centre(settings.centre_path).channels.email})
    tally = corpus.dry_run(folder, own, say) if dry_run else asyncio.run(_take_in(settings, folder, own, say))
    say("\n" + "  ".join(f"{outcome} {count}" for outcome, count in sorted(tally.outcomes.items())))
    return 1 if tally.failed else 0


async def _take_in(settings: Settings, folder: Path, own: frozenset[str], say: Callable[[str], None]) -> corpus.Tally:
    ground, intake = build(["intake"], settings)
    for step in (*ground.start, *intake.start):
        await step()
    door: Door = intake.surroundings["door"]
    writing = asyncio.ensure_future(intake.tasks["door"]())
    try:
        return await corpus.run(door, folder, own, say)
    finally:
        await end([writing])
        for step in (*intake.stop, *ground.stop):
            await step()
