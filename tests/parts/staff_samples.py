"""The staff's pages with sample data: desks, worklist, a case on its way, approvals, follow-ups, the office's registers.

All of it is invented; the time is Tuesday 2026-11-24, 10:46 at the centre. Cases are told by the domain itself, so that a
page can't show one that couldn't be. Knows no browser and no database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.intake.known import Known
from services.intake.web import desk_views as desk
from services.intake.web.entry_reading import Typed
from services.intake.web.window_names import window_names
from services.notify.web import call_pages
from services.workflow.domain import commands
from services.workflow.domain.acts import Act
from services.workflow.domain.case import case_to_json
from services.workflow.domain.roles import ROLES, Person
from services.workflow.web import leader_routes, office_routes, worklist
from services.workflow.web.action_forms import action_form
from services.workflow.web.case_page import CasePage, case_page, forms_for, known_for
from services.workflow.web.limits_shown import Reader, shown
from services.workflow.web.masked import masked
from services.workflow.web.reading import Listed, Seen
from services.workflow.web.worklist import Notice
from shared.centre import load_centre
from shared.contracts.values import Channel, Role
from shared.messaging.dead_letters import DeadLetter
from shared.web.dead_letter_routes import SERVICES, DeadLettersPage
from shared.web.desk_frame import rooms_of
from shared.web.i18n import Bilingual, Language
from shared.web.limits import Due
from shared.web.problems import FieldFault
from shared.working_time import published
from tests.parts.page_samples import DIGEST, FACTS
from tests.unit.workflow.building import (
    FACTS as PEOPLE,
)
from tests.unit.workflow.building import (
    HANDLER,
    HOURS,
    LEADER,
    MONDAY,
    UNIT_HANDLER,
    Story,
    a_complaint,
    answered,
    asked_for_more,
    at,
    dissatisfied,
    fed_back,
    forwarded,
    proposed,
)

CENTRE = load_centre(None)
NOW = at("2026-11-24 10:46")
TODAY = Due("today", "今天 17:00 前", "剩 6 小时 14 分", at("2026-11-24 17:00"))
OVER = Due("over", "已超期 1 天", "", at("2026-11-23 17:00"))
WINDOWS = window_names(CENTRE)
READER = Reader(Language.ZH, NOW, published(), HOURS)


def _typed(**more: str) -> Typed:
    return Typed(facts=FACTS, window="市医疗保障局 · A09 异地就医备案", name="刘桂华", phone="139 0000 2046", **more)


KNOWN = [
    Known(UUID(int=1), "2026-001021", Channel.PHONE, at("2026-11-19 09:30"), "市医疗保障局", "A09 异地就医备案", True, True),
    Known(UUID(int=2), "2QW8HN5T08", Channel.WEB, at("2026-11-23 15:02"), "市医疗保障局", "A09 异地就医备案", False, True),
]  # fmt: skip
REGISTERED = desk.Registered(UUID(int=9), "2QW8HN5T0C", TODAY, [Bilingual("地址", "address")], "单2026-0031")


def _entry(channel: Channel, room: str, **more: Any) -> desk.EntryPage:
    return desk.EntryPage(
        **{
            "channel": channel,
            "action": f"/desk/{room}",
            "idempotency_key": "018f0000-0000-7000-8000-000000000001",
            "windows": WINDOWS,
            "due": TODAY,
            "typed": Typed(),
            "ticks": [desk.Tick(Bilingual("事实", "Facts"), "facts"), desk.Tick(Bilingual("姓名", "Name"), "name", True)],
            "places": CENTRE.reception_points,
            "desk": room,
            "draft_url": "/intake/drafts/018f0000-0000-7000-8000-000000000001",
            "known_url": f"/desk/{room}/known",
        }
        | more
    )


BEGUN = [
    desk.Unfinished(
        UUID(int=7), "phone", f"/desk/phone?draft={UUID(int=7)}", at("2026-11-24 10:31"), "在二楼等了一个小时，没人叫号"
    )
]
START = desk.StartPage(
    [
        desk.StartRoom(room.key, room.href, room.label, room.purpose, 3 if room.key == "scan" else 0)
        for room in rooms_of(Role.HANDLER)
    ],
    BEGUN,
)
PHONE = _entry(Channel.PHONE, "phone", unfinished=BEGUN, registered=REGISTERED)
PHONE_CALL = _entry(
    Channel.PHONE,
    "phone",
    typed=_typed(call_id="c-1", call_number="13900002046", call_started_at=NOW.isoformat(), major="1"),
    call=desk.CallInHand("13900002046", NOW - timedelta(minutes=2)),
    known=KNOWN,
    linked=[UUID(int=1)],
    errors=[
        FieldFault("facts", "missing", "请写明发生了什么", "Write what happened"),
        FieldFault("phone", "phone_too_short", "不是电话号码", "Not a phone number"),
    ],
)
VISIT = _entry(Channel.VISIT, "visit")
VISIT_BACK = _entry(
    Channel.VISIT,
    "visit",
    typed=_typed(result="已当面补办", reception_point=CENTRE.reception_points[0]),
    errors=[FieldFault("complainant_agrees", "missing", "投诉人同意才算当场办结", "Only with consent")],
)
LETTER = _entry(Channel.LETTER, "letter", typed=Typed(arrived_at="2026-11-24T10:30", opened_by="韩雪"))
BOX = _entry(
    Channel.SUGGESTION_BOX,
    "box",
    typed=Typed(box="2 号箱", opened_at="2026-11-24T09:00", opened_by="韩雪", slip_number="4"),
    registered=REGISTERED,
    notice=Bilingual("上一件已经登记。", "The one before is registered."),
)

SCAN = desk.ScanPage(
    [
        desk.Waiting("/desk/scan/1", "2QW8HN5T0C", "有的字没有把握", NOW, TODAY, here=True),
        desk.Waiting("/desk/scan/2", "2QW8HN5T08", "有的字没有把握", NOW, OVER),
    ],
    desk.OpenScan(
        action="/desk/scan/1",
        code="2QW8HN5T0C",
        reason="有的字没有把握",
        received_at=NOW,
        due=TODAY,
        sha256=DIGEST,
        original_url="/desk/scan/1/original",
        pages=["/desk/scan/1/pages/1", "/desk/scan/1/pages/2"],
        fields=[
            desk.Confirm("name", Bilingual("姓名", "Name"), "王昇堃", 1, 71, must_confirm=True, crop_url="/desk/scan/1/crops/name"),
            desk.Confirm("phone", Bilingual("电话", "Phone"), "+8613800005521", 2, 96, must_confirm=True, confirmed=True),
            desk.Confirm("window", Bilingual("单位、窗口", "Window"), "市医疗保障局"),
        ],  # fmt: skip
        read=[[desk.Piece("投诉人：王"), desk.Piece("昇堃", unsure=True)], [desk.Piece("医保窗口不给办理。")]],
        facts=FACTS,
        facts_must_be_confirmed=True,
        facts_confirmed=False,
        unsure=1,
        windows=WINDOWS,
        errors=[FieldFault("name", "unconfirmed", "请核对", "Please check")],
    ),
)
QUARANTINE = desk.QuarantinePage(
    [
        desk.Quarantined(
            UUID(int=20 + n),
            channel,
            "附件损坏，读不出内容",
            NOW,
            due,
            88_123,
            DIGEST,
            f"/intake/quarantine/{n}/original",
            f"/desk/quarantine/{n}",
        )
        for n, (channel, due) in enumerate(((Channel.EMAIL, OVER), (Channel.FAX, TODAY)))
    ],
    WINDOWS,
    trouble=Bilingual("归为非投诉须写明理由。", "Say why."),
    open=UUID(int=20),
    typed=_typed(),
)
CHECKS = desk.ChecksPage(
    day=date(2026, 11, 24),
    worked=True,
    today=True,
    before=date(2026, 11, 23),
    after=None,
    lines=[
        desk.CheckLine(
            name, channel, label, article, "08:30–10:00", standing, words, done_at, "孙晓敏", "2 件", not done_at
        )
        for name, channel, label, article, standing, words, done_at in (
            ("boxes", Channel.SUGGESTION_BOX, Bilingual("意见箱", "Boxes"), "14", "soon", Bilingual("待查看", "open"), None),
            ("letters", Channel.LETTER, Bilingual("来信", "Letters"), "14", "over", Bilingual("漏查", "missed"), None),
            ("mail", Channel.EMAIL, Bilingual("邮箱", "Mailbox"), "14", "met", Bilingual("已查看", "done"), NOW),
        )
    ],  # fmt: skip
    balance=[desk.BalanceLine("email", 3, 2, True, [("list_mail", 1)]), desk.BalanceLine("fax", 2, 1, False, [])],
    trouble=Bilingual("见证人须是另一人", "Another person"),
)
DEAD = DeadLettersPage(
    "workflow",
    SERVICES,
    [DeadLetter(UUID(int=30), UUID(int=31), "case.accepted.v1", "version 9 unknown", 12, NOW)],
    Bilingual("重放仍然失败", "It failed again"),
)
CALLS = call_pages.CallsPage(
    [
        call_pages.CallEntry(
            UUID(int=40 + n),
            Bilingual("收到投诉的回应", "receipt"),
            "14",
            by_post,
            to,
            href,
            "您好，您的投诉已登记，查询码 2QW8H-N5T0C。",
            due,
            later,
            [call_pages.Tried(NOW, "孙晓敏", Bilingual("未接通", "not reached"), "无人接听")],
        )
        for n, (by_post, to, href, due, later) in enumerate(
            (
                (False, "139 0000 2046", "tel:13900002046", OVER, None),
                (True, "薛城区示例路 21 号", "", TODAY, at("2026-11-25 09:00")),
            )
        )
    ],
    [("2QW8HN5T08", TODAY)],
    said=Bilingual("已记录。", "Recorded."),
)


def _seen(story: Story, who: Person) -> Seen:
    return Seen(story.case, a_complaint(facts=FACTS, demand="当天办结。"), story.facts, story.may(who))


def _entries(story: Story) -> Sequence[Mapping[str, Any]]:
    """The timeline as it is read from the database, newest first."""
    rows = [
        {
            "version": place,
            "at": each.at,
            "kind": each.kind.value,
            "actor_name": each.actor.name,
            "actor_role": each.actor.role.value,
            "article": each.article,
            "round": each.round,
            "hash": f"{place:04x}" + DIGEST[4:],
            "event": json.loads(each.model_dump_json()) | {"what": each.what.model_dump(mode="json")},
        }
        for place, each in enumerate(story.history, 1)
    ]
    return rows[::-1]
