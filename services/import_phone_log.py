"""``shouli import phone-log FILE``: a hotline's export from a terminal, read and taken in as at the desk.

Law of this file: every row that is not taken is named with its number and the reason; a dry run needs no database and writes
nothing. Of a row its faults are printed and never its words: a terminal keeps what scrolls by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from services.intake.adapters.phone_log import CallWithoutComplaint
from services.intake.bad_rows import bad_rows_file
from services.intake.domain.call_table import guessed_mapping, mapping_faults
from services.intake.phone_file_faults import FileFault, HeadersRefused, checked, why_refused
from services.intake.phone_import_run import PhoneImports
from services.intake.phone_imports import (
    ImportRow,
    bad_rows,
    confirm,
    import_named,
    preview,
    shape_in,
)
from services.intake.phone_table import NoHeader, header_of, read_rows, shape_of
from services.intake.ports import Door
from services.intake.readers.spreadsheet import SpreadsheetRefused
from services.intake.readers.table_text import UnknownCharset
from services.intake.store.states import ImportState
from services.intake_at_hand import intake_at_hand
from shared.clock import system_clock
from shared.settings import Settings

Say = Callable[[str], None]
_ANOTHERS_TURN = 0.5
"""Seconds between two looks at an import that a running service has taken up."""


def run_import(file: Path, *, dry_run: bool, by: str, bad: Path | None, say: Say) -> int:
    """Run it; gives the exit code: 1 where the file as a whole could not be taken. ``bad``: where the bad rows are written."""
    raw = file.read_bytes()
    try:
        return _look(raw, say) if dry_run else asyncio.run(_take_in(raw, by, bad, say))
    except (UnknownCharset, SpreadsheetRefused, NoHeader, HeadersRefused) as fault:
        return _refused(fault, say)


def _refused(fault: FileFault, say: Say) -> int:
    for reason, _ in why_refused(fault):
        say(f"refused\t{reason}")
    return 1


def _look(raw: bytes, say: Say) -> int:
    shape = shape_of(raw)
    headers = checked(header_of(raw, shape))
    mapping = guessed_mapping(headers)
    if faults := mapping_faults(headers, mapping):
        raise HeadersRefused(faults)
    say(f"read as\t{shape.kind} {shape.charset}")
    for header in headers:
        say(f"column\t{header}\t{mapping.get(header, '-')}")
    good = other = returned = 0
    for row in read_rows(raw, shape, mapping, system_clock()):
        if row.call is None:
            returned += 1
            _name(row.number, row.reasons, say)
        elif isinstance(row.call.entry, CallWithoutComplaint):
            other += 1
        else:
            good += 1
    say(f"\ngood {good}  no complaint {other}  bad {returned}")
    return 0


async def _take_in(raw: bytes, by: str, bad: Path | None, say: Say) -> int:
    async with intake_at_hand(Settings()) as door:
        item = await taken(door, raw, by)
        rows = await bad_rows(door, item.id)
        for number, _, reasons in rows:
            _name(number, reasons, say)
        if bad is not None and rows:
            headers = header_of(raw, shape_in(item))
            await asyncio.to_thread(bad.write_bytes, b"".join(bad_rows_file(headers, rows)))
    say(
        f"\ntaken {item.rows_taken}  no complaint {item.rows_other}  repeated {item.rows_repeated}  bad {item.rows_bad}"
    )
    if item.reason:
        say(f"refused\t{item.reason}")
    return int(item.state == ImportState.FAILED)


async def taken(door: Door, raw: bytes, by: str) -> ImportRow:
    """The import of a file, once it has ended, whoever took it in: a service that runs beside this one may be quicker.

    Raises whatever ``preview`` and ``confirm`` raise.
    """
    found = await preview(door, raw, by=by)
    await confirm(door, found.id, None, by=by)
    imports = PhoneImports(door)
    while True:
        worked = await imports.import_one()
        item = await import_named(door, found.id)
        assert item is not None, "an import is never removed"
        if item.finished_at is not None:
            return item
        if not worked:
            await asyncio.sleep(_ANOTHERS_TURN)


def _name(number: int, reasons: tuple[str, ...] | list[str], say: Say) -> None:
    say(f"bad\t{number}\t{'；'.join(reasons)}")
