"""The desks with sample data: what each channel's page, the registers of checks and dead letters and the call list show.

All of it is invented; the time is Tuesday 2026-11-24, 10:46 at the centre. Knows no browser and no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.intake.domain.scan_elements import Band
from services.intake.known import Known
from services.intake.scan_reading import WHY_LOOK
from services.intake.store.states import ImportState
from services.intake.web import call_views
from services.intake.web import desk_views as desk
from services.intake.web.entry_reading import Typed
from services.intake.web.stored_words import stored_words
from services.intake.web.views import KeptFile
from services.intake.web.window_names import window_names
from services.notify.web import call_pages
from services.notify.web.words import PURPOSE_WORDS
from shared.centre import load_centre
from shared.contracts.values import Channel, Role
from shared.messaging.dead_letters import DeadLetter
from shared.web.dead_letter_routes import TABS, DeadLettersPage
from shared.web.desk_frame import rooms_of
from shared.web.i18n import Bilingual
from shared.web.limits import Due
from shared.web.problems import FieldFault
from tests.parts.page_samples import DIGEST, FACTS
from tests.unit.workflow.building import (
    at,
)

CENTRE = load_centre(None)
NOW = at("2026-11-24 10:46")
TODAY = Due("today", "今天 17:00 前", "剩 6 小时 14 分", at("2026-11-24 17:00"))
OVER = Due("over", "已超期 1 天", "", at("2026-11-23 17:00"))
WINDOWS = window_names(CENTRE)


def _typed(**more: str) -> Typed:
    return Typed(
        facts=f"{FACTS}有人收红包。",
        window="市医疗保障局 · A09 异地就医备案",
        name="刘桂华",
        phone="139 0000 2046",
        **more,
    )


KNOWN = [
    Known(UUID(int=1), "2026-001021", Channel.PHONE, at("2026-11-19 09:30"), "市医疗保障局", "A09 异地就医备案", True, True, of_number=9),
    Known(UUID(int=2), "2QW8HN5T08", Channel.WEB, at("2026-11-23 15:02"), "市医疗保障局", "A09 异地就医备案", False, True, True),
]  # fmt: skip
REGISTERED = desk.Registered(UUID(int=9), "2QW8HN5T0C", TODAY, [Bilingual("地址", "address")], "单2026-0031")


def _entry(channel: Channel, room: str, **more: Any) -> desk.EntryPage:
    page = desk.EntryPage(
        channel=channel,
        action=f"/desk/{room}",
        idempotency_key="018f0000-0000-7000-8000-000000000001",
        windows=WINDOWS,
        due=TODAY,
        typed=Typed(),
        ticks=[desk.Tick(Bilingual("事实", "Facts"), "facts"), desk.Tick(Bilingual("姓名", "Name"), "name", True)],
        places=CENTRE.reception_points,
        desk=room,
        draft_url="/intake/drafts/018f0000-0000-7000-8000-000000000001",
        known_url=f"/desk/{room}/known",
    )
    return replace(page, **more)


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
PHONE = _entry(Channel.PHONE, "phone", unfinished=BEGUN, registered=REGISTERED, endings=call_views.CHOICES)
PHONE_ENDED = replace(
    PHONE, registered=None, unfinished=(), ended=call_views.EndedCall(UUID(int=60), call_views.ending_words("silence"))
)
PHONE_CALL = _entry(
    Channel.PHONE,
    "phone",
    typed=_typed(call_id="c-1", call_number="13900002046", call_started_at=NOW.isoformat(), major="1"),
    call=desk.CallInHand("13900002046", NOW - timedelta(minutes=2)),
    known=KNOWN,
    linked=[UUID(int=1)],
    endings=call_views.CHOICES,
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
OPENED = desk.OpenedBox(
    UUID(int=40),
    "3 号箱，二楼东侧电梯口",
    at("2026-11-24 09:02"),
    "李静",
    "曹海峰",
    5,
    3,
    numbers=("箱2026-0031", "箱2026-0032", "箱2026-0033"),
)
CLOSED = replace(
    OPENED,
    closed=True,
    closed_at=at("2026-11-24 10:40"),
    closed_by="李静",
    difference="两张是表扬",
    difference_witness="曹海峰",
)
BOXES = desk.Bench(OPENED, [OPENED, replace(CLOSED, slips=3, difference=""), CLOSED])
BOX = _entry(
    Channel.SUGGESTION_BOX,
    "box",
    typed=Typed(slip_number="4"),
    registered=REGISTERED,
    bench=BOXES,
    errors=[FieldFault("reason", "missing", "请写明张数为什么对不上", "Say why the counts differ")],
)
BOX = replace(BOX, kept=[KeptFile("token", "3 号箱第 4 张.jpg", 812_004)])
BOX_CLOSED = _entry(Channel.SUGGESTION_BOX, "box", bench=replace(BOXES, opening=CLOSED))
BOX_LEFT_OVER = _entry(
    Channel.SUGGESTION_BOX,
    "box",
    typed=_typed(slip_number="6"),
    bench=replace(BOXES, opening=CLOSED),
    notice=Bilingual("这次开箱已经办结，这一张没有登记。", "That opening is closed."),
)
BOX_OPEN = _entry(
    Channel.SUGGESTION_BOX,
    "box",
    action="/desk/box/openings",
    typed=Typed(opened_at="2026-11-24T09:00", opened_by="韩雪"),
    bench=replace(BOXES, opening=None),
    unfinished=BEGUN,
    errors=[FieldFault("slips", "missing", "请填开箱时点出的张数，空箱填 0", "How many slips")],
)

WHY_LOOK_SAID = stored_words(WHY_LOOK[Band.CONFIRM].chinese)
IMPORTED = desk.ImportLine(
    UUID(int=50), ImportState.DONE, at("2026-11-24 10:20"), "李静", 702, 660, 10, 2, 30, None, "/x/faults.csv"
)
IMPORTS = desk.ImportsPage("/desk/imports", "k", [replace(IMPORTED, state=ImportState.RUNNING), IMPORTED])
IMPORT = desk.ImportsPage(
    "/desk/imports/1",
    here=replace(IMPORTED, state=ImportState.PREVIEW),
    columns=[desk.ColumnChoice("column-0", "工单编号", "call_id"), desk.ColumnChoice("column-1", "说了什么")],
    meanings=[("call_id", "工单编号"), ("facts", "投诉内容")],
    sample=[
        desk.SampleRow(2, [("工单编号", "A-1"), ("说了什么", FACTS)], ["来电时间：Excel 日期序号 45721"]),
        desk.SampleRow(3, [("工单编号", "A-2"), ("来电类型", "咨询")], ending=call_views.ending_words("question")),
    ],
    trouble=[Bilingual("没有“投诉内容”一列", "No column of facts")],
)
IMPORT_FAILED = desk.ImportsPage(
    "/desk/imports/1", here=replace(IMPORTED, state=ImportState.FAILED, reason=stored_words("超过 200000 行"))
)

SCAN = desk.ScanPage(
    [
        desk.Waiting("/desk/scan/1", "2QW8HN5T0C", WHY_LOOK_SAID, NOW, TODAY, here=True),
        desk.Waiting("/desk/scan/2", "2QW8HN5T08", WHY_LOOK_SAID, NOW, OVER),
    ],
    desk.OpenScan(
        action="/desk/scan/1",
        code="2QW8HN5T0C",
        reason=WHY_LOOK_SAID,
        received_at=NOW,
        due=TODAY,
        sha256=DIGEST,
        original_url="/desk/scan/1/original",
        pages=["/desk/scan/1/pages/1", "/desk/scan/1/pages/2"],
        fields=[
            desk.Confirm(
                "name",
                Bilingual("姓名", "Name"),
                "王昇堃",
                1,
                71,
                must_confirm=True,
                crop_url="/desk/scan/1/crops/name",
            ),
            desk.Confirm(
                "phone", Bilingual("电话", "Phone"), "+8613800005521", 2, 96, must_confirm=True, confirmed=True
            ),
            desk.Confirm("window", Bilingual("单位、窗口", "Window"), "市医疗保障局"),
        ],
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
            stored_words("附件损坏，读不出内容"),
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
NOT_ACCOUNTED = call_views.CallLine(
    UUID(int=61), at("2026-11-23 16:52"), at("2026-11-23 16:53"), "韩雪", "8003", "soon", call_views.OPEN_WORDS,
    taken_up_by="孙晓敏", open=True, may_take_up=True,
)  # fmt: skip
LINE_OF_DAY = call_views.CallsPage(
    day=date(2026, 11, 24),
    today=True,
    before=date(2026, 11, 23),
    after=None,
    tally=call_views.tally_of({"complaint": 14, "not accounted for": 1, "wrong_number": 3, "question": 6}),
    waiting=[NOT_ACCOUNTED, replace(NOT_ACCOUNTED, id=UUID(int=62), ended_at=None, desk="", taken_up_by="")],
    lines=[
        replace(
            NOT_ACCOUNTED,
            began_at=at("2026-11-24 09:12"),
            ended_at=at("2026-11-24 09:14"),
            kind="later",
            words=call_views.ending_words("question"),
            note="问社保卡在几楼办",
            recorded_by="孙晓敏",
            open=False,
        ),
        replace(NOT_ACCOUNTED, kind="met", words=call_views.COMPLAINT_WORDS, open=False, may_take_up=False),
    ],
    may=True,
    trouble=Bilingual("选“其他”须写备注。", "Say in the note what it was."),
    wrong=UUID(int=61),
    chosen="other",
)
CHECKS = desk.ChecksPage(
    day=date(2026, 11, 24),
    worked=True,
    today=True,
    before=date(2026, 11, 23),
    after=None,
    lines=[
        desk.CheckLine(
            name,
            channel,
            "14",
            "08:30–10:00",
            standing,
            said,
            done_at,
            stored_words("孙晓敏"),
            stored_words("2 件"),
            may_check_in=done_at is None,
        )
        for name, channel, standing, said, done_at in (
            ("boxes", Channel.SUGGESTION_BOX, "today", "open", None),
            ("letters", Channel.LETTER, "over", "missed", None),
            ("mailbox", Channel.EMAIL, "met", "done", NOW),
        )
    ],
    balance=[
        desk.BalanceLine("phone", 24, 14, True, [("question", 6)]),
        desk.BalanceLine("email", 3, 2, True, [("list_mail", 1)]),
        desk.BalanceLine("fax", 2, 1, False, []),
    ],
    trouble=Bilingual("见证人须是另一人", "Another person"),
    typed=desk.CheckTyped("boxes", "2 件", "孙晓敏"),
)
DEAD = DeadLettersPage(
    "workflow",
    TABS,
    [DeadLetter(UUID(int=30), UUID(int=31), "case.accepted.v1", "version 9 unknown", 12, NOW)],
    Bilingual("重放仍然失败", "It failed again"),
)
CALLS = call_pages.CallsPage(
    [
        call_pages.CallEntry(
            UUID(int=40 + n),
            UUID(int=50 + n),
            PURPOSE_WORDS["receipt"],
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
    [call_pages.TextEntry("T1", NOW, "139 0000 2046", "tel:13900002046", "什么时候能办好？", [])],
    [("2QW8HN5T08", TODAY)],
    said=Bilingual("已记录。", "Recorded."),
)


CONTEXTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "desk-start": ("desk_start.html", {"page": START}),
    "desk-phone": ("desk_phone.html", {"page": PHONE}),
    "desk-phone-call": ("desk_phone.html", {"page": PHONE_CALL}),
    "desk-phone-ended": ("desk_phone.html", {"page": PHONE_ENDED}),
    "desk-calls": ("desk_calls.html", {"page": LINE_OF_DAY}),
    "desk-calls-none": (
        "desk_calls.html",
        {
            "page": replace(
                LINE_OF_DAY, today=False, after=date(2026, 11, 25), tally=(), waiting=(), lines=(), trouble=None
            )
        },
    ),
    "desk-visit": ("desk_visit.html", {"page": VISIT}),
    "desk-visit-back": ("desk_visit.html", {"page": VISIT_BACK}),
    "desk-letter": ("desk_letter.html", {"page": LETTER}),
    "desk-box": ("desk_box.html", {"page": BOX}),
    "desk-box-closed": ("desk_box.html", {"page": BOX_CLOSED}),
    "desk-box-left-over": ("desk_box.html", {"page": BOX_LEFT_OVER}),
    "desk-box-open": ("desk_box_open.html", {"page": BOX_OPEN}),
    "desk-imports": ("desk_imports.html", {"page": IMPORTS}),
    "desk-import": ("desk_imports.html", {"page": IMPORT}),
    "desk-import-failed": ("desk_imports.html", {"page": IMPORT_FAILED}),
    "desk-scan": ("desk_scan.html", {"page": SCAN}),
    "desk-scan-none": (
        "desk_scan.html",
        {
            "page": desk.ScanPage(
                [], registered=REGISTERED, received="2QW8HN5T0C", trouble=Bilingual("没有收下", "Not taken")
            )
        },
    ),
    "desk-quarantine": ("desk_quarantine.html", {"page": QUARANTINE}),
    "desk-quarantine-none": ("desk_quarantine.html", {"page": desk.QuarantinePage([], WINDOWS)}),
    "desk-checks": ("desk_checks.html", {"page": CHECKS}),
    "dead-letters": ("dead_letters.html", {"page": DEAD}),
    "dead-letters-none": ("dead_letters.html", {"page": replace(DEAD, letters=[], trouble=None)}),
    "calls": ("calls.html", {"page": CALLS}),
    "calls-none": ("calls.html", {"page": call_pages.CallsPage([], [], [])}),
}
"""Template and context of each page, but for the desk's head, by the name it has in the gallery."""
