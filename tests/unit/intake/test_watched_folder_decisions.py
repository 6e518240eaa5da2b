"""What is decided about a file in a watched folder, from what was seen of it."""

import os
import stat
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.watched_folder import MOST_BYTES, Decision, Sighting, Since, decide, safe_name, update

FAX = Sighting(name="fax00007.tif", mode=stat.S_IFREG | 0o600, size=9000, changed_ns=1)
STILL_FOR = 5.0


def decision_on(seen: Sighting, *, still: float) -> Decision:
    """The decision on a file that has been still for ``still`` seconds."""
    return decide(Since(seen, still_since=100.0, first_seen=90.0), now=100.0 + still, still_for=STILL_FOR)


DECISIONS = [
    ("just seen", {}, 0.0, Decision.WAIT),
    ("a moment before its time", {}, 4.99, Decision.WAIT),
    ("still for long enough", {}, 5.0, Decision.TAKE),
    ("its writer holds the lock", {"is_locked": True}, 600.0, Decision.WAIT),
    ("marked as done", {"has_done_mark": True}, 0.0, Decision.TAKE),
    ("marked as done, whoever holds a lock", {"has_done_mark": True, "is_locked": True}, 0.0, Decision.TAKE),
    ("empty, and still", {"size": 0}, 5.0, Decision.TAKE),
    ("closed to us", {"is_refused": True}, 5.0, Decision.ALARM),
    ("a giant", {"size": MOST_BYTES + 1}, 5.0, Decision.ALARM),
    ("a link", {"mode": stat.S_IFLNK | 0o777}, 5.0, Decision.ALARM),
    ("a pipe", {"mode": stat.S_IFIFO | 0o600, "has_done_mark": True}, 5.0, Decision.ALARM),
    ("a device", {"mode": stat.S_IFBLK | 0o600}, 5.0, Decision.ALARM),
    ("a folder named like a scan", {"name": "x.pdf", "mode": stat.S_IFDIR | 0o755}, 5.0, Decision.ALARM),
    ("our own folder of done files", {"name": "done", "mode": stat.S_IFDIR | 0o755}, 5.0, Decision.IGNORE),
    ("HylaFAX's counter", {"name": "seqf"}, 5.0, Decision.IGNORE),
    ("hidden", {"name": ".fax.tif"}, 5.0, Decision.IGNORE),
    ("half sent", {"name": "scan.pdf.Part"}, 5.0, Decision.IGNORE),
    ("an editor's copy", {"name": "scan.pdf~"}, 5.0, Decision.IGNORE),
    ("the mark of a done file", {"name": "fax00007.tif.done"}, 5.0, Decision.IGNORE),
    ("a shell's trap", {"name": "-rf;$(x).tif"}, 5.0, Decision.TAKE),
]


@pytest.mark.parametrize(
    ("changes", "still", "decision"), [row[1:] for row in DECISIONS], ids=[r[0] for r in DECISIONS]
)
def test_each_kind_of_file_has_one_decision(changes: dict[str, object], still: float, decision: Decision) -> None:
    """The table of what is taken, waited for, ignored and reported."""
    assert decision_on(replace(FAX, **changes), still=still) is decision  # type: ignore[arg-type]  # rows of a table


CHANGES = [
    ("nothing", {}, 10.0),
    ("its size", {"size": 9001}, 20.0),
    ("its time, even backwards to 1970", {"changed_ns": 0}, 20.0),
    ("its lock", {"is_locked": True}, 20.0),
]


@pytest.mark.parametrize(("changes", "still_since"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_file_is_still_since_anything_of_it_last_changed(changes: dict[str, object], still_since: float) -> None:
    """Stillness is measured by our own clock; the file's time is only compared (it may lie in the future)."""
    first = update(None, FAX, now=10.0)
    second = update(first, replace(FAX, **changes), now=20.0)  # type: ignore[arg-type]  # rows of a table
    assert (first.still_since, second.still_since, second.first_seen) == (10.0, still_since, 10.0)


NAMES = [
    ("fax00007.tif", "fax00007.tif"),
    ("投诉 信.pdf", "投诉_信.pdf"),
    ("-rf.tif", "rf.tif"),
    ("../../etc/passwd", "etc_passwd"),
    ("a\n\r\t<b>.tif", "a_b_.tif"),
    (os.fsdecode("投诉.tif".encode("gbk")), "投诉.tif"),
    (os.fsdecode(b"\xff\xff.tif"), "tif"),
    ("", "unnamed"),
    ("x" * 300 + ".tiff", "x" * 55 + ".tiff"),
]


@pytest.mark.parametrize(("name", "safe"), NAMES)
def test_names_are_made_safe_to_file_and_to_show(name: str, safe: str) -> None:
    """No separator, no control character, no leading dash, a length that every file system takes."""
    assert safe_name(name) == safe


@settings(deadline=None)
@given(st.binary(max_size=255))
def test_a_safe_name_is_safe_whatever_it_was(name: bytes) -> None:
    """Any bytes that a file may be called by: the result is a plain file name in UTF-8."""
    safe = safe_name(os.fsdecode(name))
    assert safe.encode()
    assert "/" not in safe
    assert safe.isprintable()
    assert not safe.startswith((".", "-"))
    assert len(safe.encode()) <= 240
