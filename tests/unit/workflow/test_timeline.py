"""The chain of hashes: whatever is done to it is found, and the first bad place named (art. 23)."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.workflow.domain.states import State
from services.workflow.domain.timeline import (
    Break,
    Entry,
    Fault,
    Head,
    append,
    content_of,
    entry_hash,
    genesis,
    head_of,
    verify_chain,
)
from tests.unit.workflow.building import arrive

CASE = UUID(int=1083)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def chain(length: int = 6, case: UUID = CASE) -> list[Entry]:
    """Entries of a case, one after the other."""
    entries: list[Entry] = []
    for number in range(length):
        head = head_of(case, entries) if entries else None
        entries.append(append(case, head, {"kind": "noted", "text": f"第 {number} 条"}))
    return entries


def rewritten(entries: list[Entry], index: int) -> list[Entry]:
    """Everything from a place on made anew, hashes and all, as an intruder with the software would."""
    made = entries[:index]
    for number in range(index, len(entries)):
        head = head_of(CASE, made) if made else None
        made.append(append(CASE, head, {"kind": "noted", "text": f"改写 {number}"}))
    return made


def swapped(entries: list[Entry], one: int, other: int) -> list[Entry]:
    """Two entries in each other's place."""
    moved = list(entries)
    moved[one], moved[other] = moved[other], moved[one]
    return moved


def test_a_sound_chain_is_sound() -> None:
    """Also the empty one, and one that is checked against its own head."""
    entries = chain()
    assert verify_chain(CASE, entries) is None
    assert verify_chain(CASE, []) is None
    assert verify_chain(CASE, entries, head_of(CASE, entries)) is None
    assert verify_chain(CASE, entries, head_of(CASE, entries[:3])) is None
    assert verify_chain(CASE, entries, head_of(CASE, [])) is None


@pytest.mark.article("23")
@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(
            lambda e: [*e[:2], replace(e[2], content={"kind": "noted", "text": "改"}), *e[3:]],
            Fault(index=2, kind=Break.CHANGED),
            id="a content changed",
        ),
        pytest.param(
            lambda e: [*e[:2], replace(e[2], hash="0" * 64), *e[3:]],
            Fault(index=2, kind=Break.CHANGED),
            id="a hash changed",
        ),
        pytest.param(
            lambda e: [*e[:2], replace(e[2], previous="0" * 64), *e[3:]],
            Fault(index=2, kind=Break.CHANGED),
            id="a link changed",
        ),
        pytest.param(
            lambda e: [*e[:2], append(CASE, Head(length=2, hash=e[1].hash), {"kind": "x"}), *e[3:]],
            Fault(index=3, kind=Break.DETACHED),
            id="an entry replaced with a hash of its own",
        ),
        pytest.param(lambda e: [*e[:2], *e[3:]], Fault(index=2, kind=Break.REMOVED), id="an entry removed"),
        pytest.param(lambda e: e[1:], Fault(index=0, kind=Break.REMOVED), id="the first removed"),
        pytest.param(lambda e: swapped(e, 1, 3), Fault(index=1, kind=Break.REORDERED), id="two swapped"),
        pytest.param(lambda e: [*e[:3], e[2], *e[3:]], Fault(index=3, kind=Break.REORDERED), id="one doubled"),
        pytest.param(lambda e: chain(6, UUID(int=7)), Fault(index=0, kind=Break.DETACHED), id="another case's"),
    ],
)
def test_tampering_inside_is_found_without_help(tamper: Callable[[list[Entry]], list[Entry]], found: Fault) -> None:
    """Changed, removed, reordered, doubled, exchanged: the first bad place is named, with what is wrong there."""
    assert verify_chain(CASE, tamper(chain())) == found


@pytest.mark.article("23")
@pytest.mark.parametrize("kept", [1, 4, 6])
def test_a_cut_end_is_found_by_the_head_outside(kept: int) -> None:
    """Cut by two: sound in itself, but shorter than the head that was kept; the place where the next was due is named."""
    entries = chain()
    head = head_of(CASE, entries[:kept])
    cut = entries[: kept - 1]
    assert verify_chain(CASE, cut) is None
    assert verify_chain(CASE, cut, head) == Fault(index=kept - 1, kind=Break.CUT)


@pytest.mark.article("23")
def test_a_chain_made_anew_is_found_by_the_head_outside() -> None:
    """All hashes right, but not the chain that was anchored."""
    entries = chain()
    forged = rewritten(entries, 2)
    assert verify_chain(CASE, forged) is None
    assert verify_chain(CASE, forged, head_of(CASE, entries)) == Fault(index=5, kind=Break.REPLACED)
    assert (
        verify_chain(CASE, forged, head_of(CASE, entries[:2])) is None
    )  # what came after the anchor is not vouched for


@given(content=st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_the_hash_does_not_depend_on_the_order_of_keys(content: dict[str, object]) -> None:
    """Canonical JSON (RFC 8785): the same content is the same hash, however a database gives it back."""
    backwards = dict(reversed(list(content.items())))
    assert entry_hash(genesis(CASE), 1, content) == entry_hash(genesis(CASE), 1, backwards)


@given(st.lists(JSON, min_size=1, max_size=6), st.data())
def test_any_single_change_is_found(contents: list[object], data: st.DataObject) -> None:
    """Whatever the contents, changing one entry breaks the chain exactly there."""
    entries: list[Entry] = []
    for content in contents:
        entries.append(append(CASE, head_of(CASE, entries) if entries else None, {"c": content}))
    assert verify_chain(CASE, entries) is None
    index = data.draw(st.integers(0, len(entries) - 1))
    entries[index] = replace(entries[index], content={"c": contents[index], "more": 1})
    assert verify_chain(CASE, entries) == Fault(index=index, kind=Break.CHANGED)


def test_a_known_hash_stays_what_it_is() -> None:
    """Pinned, as ``sha256sum`` gives it: another form of the JSON would orphan every chain ever written."""
    assert genesis(CASE) == "e0c697c36b833d4a5e650b54f8f4e35a516ee6ac996a724b19e10626555b8112"
    assert entry_hash("0" * 64, 1, {"text": "受理", "kind": "noted"}) == (
        "58a4aff9ee738246058888e0bad971bc6ad022a40275d909aa5f08b6ba08a55d"
    )


def test_events_have_a_canonical_form() -> None:
    """Every event of a whole life can stand in an entry, and its JSON leaves out what isn't said."""
    story = arrive(State.ARCHIVED)
    entries: list[Entry] = []
    for event in story.history:
        content = content_of(event)
        assert None not in content.values()
        entries.append(append(CASE, head_of(CASE, entries) if entries else None, content))
    assert verify_chain(CASE, entries) is None


def test_what_has_no_canonical_form_is_refused() -> None:
    """An integer beyond 53 bits would come back as another number somewhere."""
    with pytest.raises(ValueError, match="exceeds"):
        entry_hash("0" * 64, 1, {"n": 2**60})
