"""CVE-2025-68113 (ALTCHA): a solved challenge could be spliced into another, with a later end or another purpose."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from altcha import v1

from services.intake.web.proof_of_work import VALID_FOR, Proofs

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def proofs() -> Proofs:
    """Proofs of a house."""
    return Proofs(bytes(32))


def _done(proofs: Proofs, **changes: Any) -> str:
    """A challenge of this visitor's form, solved, and then altered."""
    made = proofs.challenge(visitor="visitor", purpose="form", now=NOW)
    found = v1.solve_challenge(made.challenge, made.salt, "SHA-256", made.max_number, 0)
    assert found is not None
    said = {
        "algorithm": "SHA-256",
        "challenge": made.challenge,
        "number": found.number,
        "salt": made.salt,
        "signature": made.signature,
    }
    return base64.b64encode(
        json.dumps(said | {name: change(said) for name, change in changes.items()}).encode()
    ).decode()


SPLICED = {
    "a later end": {"salt": lambda said: said["salt"].replace("expires=", "expires=9")},
    "a second end": {"salt": lambda said: said["salt"] + "&expires=9999999999"},
    "a digit moved from the number": {
        "salt": lambda said: said["salt"] + str(said["number"])[0],
        "number": lambda said: int(str(said["number"])[1:] or 0),
    },
}


def test_honest_work_counts(proofs: Proofs):
    """So that the refusals below mean something."""
    assert proofs.solved(_done(proofs), visitor="visitor", purpose="form", now=NOW) is not None


@pytest.mark.parametrize("how", SPLICED)
def test_spliced_work_does_not(proofs: Proofs, how: str):
    """Nothing of it can be given another meaning."""
    payload = _done(proofs, **SPLICED[how])
    assert proofs.solved(payload, visitor="visitor", purpose="form", now=NOW + timedelta(hours=3)) is None
    assert proofs.solved(payload, visitor="visitor", purpose="form", now=NOW) is None


def test_honest_work_does_not_count_after_its_end(proofs: Proofs):
    """Done once and kept, it would be worth every form to come."""
    payload = _done(proofs)
    assert proofs.solved(payload, visitor="visitor", purpose="form", now=NOW + VALID_FOR) is None


def test_it_is_worth_nothing_in_another_browser_or_for_another_form(proofs: Proofs):
    """It was made for one."""
    payload = _done(proofs)
    assert proofs.solved(payload, visitor="another", purpose="form", now=NOW) is None
    assert proofs.solved(payload, visitor="visitor", purpose="another", now=NOW) is None
