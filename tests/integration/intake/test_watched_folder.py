"""A watched folder on a real file system: what is taken, when, whole, and where it goes."""

import fcntl
import hashlib
import os
import socket
import threading
from pathlib import Path

import pytest

from services.intake.readers.watched_folder import FolderUnavailable, NotTaken, WatchedFolder

STILL_FOR = 5.0


@pytest.fixture
def recvq(tmp_path: Path) -> Path:
    """A receive queue as HylaFAX lays it out."""
    folder = tmp_path / "recvq"
    folder.mkdir()
    (folder / "seqf").write_text("7")
    return folder


@pytest.fixture
def watched(recvq: Path) -> WatchedFolder:
    """The queue under watch; files must be still for 5 s."""
    return WatchedFolder(recvq, still_for=STILL_FOR)


def drop(folder: Path, name: str, data: bytes = b"II*\x00fax") -> Path:
    """Put a file into the folder."""
    path = folder / name
    path.write_bytes(data)
    return path


def settled(watched: WatchedFolder) -> tuple[str, ...]:
    """What is ready after the folder was seen unchanged for long enough."""
    watched.ready(now=1000.0)
    return watched.ready(now=1000.0 + STILL_FOR)


def test_a_file_that_grows_is_taken_only_when_it_has_stopped(recvq: Path, watched: WatchedFolder) -> None:
    """No half of a fax is ever read."""
    path = drop(recvq, "fax00008.tif", b"II*\x00")
    for now in range(0, 40, 4):
        with path.open("ab") as file:
            file.write(b"line")
        assert watched.ready(now=float(now)) == ()
    assert watched.ready(now=40.9) == ()
    assert watched.ready(now=41.0) == ("fax00008.tif",)
    assert watched.take("fax00008.tif").data == b"II*\x00" + b"line" * 10


def test_a_fax_that_its_server_still_holds_is_waited_for_however_still(recvq: Path, watched: WatchedFolder) -> None:
    """HylaFAX locks a file from the first byte to the last page: between pages it is still for longer than we wait."""
    with drop(recvq, "fax00008.tif").open("rb") as receiving:
        fcntl.flock(receiving, fcntl.LOCK_EX)
        watched.ready(now=0.0)
        assert watched.ready(now=600.0) == ()
    assert watched.ready(now=601.0) == ()
    assert watched.ready(now=606.0) == ("fax00008.tif",)


def test_a_file_marked_as_done_is_taken_at_once(recvq: Path, watched: WatchedFolder) -> None:
    """A scanner that writes name.done says more than stillness does; the mark is cleared away with the file."""
    drop(recvq, "scan.pdf", b"%PDF-")
    mark = drop(recvq, "scan.pdf.done", b"")
    assert watched.ready(now=0.0) == ("scan.pdf",)
    watched.done(watched.take("scan.pdf"))
    assert not mark.exists()


def test_a_file_renamed_into_place_was_invisible_before(recvq: Path, watched: WatchedFolder) -> None:
    """Writers hide what they write behind .part, and the counter seqf is no fax."""
    part = drop(recvq, "scan.pdf.part")
    assert settled(watched) == ()
    part.rename(recvq / "scan.pdf")
    assert settled(watched) == ("scan.pdf",)


def test_order_is_that_of_arrival_then_of_the_numbers(recvq: Path, watched: WatchedFolder) -> None:
    """Who came first is read first; of those found together, fax9 before fax10, whatever their times say."""
    os.utime(drop(recvq, "fax10.tif"), (0, 0))
    os.utime(drop(recvq, "fax9.tif"), (2**33, 2**33))
    watched.ready(now=0.0)
    drop(recvq, "fax1.tif")
    watched.ready(now=1.0)
    assert watched.ready(now=10.0) == ("fax9.tif", "fax10.tif", "fax1.tif")


def test_a_thousand_files_at_once_come_in_order_and_none_is_lost(recvq: Path, watched: WatchedFolder) -> None:
    """Every file is taken once, filed once, and the folder is empty afterwards."""
    sent = [f"fax{number:09}.tif" for number in range(1000)]
    for name in reversed(sent):
        drop(recvq, name, name.encode())
    ready = settled(watched)
    for name in ready:
        watched.done(watched.take(name))
    assert list(ready) == sent
    assert watched.ready(now=2000.0) == ()
    assert {path.read_bytes().decode() for path in (recvq / "done").iterdir()} == set(sent)


def test_strangers_are_left_alone_and_named(
    recvq: Path, watched: WatchedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No link is followed, no pipe is waited for, no folder entered; a person is told."""
    secret = drop(tmp_path, "secret.tif")
    (recvq / "link.tif").symlink_to(secret)
    (recvq / "folder.pdf").mkdir()
    os.mkfifo(recvq / "pipe.tif")
    with socket.socket(socket.AF_UNIX) as unix:
        monkeypatch.chdir(recvq)  # a socket's address holds 107 bytes, and a whole path may be longer
        unix.bind("socket.tif")
        assert settled(watched) == ()
    assert sorted(watched.strangers) == ["folder.pdf", "link.tif", "pipe.tif", "socket.tif"]
    for name in ("link.tif", "folder.pdf", "pipe.tif"):
        with pytest.raises(NotTaken):
            watched.take(name)


def test_names_that_are_not_text_are_taken_and_filed_under_safe_ones(recvq: Path, watched: WatchedFolder) -> None:
    """GBK bytes, 255 bytes, a leading dash, a shell's trap."""
    names = [os.fsdecode(name) for name in ("投诉.tif".encode("gbk"), b"-rf", b";$(x).tif", b"a" * 255)]
    for name in names:
        drop(recvq, name, os.fsencode(name))
    ready = settled(watched)
    assert set(ready) == set(names)
    for name in ready:
        watched.done(watched.take(name))
    filed = {path.name[13:] for path in (recvq / "done").iterdir()}
    assert filed == {"投诉.tif", "rf", "x_.tif", "a" * 60}


def test_a_file_replaced_while_it_is_read_is_not_taken(recvq: Path, watched: WatchedFolder) -> None:
    """It is read twice, and both hashes must be one; what is taken is one letter or the other, never a mixture."""
    letters = [b"A" * 4_000_000, b"B" * 4_000_000]
    stop = threading.Event()

    def replace_again_and_again() -> None:
        while not stop.is_set():
            for letter in letters:
                drop(recvq, "next.part", letter).rename(recvq / "scan.tif")

    drop(recvq, "scan.tif", letters[0])
    writer = threading.Thread(target=replace_again_and_again)
    writer.start()
    try:
        refused = any(_refusal(watched) == "changed while it was read" for _ in range(3000))
    finally:
        stop.set()
        writer.join()
    assert refused, "three thousand looks, and never between two letters"
    assert watched.take("scan.tif").data in letters


def _refusal(watched: WatchedFolder) -> str:
    """Why a take failed; nothing where it gave one whole letter."""
    try:
        assert len(set(watched.take("scan.tif").data)) == 1
    except NotTaken as refusal:
        return str(refusal)
    return ""


def test_a_file_replaced_after_it_was_taken_goes_back_to_be_read(recvq: Path, watched: WatchedFolder) -> None:
    """What was stored is filed; the letter that came under the same name meanwhile is seen again, not lost."""
    drop(recvq, "scan.tif", b"first letter")
    taken = watched.take("scan.tif")
    drop(recvq, "scan.tif", b"second letter")
    with pytest.raises(NotTaken):
        watched.done(taken)
    (again,) = settled(watched)
    assert watched.take(again).data == b"second letter"


def test_what_is_taken_carries_its_hash_and_stays_until_it_is_done(recvq: Path, watched: WatchedFolder) -> None:
    """A crash between taking and storing costs nothing: the file is there at the next start."""
    path = drop(recvq, "fax00009.tif", b"a fax")
    taken = watched.take(*settled(watched))
    assert taken.sha256 == hashlib.sha256(b"a fax").hexdigest()
    assert path.exists()
    assert settled(WatchedFolder(recvq, still_for=STILL_FOR)) == ("fax00009.tif",)
    watched.done(taken)
    assert [filed.name for filed in (recvq / "done").iterdir()] == [f"{taken.sha256[:12]}-fax00009.tif"]
    assert not path.exists()


def test_a_missing_folder_is_an_alarm_and_its_return_is_noticed(recvq: Path, watched: WatchedFolder) -> None:
    """Unmounted and mounted again; nothing is forgotten, nobody restarts us."""
    away = recvq.rename(recvq.with_name("unmounted"))
    with pytest.raises(FolderUnavailable):
        watched.ready(now=0.0)
    away.rename(recvq)
    drop(recvq, "fax1.tif")
    assert settled(watched) == ("fax1.tif",)


def test_a_done_folder_that_leads_elsewhere_is_refused(recvq: Path, watched: WatchedFolder, tmp_path: Path) -> None:
    """Who may write into the folder can't have our files moved out of it."""
    (recvq / "done").symlink_to(tmp_path)
    drop(recvq, "fax1.tif")
    with pytest.raises(FolderUnavailable):
        watched.done(watched.take("fax1.tif"))
    assert (recvq / "fax1.tif").exists()


def test_a_file_that_has_gone_is_not_taken(recvq: Path, watched: WatchedFolder) -> None:
    """Another replica was faster, or a person tidied up."""
    drop(recvq, "fax1.tif")
    assert settled(watched) == ("fax1.tif",)
    (recvq / "fax1.tif").unlink()
    with pytest.raises(NotTaken):
        watched.take("fax1.tif")
