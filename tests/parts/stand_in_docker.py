#!/usr/bin/env python3
"""Stands in for ``docker`` where there is no container engine: a container's command is run here, as a plain process.

Reads from ``STAND_IN`` (JSON) what a container would have: per service its environment, where its ``/data`` is, and the commands
that start and end everything. Knows ``compose exec|run|up|down`` and ``volume rm``, with the options that our scripts use.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

WITH_VALUE = {"--user", "--entrypoint", "-f"}


def main(arguments: list[str]) -> int:
    """Do what docker would. Its exit code is the command's."""
    known = json.loads(Path(os.environ["STAND_IN"]).read_text())
    if arguments[0] == "volume":
        return 0
    verb, *rest = _without_options(arguments[1:])[0]
    if verb in ("up", "down"):
        return subprocess.run(known[verb], check=False).returncode
    words, options = _without_options(rest)
    service, *command = words
    if "--entrypoint" in options:
        command = [options["--entrypoint"], *command]
    there = known["services"][service]
    command = [word.replace("/data", there["data"]) for word in command]
    return subprocess.run(command, env=os.environ | there["environment"], check=False).returncode


def _without_options(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The words from the first that is no option on, and the options before it that have a value."""
    options: dict[str, str] = {}
    while words[0].startswith("-"):
        name, *words = words
        if name in WITH_VALUE:
            options[name], *words = words
    return words, options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
