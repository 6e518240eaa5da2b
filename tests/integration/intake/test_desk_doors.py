"""Quarantine, channel checks, drafts, calls and imports over HTTP, as a client meets them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.bootstrap import build
from shared.clock import system_clock
from shared.contracts.values import Role
from shared.identity.tokens import StoredTokens
from shared.premises import Premises
from shared.service import running
from shared.settings import Settings
from shared.web.app import make_app
from tests.parts import mails

EXPORT = "工单编号,来电号码,内容\nA-1,13800138000,窗口推诿\nA-2,1.38E+10,=1+1\n"


class Desk:
    """A client with tokens."""

    def __init__(self, http: httpx.AsyncClient, tokens: dict[Role, str]) -> None:
        self._http = http
        self._tokens = tokens

    async def ask(self, method: str, path: str, role: Role = Role.OPERATOR, **more: Any) -> httpx.Response:
        """A request as somebody of this role."""
        headers = {"Authorization": f"Bearer {self._tokens[role]}", **more.pop("headers", {})}
        return await self._http.request(method, path, headers=headers, **more)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Intake alone in this process, as it is built for the embedded default."""
    settings = Settings(data_dir=tmp_path)
    services = build(["intake"], settings)
    premises: Premises = services[0].surroundings["premises"]
    app = make_app(services, settings)
    assert isinstance(premises.tokens, StoredTokens)
    async with (
        running(services),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000") as http,
    ):
        tokens = {
            role: await premises.tokens.add(
                name=role.value, role=role, unit="u", scopes=frozenset(), by="test", now=system_clock()
            )
            for role in (Role.OPERATOR, Role.HANDLER, Role.UNIT_HANDLER)
        }
        yield Desk(http, tokens)


async def put_aside(desk: Desk) -> str:
    """A list mail comes; gives its place in quarantine."""
    raw = mails.mail(extra=[b"List-Id: <news.example.cn>"])
    sent = await desk.ask("POST", "/intake/emails", content=raw, headers={"Content-Type": "message/rfc822"})
    assert (sent.status_code, sent.json()["class"]) == (202, "list_mail")
    [item] = (await desk.ask("GET", "/intake/quarantine")).json()["items"]
    return str(item["id"])


async def test_quarantine_is_looked_at_and_settled_once(desk: Desk) -> None:
    """The original is a file to be saved; taking it in gives a receipt; the second time is too late."""
    item = await put_aside(desk)
    original = await desk.ask("GET", f"/intake/quarantine/{item}/original")
    assert original.headers["content-disposition"].startswith("attachment")
    assert b"List-Id" in original.content
    settled = await desk.ask("POST", f"/intake/quarantine/{item}", json={"take": "as_read"})
    assert (settled.status_code, settled.json()["channel"]) == (201, "email")
    again = await desk.ask("POST", f"/intake/quarantine/{item}", json={"take": "aside", "reason": "广告"})
    assert again.status_code == 409


@pytest.mark.parametrize("body", [{"take": "as_typed", "told": {"facts": "推诿"}}, {"take": "aside", "reason": "广告"}])
async def test_the_other_ways_out_of_quarantine(desk: Desk, body: dict[str, Any]) -> None:
    """Typed by a person, or set aside with a reason."""
    item = await put_aside(desk)
    settled = await desk.ask("POST", f"/intake/quarantine/{item}", json=body)
    assert settled.status_code == (201 if "told" in body else 204)
    assert (await desk.ask("GET", "/intake/quarantine")).json()["items"] == []


@pytest.mark.parametrize("body", [{"take": "as_typed", "told": {"facts": "推诿"}}, {"take": "as_read"}])
async def test_what_is_taken_out_of_quarantine_twice_with_one_key_is_one_complaint(
    desk: Desk, body: dict[str, Any]
) -> None:
    """The first answer again; the key is for one content."""
    place, key = f"/intake/quarantine/{await put_aside(desk)}", {"Idempotency-Key": "q-1"}
    first, again = [await desk.ask("POST", place, json=body, headers=key) for _ in range(2)]
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = {"take": "as_typed", "told": {"facts": "另一件"}}
    assert (await desk.ask("POST", place, json=other, headers=key)).status_code == 422


@pytest.mark.parametrize("body", [{"take": "delete"}, {"take": "aside"}, {"take": "as_typed", "told": {}}])
async def test_there_is_no_fourth_way_out(desk: Desk, body: dict[str, Any]) -> None:
    """What is none of the three is refused and the item stays."""
    item = await put_aside(desk)
    assert (await desk.ask("POST", f"/intake/quarantine/{item}", json=body)).status_code == 422
    assert len((await desk.ask("GET", "/intake/quarantine")).json()["items"]) == 1


@pytest.mark.article("6")
@pytest.mark.article("14")
async def test_a_person_confirms_a_box(desk: Desk) -> None:
    """The register says who checked it and who was there; nobody witnesses themselves."""
    own = await desk.ask("POST", "/intake/channel-checks", json={"check": "boxes", "witnessed_by": "operator"})
    assert own.status_code == 422
    said = {"check": "boxes", "remark": "2 件", "witnessed_by": "李某"}
    done = await desk.ask("POST", "/intake/channel-checks", json=said)
    assert (done.status_code, done.json()["done_by"], done.json()["remark"]) == (201, "operator", "2 件；见证：李某")
    listed = (await desk.ask("GET", "/intake/channel-checks")).json()
    assert {item["check"] for item in listed["items"] if item["done_by"] == "operator"} == {"boxes"}
    assert (await desk.ask("POST", "/intake/channel-checks", json={"check": "bins"})).status_code == 422


async def test_the_registers_answer(desk: Desk) -> None:
    """Reconciliation and statistics of an empty day: all channels, all balanced."""
    day = (await desk.ask("GET", "/intake/reconciliation?day=2026-11-20")).json()
    assert day["balanced"]
    assert len(day["items"]) == 7
    missed = await desk.ask("GET", "/intake/channel-checks/missed?since=2026-11-20")
    assert missed.status_code == 200


async def test_drafts_and_calls(desk: Desk) -> None:
    """Saved, read, dropped; another's is not there; a call opens one with its caller's earlier complaints."""
    draft = f"/intake/drafts/{uuid4()}"
    assert (await desk.ask("PUT", draft, json={"facts": "窗口"})).status_code == 204
    assert (await desk.ask("GET", draft)).json()["content"] == {"facts": "窗口"}
    assert (await desk.ask("GET", draft, Role.HANDLER)).status_code == 404
    assert (await desk.ask("PUT", draft, Role.HANDLER, json={})).status_code == 404
    assert (await desk.ask("PUT", draft, json=["x"])).status_code == 422
    assert (await desk.ask("PUT", draft, content=b'{"x":"' + b"y" * 70_000 + b'"}')).status_code == 413
    assert (await desk.ask("DELETE", draft)).status_code == 204
    await desk.ask("POST", "/intake/phone-logs", json={"facts": "推诿", "call": {"caller_number": "13800138000"}})
    event = {"call_id": "c-1", "operator": "operator", "caller_number": "138 0013 8000"}
    opened = await desk.ask("POST", "/intake/calls", json=event)
    assert opened.status_code == 201
    assert len(opened.json()["earlier"]) == 1
    assert (await desk.ask("GET", opened.headers["location"])).json()["content"]["call"]["id"] == "c-1"
    assert len((await desk.ask("GET", f"{opened.headers['location']}/earlier")).json()["items"]) == 1
    assert len((await desk.ask("GET", "/intake/drafts")).json()["items"]) == 1
    second = await desk.ask("POST", "/intake/calls", json=event | {"operator": "别人"})
    assert (second.status_code, second.json()["code"]) == (409, "call_held")
    assert "operator" in second.text


async def test_an_import_from_the_look_to_the_rows_that_come_back(desk: Desk) -> None:
    """Preview, confirmation, progress, and a file of bad rows that no spreadsheet runs."""
    sent = await desk.ask("POST", "/intake/phone-logs/import", files={"file": ("../../x.csv", EXPORT.encode("gbk"))})
    assert sent.status_code == 201
    assert [row["good"] for row in sent.json()["sample"]] == [True, False]
    place = sent.headers["location"]
    assert (await desk.ask("POST", place, json={})).status_code == 202
    for _ in range(100):
        state = (await desk.ask("GET", place)).json()
        if state["state"] == "done":
            break
        await asyncio.sleep(0.1)
    assert (state["rows_taken"], state["rows_bad"]) == (1, 1)
    back = await desk.ask("GET", state["faults"])
    assert back.content.startswith(b"\xef\xbb\xbf")
    assert '"\'=1+1"' in back.text
    assert "科学计数法" in back.text
    assert (await desk.ask("POST", place, json={})).status_code == 409


async def test_files_that_can_not_be_imported_say_why(desk: Desk) -> None:
    """No facts column, a zip by the name of a CSV, somebody without the right."""
    path = "/intake/phone-logs/import"
    no_facts = await desk.ask("POST", path, files={"file": ("x.csv", b"a,b\n1,2\n")})
    assert no_facts.status_code == 422
    assert "投诉内容" in no_facts.text
    renamed = await desk.ask("POST", path, files={"file": ("x.csv", b"PK\x03\x04" + bytes(40))})
    assert renamed.status_code == 415
    stranger = await desk.ask("POST", path, Role.UNIT_HANDLER, files={"file": ("x.csv", EXPORT.encode())})
    assert stranger.status_code == 403
