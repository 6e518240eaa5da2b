"""Which worker of a run gets which tests: a file's together, and all those that walk through the two great houses.

Those houses (``tests/e2e/conftest.py``) live as long as a worker, and each costs some ten seconds to start and to fill: a worker
that came upon a walk late would start its own. Files go out in the order they are collected in, the slow kinds first
(contract, e2e, integration), so that none is left for the end, when the others have nothing more to do.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

OF_THE_GREAT_HOUSES = frozenset(
    f"tests/e2e/test_{name}.py"
    for name in ("bad_input", "lists_on_paper", "long_way", "secrecy", "seven_channels", "split_letter")
)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """A file is one piece of work; the files of the great houses are one together."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        """The piece of work that a test belongs to."""
        file = nodeid.split("::", 1)[0]
        return "the great houses" if file in OF_THE_GREAT_HOUSES else file
