"""Faxes from the folder to the complaint: taken once, read, told only when sure and whole, else looked at by a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from services.intake.adapters.told import Told
from services.intake.domain.scan_text import Box, Line, Page, ScanText, Unreadable, UnreadableScan
from services.intake.fax_folder import FaxFolder
from services.intake.ports import Door
from services.intake.readers.watched_folder import FolderUnavailable, WatchedFolder
from services.intake.scan_desk import NotWaitingError, UnconfirmedError, on_the_desk, settle_scan
from services.intake.scan_reading import ScanReading
from services.intake.spelling import directory_of
from services.intake.store import tables
from services.intake.store.states import ScanState
from tests.parts.intake_door import intake_house

SAID = "投诉人：王昇堃\n电话：13800005521\n医保局A07窗口不给办理。\n请求：补办登记。"
FAX = resources.files("services.samples").joinpath("fax.tiff").read_bytes()


def scan(score: float, *, pages: int = 1, text: str = SAID) -> ScanText:
    """What a reader gives, equally sure of every line."""
    box = Box(left=0.1, top=0.1, right=0.9, bottom=0.2)
    lines = tuple(Line(text=line, box=box, score=score, row=row) for row, line in enumerate(text.split("\n")))
    return ScanText(pages=(Page(number=1, lines=lines),), pages_in_file=pages)


@dataclass
class Reads:
    """A reader that gives what it is told to."""

    answer: ScanText | UnreadableScan

    async def read(self, data: bytes, media_type: str) -> ScanText:
        """The answer, or the fault."""
        if isinstance(self.answer, UnreadableScan):
            raise self.answer
        return self.answer

    async def picture(self, data: bytes, media_type: str, **_: Any) -> bytes:
        """Never asked here."""
        raise AssertionError


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """An intake on a database of its own, with the centre's directory."""
    async with intake_house(f"sqlite+aiosqlite:///{tmp_path}/intake.db") as house:
        yield replace(house.door, directory=directory_of(house.door.centre))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fax server's folder."""
    made = tmp_path / "recvq"
    made.mkdir()
    return made


async def states(door: Door) -> list[Any]:
    """All scans."""
    async with door.store.reading() as connection:
        return list((await connection.execute(select(tables.scans))).all())


async def told(door: Door) -> int:
    """How many complaints were told."""
    async with door.store.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(tables.messages.outbox))).scalar_one())


async def received(door: Door, folder: Path, content: bytes = FAX, name: str = "fax00000007.tif") -> Any:
    """Drop a file, look, and give its receipt."""
    (folder / name).write_bytes(content)
    (folder / (name + ".done")).touch()
    return (await FaxFolder(door, WatchedFolder(folder)).look())[0]


async def test_a_finished_file_is_stored_and_then_moved(door: Door, folder: Path) -> None:
    """It has its limit from the moment it was taken; the folder is empty but for what is done."""
    receipt = await received(door, folder)
    assert [path.name for path in folder.iterdir()] == ["done"]
    row = (await states(door))[0]
    assert (row.complaint_id, row.state, row.respond_by) == (receipt.complaint_id, "waiting", receipt.respond_by)
    assert await door.originals.read(row.sha256) == FAX


async def test_the_same_fax_twice_is_one_complaint_also_after_a_restart(door: Door, folder: Path) -> None:
    """Under another name, seen by another process: the first receipt again."""
    first = await received(door, folder)
    second = await received(door, folder, name="fax00000008.tif")
    assert second.complaint_id == first.complaint_id
    assert len(await states(door)) == 1


async def test_a_crash_between_storing_and_moving_is_mended_by_the_next_look(door: Door, folder: Path) -> None:
    """Stored, not moved: taken again, and still one."""

    class Crashes(WatchedFolder):
        """Dies where the file would be moved."""

        def done(self, taken: Any) -> None:
            raise RuntimeError

    (folder / "a.tif").write_bytes(FAX)
    (folder / "a.tif.done").touch()
    with pytest.raises(RuntimeError):
        await FaxFolder(door, Crashes(folder)).look()
    await FaxFolder(door, WatchedFolder(folder)).look()
    assert len(await states(door)) == 1
    assert [path.name for path in folder.iterdir()] == ["done"]


async def test_a_folder_that_is_gone_is_an_alarm_until_it_is_back(door: Door, folder: Path) -> None:
    """The check fails, nothing else does; then it is well again."""
    watch = FaxFolder(door, WatchedFolder(folder / "missing"))
    assert await watch.look() == []
    with pytest.raises(FolderUnavailable):
        await watch.check()
    (folder / "missing").mkdir()
    await watch.look()
    await watch.check()


async def test_a_name_that_may_be_a_persons_is_not_written_down(door: Door, folder: Path) -> None:
    """Only a fax server's own names are."""
    await received(door, folder, name="王昇堃投诉.tif")
    await ScanReading(door, Reads(scan(0.99))).read_one()
    async with door.store.reading() as connection:
        assert (await connection.execute(select(tables.submissions.c.external_id))).scalar() is None


READ: dict[str, tuple[ScanText | UnreadableScan, str, int]] = {
    "sure": (scan(0.98), ScanState.TOLD, 1),
    "to be confirmed": (scan(0.95), ScanState.REVIEW, 0),
    "to be typed": (scan(0.85), ScanState.REVIEW, 0),
    "sure of a part": (scan(0.99, pages=2), ScanState.REVIEW, 0),
    "unsure, and somebody is in danger": (scan(0.85, text="再不给办理，我就跳楼。"), ScanState.TOLD, 1),
    "blank": (scan(0.99, text=" "), ScanState.REVIEW, 0),
    "unreadable": (UnreadableScan(Unreadable.ENCRYPTED), ScanState.UNREADABLE, 0),
}


@pytest.mark.parametrize("case", list(READ))
async def test_only_what_is_sure_and_whole_is_told_by_itself(door: Door, folder: Path, case: str) -> None:
    """Everything else waits on the desk, its clock running."""
    answer, state, complaints = READ[case]
    await received(door, folder)
    await ScanReading(door, Reads(answer)).read_one()
    row = (await states(door))[0]
    assert (row.state, await told(door)) == (state, complaints)
    assert state == ScanState.TOLD or row.reason


async def test_what_was_read_is_offered_and_rests_sealed(door: Door, folder: Path) -> None:
    """Text and offers come back for the desk; the row holds neither in clear."""
    receipt = await received(door, folder)
    await ScanReading(door, Reads(scan(0.95))).read_one()
    desk = await on_the_desk(door, receipt.complaint_id)
    assert desk.text is not None
    assert desk.text.text == SAID
    offered = {(offer.element.value, offer.value) for offer in desk.offers}
    assert offered >= {("phone", "+8613800005521"), ("unit", "市医疗保障局"), ("window", "A07 医保报销")}
    assert all(offer.doubtful and offer.sources for offer in desk.offers)
    assert "王昇堃" not in str(tuple(desk.row))


def reviewed(**changes: Any) -> Told:
    """What a person makes of it."""
    person = {"name": "王昇堃", "phone": "138 0000 5521"}
    return Told.model_validate({"facts": SAID, "complainant": person, "target": {"unit": "市医疗保障局"}, **changes})


@pytest.mark.article("9")
@pytest.mark.article("15")
async def test_what_the_machine_read_must_be_confirmed_before_it_is_told(door: Door, folder: Path) -> None:
    """Each legally relevant field by name; once compared, it is told under its first number, and only once."""
    receipt = await received(door, folder)
    await ScanReading(door, Reads(scan(0.95))).read_one()
    with pytest.raises(UnconfirmedError) as refused:
        await settle_scan(door, receipt.complaint_id, reviewed(), typed_by="孙晓敏")
    wanted = ["facts", "complainant.name", "complainant.phone", "target.unit"]
    assert refused.value.fields == wanted
    assert await told(door) == 0
    settled = await settle_scan(door, receipt.complaint_id, reviewed(), typed_by="孙晓敏", confirmed=wanted)
    assert (settled.tracking_code, settled.respond_by) == (receipt.tracking_code, receipt.respond_by)
    with pytest.raises(NotWaitingError):
        await settle_scan(door, receipt.complaint_id, reviewed(), typed_by="韩雪", confirmed=wanted)
    assert await told(door) == 1


async def test_what_a_person_typed_anew_needs_no_second_word(door: Door, folder: Path) -> None:
    """Where nothing could be read, everything is theirs."""
    receipt = await received(door, folder)
    await ScanReading(door, Reads(UnreadableScan(Unreadable.DAMAGED))).read_one()
    await settle_scan(door, receipt.complaint_id, reviewed(), typed_by="孙晓敏")
    assert await told(door) == 1
