#!/bin/sh
# Makes .venv hold what a lock file says (checked by hash), and this project with its `shouli` command.
# Usage: scripts/venv.sh runtime|dev. Needs python3 (3.11 or later) and pip, nothing else: Debian's separate
# python3-venv isn't needed, as the system's pip installs into the environment from outside.
# When nothing has changed since the last time, it does nothing (some milliseconds).
set -eu
cd "$(dirname "$0")/.."
venv=.venv

fingerprint() {
    { sha256sum "$1" pyproject.toml; pwd; } | sha256sum | cut -d' ' -f1
}

stamped() {
    [ -x "$venv/bin/python" ] && [ "$(cat "$venv/stamp.$1" 2>/dev/null)" = "$(fingerprint "$2")" ]
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Shouli needs Python 3.11 or later and found none. On Debian 12 or later: apt-get install python3 python3-pip" >&2
    exit 1
}

make_environment() {
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear --without-pip "$venv"
    elif "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv --clear "$venv"
    else
        echo "Shouli needs pip to set itself up. On Debian: apt-get install python3-pip" >&2
        exit 1
    fi
}

install() {
    if "$venv/bin/python" -c 'import pip' 2>/dev/null; then
        set -- "$venv/bin/python" -m pip install "$@"
    else
        set -- "$python" -m pip --python "$venv/bin/python" install "$@"
    fi
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$@" -qq --no-deps
}

case ${1:-} in
    runtime) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "usage: scripts/venv.sh runtime|dev" >&2; exit 2 ;;
esac
if stamped "$1" "$lock"; then
    exit 0
fi

python=$(find_python)
[ -x "$venv/bin/python" ] || make_environment
echo "Setting up $venv from $lock (on first use it takes a minute or two)" >&2
rm -f "$venv"/stamp.*
install --require-hashes --only-binary :all: -r "$lock"
install --no-build-isolation --editable .
fingerprint "$lock" >"$venv/stamp.$1"
if [ "$1" = dev ]; then
    fingerprint requirements.lock >"$venv/stamp.runtime"  # the development lock holds the runtime one
fi
