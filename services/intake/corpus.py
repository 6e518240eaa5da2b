"""The corpus runner: what becomes, or would become, of every mail in a folder.

Law of this file: every file has exactly one line of outcome, whatever is in it or keeps it from being read; a dry run
writes nothing anywhere. Reads every file as a mail, mbox files message by message, and folders within folders (Maildir too);
what is no plain file (a pipe, a socket, a link that leads nowhere) is not opened.
"""

from __future__ import annotations

import mailbox
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.intake.domain.mail_class import OUTCOMES, classify
from services.intake.mail_receiving import Arrival, receive_mail
from services.intake.ports import Door
from services.intake.readers.mail_facts import facts_of, facts_of_unread
from services.intake.readers.mime import read_head, read_mail
from services.intake.readers.parsed_mail import Unreadable

LARGEST = 200 * 2**20
HEAD = 256 * 1024
"""Bytes that are read of what is larger: its head says who wrote."""
IMPORTER = "mail import"
DOOR = "import"
_MBOX_START = b"From "


@dataclass(frozen=True, slots=True)
class CorpusLine:
    """One mail and what becomes of it. Holds nothing of its content."""

    file: str
    mail_class: str
    outcome: str
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        """As it is printed: tab-separated, one line a mail."""
        file = "".join(character if character.isprintable() else "?" for character in self.file)
        return f"{self.outcome}\t{self.mail_class}\t{file}\t{self.reason}\t{self.detail}"


@dataclass
class Tally:
    """How many mails had which outcome."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    """Mails that could not be read, or on which the program itself failed: there should be none."""

    def add(self, line: CorpusLine) -> None:
        """Count one."""
        self.outcomes[line.outcome] += 1
        self.failed += line.outcome == FAILED


FAILED = "failed"


def mails_in(folder: Path) -> Iterator[tuple[str, bytes | OSError]]:
    """Every mail of the folder by the name of its file, in order; of an mbox with its place. One file will do as well.

    Instead of what can't be read comes why.
    """
    files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        name = path.name if path == folder else path.relative_to(folder).as_posix()
        try:
            yield from _mails_of(path, name)
        except OSError as fault:
            yield name, fault


def _mails_of(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    if path.suffix in {".mbox", ""} and _is_mbox(path):
        box = mailbox.mbox(path, create=False)
        yield from ((f"{name}#{place}", box.get_bytes(key)) for place, key in enumerate(box.keys(), 1))
        return
    with path.open("rb") as file:
        yield name, file.read(HEAD if path.stat().st_size > LARGEST else -1)


def unread(name: str, fault: OSError) -> CorpusLine:
    """The line of a file that could not be read."""
    return CorpusLine(name, "-", FAILED, f"读不到文件：{fault.strerror or type(fault).__name__}")


def would_become(name: str, raw: bytes, own_addresses: Collection[str]) -> CorpusLine:
    """What would become of one mail; never raises. Replies to what is in no database count as new."""
    try:
        return _would_become(name, raw, own_addresses)
    except Exception as fault:  # noqa: BLE001 - an outsider's corpus may break the program; that is an outcome too
        return CorpusLine(name, "-", FAILED, f"程序出错：{type(fault).__name__}")


def _would_become(name: str, raw: bytes, own_addresses: Collection[str]) -> CorpusLine:
    try:
        mail = read_mail(raw)
    except Unreadable as fault:
        verdict = classify(facts_of_unread(read_head(raw), own_addresses=own_addresses))
        return CorpusLine(name, verdict.mail_class.value, verdict.outcome.value, verdict.reason, fault.fault.value)
    verdict = classify(facts_of(mail, own_addresses=own_addresses))
    detail = f"文字 {len(mail.text)} 字，附件 {len(mail.every_attachment())} 个"
    guessed = "，字符集为推断" if mail.guessed else ""
    return CorpusLine(name, verdict.mail_class.value, verdict.outcome.value, verdict.reason, detail + guessed)


async def take_in(door: Door, name: str, raw: bytes, own_addresses: Collection[str]) -> CorpusLine:
    """Take one mail in, as the poller would. Raises only what storage raises."""
    taken = await receive_mail(
        door,
        raw,
        received_by=IMPORTER,
        received_at=door.clock(),
        own_addresses=own_addresses,
        arrival=Arrival(DOOR, name),
    )
    outcome = "repeated" if taken.repeated else OUTCOMES[taken.mail_class].value
    return CorpusLine(
        name, taken.mail_class.value, outcome, taken.reason, taken.receipt.tracking_code if taken.receipt else ""
    )


def dry_run(folder: Path, own_addresses: Collection[str], say: Callable[[str], None]) -> Tally:
    """Say of every mail what would become of it."""
    tally = Tally()
    for name, raw in mails_in(folder):
        line = unread(name, raw) if isinstance(raw, OSError) else would_become(name, raw, own_addresses)
        tally.add(line)
        say(str(line))
    return tally


async def run(door: Door, folder: Path, own_addresses: Collection[str], say: Callable[[str], None]) -> Tally:
    """Take every mail in, and say what became of it."""
    tally = Tally()
    for name, raw in mails_in(folder):
        line = unread(name, raw) if isinstance(raw, OSError) else await take_in(door, name, raw, own_addresses)
        tally.add(line)
        say(str(line))
    return tally


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MBOX_START)) == _MBOX_START
