"""Who may use what: every mounted route times everybody, by the rows; and what a unit, an auditor, an administrator see."""

import asyncio
import base64
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import Depends, FastAPI

from services.workflow.domain.acts import Act
from services.workflow.domain.commands import COMMANDS
from shared.contracts.values import Role
from shared.identity.doors.access import ACCESS as IDENTITY
from shared.identity.principal import Principal
from shared.web.app import common_pages
from shared.web.edge import EdgePolicy, install_web
from tests.parts.access_matrix import PERSONAS, STRANGERS, TABLE, Persona, expected, routes_of
from tests.parts.house import OTHER_UNIT, UNIT
from tests.parts.open_house import ORIGIN, OpenHouse, open_house

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 120.0
LOG = {
    "call": {"id": "call-1", "caller_number": "13900002046"},
    "complainant": {"name": "刘桂华", "phone": "13900002046", "relation": "self", "reply_by": "sms"},
    "target": {"unit": UNIT, "window": "A09 异地就医备案"},
    "facts": "取号后等了一个多小时没有叫到。",
    "demand": "请说明原因。",
    "files": [{"name": "号票.txt", "media_type": "text/plain", "content_base64": base64.b64encode(b"A123").decode()}],
}
OF_UNITS = {"unit": UNIT, "by": "unit", "from": "2026-11-01", "to": "2026-11-23"}
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "/workflow/cases": ({"unit": UNIT}, {"state": "dispatched"}, {"figure": "received", **OF_UNITS}),
    "/workflow/statistics": (OF_UNITS, {**OF_UNITS, "form": "csv"}, {**OF_UNITS, "form": "xlsx"}),
    "/workflow/assessment": (OF_UNITS, {**OF_UNITS, "form": "csv"}, {**OF_UNITS, "form": "xlsx"}),
    "/workflow/events": ({"case": "{number}"},),
    "/forms/documents": ({"case": "{number}"},),
    "/forms/day": ({"day": "2026-11-24"},),
    "/notify/deliveries": ({"complaint": "{complaint_id}"},),
}
"""What may be asked of these besides the address alone."""
ANY_OPERATORS = (
    "/notify/deliveries",
    "/notify/response-rule",
    "/notify/call-list",
    "/desk/response",
    "/desk/calls",
    "/desk/messages",
)
"""Who is owed an answer and how they are told is any operator's work, whoever took the complaint in (art. 14)."""
BODIES: dict[str, dict[str, Any]] = {"reveal_identity": {"purpose": "handling", "reason": "核实联系方式"}}
CHANGES_ITS_OWN = ("/logout", "/account")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house with everybody in it."""
    async with open_house(tmp_path_factory.mktemp("matrix")) as started:
        for who in PERSONAS:
            if who.role is not None:
                token = await started.token(who.name, who.role, who.unit, *who.scopes)
                started.tokens[who.name] = token["Authorization"]
        for who in PERSONAS:
            if who.unit is not None and not who.scopes:
                entry = {"id": who.name, "name": who.name, "role": who.role, "unit": who.unit}
                await _ask(started, "PUT", "/workflow/directory/staff", "administrator", json=entry)
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def places(house: OpenHouse) -> dict[str, str]:
    """A case of one unit, with what it has: the values of the paths' names."""
    receipt = (await _ask(house, "POST", "/intake/phone-logs", "operator", json=LOG)).json()
    complaint = receipt["complaint_id"]
    number = await _until(house, f"/intake/submissions/{complaint}", lambda body: body["case_number"])
    for command, body in (("accept", {}), ("forward", {"unit": UNIT, "advice": "请核实并反馈。"})):
        answer = await _ask(house, "POST", f"/workflow/cases/{number}/actions/{command}", "handler", json=body)
        assert answer.status_code == 200, answer.text
    document = await _until(house, f"/forms/documents?case={number}", _of_the_unit)
    [evidence] = (await _ask(house, "GET", f"/workflow/cases/{number}", "handler")).json()["evidence"]
    return {
        "number": number,
        "complaint_id": complaint,
        "sha256": evidence["sha256"],
        "name": "reveal_identity",
        "document": document["id"],
        "identifier": document["id"],
        "channel": "letter",
        "desk": "phone",
        "code": receipt["tracking_code"],
        "login": "nobody-has-this",
        "link": "x",
        "version": "x",
    }


def _of_the_unit(body: Any) -> Any:
    return next((item for item in body["items"] if item["reader"] == "unit" and "pdf" in item), None)


async def _ask(house: OpenHouse, method: str, path: str, who: str, accept: str = "*/*", **more: Any) -> Any:
    token = house.tokens.get(who)
    headers = {"Accept": accept} | ({} if token is None else {"Authorization": token})
    return await house.visitor().http.request(method, path, headers=headers, **more)


async def _until(house: OpenHouse, path: str, good: Any) -> Any:
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await _ask(house, "GET", path, "handler")
            found = good(answer.json()) if answer.is_success else None
            if found:
                return found
            await asyncio.sleep(0.05)


def _turned_away(answer: Any) -> bool:
    """By the gate, or by a fault; a form without its token is another matter."""
    return answer.status_code in (401, 500) or '"code":"not_allowed"' in answer.text


class _Places(dict[str, str]):
    """What a path names: something there is, or an id of nothing."""

    def __missing__(self, name: str) -> str:
        return "00000000-0000-7000-8000-000000000000"


def _filled(path: str, places: dict[str, str]) -> str:
    name = places["document"] + ".pdf" if path.startswith("/forms/") else places["name"]
    return path.replace("/pages/{number}", "/pages/1").format_map(_Places({**places, "name": name}))


async def test_every_route_has_a_row_and_every_row_a_route(house: OpenHouse):
    """A route that nobody decided about doesn't exist, and the table promises nothing that isn't there."""
    mounted = set(routes_of(house.app.routes))
    rows = {(row.method, row.path) for row in TABLE}
    assert mounted - rows == set()
    assert {(method, path) for method, path in rows - mounted if not path.startswith("/login/openid")} == set()


@pytest.mark.article("17")
@pytest.mark.parametrize("who", PERSONAS, ids=lambda who: who.name)
async def test_everybody_gets_through_where_the_row_says_so_and_nowhere_else(
    house: OpenHouse, places: dict[str, str], who: Persona
):
    """401 for nobody, 403 for another role or a narrower token, 404 for a case that is none of theirs."""
    mounted = set(routes_of(house.app.routes))
    for row in TABLE:
        if (row.method, row.path) not in mounted:
            continue
        body = BODIES["reveal_identity"] if row.path.endswith("{name}") and row.method == "POST" else {}
        more = {} if row.method == "GET" else {"content": json.dumps(body)}
        answer = await _ask(house, row.method, _filled(row.path, places), who.name, **more)
        wanted = expected(row, who)
        said = f"{row.method} {row.path} for {who.name}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code in wanted if wanted else not _turned_away(answer), said


@pytest.mark.article("17")
@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.name)
async def test_a_strangers_lists_are_empty_of_it(house: OpenHouse, places: dict[str, str], who: Persona):
    """The case is in no list of theirs: not hidden, absent."""
    for path in ("/workflow/cases", "/workflow/cases?unit=" + UNIT, f"/forms/documents?case={places['number']}"):
        answer = await _ask(house, "GET", path, who.name)
        if who.role is Role.OPERATOR and path.startswith("/forms/"):
            continue
        assert answer.json()["items"] == [], path
    ours = await _ask(house, "GET", "/workflow/cases", "unit_handler")
    assert [item["number"] for item in ours.json()["items"]] == [places["number"]]


@pytest.mark.article("17")
@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.name)
async def test_of_anothers_case_no_door_tells_anything(house: OpenHouse, places: dict[str, str], who: Persona):
    """Pages, lists, searches, counts, exports, documents, files, live notices: nothing in any answer is of the case."""
    for asked, answer in await _everything(house, places, who):
        if who.role is Role.OPERATOR and asked.startswith(ANY_OPERATORS):
            continue
        told = [trace for trace in _traces(places) if trace in _text(answer) and trace not in asked]
        assert told == [], f"{asked}: {answer.status_code}"


@pytest.mark.article("17")
async def test_the_same_doors_tell_whose_case_it_is(house: OpenHouse, places: dict[str, str]):
    """So that the silence above means something: list, case, timeline and documents."""
    theirs = Persona("unit_handler", Role.UNIT_HANDLER, UNIT)
    told = {
        asked.partition("?")[0]
        for asked, answer in await _everything(house, places, theirs)
        if any(trace in _text(answer) and trace not in asked for trace in _traces(places))
    }
    case = f"/workflow/cases/{places['number']}"
    assert {"/workflow/cases", case, f"{case}/timeline", "/forms/documents"} <= told


@pytest.mark.article("17")
@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.name)
async def test_a_stranger_neither_finds_nor_counts_it(house: OpenHouse, places: dict[str, str], who: Persona):
    """By number or by words; and what waits for somebody, as the live notice counts it, isn't one more for it."""
    for asked in ({"number": places["number"]}, {"text": LOG["facts"]}, {"unit": UNIT}):
        found = await _ask(house, "POST", "/workflow/search", who.name, json=asked)
        assert found.json()["items"] == [], asked
    live = await _ask(house, "GET", f"/workflow/events?case={places['number']}", who.name)
    assert live.status_code == 200
    assert "event: changed" not in live.text
    assert set(json.loads(re.findall(r"data: (\{.*\})", live.text)[0]).values()) == {0}
    ours = await _ask(house, "GET", f"/workflow/events?case={places['number']}", "unit_handler")
    assert "event: changed" in ours.text
    assert 1 in json.loads(re.findall(r"data: (\{.*\})", ours.text)[0]).values()


@pytest.mark.article("17")
@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.name)
async def test_a_stranger_carries_no_command_out(house: OpenHouse, places: dict[str, str], who: Persona):
    """Whatever the command, the answer is that of a case that there isn't: 404, or 422 for what is read before it is looked for."""
    for number in (places["number"], "2026-999999"):
        path = f"/workflow/cases/{number}/actions"
        answers = {act: await _ask(house, "POST", f"{path}/{act.value}", who.name, json={}) for act in COMMANDS}
        assert {answer.status_code for answer in answers.values()} == {404, 422}
        assert answers[Act.ACCEPT].status_code == 404


async def _everything(house: OpenHouse, places: dict[str, str], who: Persona) -> list[tuple[str, Any]]:
    """Every address that this person may ask, with each of its queries, as a program and as a browser: (asked, answer)."""
    mounted, answers = set(routes_of(house.app.routes)), []
    for row in TABLE:
        if row.method == "GET" and row.roles and who.role in row.roles and (row.method, row.path) in mounted:
            for query in ({}, *QUERIES.get(row.path, ())):
                params = {name: value.format_map(places) for name, value in query.items()}
                for kind in ("application/json", "text/html"):
                    path = _filled(row.path, places)
                    answer = await _ask(house, "GET", path, who.name, params=params, accept=kind)
                    answers.append((f"{path}?{params}", answer))
    return answers


def _traces(places: dict[str, str]) -> list[str]:
    names = ("number", "complaint_id", "code", "document", "sha256")
    return [*(places[name] for name in names), str(LOG["facts"]), "号票"]


def _text(answer: Any) -> str:
    if not answer.content.startswith(b"PK"):
        return str(answer.text)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml"))


async def test_a_route_without_a_row_lets_nobody_in(house: OpenHouse):
    """Not even the administrator; the test of all routes above would have failed the build before that."""
    gate = house.services[0].surroundings["premises"].gate(IDENTITY)
    forgotten = FastAPI()
    install_web(forgotten, common_pages(house.settings), EdgePolicy())

    @forgotten.get("/forgotten")
    async def route(_who: Principal = Depends(gate.admit)) -> str:
        return "let in"

    assert set(routes_of(forgotten.routes)) - {(row.method, row.path) for row in TABLE} >= {("GET", "/forgotten")}
    transport = httpx.ASGITransport(app=forgotten, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        for who in ("administrator", "office_leader"):
            answer = await http.get("/forgotten", headers={"Authorization": house.tokens[who]})
            assert (answer.status_code, "let in" in answer.text) == (500, False)


async def test_an_auditor_changes_nothing():
    """But looks (a search is asked by POST, so that no name stands in an address), signs in and out, and keeps the own account; a look at an identity is recorded."""
    changing = {row.path for row in TABLE if row.method != "GET" and row.roles and Role.AUDITOR in row.roles}
    assert {path for path in changing if not path.startswith(CHANGES_ITS_OWN)} == {
        "/workflow/cases/{number}/actions/{name}",
        "/workflow/search",
    }


@pytest.mark.article("17")
async def test_an_auditor_carries_no_command_out(house: OpenHouse, places: dict[str, str]):
    """Whatever the command, the auditor's is refused; only the recorded look at an identity is theirs."""
    path = f"/workflow/cases/{places['number']}/actions/note"
    answer = await _ask(house, "POST", path, "auditor", json={"text": "试一下"})
    assert answer.status_code == 403


@pytest.mark.article("17")
async def test_an_administrator_reads_no_case_and_no_identity(house: OpenHouse, places: dict[str, str]):
    """Nothing that an administrator may ask for holds the complainant or a case."""
    for row in TABLE:
        if row.method == "GET" and row.roles and Role.ADMINISTRATOR in row.roles:
            answer = await _ask(house, "GET", _filled(row.path, places), "administrator")
            for word in ("刘桂华", "13900002046", places["number"], LOG["facts"]):
                assert word not in answer.text, row.path


async def test_right_taken_away_is_gone_at_the_next_request(house: OpenHouse, places: dict[str, str]):
    """A person moved to another unit no longer reads what they read a moment ago."""
    mover = await house.signed_in("mover", Role.UNIT_HANDLER, UNIT)
    path = f"/workflow/cases/{places['number']}"
    assert (await mover.http.get(path)).status_code == 200
    await house.reception.accounts.change_role("mover", Role.UNIT_HANDLER, OTHER_UNIT, by="test", now=house.now)
    assert (await mover.http.get(path)).status_code == 401
    await mover.sign_in("mover")
    assert (await mover.http.get(path)).status_code == 404
