"""What is sealed opens with the ring that sealed it, also after its keys were changed, and with no other."""

import base64
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import CannotOpen, KeyRing, load_key_ring, new_key_ring, save_key_ring

RING = new_key_ring()
TOKENS = [RING.seal("投诉".encode()), RING.seal_record("投诉".encode())]
KINDS = pytest.mark.parametrize("token", TOKENS, ids=["message", "record"])


@given(st.binary(max_size=2000))
def test_any_bytes_come_back(content: bytes):
    """Sealed as a message or as a record, any bytes open to the same."""
    assert RING.open(RING.seal(content)) == content
    assert RING.open(RING.seal_record(content)) == content


def rotated() -> KeyRing:
    """The ring after a rotation: a new key seals, the old one still opens."""
    fresh = new_key_ring()
    return KeyRing("k2", {**RING.keys, "k2": fresh.keys["k1"]}, RING.index_key, RING.session_key)


@KINDS
def test_after_a_rotation_the_old_opens_and_the_new_names_the_new_key(token: str):
    """Rotating a key loses nothing that the old one sealed."""
    ring = rotated()
    assert ring.open(token) == RING.open(token)
    header = json.loads(base64.urlsafe_b64decode(ring.seal(b"x").split(".")[0] + "=="))
    assert header == {"alg": "dir", "enc": "A256GCM", "kid": "k2"}
    with pytest.raises(CannotOpen):
        RING.open(ring.seal(b"x"))


@KINDS
def test_another_ring_cannot_open(token: str):
    """The same key name with another key opens nothing."""
    with pytest.raises(CannotOpen):
        new_key_ring().open(token)


@KINDS
@given(data=st.data())
def test_any_change_is_found(token: str, data: st.DataObject):
    """A token with one character changed never opens to anything else."""
    place = data.draw(st.integers(0, len(token) - 1))
    changed = token[:place] + data.draw(st.sampled_from("AZaz09-_.")) + token[place + 1 :]
    assert opened(changed) in (None, RING.open(token))  # spare bits of base 64 may differ without meaning


def opened(token: str) -> bytes | None:
    """What a token opens to, or None where it can't be opened."""
    try:
        return RING.open(token)
    except CannotOpen:
        return None


@given(st.text(max_size=300))
def test_any_text_opens_or_cannot(text: str):
    """Nothing but CannotOpen is raised by what is no token."""
    with pytest.raises(CannotOpen):
        RING.open(text)


def encoded(header: object) -> str:
    """A token's first part."""
    return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "dir", "enc": "A256GCM"}, {"kid": "k1"}, {"kid": ["k1"]}, {"kid": None}, [], 7],
    ids=str,
)
def test_a_strangers_header_opens_nothing(header: object):
    """No algorithm but ours, no missing or made-up key name."""
    with pytest.raises(CannotOpen):
        RING.open(f"{encoded(header)}....")
    with pytest.raises(CannotOpen):
        RING.open(base64.urlsafe_b64encode(b"[" * 100_000).decode() + "....")


@given(st.text(), st.text())
def test_the_blind_index_finds_equals_only(one: str, other: str):
    """Equal values have equal hashes under one ring, different ones don't, and another ring's are different."""
    assert (RING.blind(one) == RING.blind(other)) == (one == other)
    assert RING.blind(one) != new_key_ring().blind(one)


def test_a_ring_is_written_for_its_owner_and_read_back(tmp_path: Path):
    """The file has mode 0600, holds the same ring, and nothing is left beside it."""
    path = tmp_path / "keys" / "ring.json"
    save_key_ring(RING, path)
    assert load_key_ring(path) == RING
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["ring.json"]


def test_a_ring_is_never_overwritten(tmp_path: Path):
    """A second ring is refused, the first stays: what it sealed would be lost."""
    path = tmp_path / "ring.json"
    save_key_ring(RING, path)
    with pytest.raises(FileExistsError):
        save_key_ring(new_key_ring(), path)
    assert load_key_ring(path) == RING
    assert len(list(tmp_path.iterdir())) == 1


def stored(**changes: object) -> str:
    """A ring's file with something wrong in it."""
    key = base64.b64encode(b"k" * 32).decode()
    return json.dumps({"current": "k1", "keys": {"k1": key}, "index_key": key, "session_key": key, **changes})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{}",
        stored(current="k9"),
        stored(keys=[]),
        stored(keys={"k1": "c2hvcnQ="}),
        stored(index_key="!"),
        stored(session_key=7),
    ],
)
def test_an_unusable_ring_is_refused_by_the_name_of_its_file(tmp_path: Path, content: str):
    """Whatever is wrong with the file, the error names it, and no key is made up."""
    path = tmp_path / "ring.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"ring\.json"):
        load_key_ring(path)
    with pytest.raises(ValueError, match=r"missing\.json"):
        load_key_ring(tmp_path / "missing.json")


def test_a_ring_shows_no_key():
    """Whoever prints a ring, or has it in a traceback, sees which key is current and nothing more."""
    assert repr(RING) == "KeyRing(current='k1')"
