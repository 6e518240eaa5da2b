"""Programs of the machine that tests run for real: found wherever the distribution put them, stopped by their id.

A program that is missing is an error that says how to get it, never a reason to skip.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict


class MissingProgram(Exception):
    """A program that the tests need isn't on this machine; the message says how to get it."""


class RunAs(TypedDict, total=False):
    """What ``subprocess`` needs to run a program as another user."""

    user: int
    group: int
    extra_groups: list[int]


def find_program(name: str, *, package: str, folders: Iterable[str] = ()) -> str:
    """The full path of a program: the newest of the folders that hold it, else whatever is on PATH.

    ``folders`` may hold patterns, as ``/usr/lib/postgresql/*/bin``. Raises MissingProgram.
    """
    candidates = [path for pattern in folders for path in Path("/").glob(f"{pattern.lstrip('/')}/{name}")]
    if candidates:
        return str(max(candidates, key=_version))
    on_path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if on_path:
        return on_path
    raise MissingProgram(
        f"{name} isn't on this machine. `make parts` installs all that the tests need; by hand: "
        f"apt-get update && apt-get install --no-install-recommends {package}"
    )


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.parts if part.isdigit())


def as_user(name: str) -> RunAs:
    """Run as that user when we are root (PostgreSQL refuses root); else as whoever we are."""
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give_to(path: Path, owner: RunAs) -> None:
    """Make the owner that of the path, where there is another."""
    if owner:
        os.chown(path, owner["user"], owner["group"])


def stop_process(
    process: subprocess.Popen[bytes] | None, how: signal.Signals = signal.SIGTERM, *, patience_seconds: float = 20
) -> None:
    """End one process by its id: politely first, by SIGKILL when patience is over. A paused one is woken before."""
    if process is None or process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
