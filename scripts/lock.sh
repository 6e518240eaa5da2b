#!/bin/sh
# Resolves the dependencies of pyproject.toml into the two lock files: every file by its hash, no address of an index,
# one resolution for Python 3.11 and later on every platform. The development lock holds the runtime lock's versions.
# Present pins are kept where they still fit; `scripts/lock.sh --upgrade` takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}

compile() {
    "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}

compile --extra build --output-file requirements.lock "$@"
compile --extra build --extra dev --constraints requirements.lock --output-file requirements-dev.lock "$@"
