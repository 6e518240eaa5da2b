"""The rules of this house that no ready-made linter knows, each shown to fire in ``tests/unit/lint``.

``python -m tests.lint.house_rules`` prints what breaks a rule as ``path:line: rule: what to do`` and exits 1.
A rule looks at one file's syntax tree or text; it knows nothing of other files.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("services", "shared", "tests")
GENERATED = ("shared/contracts/generated/",)
TEMPLATE_SUFFIXES = frozenset({".html", ".txt", ".xml", ".j2", ".jinja"})
LONGEST_FUNCTION = 60
LONGEST_FILE = 450

Finding = tuple[int, str]
"""The line, from 1, and what stands there."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to look at; its path is relative to the root, with slashes."""

    path: str
    text: str

    @property
    def is_python(self) -> bool:
        """Python, as opposed to a template."""
        return self.path.endswith(".py")

    @property
    def is_test(self) -> bool:
        """Of the test suite."""
        return self.path.startswith("tests/")

    @property
    def is_domain(self) -> bool:
        """Of a service's pure core."""
        return "/domain/" in self.path

    @property
    def is_migration(self) -> bool:
        """A step of a database's schema: a table in the guise of a function, as long as what it creates."""
        return "/migrations/versions/" in self.path


@dataclass(frozen=True, slots=True)
class Rule:
    """What is forbidden, in which files, and what to do instead."""

    name: str
    instead: str
    find: Callable[[Source], Iterable[Finding]]
    applies: Callable[[Source], bool]


def _product(source: Source) -> bool:
    return source.is_python and not source.is_test


def _any_python(source: Source) -> bool:
    return source.is_python


def _domain(source: Source) -> bool:
    return source.is_python and source.is_domain


def _talks_to_people(source: Source) -> bool:
    """The command line and the provider that prints are there to print; so is what generates files on command."""
    return source.path.startswith(("services/cli", "services/notify/providers/printed")) or source.path.endswith(
        ("__main__.py", "/generate.py")
    )


def _silent_product(source: Source) -> bool:
    return _product(source) and not _talks_to_people(source)


def _template(source: Source) -> bool:
    return not source.is_python and not source.is_test


def _function_counts(source: Source) -> bool:
    return source.is_python and not source.is_migration


def _file_counts(source: Source) -> bool:
    return _product(source) and not source.is_migration


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.Call))


def _name(called: ast.expr) -> str:
    """The dotted name of what is called, as far as it is one: ``aio_pika.Message``, ``?.process``."""
    if isinstance(called, ast.Attribute):
        return f"{_name(called.value)}.{called.attr}"
    return called.id if isinstance(called, ast.Name) else "?"


def _imports_aio_pika(source: Source) -> bool:
    return re.search(r"^\s*(import|from) aio_pika\b", source.text, re.MULTILINE) is not None


def find_transient_messages(source: Source) -> Iterator[Finding]:
    """aio-pika's messages are transient unless told otherwise: lost with the broker's memory."""
    for call in _calls(source):
        is_message = _name(call.func).endswith("aio_pika.Message") or (
            _name(call.func) == "Message" and _imports_aio_pika(source)
        )
        if is_message and not any(keyword.arg == "delivery_mode" for keyword in call.keywords):
            yield call.lineno, ast.unparse(call.func)


def _entered(source: Source) -> Iterator[ast.expr]:
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.With | ast.AsyncWith):
            yield from (item.context_expr for item in node.items)


def find_process_blocks(source: Source) -> Iterator[Finding]:
    """``async with message.process()`` acknowledges what a cancelled handler has not done."""
    for entered in _entered(source):
        if isinstance(entered, ast.Call) and _name(entered.func).endswith(".process"):
            yield entered.lineno, ast.unparse(entered.func)


def find_queue_iterators(source: Source) -> Iterator[Finding]:
    """A queue iterator drops what it holds when its task is cancelled, and ends silently with the channel."""
    if not _imports_aio_pika(source):
        return
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.Call) and _name(node.func).endswith(".iterator"):
            yield node.lineno, ast.unparse(node.func)
        if isinstance(node, ast.AsyncFor) and "queue" in ast.unparse(node.iter).lower():
            yield node.lineno, f"async for … in {ast.unparse(node.iter)}"


def find_naive_clocks(source: Source) -> Iterator[Finding]:
    """A time without its zone is a different moment on every machine."""
    for call in _calls(source):
        name = _name(call.func)
        never_aware = name.endswith((".utcnow", ".utcfromtimestamp"))
        if never_aware or (name.endswith("datetime.now") and _is_naive(call)):
            yield call.lineno, name


def _is_naive(call: ast.Call) -> bool:
    zones = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "tz")]
    return not zones or any(isinstance(zone, ast.Constant) and zone.value is None for zone in zones)


CLOCKS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.perf_counter",
)


def find_clocks(source: Source) -> Iterator[Finding]:
    """The domain is told what time it is."""
    for call in _calls(source):
        if _name(call.func).endswith(CLOCKS):
            yield call.lineno, _name(call.func)


def find_prints(source: Source) -> Iterator[Finding]:
    """What isn't said to a person at a terminal belongs into the log, where it has fields and no personal data."""
    for call in _calls(source):
        if _name(call.func) == "print":
            yield call.lineno, "print"


def find_swallowed_exceptions(source: Source) -> Iterator[Finding]:
    """Whatever went wrong is gone without a trace."""
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type) and all(map(_does_nothing, node.body)):
            yield node.lineno, "except " + (ast.unparse(node.type) if node.type else "")
        if isinstance(node, ast.Call) and _name(node.func).endswith("suppress") and any(map(_catches_all, node.args)):
            yield node.lineno, ast.unparse(node)


def _catches_all(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_catches_all, caught.elts))
    return caught is None or (isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"})


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass | ast.Continue) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def find_long_functions(source: Source) -> Iterator[Finding]:
    """A function is read in one go or not at all."""
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines"


def find_long_files(source: Source) -> Iterator[Finding]:
    """A file is about one thing. Tables (assignments on the top level) don't count: a table is as long as its subject."""
    tables = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.parse(source.text).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    )
    lines = len(source.text.splitlines()) - tables
    if lines > LONGEST_FILE:
        yield 1, f"{lines} lines beside tables"


def find_fakes(source: Source) -> Iterator[Finding]:
    """A fake stands beside its port for the tests; what is delivered never reaches for it."""
    for node in ast.walk(ast.parse(source.text)):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        named = (module, *(alias.name for alias in node.names))
        if any(part.startswith("fake") for name in named for part in name.split(".")):
            yield node.lineno, ast.unparse(node)


def find_guessed_forms(source: Source) -> Iterator[Finding]:
    """Starlette takes a form's bytes that aren't UTF-8 for Latin-1, and stores what nobody wrote."""
    for call in _calls(source):
        if _name(call.func).endswith("request.form"):
            yield call.lineno, "request.form()"


def find_unescaped_output(source: Source) -> Iterator[Finding]:
    """A citizen's text marked as safe is a citizen's script in an official's browser."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.search(r"\|\s*safe\b|autoescape\s+false", line):
            yield number, line.strip()


RULES: tuple[Rule, ...] = (
    Rule("transient message", "give delivery_mode=PERSISTENT", find_transient_messages, _product),
    Rule("process block", "ack after the commit, by hand", find_process_blocks, _product),
    Rule("queue iterator", "consume with a callback", find_queue_iterators, _product),
    Rule("naive clock", "datetime.now(UTC)", find_naive_clocks, _any_python),
    Rule("clock in the domain", "take `now` as an argument", find_clocks, _domain),
    Rule("print", "log it, with fields", find_prints, _silent_product),
    Rule(
        "swallowed exception", "name the exception that is expected, or log it", find_swallowed_exceptions, _any_python
    ),
    Rule("guessed form", "read it by shared.web.sent_form", find_guessed_forms, _product),
    Rule("fake in the product", "a test brings it", find_fakes, _product),
    Rule("long function", f"at most {LONGEST_FUNCTION} lines, and few over 30", find_long_functions, _function_counts),
    Rule("long file", f"at most {LONGEST_FILE} lines beside tables: split by subject", find_long_files, _file_counts),
    Rule("unescaped output", "let Jinja escape it", find_unescaped_output, _template),
)


def check(source: Source) -> list[str]:
    """What in one file breaks a rule, a line each."""
    return [
        f"{source.path}:{line}: {rule.name}: {what} ({rule.instead})"
        for rule in RULES
        if rule.applies(source)
        for line, what in rule.find(source)
    ]


def sources(root: Path) -> Iterator[Source]:
    """Every file that the rules are about."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root).as_posix()
            wanted = path.suffix == ".py" or (path.suffix in TEMPLATE_SUFFIXES and "/templates/" in relative)
            if wanted and path.is_file() and not relative.startswith(GENERATED):
                yield Source(relative, path.read_text(encoding="utf-8"))


def main() -> int:
    """Check the whole house."""
    found = [complaint for source in sources(ROOT) for complaint in check(source)]
    sys.stdout.writelines(f"{complaint}\n" for complaint in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
