"""Workflow's API as its readers meet it: what is refused and how, done once, seen by whom (arts. 2, 4, 17, 19-21)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.bootstrap import build
from services.workflow.handlers import register_complaint
from services.workflow.office import Office
from shared.contracts.values import Role
from shared.premises import Premises
from shared.service import running
from shared.settings import Settings
from shared.web.app import make_app
from tests.parts.clockwork import Clockwork
from tests.parts.workflow_office import MONDAY, OTHER_UNIT, STAFF, UNIT, Desk, envelope

SHEET = "账号,姓名,角色,单位\n" + "".join(f"{p.id},{p.name},{p.role.value},{p.unit or ''}\n" for p in STAFF)


class Doors:
    """The service in this process, its people's tokens, and complaints put straight into it."""

    def __init__(self, http: httpx.AsyncClient, office: Office, tokens: dict[str, str]) -> None:
        self.http = http
        self.office = office
        self._tokens = tokens
        self._desk = Desk(office, Clockwork(office.clock()), None)  # type: ignore[arg-type]  # no anchors are asked for

    async def ask(self, method: str, path: str, who: str | None = "wang", **more: Any) -> httpx.Response:
        """A request of one of the people."""
        headers = dict(more.pop("headers", {})) | ({"Authorization": f"Bearer {self._tokens[who]}"} if who else {})
        return await self.http.request(method, path, headers=headers, **more)

    async def registered(self, **changes: Any) -> str:
        """A complaint in the register."""
        complaint = self._desk.complaint(**changes)
        async with self.office.store.transaction(self.office.clock()) as unit:
            await register_complaint(self.office)(unit, envelope(complaint.complaint_id), complaint)
        return await self._desk.number_of(complaint.complaint_id)

    async def act(self, number: str, command: str, who: str = "wang", **fields: Any) -> httpx.Response:
        """A command with its fields."""
        return await self.ask("POST", f"/workflow/cases/{number}/actions/{command}", who, json=fields)


@pytest.fixture
async def doors(database_url: str, tmp_path: Path) -> AsyncIterator[Doors]:
    """The whole service behind its doors, everybody in the directory."""
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    services = build(["workflow"], settings, clock=Clockwork(MONDAY))
    premises: Premises = services[0].surroundings["premises"]
    app = make_app(services, settings)
    async with running(services):
        people = [
            *((p.id, p.role, p.unit) for p in STAFF),
            ("admin", Role.ADMINISTRATOR, None),
            ("audit", Role.AUDITOR, None),
        ]
        tokens = {
            name: await premises.tokens.add(  # type: ignore[attr-defined]  # the stored ones, of bootstrap
                name=name, role=role, unit=unit, scopes=frozenset(), by="test", now=premises.clock()
            )
            for name, role, unit in people
        }
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            found = Doors(http, services[1].surroundings["office"], tokens)
            taken = await found.ask("POST", "/workflow/directory/import", "admin", content=SHEET.encode())
            assert taken.json() == {"people": len(STAFF)}, taken.text
            yield found


async def test_an_impossible_command_is_answered_with_its_rule(doors: Doors):
    """409 with rule and article; the case stays as it was."""
    number = await doors.registered()
    answer = await doors.act(number, "close", result="已办结")
    assert answer.status_code == 409
    assert answer.json()["code"] == "refused.transitions"
    assert "第十八条第五项" in answer.json()["title"]


async def test_a_version_that_is_no_longer_is_answered_412(doors: Doors):
    """Of two who looked at the same version one acts, and the other is told what was done; nothing is done twice."""
    number = await doors.registered()
    path, seen = f"/workflow/cases/{number}/actions", {"If-Match": '"1"'}
    answers = await asyncio.gather(
        doors.ask("POST", f"{path}/accept", json={}, headers=seen),
        doors.ask("POST", f"{path}/refuse", json={"ground": "10.3", "reason": "不具体"}, headers=seen),
    )
    done, told = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, told.status_code) == (200, 412)
    assert ("：受理" if done.json()["state"] == "accepted" else "：不予受理") in told.json()["detail"]
    assert len((await doors.ask("GET", f"/workflow/cases/{number}/timeline")).json()["items"]) == 2


async def test_the_same_request_again_is_done_once_and_answered_alike(doors: Doors):
    """Four times at once and once more with one key: one note, one answer; another body under the key is refused."""
    number = await doors.registered()
    path, key = f"/workflow/cases/{number}/actions/note", {"Idempotency-Key": "a-key-of-mine"}
    answers = await asyncio.gather(*(doors.ask("POST", path, json={"text": "补记"}, headers=key) for _ in range(4)))
    answers.append(await doors.ask("POST", path, json={"text": "补记"}, headers=key))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert sorted("idempotency-replayed" in answer.headers for answer in answers) == [False, True, True, True, True]
    assert len((await doors.ask("GET", f"/workflow/cases/{number}/timeline")).json()["items"]) == 2
    other = await doors.ask("POST", path, json={"text": "别的"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.article("17")
async def test_another_units_case_is_not_there(doors: Doors):
    """404 for the case, its timeline, its actions and every act; the list and the search don't hold it."""
    number = await doors.registered()
    await doors.act(number, "accept")
    assert (await doors.act(number, "forward", unit=UNIT, advice="请核实")).status_code == 200
    for path in ("", "/timeline", "/actions"):
        assert (await doors.ask("GET", f"/workflow/cases/{number}{path}", "shao")).status_code == 404
    assert (await doors.act(number, "sign_receipt", "shao")).status_code == 404
    old = await doors.ask(
        "POST", f"/workflow/cases/{number}/actions/note", "shao", json={"text": "看"}, headers={"If-Match": "1"}
    )
    assert old.status_code == 404, "a version that is no longer would tell that the case is there"
    assert (await doors.ask("GET", "/workflow/cases", "shao")).json()["items"] == []
    assert (await doors.ask("POST", "/workflow/search", "shao", json={"number": number})).json()["items"] == []
    assert (await doors.act(number, "sign_receipt", "zhou")).status_code == 200


@pytest.mark.article("17")
async def test_an_identity_is_shown_only_to_whoever_gave_a_reason(doors: Doors):
    """The case never says who complained; a look with a purpose does, and stands on the timeline."""
    number = await doors.registered()
    assert "刘某某" not in (await doors.ask("GET", f"/workflow/cases/{number}")).text
    answer = await doors.act(number, "reveal_identity", purpose="follow_up", reason="回访")
    assert answer.json()["complainant"]["name"] == "刘某某"
    kinds = [each["kind"] for each in (await doors.ask("GET", f"/workflow/cases/{number}/timeline")).json()["items"]]
    assert kinds == ["registered", "identity_revealed"]


@pytest.mark.article("17")
async def test_a_unit_may_not_search_for_complainants(doors: Doors):
    """By name or phone it would learn who complained."""
    for asked in ({"name": "刘"}, {"phone": "+8613912342046"}):
        assert (await doors.ask("POST", "/workflow/search", "zhou", json=asked)).status_code == 403


@pytest.mark.article("4")
async def test_a_unit_without_a_handler_is_answered_with_article_4(doors: Doors):
    """The administrator enters an absence; dispatching to the unit is refused until somebody is back."""
    path = "/workflow/directory/staff/zhou/absences"
    away = {"first_day": "2026-11-16", "last_day": "2026-11-20"}
    assert (await doors.ask("POST", path, "admin", json=away)).status_code == 201
    number = await doors.registered()
    await doors.act(number, "accept")
    answer = await doors.act(number, "forward", unit=UNIT, advice="请核实")
    assert answer.status_code == 409
    assert answer.json()["code"] == "refused.unit_has_handler"
    assert "第四条" in answer.json()["title"]
    assert (await doors.ask("DELETE", path, "admin")).status_code == 204
    assert (await doors.act(number, "forward", unit=UNIT, advice="请核实")).status_code == 200


@pytest.mark.parametrize(
    ("path", "who", "counted"),
    [
        ("/workflow/directory/staff/zhou/absences", "admin", "/workflow/directory/staff/zhou/absences"),
        ("/workflow/statistics/freeze?from=2026-11-01&to=2026-11-15", "zhao", "/workflow/statistics/frozen"),
    ],
)
async def test_what_is_entered_twice_under_one_key_is_there_once(doors: Doors, path: str, who: str, counted: str):
    """An absence, a frozen period: the second answer is the first; the same key for another content is refused."""
    key, days = {"Idempotency-Key": "a-key-of-mine"}, {"first_day": "2026-11-16", "last_day": "2026-11-20"}
    first, again = [await doors.ask("POST", path, who, json=days, headers=key) for _ in range(2)]
    assert (first.status_code, first.text) == (201, again.text)
    assert ["idempotency-replayed" in answer.headers for answer in (first, again)] == [False, True]
    assert len((await doors.ask("GET", counted, who)).json()["items"]) == 1
    other = await doors.ask(
        "POST", path.replace("to=2026-11-15", "to=2026-11-14"), who, json=days | {"last_day": "2026-11-19"}, headers=key
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.article("21")
async def test_the_links_of_the_statistics_open_their_lists(doors: Doors):
    """Followed as they stand, by the same reader, each link lists as many cases as its number says."""
    for unit in (UNIT, UNIT, OTHER_UNIT):
        target = {"target": {"unit": unit, "window": "A09"}}
        await doors.registered(**target)
    path = "/workflow/statistics?from=2026-11-16&to=2026-11-16&by=unit"
    groups = (await doors.ask("GET", path, "zhao")).json()["groups"]
    assert len(groups) == 2
    for group in groups:
        figure = group["figures"]["received"]
        assert len((await doors.ask("GET", figure["cases"], "zhao")).json()["items"]) == figure["count"]
    for form in ("csv", "xlsx"):
        assert (await doors.ask("GET", f"{path}&form={form}", "zhao")).status_code == 200
    assert (await doors.ask("GET", path, "sun")).status_code == 403
    assert (await doors.ask("GET", path.replace("to=2026-11-16", "to=2026-11-01"), "zhao")).status_code == 422


@pytest.mark.article("21")
async def test_a_period_is_frozen_once_it_is_over(doors: Doors):
    """By the leader, for good, with a signature; a period that still runs can't be."""
    over = await doors.ask("POST", "/workflow/statistics/freeze?from=2026-11-01&to=2026-11-15", "zhao")
    assert over.status_code == 201
    kept = await doors.ask("GET", over.headers["location"], "audit")
    assert kept.json()["signature"] == over.json()["signature"]
    assert (
        await doors.ask("POST", "/workflow/statistics/freeze?from=2026-11-01&to=2026-11-16", "zhao")
    ).status_code == 422


@pytest.mark.article("5")
async def test_the_public_reads_figures_without_signing_in(doors: Doors):
    """Few cases: the figures are there, and say nothing."""
    await doors.registered(received_at=datetime(2026, 10, 12, 2, tzinfo=UTC))
    answer = await doors.ask("GET", "/workflow/public-figures?month=2026-10", None)
    assert answer.json()["figures"]["all"][0]["received"] is None


@pytest.mark.article("17")
@pytest.mark.parametrize("asked", ["month=2026-11", "month=2026-13", "from=2026-10-01&to=2026-10-12"])
async def test_the_public_is_told_of_whole_months_that_are_over(doors: Doors, asked: str):
    """Two periods of one's own choice would tell, by their difference, of few: there is no asking for them."""
    assert (await doors.ask("GET", f"/workflow/public-figures?{asked}", None)).status_code == 422


@pytest.mark.article("2")
async def test_lawful_fair_factual_fast_feedback_secret(doors: Doors):
    """The principles as they are carried: each act under an article, nobody judges their own case, no answer without
    findings, a limit from the first moment, no closing without asking the complainant, no name in what lists show.
    """
    own = await doors.registered(target={"unit": UNIT, "staff": "zhou"})
    number = await doors.registered()
    case = (await doors.ask("GET", f"/workflow/cases/{number}")).json()
    assert [clock["name"] for clock in case["clocks"] if clock["end"] is None]  # fast
    for each in (number, own):
        await doors.act(each, "accept")
        await doors.act(each, "forward", unit=UNIT, advice="请核实")
    assert (await doors.act(own, "sign_receipt", "zhou")).status_code == 404  # fair: complained of, and so not asked
    bare = {"substantiated": False, "signed_by": "高玉兰", "sealed": True}
    assert (await doors.act(number, "submit_feedback", "zhou", **bare)).status_code == 422  # factual
    assert (await doors.act(number, "submit_feedback", "zhou", findings="不属实", **bare)).status_code == 200
    closing = await doors.act(number, "close", result="不属实")
    assert closing.json()["code"] == "refused.followed_up"  # feedback
    timeline = (await doors.ask("GET", f"/workflow/cases/{number}/timeline")).json()["items"]
    assert all(each["article"] for each in timeline)  # lawful
    assert "刘某某" not in (await doors.ask("GET", "/workflow/cases")).text  # secret
