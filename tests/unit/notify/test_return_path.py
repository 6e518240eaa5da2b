"""The sealed return path: a bounce finds its delivery by it, and nobody outside can make one up."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.return_path import read_return_path, return_path

KEY = b"0123456789abcdef0123456789abcdef"
DELIVERY = UUID("01927f3e-7c1a-7e55-9d3b-5a1f0c2b7d46")
PATH = return_path(DELIVERY, "example.gov.cn", KEY)

FORGED = {
    "another key": return_path(DELIVERY, "example.gov.cn", b"another"),
    "no seal": PATH.replace(".", "@", 1).split("@")[0] + "@example.gov.cn",
    "another delivery": return_path(UUID(int=1), "example.gov.cn", KEY)[:33] + PATH[33:],
    "not ours": "office@example.gov.cn",
}


@pytest.mark.parametrize("address", FORGED.values(), ids=FORGED)
def test_nobody_can_make_a_bounce_up(address: str) -> None:
    """A report to an address that we didn't seal is about no delivery of ours."""
    assert read_return_path(address, KEY) is None


@given(delivery_id=st.uuids(), key=st.binary(min_size=16, max_size=32))
def test_a_return_path_leads_back(delivery_id: UUID, key: bytes) -> None:
    """Any delivery's return path is an address of legal length that leads back to it, in whatever case it comes."""
    path = return_path(delivery_id, "example.gov.cn", key)
    assert len(path.split("@")[0]) <= 64
    assert read_return_path(path, key) == read_return_path(f"<{path.upper()}>", key) == delivery_id
    assert read_return_path(path, key + b"x") is None
