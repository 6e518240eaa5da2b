"""What belongs together is tested by one worker: those who walk through the two houses of the whole run."""

import ast

from tests.parts.compose import ROOT
from tests.parts.scheduling import OF_THE_GREAT_HOUSES

HOUSES = {"house", "embedded_house", "distributed_house"}


def _asked_for(source: str) -> set[str]:
    """What the tests and fixtures of a file have as parameters."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    asking = [each for each in functions if each.name.startswith("test_") or each.decorator_list]
    return {argument.arg for function in asking for argument in function.args.args}


def test_whoever_walks_through_the_great_houses_is_named():
    """A file of walks that asks for a house of the whole run stands in the list, and no other does."""
    files = (ROOT / "tests/e2e").glob("test_*.py")
    asks = {str(path.relative_to(ROOT)) for path in files if HOUSES & _asked_for(path.read_text())}
    assert asks == OF_THE_GREAT_HOUSES
