"""Tokens and proofs that come back with the public form: whatever a stranger makes of them, they are only worth nothing."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.web.kept_files import KeptFiles
from services.intake.web.proof_of_work import Proofs

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
CLAIMED = {"algorithm": "SHA-256", "challenge": "a", "number": 1, "salt": "b?expires=1", "signature": "c"}


@pytest.mark.parametrize("token", ["", ".", "a", "投诉.é", "é", "x" * 9999])
def test_a_token_of_a_stranger_finds_no_file(token: str) -> None:
    """Letters that no token has are no reason to break."""
    assert KeptFiles(bytes(32)).find(token, "visitor") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"salt": "é?expires=1&form=é", "signature": "é"},
        {"salt": "\ud800"},
        {"salt": "b?expires=" + "9" * 400},
        {"challenge": [], "signature": None},
        {"number": {}},
        {"number": 10**400},
        {"algorithm": ["SHA-256"]},
    ],
)
def test_a_proof_of_another_shape_proves_nothing(changes: dict[str, object]) -> None:
    """Neither words for numbers nor half a surrogate pair."""
    payload = base64.b64encode(json.dumps(CLAIMED | changes).encode()).decode()
    assert Proofs(bytes(32)).solved(payload, visitor="visitor", purpose="form", now=NOW) is None


@given(st.text(max_size=80))
def test_whatever_is_sent_as_proof_proves_nothing(payload: str) -> None:
    """Whether it can be read or not."""
    assert Proofs(bytes(32)).solved(payload, visitor="visitor", purpose="form", now=NOW) is None
