"""``docs/rules.md``: the flow and the tables of the rules, made from the rows. ``python -m services.workflow.rules_document``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from services.workflow.domain.printed import mermaid, tables

PATH = Path(__file__).parents[2] / "docs" / "rules.md"
_HEAD = """<!-- Made by `make contracts` from services/workflow/domain; change the rows, not this file. -->
# Rules

The tables by which cases are handled, after 枣政管办〔2020〕2号. The program runs by these rows; `/workflow/rules` shows the same.

## Flow (annex 1)

"""


def written() -> str:
    """The document as it must stand."""
    parts = [f"## {table.title} (`{table.name}`)\n\n{table.markdown()}" for table in tables(date.max)]
    return _HEAD + f"```mermaid\n{mermaid()}```\n\n" + "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(written(), encoding="utf-8")
