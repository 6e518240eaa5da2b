"""One pass over a mailbox: fetch, have it stored, and only then go on.

Law of this file: the cursor moves past a message when it is stored and not before; a message that can't be taken in is
set aside in the same pass, so that it never holds up the next; a message whose fetch kills the connection is
fetched ever more carefully, and in the end is reported by its UID alone, so that it can't stop the mailbox. It
must not know IMAP, databases or complaints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.intake.readers.mailbox import (
    Care,
    Disposal,
    FetchedMessage,
    FolderState,
    Have,
    Mailbox,
    MailboxFault,
    MailboxLost,
)

_CARE = (Care.BULK, Care.SINGLY, Care.SINGLY, Care.HEADS, Care.NAMES)
"""By the number of times that fetching the next message has lost the connection."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox is read. Save it after every pass; the start is ``Cursor()``."""

    uidvalidity: int = 0
    last_uid: int = 0
    tries: int = 0
    """How often fetching what comes after ``last_uid`` lost the connection."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    cursor: Cursor
    accepted: int = 0
    set_aside: int = 0
    gone: int = 0
    rescanned: bool = False
    """UIDVALIDITY had changed, so the folder is read from its start; the caller knows duplicates by their hash."""
    stopped: bool = False
    """The caller could not store a message now; it comes again with the next pass."""
    more: bool = False
    """The batch was full: poll again at once."""
    fault: MailboxFault | None = None
    """The connection is to be given up, and made again after ``back_off``."""


Store = Callable[[FetchedMessage], bool]
"""Store one message durably: True when it is, False when it can't be now (a full disk, a database that is away)."""

SetAside = Callable[[FetchedMessage, Exception], bool]
"""The same, into quarantine, for a message on which ``accept`` failed with that exception."""


def poll_once(
    mailbox: Mailbox,
    cursor: Cursor,
    *,
    accept: Store,
    set_aside: SetAside,
    done: Disposal | None = None,
    batch: int = 50,
) -> Pass:
    """Take in at most ``batch`` messages after ``cursor``, oldest first. Raises only what ``set_aside`` raises.

    ``done`` says what is done in the mailbox with stored messages; None leaves it untouched.
    """
    try:
        folder = mailbox.select()
    except MailboxFault as fault:
        return Pass(cursor, fault=fault)
    start = cursor if _still_holds(cursor, folder) else Cursor(folder.uidvalidity)
    rescanned = cursor.uidvalidity != 0 and start != cursor
    result = _take_in(mailbox, Pass(start, rescanned=rescanned), accept, set_aside, batch)
    return result if done is None or result.fault else _tidied(mailbox, result, done)


def _still_holds(cursor: Cursor, folder: FolderState) -> bool:
    """A folder made anew has another UIDVALIDITY, or, on servers that break the rule, UIDs below ours."""
    return cursor.uidvalidity == folder.uidvalidity and cursor.last_uid < folder.uidnext


def _tidied(mailbox: Mailbox, result: Pass, how: Disposal) -> Pass:
    """Mark what is stored, with what an earlier pass that died had left unmarked."""
    try:
        if left := mailbox.not_done(result.cursor.last_uid, how):
            mailbox.mark_done(left, how)
    except MailboxFault as fault:
        return replace(result, fault=fault)
    return result


def _take_in(mailbox: Mailbox, done: Pass, accept: Store, set_aside: SetAside, batch: int) -> Pass:
    care = _CARE[min(done.cursor.tries, len(_CARE) - 1)]
    wanted = batch if care in {Care.BULK, Care.SINGLY} else 1
    start = done.cursor
    count = 0
    try:
        for message in mailbox.fetch_after(start.last_uid, batch=wanted, care=care):
            after = _taken(message, done, accept, set_aside)
            if after is None:
                return replace(done, stopped=True)
            done = replace(after, cursor=Cursor(start.uidvalidity, message.uid))
            count += 1
    except MailboxLost as lost:
        tries = start.tries + 1 if done.cursor == start else 1
        return replace(done, fault=lost, cursor=replace(done.cursor, tries=tries))
    except MailboxFault as fault:
        return replace(done, fault=fault)
    return replace(done, cursor=replace(done.cursor, tries=0), more=count == wanted)


def _taken(message: FetchedMessage, done: Pass, accept: Store, set_aside: SetAside) -> Pass | None:
    """The pass with this message counted, or None where it could not be stored."""
    if message.have is Have.GONE:
        return replace(done, gone=done.gone + 1)
    try:
        stored = accept(message)
    except MailboxFault:
        raise  # while its pieces were read: a matter of the connection, not of the message
    except Exception as failure:  # noqa: BLE001 - whatever a message does to the code, it must not hold up the next
        return replace(done, set_aside=done.set_aside + 1) if set_aside(message, failure) else None
    return replace(done, accepted=done.accepted + 1) if stored else None
