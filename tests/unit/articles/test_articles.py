"""The list of articles shows what is proven, and what only seems to be."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from services.workflow.domain.articles import ARTICLES as REGULATION
from tests.articles import CARRIED_BY, Claim, _rows, belongs_to, collect_rules, report, tell
from tests.parts.compose import ROOT


@dataclass(frozen=True)
class Row:
    """A row of the articles' table."""

    number: str
    english: str


@dataclass(frozen=True)
class Rule:
    """A row of some rule table. ``needs``: rules of their own that it names."""

    command: str
    article: str
    needs: tuple["Rule", ...] = ()


ARTICLES = (Row("18.1", "on the spot"), Row("18.2", "forwarding"))


def test_an_article_is_listed_with_its_rules_and_its_tests():
    """Under each article stand the rules that carry it out and the tests that prove it."""
    lines, faults = report(
        ARTICLES,
        [Claim("18.1", "acts: settle"), Claim("18.2", "acts: forward")],
        [Claim("18.1", "tests/a.py::one"), Claim("18.2", "tests/a.py::two")],
    )
    assert faults == []
    assert [line.split()[0] for line in lines] == ["18.1", "rule", "test", "18.2", "rule", "test"]


def test_an_article_without_a_test_is_a_fault(capsys: pytest.CaptureFixture[str]):
    """A rule alone proves nothing: the article is named apart, and the command fails."""
    ruled = [Claim("18.1", "acts: settle"), Claim("18.2", "acts: forward")]
    assert tell(*report(ARTICLES, ruled, [Claim("18.1", "tests/a.py::one")])) == 1
    assert capsys.readouterr().err == "article 18.2 is proven by no test: forwarding\n"


def test_an_article_without_a_rule_is_a_fault(capsys: pytest.CaptureFixture[str]):
    """A test alone carries nothing: there is a row of a table, or a module that is named and exists."""
    proofs = [Claim(article.number, "tests/a.py::all") for article in ARTICLES]
    ruled = [Claim("18.1", "acts: settle")]
    assert tell(*report(ARTICLES, ruled, proofs, {"18.2": ("tests.no_such_module",)})) == 1
    assert capsys.readouterr().err == "article 18.2 is carried by no rule: forwarding\n"
    assert tell(*report(ARTICLES, ruled, proofs, {"18.2": ("tests.articles",)})) == 0
    assert "         in    tests.articles\n" in capsys.readouterr().out


def test_every_article_of_the_regulation_is_carried_by_something():
    """The tables and modules as they are: none is left without, and no module is named that a row made needless."""
    numbers = [article.number for article in REGULATION]
    ruled = collect_rules()
    _, faults = report(REGULATION, ruled, [Claim(number, "tests/a.py::all") for number in numbers])
    assert faults == []
    assert {belongs_to(claim.article, numbers) for claim in ruled}.isdisjoint(CARRIED_BY)


@pytest.mark.parametrize("where", ["rule", "test"])
def test_an_article_that_there_is_not_is_a_fault(where: str):
    """A rule or a test that names an article beyond the table is told by name."""
    wrong = [Claim("99", "acts: invent")]
    proofs = [Claim(article.number, "tests/a.py::all") for article in ARTICLES]
    ruled = [Claim(article.number, "acts: all") for article in ARTICLES]
    ruled, proofs = (ruled + wrong, proofs) if where == "rule" else (ruled, proofs + wrong)
    _, faults = report(ARTICLES, ruled, proofs)
    assert faults == ["there is no article '99', named by acts: invent"]


@pytest.mark.parametrize(
    ("number", "row"), [("18.1", "18.1"), ("10.1", "10"), ("10.1.2", "10"), ("18", "18"), ("99", None)]
)
def test_a_paragraph_without_a_row_belongs_to_its_article(number: str, row: str | None):
    """10.1 counts for 10 where only 10 has a row; 18 exists where only its paragraphs have rows; 99 doesn't exist."""
    assert belongs_to(number, ["10", "10.4", "18.1", "18.2"]) == row


def test_many_rows_of_one_table_are_counted():
    """A long table is one line, not hundreds."""
    ruled = [Claim("18.1", f"workflow.transitions: {n}") for n in range(50)]
    lines, _ = report(ARTICLES, ruled, [])
    assert "         rule  workflow.transitions: 50 rows" in lines


def test_rows_are_found_in_every_kind_of_table():
    """Tuples and mappings of rows are tables, and what their rows name counts too; single values, strings and tables that
    another module made don't.
    """
    module = ModuleType("services.workflow.domain.acts")
    module.__dict__.update(
        as_tuple=(Rule("forward", "18.2", needs=(Rule("unit has a handler", "4"),)),),
        as_mapping={"x": Rule("settle", "18.1")},
        text="article",
        one=Rule("no", "1"),
        imported=(Rule("not ours", "2"),),
        __annotations__=dict.fromkeys(("as_tuple", "as_mapping", "text", "one"), "Any"),
    )
    assert {(claim.article, claim.name.rpartition(": ")[2]) for claim in _rows(module)} == {
        ("18.2", "forward"),
        ("4", "unit has a handler"),
        ("18.1", "settle"),
    }


def _collect(folder: Path) -> subprocess.CompletedProcess[str]:
    code = f"from tests.articles import collect_proofs as found; print([(c.article, c.name.split('::')[1]) for c in found({str(folder)!r})])"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_marked_tests_are_collected_once_whatever_their_parameters(tmp_path: Path):
    """A test counts by its name; one that bears two articles counts for both, one without a mark for none."""
    (tmp_path / "test_sample.py").write_text(
        "import pytest\n"
        "@pytest.mark.article('18.1')\n@pytest.mark.article('18.2')\n@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_both(n): pass\n"
        "def test_none(): pass\n"
    )
    assert _collect(tmp_path).stdout.strip() == "[('18.2', 'test_both'), ('18.1', 'test_both')]"


def test_tests_that_cannot_be_collected_are_no_proof(tmp_path: Path):
    """A test file that doesn't even load is an error with pytest's own words, not an empty list."""
    (tmp_path / "test_broken.py").write_text("import no_such_module\n")
    outcome = _collect(tmp_path)
    assert outcome.returncode != 0
    assert "no_such_module" in outcome.stderr
