"""Every fault of a provider through the ledger and the real sender; ``tests/bench/notify.py`` does the same with a thousand people."""

import pytest

from tests.parts.notify_storm import storm

PEOPLE = 120


@pytest.mark.article("14")
async def test_a_storm_of_faults_makes_no_duplicate_and_loses_nobody(sqlite_url: str) -> None:
    """120 texts, every kind of fault, a list that lags by a minute: each person gets exactly one, and it arrives."""
    after = await storm(sqlite_url, PEOPLE)
    assert after.taken == {1: PEOPLE}
    assert after.states == {"delivered": PEOPLE}
