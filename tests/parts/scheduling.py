"""Which worker of a run gets which tests: a file's together, and all those that walk through the two great houses.

Those houses (``tests/e2e/conftest.py``) live as long as a worker, and each costs some ten seconds to start and to fill: a worker
that came upon a walk late would start its own. Files go out in the order they are collected in, the slow kinds first
(contract, e2e, integration), so that none is left for the end, when the others have nothing more to do.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[2]
WALKS = "tests/e2e/test_"
GREAT_HOUSES = frozenset({"house", "embedded_house", "distributed_house"})


@cache
def walks_through_the_great_houses(file: str) -> bool:
    """Whether a test or a fixture of this file, relative to the root, asks for one of them."""
    if not file.startswith(WALKS):
        return False
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    asking = [each for each in functions if each.name.startswith("test_") or each.decorator_list]
    return bool(GREAT_HOUSES & {argument.arg for each in asking for argument in each.args.args})


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """A file is one piece of work; the files of the great houses are one together."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        """The piece of work that a test belongs to."""
        file = nodeid.split("::", 1)[0]
        return "the great houses" if walks_through_the_great_houses(file) else file
