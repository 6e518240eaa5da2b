"""Keys change, and nothing is lost: old records open, new ones use the new key, and all can be moved to it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services.cli_keys import PLACES
from services.rewrap import VOUCHED_FOR, metadata_of, rewrap, sealed_in
from shared.contracts.values import Role
from shared.sealing import (
    CannotOpen,
    KeyRing,
    extend_key_ring,
    key_of,
    load_key_ring,
    new_key_ring,
    rotated,
    save_key_ring,
)
from shared.store.engine import open_engine
from tests.parts.open_house import OpenHouse, open_house, until

TOLD = {
    "complainant": {"name": "刘桂华", "phone": "13900002046"},
    "facts": "等了一个多小时。",
    "demand": "核实",
    "call": {},
}


def test_a_rotated_ring_opens_what_the_old_one_sealed_and_seals_with_the_new_key(tmp_path: Path):
    """And the file holds every key, or is left as it was."""
    path = tmp_path / "keys.json"
    old = new_key_ring()
    save_key_ring(old, path)
    extend_key_ring(rotated(old), path)
    new = load_key_ring(path)
    assert (new.current, key_of(new.seal_record(b"x"))) == ("k2", "k2")
    assert new.open(old.seal_record(b"x")) == b"x"
    assert new.blind("13900002046") == old.blind("13900002046")
    with pytest.raises(CannotOpen):
        old.open(new.seal(b"x"))
    with pytest.raises(ValueError, match="lacks a key"):
        extend_key_ring(new_key_ring(), path)
    with pytest.raises(ValueError, match="lacks a key"):  # k1 is retired, and what it sealed with it
        extend_key_ring(KeyRing("k2", {"k2": new.keys["k2"]}, new.index_key, new.session_key), path)
    assert load_key_ring(path).keys == new.keys


def test_every_column_that_is_sealed_is_known_by_its_name():
    """What holds a seal says so in its name; only the timeline's is left as its hashes vouch for it."""
    found = {
        (place, sealed.table.name, column.name)
        for place in PLACES
        for sealed in sealed_in(metadata_of(place))
        for column in sealed.columns
    }
    assert ("intake", "submissions", "sealed") in found
    assert ("intake", "originals", "name_sealed") in found or any(name == "name_sealed" for _, _, name in found)
    assert ("identity", "accounts", "sealed_totp") in found
    assert {(table, name) for _, table, name in found} & VOUCHED_FOR == set()
    assert len(found) >= 14


async def _told(house: OpenHouse) -> str:
    house.tokens["operator"] = (await house.token("operator", Role.OPERATOR))["Authorization"]
    receipt = await house.ask("POST", "/intake/phone-logs", "operator", json=TOLD)
    path = f"/intake/submissions/{receipt.json()['complaint_id']}"
    number: str = await until(house, path, "operator", lambda body: body["case_number"])
    return number


async def test_everything_moves_to_the_new_key_and_still_reads(tmp_path: Path):
    """After rotation and rewrap no record names the old key, and the case opens as before."""
    async with open_house(tmp_path) as house:
        number = await _told(house)
        await house.signed_in("wang")
        await house.reception.second_factor.offer((await house.reception.accounts.named("wang")).id)
    keys = tmp_path / "keys.json"
    extend_key_ring(rotated(load_key_ring(keys)), keys)
    ring = load_key_ring(keys)
    moved = {}
    for place in PLACES:
        engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/{place}.db")
        moved[place] = await rewrap(engine, ring, metadata_of(place))
        for sealed in sealed_in(metadata_of(place)):
            async with engine.connect() as connection:
                rows = (await connection.execute(select(*sealed.columns))).all()
            assert {key_of(token) for row in rows for token in row if token} <= {"k2"}, (place, sealed.table.name)
        assert await rewrap(engine, ring, metadata_of(place)) == 0
        await engine.dispose()
    assert all(moved[place] for place in ("intake", "workflow", "forms", "notify", "identity")), moved
    async with open_house(tmp_path) as house:
        house.pass_time(timedelta(minutes=1))
        house.tokens["handler"] = (await house.token("handler", Role.HANDLER))["Authorization"]
        shown = await house.ask("GET", f"/workflow/cases/{number}", "handler")
        assert shown.json()["facts"] == TOLD["facts"]
        timeline = await house.ask("GET", f"/workflow/cases/{number}/timeline", "handler")
        assert timeline.status_code == 200
