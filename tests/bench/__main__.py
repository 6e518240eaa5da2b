"""``make bench [ARGS="web_form …"]``: run the named benchmarks, or all, and print what they found."""

from __future__ import annotations

import importlib
import sys

BENCHES = ("web_form", "sent_json", "mail", "worklist", "pages", "imports", "notify", "forms")


def main(names: list[str]) -> int:
    """Run them one after another; each alone has the machine."""
    for name in names or BENCHES:
        out: list[str] = []
        importlib.import_module(f"tests.bench.{name}").run(out)
        sys.stdout.write("\n".join(out) + "\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
