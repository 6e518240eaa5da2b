"""Nothing can be tampered with unnoticed (art. 23): every way of it is tried, on both databases, and each is named."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.workflow.anchoring import AnchorBroken, anchors_missing
from services.workflow.domain.timeline import Head, append
from services.workflow.store.files import vouched_for
from services.workflow.store.tables import timeline
from services.workflow.verifying import Finding, verify
from shared.contracts.complaint import ComplaintSupplemented, Source
from shared.contracts.values import Channel, new_id
from tests.parts.postgres_cluster import PgAdmin
from tests.parts.workflow_office import HANDLER, UNIT, Desk, open_desk

pytestmark = pytest.mark.article("23")

_REST = {
    "sqlite": ("DROP TRIGGER IF EXISTS timeline_no_update", "DROP TRIGGER IF EXISTS timeline_no_delete"),
    "postgresql": ("ALTER TABLE timeline DISABLE TRIGGER ALL",),
}
"""What somebody must do first who owns the database: the service itself never can."""


async def _a_case(desk: Desk) -> str:
    """Registered, accepted, noted upon, forwarded: four entries."""
    number = await desk.registered()
    await desk.does(number, "accept")
    await desk.does(number, "note", text="来电补充")
    await desk.does(number, "forward", unit=UNIT, advice="请核实")
    return number


async def _tamper(desk: Desk, *statements: str, **values: object) -> None:
    """Change the database as its owner could, past the triggers."""
    async with desk.office.store.engine.begin() as connection:
        for statement in (*_REST[connection.dialect.name], *statements):
            await connection.execute(text(statement), values)


async def _findings(desk: Desk) -> Sequence[Finding]:
    office = desk.office
    result = await verify(office.store, desk.anchors.read_all(), ring=office.ring, originals=office.originals)
    return result.findings


async def test_an_untouched_register_has_no_findings(desk: Desk):
    """Cases, anchors and originals as they were left give nothing to report, and all of them were looked at."""
    await _with_original(desk)
    await _a_case(desk)
    await desk.anchored()
    result = await verify(
        desk.office.store, desk.anchors.read_all(), ring=desk.office.ring, originals=desk.office.originals
    )
    assert (result.cases, result.entries, result.originals, result.findings) == (2, 5, 1, ())


@pytest.mark.parametrize("verb", ["UPDATE timeline SET kind = 'noted'", "DELETE FROM timeline", "TRUNCATE timeline"])
async def test_the_database_itself_refuses_to_change_the_timeline(desk: Desk, verb: str):
    """UPDATE, DELETE and what each database has beside them fail through the application's own connection; the entries stand."""
    await _a_case(desk)
    if desk.office.store.one_writer and verb.startswith("TRUNCATE"):
        verb = "INSERT OR REPLACE INTO timeline SELECT * FROM timeline"  # SQLite's own way around the other two
    with pytest.raises(DBAPIError, match="the timeline only grows"):
        async with desk.office.store.transaction(desk.clock.now) as unit:
            await unit.connection.execute(text(verb))
    assert len(await desk.rows(timeline.select())) == 4


async def test_a_changed_entry_is_named(desk: Desk):
    """Another actor in an old entry: its place is named."""
    number = await _a_case(desk)
    await _tamper(desk, "UPDATE timeline SET actor_name = '别人' WHERE version = 2")
    assert list(await _findings(desk)) == [Finding(number, "timeline entry changed", 2)]


async def test_a_removed_entry_is_named(desk: Desk):
    """An entry taken out of the middle leaves its place behind."""
    number = await _a_case(desk)
    await _tamper(desk, "DELETE FROM timeline WHERE version = 2")
    assert list(await _findings(desk)) == [Finding(number, "timeline entry removed", 2)]


async def test_reordered_entries_are_named(desk: Desk):
    """Two entries that changed places are told apart from changed ones."""
    number = await _a_case(desk)
    await _tamper(
        desk,
        "UPDATE timeline SET version = 99 WHERE version = 2",
        "UPDATE timeline SET version = 2 WHERE version = 3",
        "UPDATE timeline SET version = 3 WHERE version = 99",
    )
    assert list(await _findings(desk)) == [Finding(number, "timeline entry reordered", 2)]


async def test_a_cut_off_end_is_named(desk: Desk):
    """The last entry gone, and the register's row set back to match: the anchor still knows how long it was."""
    number = await _a_case(desk)
    await desk.anchored()
    rows = await desk.rows(timeline.select().order_by(timeline.c.version))
    await _tamper(
        desk,
        "DELETE FROM timeline WHERE version = 4",
        "UPDATE cases SET version = 3, timeline_head = :head",
        head=rows[2]["hash"],
    )
    assert list(await _findings(desk)) == [Finding(number, "timeline entry cut", 4)]


async def test_a_chain_made_anew_is_named(desk: Desk):
    """A sound chain with another story, its head entered in the register: it is not the chain that was anchored."""
    number = await _a_case(desk)
    await desk.anchored()
    case = await desk.case(number)
    head: Head | None = None
    for row in await desk.rows(timeline.select().order_by(timeline.c.version)):
        told = SimpleNamespace(**{**row, "actor_name": "别人"})
        entry = append(case.complaint_id, head, vouched_for(told))
        await _tamper(
            desk,
            "UPDATE timeline SET actor_name = '别人', previous = :previous, hash = :hash WHERE version = :version",
            previous=entry.previous, hash=entry.hash, version=entry.place,
        )  # fmt: skip
        head = Head(length=entry.place, hash=entry.hash)
    await _tamper(desk, "UPDATE cases SET timeline_head = :head", head=head.hash if head else "")
    assert list(await _findings(desk)) == [Finding(number, "timeline entry replaced", 4)]


async def test_a_removed_later_message_is_named(desk: Desk):
    """The timeline speaks of it, and its words are gone."""
    number = await desk.registered()
    more = ComplaintSupplemented(
        complaint_id=(await desk.case(number)).complaint_id, supplement_id=new_id(), channel=Channel.EMAIL,
        received_at=desk.clock.now, received_by="poller", sender_verified=True, text="补充", source=Source(kind="email"),
    )  # fmt: skip
    await desk.hears(more)
    assert list(await _findings(desk)) == []
    await _tamper(desk, "DELETE FROM supplements")
    assert list(await _findings(desk)) == [Finding(number, "the words of a later message were removed")]


async def test_a_removed_case_is_named(desk: Desk):
    """The register's row gone: its timeline still speaks of it; timeline and row gone: the anchor does."""
    number = await _a_case(desk)
    await desk.anchored()
    await _tamper(desk, "DELETE FROM cases")
    assert Finding(number, "the register's row was removed") in await _findings(desk)
    await _tamper(desk, "DELETE FROM timeline")
    assert list(await _findings(desk)) == [Finding(number, "the whole case is missing, though an anchor knows it")]


async def test_a_register_that_says_something_else_is_named(desk: Desk):
    """A row of the register that was edited is found by counting its timeline up again."""
    number = await _a_case(desk)
    await _tamper(desk, "UPDATE cases SET state = 'closed'")
    assert list(await _findings(desk)) == [Finding(number, "the register's row says another state than the timeline")]


async def test_an_exchanged_complaint_is_named(desk: Desk):
    """Another complaint under the same number, sealed with the right key: the first entry knows the one that came in."""
    number, other = await desk.registered(), await desk.registered(facts="另一件事")
    await _tamper(
        desk,
        "UPDATE cases SET sealed_complaint = (SELECT c.sealed_complaint FROM cases c WHERE c.number = :other) "
        "WHERE number = :number",
        number=number, other=other,
    )  # fmt: skip
    assert list(await _findings(desk)) == [Finding(number, "the complaint is not the one that was registered")]


async def _with_original(desk: Desk) -> str:
    """A complaint with a scan; gives the scan's hash."""
    sha256 = await desk.office.originals.keep("2026年11月16日 投诉信".encode())
    source = desk.complaint().source.model_copy(update={"originals": [sha256]})
    await desk.registered(source=source)
    return sha256


def _file_of(desk: Desk, tmp_path: Path, sha256: str) -> Path:
    return next(path for path in (tmp_path / "originals").rglob("*") if path.is_file() and sha256 in path.name)


async def test_a_changed_original_is_named(desk: Desk, tmp_path: Path):
    """A scan whose bytes were changed on disk is named by its hash."""
    sha256 = await _with_original(desk)
    path = _file_of(desk, tmp_path, sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert list(await _findings(desk)) == [Finding(sha256, "the original was changed")]


async def test_a_missing_original_is_named(desk: Desk, tmp_path: Path):
    """A scan that was deleted is named by its hash."""
    sha256 = await _with_original(desk)
    _file_of(desk, tmp_path, sha256).unlink()
    assert list(await _findings(desk)) == [Finding(sha256, "the original is missing")]


async def _three_anchors(desk: Desk) -> list[Path]:
    for _ in range(3):
        await _a_case(desk)
        await desk.anchored()
        desk.clock.goes_on(hours=2)
    return desk.anchors.files()


async def test_a_changed_anchor_is_named(desk: Desk):
    """An anchor with other heads isn't signed by our key."""
    path = (await _three_anchors(desk))[1]
    path.write_bytes(path.read_bytes().replace(b'"length":4', b'"length":3'))
    with pytest.raises(AnchorBroken, match=path.name):
        desk.anchors.read_all()


async def test_one_bad_anchor_hides_nothing_else(desk: Desk):
    """Two changed files are both named, the others are still believed, and the register is still checked against them."""
    paths = await _three_anchors(desk)
    for path in (paths[0], paths[1]):
        path.write_bytes(path.read_bytes().replace(b'"length":4', b'"length":3'))
    anchors, faults = desk.anchors.examine()
    assert [fault.file for fault in faults] == [paths[0].name, paths[1].name]
    (believed,) = anchors
    await _tamper(desk, f"DELETE FROM timeline WHERE number = '{believed.heads[0].number}' AND version = 4")
    result = await verify(desk.office.store, anchors, ring=desk.office.ring)
    assert [finding.where for finding in result.findings] == [believed.heads[0].number]


async def test_a_removed_anchor_is_named(desk: Desk):
    """One taken out of the middle breaks the chain of files; the newest one is missed by the database."""
    paths = await _three_anchors(desk)
    paths[2].rename(paths[2].with_suffix(".away"))
    assert await anchors_missing(desk.office.store, desk.anchors) == [paths[2].name]
    paths[2].with_suffix(".away").rename(paths[2])
    paths[1].unlink()
    with pytest.raises(AnchorBroken, match=paths[2].name):
        desk.anchors.read_all()


async def test_every_look_at_an_identity_is_on_the_timeline(desk: Desk):
    """Who looked, what for and when stands in the chain like any other act."""
    number = await desk.registered()
    await desk.does(number, "reveal_identity", HANDLER, purpose="handling", reason="核实")
    rows = await desk.rows(timeline.select().where(timeline.c.kind == "identity_revealed"))
    assert [row["actor_id"] for row in rows] == [HANDLER.id]


async def test_the_services_role_may_only_add_and_read(pg_cluster: PgAdmin, tmp_path: Path):
    """As in a deployment: the service's own role, no superuser. Even with the triggers off it can't change an entry."""
    pg_cluster.sql("DO $$ BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    url = pg_cluster.database()
    name = url.rpartition("/")[2]
    pg_cluster.sql(f'ALTER DATABASE "{name}" OWNER TO clerk')
    async with open_desk(url.replace("postgres@", "clerk@"), tmp_path) as desk:
        await _a_case(desk)
        pg_cluster.sql("ALTER TABLE timeline DISABLE TRIGGER ALL", database=name)
        for statement in ("UPDATE timeline SET kind = 'noted'", "DELETE FROM timeline", "TRUNCATE timeline"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with desk.office.store.transaction(desk.clock.now) as unit:
                    await unit.connection.execute(text(statement))
        assert len(await desk.rows(timeline.select())) == 4
    pg_cluster.drop(url)
