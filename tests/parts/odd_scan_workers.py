"""Workers that don't work, to be started in place of the real one: ``python -m tests.parts.odd_scan_workers``.

The blob of the first job names what to do with it, so that one program plays every part.
"""

import os
import signal
import sys

from services.intake.readers.frames import pack, read_frame


def main() -> None:
    """Say that all is well, and then misbehave as told."""
    sys.stdout.buffer.write(pack({"kind": "ready", "locks": []}))
    sys.stdout.buffer.flush()
    job = read_frame(sys.stdin.buffer)
    assert job is not None
    PARTS[job[1]]()
    sys.stdout.buffer.flush()


def crash() -> None:
    """What a decoder does that overruns its memory."""
    os.kill(os.getpid(), signal.SIGSEGV)


def hang() -> None:
    """What a decoder does that never finds the end."""
    signal.pause()


def babble() -> None:
    """What a worker does that a file has taken over: more pages than any file has."""
    sys.stdout.buffer.write(pack({"kind": "page", "page": {}}) * 1000)


def lie() -> None:
    """An answer that is none."""
    sys.stdout.buffer.write(pack({"kind": "done", "pages_in_file": -1}))


def shout() -> None:
    """A frame of four gigabytes."""
    sys.stdout.buffer.write(b"\xff" * 8)


def confess() -> None:
    """The recogniser isn't installed."""
    sys.stdout.buffer.write(pack({"kind": "broken", "detail": "ModuleNotFoundError"}))


PARTS = {b"crash": crash, b"hang": hang, b"babble": babble, b"%PDF-lie": lie, b"shout": shout, b"confess": confess}

if __name__ == "__main__":
    main()
