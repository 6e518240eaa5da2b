"""Locks a process that decodes strangers' files into a cell: little memory, no network, no programs, no files of ours.

Law of this file: each lock only ever closes, and none needs a privilege. Limits (setrlimit) hold everywhere; Landlock
(Linux 5.13) and seccomp (x86-64, arm64) where the kernel offers them: ``confine`` says which did, so that the service
can show it. It must not know what the process does.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

MEMORY_BYTES = 2 * 1024**3
"""Address space: onnxruntime maps 330 MB before its first page, a page needs up to 1 GB of it."""

OPEN_FILES = 64
NICENESS = 5
"""Reading scans must never delay the doors: an operator on the phone goes first."""

READABLE = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)
"""What libraries and PDFium's fonts need, beside Python itself and our own code."""

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
EVERY_FILE_RIGHT = (1 << 13) - 1
"""The 13 rights of Landlock's first version; unnamed later ones (truncate, ioctl) need an opened file anyway."""

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FORBIDDEN_CALLS = {
    "x86_64": {"socket": 41, "connect": 42, "execve": 59, "ptrace": 101, "execveat": 322, "io_uring_setup": 425},
    "aarch64": {"ptrace": 117, "socket": 198, "connect": 203, "execve": 221, "execveat": 281, "io_uring_setup": 425},
}
SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000
"""seccomp's answers; a refused call fails with EPERM, a call of a foreign architecture ends the process."""

LOAD_WORD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
CALL_NUMBER_AT, ARCHITECTURE_AT = 0, 4


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def confine(own_code: Iterable[Path]) -> tuple[str, ...]:
    """Lock this process, for good. Reading stays possible under ``READABLE``, Python's folders and ``own_code``.

    Returns the locks that hold: ``limits``, and ``landlock``, ``seccomp`` where the kernel has them.
    """
    _limit()
    os.nice(NICENESS)
    if sys.platform != "linux":
        return ("limits",)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    readable = [*map(Path, (*READABLE, sys.prefix, sys.base_prefix)), *own_code]
    locks = {"landlock": _lock_files(libc, readable), "seccomp": _lock_calls(libc)}
    return ("limits", *(name for name, holds in locks.items() if holds))


def allow_cpu(seconds: int) -> None:
    """Let the process compute ``seconds`` more: past that the kernel ends it, even if nobody is left to notice."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, resource.getrlimit(resource.RLIMIT_CPU)[1])
    )


def _limit() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _lock_files(libc: ctypes.CDLL, readable: Iterable[Path]) -> bool:
    """Landlock: only what lies under ``readable`` can be opened, and only to read it."""
    ruleset = struct.pack("Q", EVERY_FILE_RIGHT)
    lock = libc.syscall(LANDLOCK_CREATE, ruleset, len(ruleset), 0)
    if lock < 0:
        return False
    for path in readable:
        if path.exists():
            _let_read(libc, lock, path)
    holds = bool(libc.syscall(LANDLOCK_RESTRICT, lock, 0) == 0)
    os.close(lock)
    return holds


def _let_read(libc: ctypes.CDLL, lock: int, path: Path) -> None:
    folder = os.open(path, os.O_PATH)
    rights = READ_FILE | READ_DIR if path.is_dir() else READ_FILE
    libc.syscall(LANDLOCK_ADD, lock, LANDLOCK_PATH_BENEATH, struct.pack("=Qi", rights, folder), 0)
    os.close(folder)


def _lock_calls(libc: ctypes.CDLL) -> bool:
    """Seccomp: no socket, no program, no other process."""
    machine = platform.machine()
    if machine not in FORBIDDEN_CALLS:
        return False
    instructions = b"".join(_filter(AUDIT_ARCH[machine], sorted(FORBIDDEN_CALLS[machine].values())))
    program = _FilterProgram(len(instructions) // 8, instructions)
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter(architecture: int, forbidden: list[int]) -> list[bytes]:
    """A classic BPF program: code, jump if equal, jump if not, operand."""
    refuse_at = len(forbidden)
    return [
        struct.pack("HBBI", LOAD_WORD, 0, 0, ARCHITECTURE_AT),
        struct.pack("HBBI", JUMP_EQUAL, 1, 0, architecture),
        struct.pack("HBBI", RETURN, 0, 0, KILL),
        struct.pack("HBBI", LOAD_WORD, 0, 0, CALL_NUMBER_AT),
        *(struct.pack("HBBI", JUMP_EQUAL, refuse_at - at, 0, call) for at, call in enumerate(forbidden)),
        struct.pack("HBBI", RETURN, 0, 0, ALLOW),
        struct.pack("HBBI", RETURN, 0, 0, REFUSE),
    ]
