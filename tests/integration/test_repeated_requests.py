"""The same request sent twice is done once (design 8): every POST that a program may send, by the routes that are mounted."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.values import SERVICES, Role
from shared.web.repetition import LONGEST_KEY
from tests.parts.access_matrix import TABLE
from tests.parts.house import UNIT
from tests.parts.open_house import OpenHouse, open_house

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "Idempotency-Key"
NOTHING = "00000000-0000-7000-8000-000000000000"
FACTS = {"facts": "窗口推诿。"}
TYPED = FACTS | {"arrived_at": "2026-11-24T09:00:00+08:00", "opened_by": "韩雪"}
OPENED = {
    "box": "二楼电梯口意见箱",
    "opened_at": "2026-11-24T09:00:00+08:00",
    "opened_by": "韩雪",
    "witnessed_by": "孙晓敏",
}
SIGNED = {"signer": "高玉兰", "signed_at": "2026-11-23T12:00:00+08:00", "how": "by_hand"}
TAKES_THE_KEY: Mapping[str, dict[str, Any]] = {
    "/intake/phone-logs": {"json": FACTS | {"call": {}}},
    "/intake/calls/no-complaint": {"json": {"ending": "silence"}},
    "/intake/web-forms": {"json": FACTS},
    "/intake/visits": {"json": FACTS | {"reception_point": "一楼总咨询服务台"}},
    "/intake/letters": {"json": TYPED},
    "/intake/suggestion-slips": {"json": FACTS | OPENED | {"slip_number": "1"}},
    "/intake/box-openings": {"json": OPENED | {"slips": 1}},
    "/intake/faxes": {"content": b"II*\0", "headers": {"Content-Type": "image/tiff"}},
    "/intake/phone-logs/import": {"files": {"file": ("a.csv", "来电内容\n窗口推诿\n".encode(), "text/csv")}},
    "/intake/review/{complaint_id}": {"json": FACTS},
    "/intake/quarantine/{item_id}": {"json": {"take": "as_read"}},
    "/workflow/cases/{number}/actions/{name}": {"json": {"text": "补记"}},
    "/workflow/directory/staff/{who}/absences": {"json": {"first_day": "2026-11-24", "last_day": "2026-11-25"}},
    "/workflow/statistics/freeze": {"params": {"from": "2026-11-01", "to": "2026-11-02"}},
    "/workflow/statistics/frozen/{frozen_id}/report": {"json": {}},
    "/workflow/follow-up-sheet": {},
    "/notify/call-list/sheet": {},
    "/notify/call-list/{delivery_id}/reached": {"json": {}},
    "/notify/call-list/{delivery_id}/not-reached": {"json": {}},
    "/notify/call-list/{delivery_id}/posted": {"json": {}},
    "/forms/documents": {"json": {"case": "2026-000001", "form": "disposition"}},
    "/forms/documents/{identifier}/signatures": {"data": SIGNED},
    "/forms/documents/{identifier}/seals": {"data": SIGNED},
}
"""Each with something well formed to send."""
NEEDS_NONE: Mapping[str, str] = {
    "/intake/calls": "known by the exchange's own number of the call",
    "/intake/calls/{call_id}/take-up": "its draft is there, once",
    "/intake/emails": "known by the mail itself",
    "/intake/channel-checks": "the first confirmation of a day counts",
    "/intake/box-openings/{opening_id}/close": "closed is closed",
    "/intake/box-openings/{opening_id}/record": "an opening has one record",
    "/intake/phone-logs/imports/{import_id}": "an import goes on where it stopped",
    "/workflow/notices/{notice_id}/receipt": "signed for is signed for",
    "/workflow/search": "asks",
    "/workflow/directory/import": "a person is entered once",
    "/notify/inbound-texts/{key}/settled": "dealt with is dealt with",
    "/notify/webhooks/twilio/status": "known by what it says",
    "/notify/webhooks/twilio/inbound": "known by the provider's number of the text",
    "/forms/previews": "keeps nothing",
    "/identity/accounts": "a log-in name is taken once",
    "/identity/accounts/{login}/disable": "disabled is disabled",
    "/identity/accounts/{login}/enable": "in use is in use",
    "/identity/accounts/{login}/role": "says what somebody is from now on",
    "/identity/accounts/{login}/end-sessions": "ended is ended",
    "/identity/accounts/{login}/reset": "the newest link counts",
    "/identity/tokens": "a second token is listed beside the first, and revoked by itself",
    "/identity/tokens/revoke": "revoked is revoked",
    **{f"/{name}/dead-letters/{{letter_id}}/replay": "a letter waits until it is handled" for name in SERVICES},
    **{f"/{name}/dead-letters/{{letter_id}}/discard": "discarded is discarded" for name in SERVICES},
}
"""Why the same again does no harm."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house with somebody for every room."""
    async with open_house(tmp_path_factory.mktemp("repeated")) as started:
        for role in Role:
            unit = UNIT if role in (Role.UNIT_HANDLER, Role.UNIT_LEADER) else None
            started.tokens[role] = (await started.token(role.value, role, unit))["Authorization"]
        yield started


def _posts(house: OpenHouse) -> dict[str, dict[str, Any]]:
    return {path: verbs["post"] for path, verbs in house.app.openapi()["paths"].items() if "post" in verbs}


async def test_of_every_post_it_is_decided_what_the_same_again_does(house: OpenHouse):
    """A new route is in one of the two tables, and the documentation says which take the key."""
    posts = _posts(house)
    assert set(posts) == TAKES_THE_KEY.keys() ^ NEEDS_NONE.keys()
    told = {path for path, verb in posts.items() if KEY in {each["name"] for each in verb.get("parameters", ())}}
    assert told == set(TAKES_THE_KEY)


@pytest.mark.parametrize("path", TAKES_THE_KEY)
async def test_the_key_is_looked_at(house: OpenHouse, path: str):
    """One that can't be used is told so before anything is done."""
    row = TABLE.of("POST", path)
    assert row is not None
    who = min(row.roles or Role)
    sent = dict(TAKES_THE_KEY[path])
    headers = sent.pop("headers", {}) | {KEY: "x" * (LONGEST_KEY + 1)}
    answer = await house.ask("POST", path.format_map(_Places()), who, headers=headers, **sent)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed"), answer.text


class _Places(dict[str, str]):
    """What a path names: a command, or nothing that there is."""

    def __missing__(self, name: str) -> str:
        return "note" if name == "name" else NOTHING
