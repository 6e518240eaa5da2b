"""The case page over HTTP: what stands on it for whom, and acting by its plain forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from services.workflow import web
from services.workflow.api.access import ACCESS
from services.workflow.domain.acts import Act
from services.workflow.domain.events import What
from services.workflow.searching import SearchIndexing
from services.workflow.staffing import Absence, add_absence
from services.workflow.store.tables import staff
from services.workflow.web.action_forms import MACHINES_ONLY, Known, action_form
from shared.contracts.complaint import Evidence, Hints, Source
from shared.settings import Settings
from shared.web.app import common_pages
from shared.web.desk_frame import ROOMS, Room
from tests.parts.html import active_content, dangling, elements, ids, parse, text_of, unlabelled
from tests.parts.workflow_desk import Desk, act, headers
from tests.unit.workflow.building import (
    ADMINISTRATOR,
    HANDLER,
    LEADER,
    OTHER_HANDLER,
    OTHER_UNIT,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
    a_complainant,
)


async def test_one_address_answers_browsers_and_programs(desk: Desk, http: httpx.AsyncClient) -> None:
    """The worklist and the case are pages for whoever asks for HTML, JSON for everybody else."""
    number = await desk.complaint()
    for path in ("/workflow/cases", f"/workflow/cases/{number}"):
        page = await http.get(path, headers=headers(HANDLER))
        data = await http.get(path, headers=headers(HANDLER, Accept="*/*"))
        assert page.headers["content-type"].startswith("text/html"), page.text
        assert data.headers["content-type"] == "application/json"


async def test_the_pages_are_well_formed(desk: Desk, http: httpx.AsyncClient) -> None:
    """Ids once, every control named, every reference leads somewhere, nothing inline, in both languages."""
    number = await desk.complaint()
    for path in ("/workflow/cases", f"/workflow/cases/{number}"):
        for language in ("zh", "en"):
            page = parse((await http.get(f"{path}?lang={language}", headers=headers(HANDLER))).text)
            assert len(ids(page)) == len(set(ids(page)))
            assert unlabelled(page) == []
            assert dangling(page) == []
            assert active_content(page) == []


async def test_an_action_is_done_by_a_plain_form(desk: Desk, http: httpx.AsyncClient) -> None:
    """Accepting leads back to the case, which says so and stands in its new state."""
    number = await desk.complaint()
    answer = await act(http, number, "accept", version="1")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/workflow/cases/{number}?done=accept")
    page = await http.get(answer.headers["location"], headers=headers(HANDLER))
    assert "已办：受理" in page.text
    assert "已受理" in page.text


async def test_what_is_missing_comes_back_with_what_was_typed(desk: Desk, http: httpx.AsyncClient) -> None:
    """422: the form stands open, the fault is tied to its field, and the other fields keep their words."""
    number = await desk.complaint()
    answer = await act(http, number, "redirect", competent_authority="", reason="属于信访事项")
    page = parse(answer.text)
    assert answer.status_code == 422
    [field] = elements(page, "//input[@id='redirect-competent_authority']")
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "redirect-competent_authority-err")
    [reason] = elements(page, "//textarea[@id='redirect-reason']")
    assert reason.text_content().strip() == "属于信访事项"
    assert elements(page, "//details[@open]//textarea[@id='redirect-reason']")
    assert dangling(page) == []


async def test_a_rule_says_no_in_words(desk: Desk, http: httpx.AsyncClient) -> None:
    """409: the same page with the reason, and nothing happened to the case."""
    number = await desk.complaint()
    answer = await act(http, number, "close", result="已办")
    assert answer.status_code == 409
    [notice] = elements(parse(answer.text), "//p[@role='status']")
    assert "须在" in text_of(notice)
    data = await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER, Accept="application/json"))
    assert data.json()["state"] == "registered"


async def test_somebody_was_quicker(desk: Desk, http: httpx.AsyncClient) -> None:
    """412: the page of an older version does nothing, says who did what meanwhile, and keeps what was typed."""
    number = await desk.complaint()
    await act(http, number, "accept", version="1")
    answer = await act(http, number, "redirect", version="1", competent_authority="市信访局", reason="不归本中心管")
    assert answer.status_code == 412
    assert "已有他人办理此件" in answer.text
    assert f"{HANDLER.name}：受理" in answer.text
    assert "不归本中心管" in answer.text


@pytest.mark.article("17")
async def test_an_identity_is_masked_until_a_reason_is_given(desk: Desk, http: httpx.AsyncClient) -> None:
    """The page holds neither name nor number; a look shows them once, at no address, and stands in the timeline."""
    number = await desk.complaint()
    before = await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))
    assert "刘某" not in before.text
    assert "13912342046" not in before.text
    shown = await act(http, number, "reveal_identity", purpose="handling", reason="补问经过")
    assert shown.status_code == 200
    assert "+8613912342046" in shown.text
    after = await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))
    assert "13912342046" not in after.text
    assert "补问经过" in after.text


@pytest.mark.article("17")
async def test_a_unit_is_not_shown_who_asked_for_secrecy(desk: Desk, http: httpx.AsyncClient) -> None:
    """Of a confidential case the unit sees no initial, no digits and no way to ask for more."""
    number = await desk.complaint(complainant=a_complainant(confidential=True))
    await act(http, number, "accept")
    await act(http, number, "forward", unit=UNIT, advice="请核实")
    page = await http.get(f"/workflow/cases/{number}", headers=headers(UNIT_HANDLER))
    listed = await http.get("/workflow/cases", headers=headers(UNIT_HANDLER))
    assert page.status_code == 200
    assert "刘**" not in page.text + listed.text
    assert "reveal_identity" not in page.text


@pytest.mark.article("17")
@pytest.mark.parametrize("confidential", [True, False])
async def test_a_units_pages_hold_nobody_who_is_named_in_the_words(
    desk: Desk, http: httpx.AsyncClient, confidential: bool
) -> None:
    """What the complainant wrote down of themselves is taken out for the unit; the office reads it on the case's page, and in no list."""
    own = {"facts": "我是刘某，三次未办成。请打13912342046。", "demand": "请回复刘某"}
    number = await desk.complaint(complainant=a_complainant(confidential=confidential), **own)
    await act(http, number, "accept")
    await act(http, number, "forward", unit=UNIT, advice="请核实")
    for path in (f"/workflow/cases/{number}", "/workflow/cases"):
        of_the_unit = (await http.get(path, headers=headers(UNIT_HANDLER))).text
        assert "三次未办成" in of_the_unit
        assert "刘某" not in of_the_unit
        assert "13912342046" not in of_the_unit
    assert "我是刘某" in (await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))).text
    assert "刘某" not in (await http.get("/workflow/cases", headers=headers(HANDLER))).text


@pytest.mark.article("10.5")
async def test_what_a_machine_found_stands_on_the_page_for_whoever_may_see_it(
    desk: Desk, http: httpx.AsyncClient
) -> None:
    """Cases that may be the same, as far as one may know of them; words of a major matter; when a call ended."""
    earlier = await desk.complaint()
    listed = await http.get(f"/workflow/cases/{earlier}", headers=headers(HANDLER, Accept="*/*"))
    number = await desk.complaint(
        possible_duplicates=[UUID(listed.json()["complaint_id"])],
        hints=Hints(major_words=["索要红包"]),
        source=Source(kind="phone_log", call_ended_at=desk.now),
    )
    page = (await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))).text
    assert f'href="/workflow/cases/{earlier}"' in page
    assert "索要红包" in page
    assert "通话结束" in page
    await act(http, number, "accept")
    await act(http, number, "forward", unit=UNIT, advice="请核实")
    assert earlier not in (await http.get(f"/workflow/cases/{number}", headers=headers(UNIT_HANDLER))).text


@pytest.mark.article("4")
async def test_nobody_who_is_away_is_offered_a_case(desk: Desk, http: httpx.AsyncClient) -> None:
    """The worklist offers the handlers who are at work: those that the rule takes."""
    await desk.complaint()
    offered = f"//select[@id='to']/option[@value='{HANDLER.id}']"
    assert elements(parse((await http.get("/workflow/cases", headers=headers(LEADER))).text), offered)
    async with desk.office.store.transaction(desk.now) as unit:
        assert await add_absence(unit, HANDLER.id, Absence(first_day=desk.now.date(), last_day=desk.now.date()))
    assert not elements(parse((await http.get("/workflow/cases", headers=headers(LEADER))).text), offered)


async def test_other_units_cases_are_absent(desk: Desk, http: httpx.AsyncClient) -> None:
    """A case of one unit is 404 for another, and on none of its lists; an administrator may open neither."""
    number = await desk.complaint()
    await act(http, number, "accept")
    await act(http, number, "forward", unit=UNIT, advice="请核实")
    assert (await http.get(f"/workflow/cases/{number}", headers=headers(OTHER_HANDLER))).status_code == 404
    assert number not in (await http.get("/workflow/cases", headers=headers(OTHER_HANDLER))).text
    assert (await act(http, number, "submit_feedback", OTHER_HANDLER, findings="x")).status_code == 404
    assert (await http.get(f"/workflow/cases/{number}", headers=headers(ADMINISTRATOR))).status_code == 403


@pytest.mark.article("14")
async def test_real_names_come_first_within_a_limit(desk: Desk, http: httpx.AsyncClient) -> None:
    """Of two cases with one limit the named one stands above the anonymous one that came first."""
    anonymous = await desk.complaint(complainant=a_complainant(name=None, phone=None, anonymous=True))
    named = await desk.complaint()
    page = await http.get("/workflow/cases", headers=headers(HANDLER))
    assert page.text.index(f"/workflow/cases/{named}") < page.text.index(f"/workflow/cases/{anonymous}")


async def test_a_form_with_a_session_needs_its_token(desk: Desk, http: httpx.AsyncClient) -> None:
    """By cookie alone nothing is done; with the page's own token from our own origin it is."""
    number = await desk.complaint()
    http.cookies.set("session", f"session-{HANDLER.id}")
    browser = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    path = f"/workflow/cases/{number}/actions/accept"
    assert (await http.post(path, data={"version": "1"}, headers=browser)).status_code == 403
    page = parse((await http.get(f"/workflow/cases/{number}", headers=browser)).text)
    token = str(elements(page, "//input[@name='csrf']")[0].get("value"))
    assert (await http.post(path, data={"version": "1", "csrf": token}, headers=browser)).status_code == 303


@pytest.mark.article("18.3")
async def test_the_leader_decides_from_the_list(desk: Desk, http: httpx.AsyncClient) -> None:
    """Each choice names the limit that follows; without an opinion nothing is signed; signing dispatches to the unit."""
    number = await desk.complaint()
    await act(http, number, "accept")
    await act(http, number, "request_approval", unit=UNIT, proposal="拟批办")
    page = await http.get("/workflow/approvals", headers=headers(LEADER))
    assert "批办，限 11 月 19 日（周四）17:00" in page.text
    path, form = f"/workflow/approvals/{number}", {"decision": "approve", "opinion": ""}
    blank = await http.post(path, data=form, headers=headers(LEADER))
    assert (blank.status_code, "请写明意见" in blank.text) == (422, True)
    done = await http.post(path, data=form | {"opinion": "从速办理"}, headers=headers(LEADER))
    assert done.status_code == 303
    data = await http.get(f"/workflow/cases/{number}", headers=headers(LEADER, Accept="application/json"))
    assert (data.json()["state"], data.json()["track"]) == ("dispatched", "approve")


@pytest.mark.article("18.4")
async def test_an_extension_waits_on_the_leaders_list_until_it_is_decided(desk: Desk, http: httpx.AsyncClient) -> None:
    """It comes up when the unit asks, moves the limit by what is granted, and is gone then."""
    number = await desk.complaint()
    await act(http, number, "accept")
    await act(http, number, "request_approval", unit=UNIT, proposal="拟批办")
    await http.post(
        f"/workflow/approvals/{number}", data={"decision": "approve", "opinion": "办"}, headers=headers(LEADER)
    )
    assert "没有等您审批的件" in (await http.get("/workflow/approvals", headers=headers(LEADER))).text
    await act(http, number, "request_extension", UNIT_HANDLER, days="2", reason="调取监控", signed_by=UNIT_LEADER.name)
    page = await http.get("/workflow/approvals", headers=headers(LEADER))
    assert "同意 1 日，新时限 11 月 20 日（周五）17:00" in page.text
    form = {"decision": "grant-1", "opinion": "同意一日"}
    assert (await http.post(f"/workflow/approvals/{number}", data=form, headers=headers(LEADER))).status_code == 303
    assert "没有等您审批的件" in (await http.get("/workflow/approvals", headers=headers(LEADER))).text


@pytest.mark.article("18.5")
async def test_a_follow_up_by_phone(desk: Desk, http: httpx.AsyncClient) -> None:
    """A call that reached nobody is counted, the number is shown with the look on record, dissatisfaction needs a reason."""
    number = await desk.complaint()
    await act(http, number, "accept")
    await act(http, number, "forward", unit=UNIT, advice="请核实")
    fields = {
        "findings": "属实",
        "substantiated": "true",
        "rectification": "整改",
        "signed_by": UNIT_LEADER.name,
        "sealed": "on",
    }
    assert (await act(http, number, "submit_feedback", UNIT_HANDLER, **fields)).status_code == 303
    path = f"/workflow/follow-ups/{number}"

    async def post(**form: str) -> httpx.Response:
        return await http.post(path, data=form, headers=headers(HANDLER))

    assert "13912342046" in (await post(do="reveal_identity")).text
    assert (await post(do="record_call_attempt", result="no_answer")).status_code == 303
    page = await http.get("/workflow/follow-ups", headers=headers(HANDLER))
    assert "无人接听" in page.text
    assert "13912342046" not in page.text
    bare = await post(do="record_follow_up", outcome="dissatisfied")
    assert (bare.status_code, "不满意须记录原因" in bare.text) == (422, True)
    told = await post(do="record_follow_up", outcome="dissatisfied", reason="未办成", unit_at_fault="true")
    assert told.headers["location"].startswith(f"/workflow/cases/{number}?done=record_follow_up")


async def test_cases_are_handed_to_a_colleague_together(desk: Desk, http: httpx.AsyncClient) -> None:
    """The chosen cases go to the handler named, and the list says how many did."""
    numbers = [await desk.complaint(), await desk.complaint()]
    form = {"case": numbers, "to": HANDLER.id}
    answer = await http.post("/workflow/assignments", data=form, headers=headers(LEADER))
    page = await http.get(answer.headers["location"], headers=headers(LEADER))
    assert "已交承办人 2 件，共选 2 件" in page.text


@pytest.mark.parametrize("act_", [each for each in Act if each not in MACHINES_ONLY])
def test_every_field_and_choice_has_its_words(act_: Act, tmp_path: Path) -> None:
    """No form of any command can come up without a label in the catalogue."""
    catalogue = common_pages(Settings(data_dir=tmp_path), Path(web.__file__).parent).catalogue
    for each in action_form(act_, Known()).fields:
        assert f"do.{each.name}" in catalogue
        for option in each.options:
            assert option.label is not None or f"pick.{each.name}.{option.value}" in catalogue


def test_every_happening_has_its_words(tmp_path: Path) -> None:
    """No entry of a timeline can come up without a name in the catalogue."""
    catalogue = common_pages(Settings(data_dir=tmp_path), Path(web.__file__).parent).catalogue
    kinds = {each.model_fields["kind"].default for each in get_args(get_args(What)[0])}
    assert {kind for kind in kinds if f"event.{kind}" not in catalogue} == set()


@pytest.mark.parametrize("row", [room for room in ROOMS if room.href.startswith("/workflow/")], ids=lambda row: row.key)
def test_the_navigation_offers_what_the_access_table_allows(row: Room) -> None:
    """An entry stands there for exactly the roles that may open it."""
    allowed = ACCESS.of("GET", row.href)
    assert allowed is not None
    assert allowed.roles == row.roles


async def test_what_was_sent_later_stands_on_the_page(desk: Desk, http: httpx.AsyncClient) -> None:
    """The words of a later message and its attachments; one whose sender is another is marked; of a confidential case the
    unit reads no name in it (art. 17).
    """
    number = await desk.complaint(complainant=a_complainant(name="欧阳静怡", confidential=True))
    slip = Evidence(id=UUID(int=78), name="取号单.jpg", media_type="image/jpeg", size=2048, sha256="ab" * 32)
    await desk.later(number, sender_verified=False, text="补充：欧阳静怡当日取号A12。", evidence=[slip])
    await act(http, number, "accept")
    await act(http, number, "forward", unit=UNIT, advice="请核实")
    page = text_of(parse((await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))).text))
    assert "当日取号A12" in page
    assert "取号单.jpg" in page
    assert "发送人未经核实" in page
    unit_page = text_of(parse((await http.get(f"/workflow/cases/{number}", headers=headers(UNIT_HANDLER))).text))
    assert "当日取号A12" in unit_page
    assert "欧阳静怡" not in unit_page


async def _rows(desk: Desk, query: Any) -> Any:
    async with desk.office.store.reading() as connection:
        return (await connection.execute(query)).all()


@pytest.mark.article("4")
async def test_the_directory_says_who_is_away_and_who_stands_in(desk: Desk, http: httpx.AsyncClient) -> None:
    """Somebody away is marked, with the deputy who is at work; a unit for which nobody acts is marked, and gets nothing."""
    today = desk.now.date()
    async with desk.office.store.transaction(desk.now) as unit:
        await add_absence(unit, UNIT_HANDLER.id, Absence(first_day=today, last_day=today))
    number = await desk.complaint()
    page = text_of(parse((await http.get("/workflow/directory", headers=headers(HANDLER))).text))
    assert "今天不在岗" in page
    assert "今天无人代办，不能转办" in page
    await act(http, number, "accept")
    refused = await act(http, number, "forward", unit=UNIT, advice="请核实")
    assert refused.status_code == 409
    async with desk.office.store.transaction(desk.now) as unit:
        await unit.connection.execute(update(staff).where(staff.c.id == UNIT_HANDLER.id).values(deputy=UNIT_LEADER.id))
    page = text_of(parse((await http.get("/workflow/directory", headers=headers(HANDLER))).text))
    assert f"由 {UNIT_LEADER.name} 代理" in page
    assert (await act(http, number, "forward", unit=UNIT, advice="请核实")).status_code == 303


@pytest.mark.article("4")
async def test_the_administrator_keeps_the_directory_by_forms(desk: Desk, http: httpx.AsyncClient) -> None:
    """A table is taken whole, one with a fault not at all and the row is named; somebody goes away and comes back."""
    good = "账号,姓名,角色,单位\nfang,方敏,单位处置人,市税务局\n".encode()
    bad = "账号,姓名,角色,单位\nfang,方敏,无此角色,市税务局\n".encode()
    where = "/workflow/directory/import"
    refused = await http.post(where, files={"table": ("people.csv", bad)}, headers=headers(ADMINISTRATOR))
    assert refused.status_code == 422
    assert "第 2 行" in refused.text
    taken = await http.post(where, files={"table": ("people.csv", good)}, headers=headers(ADMINISTRATOR))
    assert taken.status_code == 303
    days = {"first_day": desk.now.date().isoformat(), "last_day": desk.now.date().isoformat()}
    place = "/workflow/directory/staff/fang/absences"
    assert (await http.post(place, data=days, headers=headers(ADMINISTRATOR))).status_code == 303
    page = text_of(parse((await http.get("/workflow/directory", headers=headers(HANDLER))).text))
    assert "方敏" in page
    assert "今天不在岗" in page
    assert (await http.post(place, data={"do": "back"}, headers=headers(ADMINISTRATOR))).status_code == 303
    assert "今天不在岗" not in (await http.get("/workflow/directory", headers=headers(HANDLER))).text
    assert (await http.post(place, data=days, headers=headers(HANDLER))).status_code == 403


async def test_the_words_are_searched_by_a_form(desk: Desk, http: httpx.AsyncClient) -> None:
    """Chinese in any part, the phone however it is written; the name is in no address; a unit isn't offered to search by it."""
    number = await desk.complaint(facts="公积金提取材料三次退回。")
    while await SearchIndexing(desk.office).step():
        pass
    for asked in ({"text": "提取材料"}, {"phone": "139 1234 2046"}, {"text": "退回", "number": number}):
        answer = await http.post("/workflow/search", data=asked, headers=headers(HANDLER))
        assert f"/workflow/cases/{number}" in answer.text, asked
    nothing = await http.post("/workflow/search", data={"text": "停车场"}, headers=headers(HANDLER))
    assert f"/workflow/cases/{number}" not in nothing.text
    form = parse((await http.get("/workflow/search", headers=headers(UNIT_HANDLER))).text)
    assert "phone" not in ids(form)
    kept_out = await http.post("/workflow/search", data={"phone": "13912342046"}, headers=headers(UNIT_HANDLER))
    assert kept_out.status_code == 403


@pytest.mark.article("14")
async def test_what_intake_took_for_the_same_is_offered_to_be_linked(desk: Desk, http: httpx.AsyncClient) -> None:
    """The case page names it and has its number ready; once linked it is a link, and no guess any more."""
    first = await desk.complaint()
    second = await desk.complaint(possible_duplicates=[UUID(int=9001), UUID(int=5)])
    page = parse((await http.get(f"/workflow/cases/{second}", headers=headers(HANDLER))).text)
    assert f"{first} 可能是同一件事" in text_of(page)
    [other] = elements(page, "//input[@id='link_duplicate-other']")
    assert other.get("value") == first
    await act(http, second, "link_duplicate", other=first, relation="duplicate")
    assert "可能是同一件事" not in (await http.get(f"/workflow/cases/{second}", headers=headers(HANDLER))).text


async def test_cases_are_split_linked_and_unlinked_by_plain_forms(desk: Desk, http: httpx.AsyncClient) -> None:
    """Two matters of one letter become cases of their own; duplicates are linked on both sides, and unlinked again."""
    letter, other = await desk.complaint(), await desk.complaint()
    assert (
        await act(http, letter, "split", parts=f"窗口态度｜{OTHER_UNIT}\n停车收费", reason="一信两事")
    ).status_code == 303
    page = text_of(parse((await http.get(f"/workflow/cases/{letter}", headers=headers(HANDLER))).text))
    assert "2026-000003" in page
    assert "2026-000004" in page
    part = await http.get("/workflow/cases/2026-000003", headers=headers(HANDLER, Accept="application/json"))
    assert part.json()["target"]["unit"] == OTHER_UNIT
    assert (await act(http, letter, "link_duplicate", other=other, relation="duplicate")).status_code == 303
    for one, two in ((letter, other), (other, letter)):
        assert f"/workflow/cases/{two}" in (await http.get(f"/workflow/cases/{one}", headers=headers(HANDLER))).text
    assert (await act(http, other, "unlink", other=letter, reason="关联有误")).status_code == 303
    page = (await http.get(f"/workflow/cases/{letter}", headers=headers(HANDLER))).text
    assert f'href="/workflow/cases/{other}"' not in page
