"""``shouli import mail DIR``: composes intake's corpus runner with the premises; a dry run needs none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from services.intake import corpus
from services.intake_at_hand import intake_at_hand
from shared.centre import load_centre
from shared.settings import Settings


def run_import(folder: Path, *, dry_run: bool, say: Callable[[str], None]) -> int:
    """Run it, print the totals, give the exit code: 1 where the program failed on a mail."""
    settings = Settings()
    own = frozenset({load_centre(settings.centre_path).channels.email})
    tally = corpus.dry_run(folder, own, say) if dry_run else asyncio.run(_take_in(settings, folder, own, say))
    say("\n" + "  ".join(f"{outcome} {count}" for outcome, count in sorted(tally.outcomes.items())))
    return 1 if tally.failed else 0


async def _take_in(settings: Settings, folder: Path, own: frozenset[str], say: Callable[[str], None]) -> corpus.Tally:
    async with intake_at_hand(settings) as door:
        return await corpus.run(door, folder, own, say)
