"""Watches a folder into which a fax server or a scanner drops files, and takes only those that are finished.

Law of this file: a file is taken whole or not at all, is moved only when the caller has it safely stored, and nothing
but a plain file is ever opened. What is decided about a file is decided by ``decide``, from what was seen of it and
nothing else. It must not know what is in a file. It blocks: call it in a thread.

Marks of a finished file, surest first: a ``name.done`` beside it; the writer's lock gone (HylaFAX's faxgetty holds an
exclusive flock on ``recvq/fax00000NN.tif`` from its first byte to its last page; name and mode never change); the same
size and time for ``still_for`` seconds. Writers that rename a file into place hide it until then behind a dot or an
ending such as ``.part``.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HIDDEN = re.compile(r"^[.~#]|[~#]$")
PARTIAL_ENDINGS = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".writing", ".lock")
DONE_MARK = ".done"
DONE_FOLDER = "done"
BOOKKEEPING = ("seqf", "thumbs.db", "desktop.ini", DONE_FOLDER)
"""What fax servers, desktops and we ourselves keep there; ``seqf`` is HylaFAX's counter."""

MOST_BYTES = 64 * 1024 * 1024
"""Three times what any reader takes: beyond it a file is left for a person."""

UNSAFE = re.compile(r"[^\w.+=@-]+")
LONGEST_NAME, LONGEST_ENDING = 60, 10
"""Characters: with four bytes each and the hash before them they stay below a file system's 255 bytes."""

NAME_CHARSETS = ("utf-8", "gb18030")
"""In which names of files are written: a Windows share in China gives GBK."""


class Decision(StrEnum):
    """What to do about one name in the folder."""

    TAKE = "take"
    WAIT = "wait"
    IGNORE = "ignore"
    ALARM = "alarm"
    """It has no business there (a link, a pipe, a device, a giant) or is closed to us: a person is told."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look at one name showed. The time is the file system's and may be wrong: it is only compared."""

    name: str
    mode: int
    size: int
    changed_ns: int
    is_locked: bool = False
    is_refused: bool = False
    has_done_mark: bool = False

    def is_same_as(self, other: Sighting) -> bool:
        """Whether nothing was written between the two looks."""
        return (self.size, self.changed_ns) == (other.size, other.changed_ns)


@dataclass(frozen=True, slots=True)
class Since:
    """A sighting, since when the file has looked like that, and when it was first seen; monotonic seconds."""

    sighting: Sighting
    still_since: float
    first_seen: float


@dataclass(frozen=True, slots=True)
class Taken:
    """A file's bytes and their name in the object store. ``shown_name`` is fit to be shown, logged and filed under."""

    name: str
    shown_name: str
    data: bytes
    sha256: str


class FolderUnavailable(Exception):
    """The folder is missing, read-only or stale: whoever runs the machine must act; we look again next time."""


class NotTaken(Exception):
    """The file changed, went or was replaced meanwhile. It is left where it is, and will be seen again."""


def decide(since: Since, *, now: float, still_for: float) -> Decision:
    """What to do about a file that has looked the same since ``since.still_since``; monotonic seconds."""
    seen = since.sighting
    if _is_none_of_ours(seen.name):
        return Decision.IGNORE
    if not stat.S_ISREG(seen.mode) or seen.is_refused or seen.size > MOST_BYTES:
        return Decision.ALARM
    if seen.has_done_mark:
        return Decision.TAKE
    if seen.is_locked:
        return Decision.WAIT
    return Decision.TAKE if now - since.still_since >= still_for else Decision.WAIT


def update(before: Since | None, seen: Sighting, *, now: float) -> Since:
    """What is known of a file after another look at it."""
    if before is None:
        return Since(seen, still_since=now, first_seen=now)
    is_still = seen.is_same_as(before.sighting) and not seen.is_locked
    return Since(seen, still_since=before.still_since if is_still else now, first_seen=before.first_seen)


def safe_name(name: str) -> str:
    """A name fit for a path, a log and a page: no separator, control character or leading dash, 60 characters."""
    text = UNSAFE.sub("_", _spelled(os.fsencode(name))).lstrip("-._")
    stem, dot, ending = text.rpartition(".")
    if dot and len(ending) <= LONGEST_ENDING:
        text = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return text[:LONGEST_NAME] or "unnamed"


def _spelled(name: bytes) -> str:
    for charset in NAME_CHARSETS:
        with suppress(UnicodeDecodeError):
            return name.decode(charset)
    return name.decode("utf-8", errors="replace")


class WatchedFolder:
    """One folder. It remembers what it saw between looks, and nothing that would be missed after a restart."""

    def __init__(self, path: Path, *, still_for: float = 5.0) -> None:
        """``still_for``: seconds that a file without a mark must have stopped growing."""
        self._path = path
        self._still_for = still_for
        self._known: dict[str, Since] = {}
        self.strangers: tuple[str, ...] = ()
        """Safe names, from the last look, of what needs a person (``Decision.ALARM``)."""

    def ready(self, now: float) -> tuple[str, ...]:
        """Look once, and name what can be taken: in the order it was first seen, then by number (fax9 before fax10).

        ``now`` is a monotonic clock in seconds. Raises ``FolderUnavailable``.
        """
        names = self._names()
        sightings = {name: seen for name in names if (seen := self._look(name, names)) is not None}
        self._known = {name: update(self._known.get(name), seen, now=now) for name, seen in sightings.items()}
        decisions = {name: decide(since, now=now, still_for=self._still_for) for name, since in self._known.items()}
        self.strangers = tuple(safe_name(name) for name, decision in decisions.items() if decision is Decision.ALARM)
        finished = (name for name, decision in decisions.items() if decision is Decision.TAKE)
        return tuple(sorted(finished, key=lambda name: (self._known[name].first_seen, _natural(name))))

    def take(self, name: str) -> Taken:
        """Read a file whole; twice, since one that is replaced while it is read has halves of two letters.

        Raises ``NotTaken``.
        """
        data, again = _contents(self._path / name), _contents(self._path / name)
        digest = hashlib.sha256(data).hexdigest()
        if hashlib.sha256(again).hexdigest() != digest:
            raise NotTaken("changed while it was read")
        return Taken(name, safe_name(name), data, digest)

    def done(self, taken: Taken) -> None:
        """Move a file into ``done/`` under the beginning of its hash and its safe name; its mark goes.

        To be called when the bytes are safely stored elsewhere. What it holds is looked at after the move, when no
        writer knows its name any more: another letter goes back into the folder, under the new name, for the next
        look. Raises ``NotTaken``, ``FolderUnavailable``.
        """
        filed_as = f"{taken.sha256[:12]}-{taken.shown_name}"
        source, target = self._path / taken.name, self._done_folder() / filed_as
        with _reachable():
            source.rename(target)
            if not _holds(target, taken.sha256):
                target.rename(self._path / filed_as)
                raise NotTaken("replaced since it was taken")
            known = self._known.pop(taken.name, None)
            if known is not None and known.sighting.has_done_mark:
                (self._path / (taken.name + DONE_MARK)).unlink(missing_ok=True)

    def _done_folder(self) -> Path:
        folder = self._path / DONE_FOLDER
        with _reachable():
            folder.mkdir(exist_ok=True)
        if folder.is_symlink():
            raise FolderUnavailable("the done folder is a link to somewhere else")
        return folder

    def _names(self) -> frozenset[str]:
        with _reachable():
            return frozenset(path.name for path in self._path.iterdir())

    def _look(self, name: str, names: frozenset[str]) -> Sighting | None:
        """What stands behind a name; None where it went between the listing and the look."""
        try:
            found = (self._path / name).lstat()
        except FileNotFoundError:
            return None
        seen = Sighting(name, found.st_mode, found.st_size, found.st_mtime_ns, has_done_mark=name + DONE_MARK in names)
        before = self._known.get(name)
        # A file that still grows isn't probed: our own lock, however short, could keep its writer from taking one.
        is_worth_a_probe = stat.S_ISREG(seen.mode) and before is not None and seen.is_same_as(before.sighting)
        return _probed(seen, self._path / name) if is_worth_a_probe else seen


def _probed(seen: Sighting, path: Path) -> Sighting:
    """The sighting with what opening the file showed: that a writer holds it, or that we may not read it."""
    is_locked = is_refused = False
    try:
        with _opened(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        is_locked = True
    except PermissionError:
        is_refused = True
    except OSError as fault:
        # ENOLCK, EOPNOTSUPP: a network share without locks, where only stillness tells; else it has just gone.
        is_locked = fault.errno not in (errno.ENOLCK, errno.EOPNOTSUPP)
    return Sighting(
        seen.name, seen.mode, seen.size, seen.changed_ns, is_locked, is_refused, has_done_mark=seen.has_done_mark
    )


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a plain file and nothing else: no link is followed, no pipe is waited for. Raises ``OSError``."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        yield file
    finally:
        with suppress(OSError):
            os.close(file)


def _contents(path: Path) -> bytes:
    """All of a file. Raises ``NotTaken``, also where the file ends elsewhere than its size says."""
    try:
        with _opened(path) as file:
            size = os.fstat(file).st_size
            with open(file, "rb", closefd=False) as stream:
                data = stream.read(MOST_BYTES + 1)
    except OSError as fault:
        raise NotTaken(os.strerror(fault.errno or errno.EIO)) from None
    if len(data) != size:
        raise NotTaken("still growing")
    return data


def _holds(path: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(_contents(path)).hexdigest() == sha256
    except NotTaken:
        return False


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise FolderUnavailable("the watched folder is missing, or the file has gone") from None
    except OSError as fault:
        raise FolderUnavailable(f"the watched folder can't be used: {os.strerror(fault.errno or errno.EIO)}") from None


def _is_none_of_ours(name: str) -> bool:
    lower = name.lower()
    return bool(HIDDEN.search(lower)) or lower.endswith((*PARTIAL_ENDINGS, DONE_MARK)) or lower in BOOKKEEPING


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Numbers by their value."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
