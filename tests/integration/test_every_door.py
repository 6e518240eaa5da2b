"""Every door, as mounted: what is sent amiss is refused where it stands, whoever sends it, and nothing breaks within."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio

from shared.contracts.values import Role
from tests.parts.access_matrix import PERSONAS, TABLE, flat
from tests.parts.open_house import OpenHouse, open_house

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOMEBODY = "刘桂华"
MEANS_NOTHING: dict[str, tuple[bytes, str]] = {
    "a key twice": (f'{{"{SOMEBODY}": 1, "{SOMEBODY}": 1}}'.encode(), "duplicate_key"),
    "not a number": (b'{"facts": NaN}', "malformed"),
    "depth": (b"[" * 10_000, "too_deep"),
    "GBK": (f'{{"facts": "{SOMEBODY}"}}'.encode("gbk"), "not_unicode"),
    "half a surrogate pair": (rb'{"facts": "\ud800"}', "not_unicode"),
    "NUL": (rb'{"facts": "\u0000"}', "nul_character"),
}
NO_OBJECT = (b"null", b"[]", b"7", b"1e400", b'"facts"')
NAMED = {"number": "2026-000001", "name": "note", "who": "nobody", "login": "nobody", "key": "x", "identifier": "x"}
NOTHING = "00000000-0000-7000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house with somebody in every role."""
    async with open_house(tmp_path_factory.mktemp("json"), public_posts_a_minute=0) as started:
        for who in PERSONAS:
            if who.role is not None and not who.is_stranger and not who.scopes:
                token = await started.token(who.name, who.role, who.unit)
                started.tokens[who.role] = token["Authorization"]
        yield started


def json_doors(house: OpenHouse) -> Iterator[tuple[str, str]]:
    """Method and path of each."""
    for path, methods in house.app.openapi()["paths"].items():
        for method, said in methods.items():
            if "application/json" in said.get("requestBody", {}).get("content", {}):
                yield method.upper(), path


async def send(house: OpenHouse, method: str, path: str, body: bytes) -> Any:
    """A body by somebody who may."""
    names = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
    there = path.format_map({name: NAMED.get(name, NOTHING) for name in names})
    return await house.ask(method, there, role_at(method, path), content=body, headers=JSON)


@pytest.mark.parametrize("kind", list(MEANS_NOTHING))
async def test_what_means_nothing_or_two_things_is_refused_at_every_door(house: OpenHouse, kind: str):
    """400 with what is wrong; nothing that was sent is repeated."""
    body, code = MEANS_NOTHING[kind]
    doors = list(json_doors(house))
    assert len(doors) > 25
    for method, path in doors:
        answer = await send(house, method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, code), (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert SOMEBODY not in answer.text


@pytest.mark.parametrize("body", NO_OBJECT)
async def test_what_is_no_object_is_refused_at_every_door(house: OpenHouse, body: bytes):
    """422: it could be read, and isn't what is asked for. A number beyond every float is nothing where any object is."""
    for method, path in json_doors(house):
        answer = await send(house, method, path, body)
        assert answer.status_code in ({400, 422} if body == b"1e400" else {422}), (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_no_door_reads_json_in_another_way(house: OpenHouse):
    """No route has a body that the framework reads for it: all of them read by ``shared.web.sent_json`` and ``sent_form``."""
    read_elsewhere = [route.path for route in flat(house.app.routes) if getattr(route, "body_field", None)]
    assert read_elsewhere == []


ODD_VALUES = ("-1", "9" * 80, "0001-01-01", "9999-12-31T23:59:59-12:00")
STREAMS = frozenset({"/intake/events", "/workflow/events"})
NAMES_NOTHING = {"/workflow/directory/staff/{who}/absences": {200}}
"""Where something else than 404 is the answer: somebody who isn't known is never away."""
READ_BY_PAGES = (
    *(
        "day",
        "from",
        "to",
        "page",
        "period",
        "year",
        "days",
        "start",
        "month",
        "limit",
        "draft",
        "done",
        "of",
        "assigned",
    ),
    *("by", "unit", "view", "name", "state", "case", "code", "then", "standing", "channel", "locale"),
)
"""What pages read of an address themselves, so that no signature names it."""


def readable(house: OpenHouse) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address that can be looked at, with the names that may stand in its query."""
    for route in flat(house.app.routes):
        if "GET" in route.methods and route.path not in STREAMS and (row := TABLE.of("GET", route.path)):
            told = {each.alias for each in route.dependant.query_params} if hasattr(route, "dependant") else set()
            yield route.path, tuple(told | set(READ_BY_PAGES) if row.roles else told)


def role_at(method: str, path: str) -> Any:
    """Somebody who may come in there."""
    row = TABLE.of(method, path)
    assert row is not None, path
    return next(iter(sorted(row.roles or {"operator"})))


def with_values(path: str, value: str) -> str:
    """The address with this for each of its names."""
    for part in (part for part in path.split("/") if "{" in part):
        path = path.replace(part, quote(value, safe=""))
    return path


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("value", ODD_VALUES)
async def test_an_odd_value_in_an_address_breaks_nothing(house: OpenHouse, value: str, accept: str):
    """Whatever stands in a path or a query: an answer, or a problem that is told as the sender's."""
    for path, names in readable(house):
        query, headers = dict.fromkeys(names, value), {"Accept": accept}
        answer = await house.ask("GET", with_values(path, value), role_at("GET", path), params=query, headers=headers)
        assert answer.status_code < 500, (path, answer.text)


@pytest.mark.parametrize("value", ["1e3", "-1", "9" * 80, "1;--", "²"])
async def test_an_id_that_names_nothing_is_not_found(house: OpenHouse, value: str):
    """404, or 422 where it can't even be an id."""
    for path in (path for path, methods in house.app.openapi()["paths"].items() if "{" in path and "get" in methods):
        answer = await house.ask("GET", with_values(path, value), role_at("GET", path))
        assert answer.status_code in NAMES_NOTHING.get(path, {404, 422}), (path, answer.text)


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/intake/submissions", {"params": {"before": "2026-11-24T00:00:00"}}),
        ("GET", "/workflow/cases", {"params": {"after_limit": "2026-11-24T00:00:00", "after_number": "x"}}),
        ("GET", "/intake/channel-checks", {"params": {"day": "0"}}),
        ("GET", "/forms/documents/batch.pdf", {"params": {"day": "0001-01-01"}}),
        ("PUT", "/workflow/directory/staff", {"json": {"id": "x", "name": "x", "role": {}}}),
        ("POST", "/workflow/directory/import", {"content": "工号,姓名,角色\nx,x\0,handler\n".encode()}),
    ],
)
async def test_what_was_found_by_asking_at_random_is_told_at_its_field(
    house: OpenHouse, method: str, path: str, sent: Any
):
    """A moment without a zone, a day before the calendar, a role that is no word, a table with a NUL: 422."""
    answer = await house.ask(method, path, role_at(method, path), **sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation"), answer.text


async def test_no_list_is_shorter_than_one_or_longer_than_a_page(house: OpenHouse):
    """422 for a page of −1, 0 or a million rows, wherever a list may be cut."""
    cut = 0
    for path, methods in house.app.openapi()["paths"].items():
        for name in {each["name"] for each in methods.get("get", {}).get("parameters", ())} & {"limit", "page"}:
            for number in ("-1", "1000000", *(("0",) if name == "limit" else ())):
                answer = await house.ask("GET", path, role_at("GET", path), params={name: number})
                assert answer.status_code == 422, (path, name, number)
                assert [fault["field"] for fault in answer.json()["errors"]] == [name]
                cut += 1
    assert cut > 10


@pytest.mark.parametrize("where", ["/workflow/cases/2026%00", "/workflow/cases?unit=%00", "/track/%00"])
async def test_a_nul_character_in_an_address_is_refused_before_it_is_looked_for(house: OpenHouse, where: str):
    """400: PostgreSQL would break on it."""
    assert (await house.ask("GET", where, Role.HANDLER)).status_code == 400


@pytest.mark.parametrize("told", ["²", "٣", "9" * 5000, "-1", "1e3", '""', "*"])
async def test_a_version_is_a_number_or_refused(house: OpenHouse, told: str):
    """400 for an ``If-Match`` that is no version."""
    headers = {"If-Match": told.encode()}
    answer = await house.ask("POST", "/workflow/cases/2026-000001/actions/accept", Role.HANDLER, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_if_match")


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/track", "/workflow/cases", "/intake/submissions?limit=0", "/nowhere"]
)
async def test_whoever_asks_for_the_head_gets_the_head(house: OpenHouse, path: str):
    """Status and headers as for GET, and no content."""
    whole, head = [await house.ask(method, path, Role.HANDLER) for method in ("GET", "HEAD")]
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert whole.content


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"])
async def test_a_method_that_nobody_answers_is_refused_everywhere(house: OpenHouse, method: str):
    """405 with what would be answered; nothing of the request comes back."""
    for path in ("/", "/healthz", "/track", "/workflow/cases", "/intake/web-forms", "/desk", "/openapi.json"):
        answer = await house.ask(method, path, Role.HANDLER, headers={"X-Said": SOMEBODY.encode()})
        assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json"), path
        assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]
        assert SOMEBODY not in answer.text
