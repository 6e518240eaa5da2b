"""Free ports on the loopback, and the wait until somebody answers there.

Knows TCP only; what a part says once it answers is that part's own matter.
"""

import contextlib
import socket
import subprocess
import time

LOOPBACK = "127.0.0.1"


class NotAnswering(Exception):
    """A part that was started doesn't answer: it died, or it takes longer than it was given."""


def free_port() -> int:
    """A port that was free a moment ago. The kernel hands them out in turn, so two callers don't meet."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_answers(
    port: int, process: subprocess.Popen[bytes], *, greeting: bytes = b"", timeout_seconds: float = 180
) -> None:
    """Return once the port accepts a connection and, where a greeting is given, answers it with at least one byte.

    Raises NotAnswering when the process ends first or the time is over.
    """
    end = time.monotonic() + timeout_seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NotAnswering(f"{process.args!r} ended with {process.returncode} before port {port} answered")
        if _answers(port, greeting):
            return
        time.sleep(0.05)
    raise NotAnswering(f"{process.args!r} didn't answer on port {port} within {timeout_seconds} s")


def _answers(port: int, greeting: bytes) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1) as connection:
        if not greeting:
            return True
        connection.settimeout(2)
        connection.sendall(greeting)
        return bool(connection.recv(1))
    return False
