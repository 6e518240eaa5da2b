"""CVE-2025-21628 (Chatwoot, 9.1): the operator of a filter went into the SQL statement as it came."""

import pytest

from shared.contracts.values import Role
from tests.parts.attacked_house import told
from tests.parts.house import OTHER_UNIT
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAYLOADS = (
    "' OR '1'='1", '" OR 1=1 --', "1); DROP TABLE cases; --", "%", "_", "') UNION SELECT * FROM staff --", "\x00", "registered' OR 1=1",
    "1 OR SLEEP(9)", "pg_sleep(9)",
)  # fmt: skip
ANSWERS = {"\x00": (400,)}
"""What no database can hold is refused at the edge."""
FILTERS = ("unit", "state", "q", "sort", "holder", "channel", "cursor", "limit", "due")


@pytest.mark.parametrize("who", ["handler", "stranger"])
async def test_no_filter_is_a_piece_of_sql(attacked: OpenHouse, who: str):
    """Every filter with every payload: nothing found or a fault named, no 500, and to a stranger never a case that isn't theirs."""
    attacked.tokens["stranger"] = (await attacked.token("stranger", Role.UNIT_HANDLER, OTHER_UNIT))["Authorization"]
    number = await told(attacked)
    for field in FILTERS:
        for payload in PAYLOADS:
            answer = await attacked.ask("GET", "/workflow/cases", who, params={field: payload})
            assert answer.status_code in ANSWERS.get(payload, (200, 422)), f"{field} {payload!r}: {answer.status_code}"
            assert who == "handler" or number not in answer.text
    for payload in PAYLOADS:
        body = {"text": payload, "unit": payload}
        found = await attacked.ask("POST", "/workflow/search", who, json=body)
        assert found.status_code in ANSWERS.get(payload, (200, 422))
        assert number not in found.text
    assert (await attacked.ask("GET", f"/workflow/cases/{number}", "handler")).status_code == 200
