"""``make articles``: each article of the regulation, the rules that carry it out, and the tests that prove it.

Articles come from ``services/workflow/domain/articles.py``, rules from every table of the services' domains whose rows
name an article, tests from pytest's own collection (``@pytest.mark.article``). Exits 1 where an article has no test, where
nothing is named that carries it, or where a rule or a test names an article that there isn't: in each case somebody
believes what isn't so.
"""

import contextlib
import importlib
import io
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from importlib.util import find_spec
from typing import Any, Protocol

import pytest

from shared.contracts.values import SERVICES

FEW_ROWS = 6
CARRIED_BY: Mapping[str, tuple[str, ...]] = {
    "5": ("shared.centre", "services.intake.web.routes"),
    "8": ("shared.centre", "services.intake.adapters.visit"),
    "11-13": ("services.intake.web.entry_desk", "services.intake.adapters.phone_log", "services.intake.adapters.visit"),
    "21": ("services.workflow.store.statistics", "services.workflow.reports"),
    "23": ("services.workflow.domain.timeline", "services.workflow.verifying"),
    "25": ("services.workflow.domain.in_force",),
    "annex 1": ("services.workflow.domain.transitions",),
    "annex 2": ("services.forms.templates.disposition",),
}
"""The modules that carry an article of which no row of a table speaks: a principle, a page, a form, a whole table."""


class Article(Protocol):
    """What is needed of a row of the articles' table."""

    @property
    def number(self) -> str:
        """As in the regulation: ``18.2``, ``annex 2``."""

    @property
    def english(self) -> str:
        """What it is about."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that says which article it serves: a rule's row or a test."""

    article: str
    name: str


class _Collector:
    """Remembers what pytest would run, instead of running it."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take every test by its name without its parameters."""
        for item in session.items:
            for mark in item.iter_markers("article"):
                self.claims.append(Claim(str(mark.args[0]), item.nodeid.split("[")[0]))


def collect_proofs(folder: str = "tests") -> list[Claim]:
    """Every test that bears an article, once. Raises RuntimeError where the tests can't be collected."""
    collector = _Collector()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        outcome = pytest.main(["--collect-only", "-qq", folder], plugins=[collector])
    if outcome != pytest.ExitCode.OK:
        raise RuntimeError(f"the tests can't be collected:\n{said.getvalue()}")
    return list(dict.fromkeys(collector.claims))


def collect_rules(services: Iterable[str] = tuple(SERVICES)) -> list[Claim]:
    """Every row of a table in a service's domain that names an article."""
    claims = [
        claim for service in services for module in _modules(f"services.{service}.domain") for claim in _rows(module)
    ]
    return list(dict.fromkeys(claims))


def _modules(package: str) -> Iterator[Any]:
    root = importlib.import_module(package)
    for found in pkgutil.iter_modules(root.__path__):
        yield importlib.import_module(f"{package}.{found.name}")


def _rows(module: Any) -> Iterator[Claim]:
    """The rows of a module's own tables (annotated; a table that is only imported is not), and the rules that they name."""
    for name in vars(module).get("__annotations__", ()):
        for row in _listed(getattr(module, name, ())):
            yield from _claims(row, module.__name__)
            parts = (getattr(row, field.name) for field in fields(row)) if is_dataclass(row) else ()
            for part in (each for listed in parts if isinstance(listed, tuple) for each in listed):
                yield from _claims(part, type(part).__module__)


def _listed(table: Any) -> Iterator[Any]:
    """The rows of a table; of one that has several rows to a key, each."""
    rows = table.values() if isinstance(table, Mapping) else table if isinstance(table, Sequence | frozenset) else ()
    for row in rows:
        yield from row if isinstance(row, tuple) else (row,)


def _claims(row: Any, module: str) -> Iterator[Claim]:
    article = getattr(row, "article", None)
    if is_dataclass(row) and isinstance(article, str):
        yield Claim(article, f"{module.removeprefix('services.').replace('.domain', '')}: {_label(row)}")


def _label(row: Any) -> str:
    """The row's first field beside the article: what its table is sorted by."""
    return str(next((getattr(row, field.name) for field in fields(row) if field.name != "article"), row))


def report(
    articles: Sequence[Article],
    ruled: Sequence[Claim],
    proven: Sequence[Claim],
    elsewhere: Mapping[str, Sequence[str]] = CARRIED_BY,
) -> tuple[list[str], list[str]]:
    """The lines to print, and what is wrong. ``elsewhere``: modules that carry an article of which no row speaks."""
    numbers = [article.number for article in articles]
    lines: list[str] = []
    faults: list[str] = []
    for article in articles:
        proofs = [claim.name for claim in proven if belongs_to(claim.article, numbers) == article.number]
        carried = [claim.name for claim in ruled if belongs_to(claim.article, numbers) == article.number]
        modules = [module for module in elsewhere.get(article.number, ()) if find_spec(module)]
        lines.append(f"{article.number:<8} {article.english}")
        lines += [f"         rule  {summary}" for summary in _by_table(carried)]
        lines += [f"         in    {module}" for module in modules]
        lines += [f"         test  {name}" for name in proofs]
        if not carried and not modules:
            faults.append(f"article {article.number} is carried by no rule: {article.english}")
        if not proofs:
            faults.append(f"article {article.number} is proven by no test: {article.english}")
    faults += [
        f"there is no article {claim.article!r}, named by {claim.name}"
        for claim in (*ruled, *proven)
        if belongs_to(claim.article, numbers) is None
    ]
    return lines, faults


def belongs_to(number: str, numbers: Sequence[str]) -> str | None:
    """The row that a number belongs to: its own; for a paragraph without one, its article's (10.1 to 10).

    For an article of which only paragraphs have rows (18), the number itself: it exists, but proves no row. Else None.
    """
    if number in numbers:
        return number
    if any(each.startswith(f"{number}.") for each in numbers):
        return number
    article = number.rpartition(".")[0]
    return belongs_to(article, numbers) if article else None


def _by_table(names: Sequence[str]) -> Iterator[str]:
    """One line a table: its rows by name where they are few, else how many."""
    tables: dict[str, list[str]] = {}
    for name in names:
        table, _, label = name.partition(": ")
        tables.setdefault(table, []).append(label)
    for table, labels in tables.items():
        yield f"{table}: {', '.join(labels) if len(labels) <= FEW_ROWS else f'{len(labels)} rows'}"


def tell(lines: Iterable[str], faults: Sequence[str]) -> int:
    """Print what was found, the faults apart; the exit status: 1 where something is wrong."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    known = importlib.import_module("services.workflow.domain.articles").ARTICLES
    sys.exit(tell(*report(known, collect_rules(), collect_proofs())))
