"""Originals: kept whole, once, unreadable for whoever steals the disk, and checked when read (arts. 17, 23)."""

import asyncio
import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.originals import (
    FolderOriginals,
    MemoryOriginals,
    OriginalDamagedError,
    OriginalMissingError,
    Originals,
)
from shared.sealing import KeyRing, new_key_ring, save_key_ring

RING = new_key_ring()
SCAN = "投诉人张三 13912345678".encode() * 100


def in_folder(tmp_path: Path) -> Originals:
    """The real store."""
    return FolderOriginals(tmp_path / "originals", RING)


def in_memory(tmp_path: Path) -> Originals:
    """The fake beside it."""
    return MemoryOriginals()


@pytest.fixture(params=[in_folder, in_memory], ids=["folder", "memory"])
def originals(request: pytest.FixtureRequest, tmp_path: Path) -> Originals:
    """Both kinds, held to the same."""
    make: Callable[[Path], Originals] = request.param
    return make(tmp_path)


@pytest.mark.article("23")
async def test_what_was_kept_is_read_back_by_its_hash(originals: Originals):
    """Any bytes, none included, come back unchanged under their SHA-256."""
    for content in (SCAN, b"", bytes(range(256)) * 4000):
        sha256 = await originals.keep(content)
        assert sha256 == hashlib.sha256(content).hexdigest()
        assert await originals.read(sha256) == content


async def test_the_same_bytes_are_one_original(originals: Originals):
    """Kept again, also by many at once, the same bytes have the same name and can be read."""
    assert len(set(await asyncio.gather(*(originals.keep(SCAN) for _ in range(8))))) == 1
    assert await originals.read(await originals.keep(SCAN)) == SCAN


@pytest.mark.parametrize("sha256", ["0" * 64, "", "../../etc/passwd", "A" * 64, "x"])
async def test_what_was_never_kept_is_missing(originals: Originals, sha256: str):
    """A hash that nobody kept, or that is none, is missing: no path is made of it."""
    with pytest.raises(OriginalMissingError):
        await originals.read(sha256)


@pytest.mark.article("23")
async def test_a_changed_original_in_memory_is_found_too():
    """The fake is as strict as the real one."""
    originals = MemoryOriginals()
    sha256 = await originals.keep(SCAN)
    originals.contents[sha256] = b"other"
    with pytest.raises(OriginalDamagedError):
        await originals.read(sha256)


@pytest.fixture
def folder(tmp_path: Path) -> FolderOriginals:
    """The real store."""
    return FolderOriginals(tmp_path / "originals", RING)


@pytest.mark.article("23")
@pytest.mark.parametrize("place", [0, 4, 5, 8, 30, -1])
async def test_one_flipped_bit_is_found(folder: FolderOriginals, place: int):
    """A bit changed anywhere in the file, its header included, is damage, and the error names the original."""
    sha256 = await folder.keep(SCAN)
    content = bytearray(folder.path(sha256).read_bytes())
    content[place] ^= 1
    folder.path(sha256).write_bytes(content)
    with pytest.raises(OriginalDamagedError, match=sha256):
        await folder.read(sha256)


@pytest.mark.article("23")
@pytest.mark.parametrize("length", [0, 3, 5, 20])
async def test_a_cut_file_is_found(folder: FolderOriginals, length: int):
    """A file that was cut short is damage, wherever it was cut."""
    sha256 = await folder.keep(SCAN)
    os.truncate(folder.path(sha256), length)
    with pytest.raises(OriginalDamagedError):
        await folder.read(sha256)


@pytest.mark.article("23")
async def test_kept_again_a_damaged_original_is_whole_and_the_damaged_file_stays(folder: FolderOriginals):
    """Whoever keeps bytes that lie there damaged has them kept whole; the damaged file is moved aside, not deleted."""
    sha256 = await folder.keep(SCAN)
    folder.path(sha256).write_bytes(b"damaged")
    assert await folder.keep(SCAN) == sha256
    assert await folder.read(sha256) == SCAN
    (aside,) = folder.path(sha256).parent.glob("*.damaged-*")
    assert aside.read_bytes() == b"damaged"


async def test_one_original_in_the_place_of_another_is_found(folder: FolderOriginals):
    """A file that was swapped for another of ours doesn't pass for it."""
    one, other = await folder.keep(SCAN), await folder.keep(b"other")
    folder.path(one).write_bytes(folder.path(other).read_bytes())
    with pytest.raises(OriginalDamagedError):
        await folder.read(one)


@pytest.mark.article("17")
async def test_nothing_clear_rests_on_the_disk(folder: FolderOriginals, tmp_path: Path):
    """No file holds a word of the original, all are their owner's only, and no half file is left."""
    sha256 = await folder.keep(SCAN)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [folder.path(sha256)]
    assert b"13912345678" not in files[0].read_bytes()
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


async def test_the_same_bytes_never_rest_the_same(folder: FolderOriginals, tmp_path: Path):
    """Two stores with one ring hold different files for equal bytes: nobody can compare them."""
    other = FolderOriginals(tmp_path / "other", RING)
    sha256 = await folder.keep(SCAN)
    await other.keep(SCAN)
    assert folder.path(sha256).read_bytes() != other.path(sha256).read_bytes()


async def test_originals_open_after_a_rotation_and_not_without_their_key(folder: FolderOriginals, tmp_path: Path):
    """The file names its key: the old key still opens it, another ring does not."""
    sha256 = await folder.keep(SCAN)
    keys = {**RING.keys, "k2": new_key_ring().keys["k1"]}
    rotated = FolderOriginals(tmp_path / "originals", KeyRing("k2", keys, RING.index_key, RING.session_key))
    assert await rotated.read(sha256) == SCAN
    assert await folder.read(sha256) == SCAN
    with pytest.raises(OriginalDamagedError):
        await FolderOriginals(tmp_path / "originals", new_key_ring()).read(sha256)


KEEP_A_MEGABYTE = """
import asyncio, signal, sys, resource
from pathlib import Path
from shared.originals import FolderOriginals
from shared.sealing import load_key_ring
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
store = FolderOriginals(Path(sys.argv[1]), load_key_ring(Path(sys.argv[2])))
try:
    asyncio.run(store.keep(bytes(1_000_000)))
except OSError as fault:
    raise SystemExit(fault.errno)
"""


async def test_without_room_nothing_is_kept_and_nothing_is_left(folder: FolderOriginals, tmp_path: Path):
    """Where a file can't be written to its end an OSError says so, no half file stays, and later it goes through."""
    save_key_ring(RING, tmp_path / "ring.json")
    command = [sys.executable, "-c", KEEP_A_MEGABYTE, str(tmp_path / "originals"), str(tmp_path / "ring.json")]
    done = await asyncio.to_thread(subprocess.run, command, check=False)
    assert done.returncode == errno.EFBIG
    assert [path for path in (tmp_path / "originals").rglob("*") if path.is_file()] == []
    sha256 = await folder.keep(bytes(1_000_000))
    assert await folder.read(sha256) == bytes(1_000_000)
