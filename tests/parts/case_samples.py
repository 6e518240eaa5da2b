"""The office's pages with sample data: worklist, a case on its way, approvals, follow-ups, the directory.

All of it is invented, at the moment of ``desk_samples``. Cases are told by the domain itself, so that a page can't show
one that couldn't be. Knows no browser and no database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.workflow.domain import commands
from services.workflow.domain.acts import Act
from services.workflow.domain.owed import next_duty
from services.workflow.domain.roles import ROLES, SOFTWARE, Person
from services.workflow.domain.urgency import Measure, Standing
from services.workflow.drafting import Draft, Unsent
from services.workflow.reading import Listed, Seen, Wanted
from services.workflow.reports import clock_heading
from services.workflow.staffing import WRONG
from services.workflow.store.statistics import Figure
from services.workflow.web import leader_routes, office_routes, statistics_page, worklist
from services.workflow.web.action_forms import action_form
from services.workflow.web.case_page import Answered, CasePage, case_page, forms_for, known_for
from services.workflow.web.draft_forms import APPROVAL, unsent_line
from services.workflow.web.limits_shown import Reader, shown
from services.workflow.web.masked import masked
from services.workflow.web.notice_pages import consequence_told, results_of
from services.workflow.web.periods import chosen
from services.workflow.web.statistics_page import GroupNames
from services.workflow.web.worklist import Notice
from shared.contracts.complaint import Danger, Evidence, Hints, Source
from shared.contracts.values import DangerKind, Role
from shared.web.i18n import Bilingual, Language
from shared.web.problems import FieldFault
from shared.working_time import published
from tests.parts.desk_samples import CENTRE, NOW
from tests.parts.page_samples import DESK, DIGEST, FACTS
from tests.unit.workflow.building import (
    HANDLER,
    HOURS,
    LEADER,
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

READER = Reader(Language.ZH, NOW, published(), HOURS)

PHOTO = Evidence(id=UUID(int=61), name="取号单.jpg", media_type="image/jpeg", size=204_800, sha256="ab" * 32)
MAIL = Source(kind="email_inbox", originals=["cd" * 32], call_ended_at=at("2026-11-20 09:12"))
HINTS = Hints(major_words=["集体上访"], discipline_words=["收红包"], units=["市医疗保障局", "市人力资源和社会保障局"])
DANGER = Danger(kind=DangerKind.SELF_HARM, words="不想活")
ALIKE = [
    {
        "number": "2026-001021",
        "state": "closed",
        "received_at": at("2026-11-12 09:30"),
        "unit": "市医疗保障局",
        "target_unit": None,
    }
]


def _seen(story: Story, who: Person) -> Seen:
    return Seen(
        story.case,
        a_complaint(facts=FACTS, demand="当天办结。", evidence=[PHOTO], source=MAIL, hints=HINTS),
        story.facts,
        story.may(who),
    )


def entries(story: Story) -> Sequence[Mapping[str, Any]]:
    """The timeline as it is read from the database, newest first."""
    rows = [
        {
            "version": place,
            "at": each.at,
            "kind": each.kind,
            "actor_name": each.by.name,
            "actor_role": each.by.role.value,
            "article": each.article,
            "round": each.round,
            "hash": f"{place:04x}" + DIGEST[4:],
            "event": json.loads(each.model_dump_json()) | {"what": each.what.model_dump(mode="json")},
        }
        for place, each in enumerate(story.history, 1)
    ]
    return rows[::-1]


def page_of(story: Story, who: Person, **more: Any) -> CasePage:
    """The page of a case as somebody sees it."""
    return case_page(_seen(story, who), entries(story), who, CENTRE, READER, **more)


def _with_one_alike(story: Story, who: Person) -> CasePage:
    return case_page(replace(_seen(story, who), alike=ALIKE), entries(story), who, CENTRE, READER)


def second_round() -> Story:
    """Forwarded, answered, not content, and open again."""
    story = Story.begins(facts=FACTS, received_at=at("2026-11-20 09:00")).tell(commands.Accept(), HANDLER)
    story.tell(forwarded(), HANDLER, "2026-11-20 10:30").tell(
        answered("2026-11-20 10:40"), SOFTWARE, "2026-11-20 10:45"
    )
    story.tell(fed_back(), UNIT_HANDLER, "2026-11-20 16:00")
    return story.tell(dissatisfied(unit_at_fault=True), HANDLER, "2026-11-24 09:00")


def _waiting_for_the_leader() -> Story:
    return Story.begins(received_at=at("2026-11-24 09:00")).tell(commands.Accept(), HANDLER).tell(proposed(), HANDLER)


def _accusing() -> Story:
    """Kept close from the first moment: it goes to no unit before the leader lifts that."""
    return Story.begins(facts=FACTS, received_at=at("2026-11-24 09:00"), hints=HINTS, on_duty=HANDLER)


def wants_more_time() -> Story:
    """Forwarded, and the unit asks for an extension."""
    story = Story.begins(received_at=at("2026-11-24 09:00")).tell(commands.Accept(), HANDLER).tell(forwarded(), HANDLER)
    return story.tell(asked_for_more(), UNIT_HANDLER)


def in_danger(*, attended: bool = False) -> Story:
    """Danger was told in the complaint; somebody has seen to it, or nobody yet."""
    story = Story.begins(received_at=at("2026-11-24 10:30"), hints=Hints(dangers=[DANGER]))
    done = commands.AttendUrgent(measure=Measure.CALLED_110, remarks="已请民警上门")
    return story.tell(done, HANDLER, "2026-11-24 10:33") if attended else story.watched("2026-11-24 10:36")


def _case_in_danger(*, attended: bool) -> CasePage:
    story = in_danger(attended=attended)
    seen = _seen(story, HANDLER)
    told = seen.complaint.model_copy(update={"hints": Hints(dangers=[DANGER])})
    return case_page(replace(seen, complaint=told), entries(story), HANDLER, CENTRE, READER)


def _answered_by_the_unit() -> Story:
    story = Story.begins(received_at=at("2026-11-24 09:00")).tell(commands.Accept(), HANDLER).tell(forwarded(), HANDLER)
    return story.tell(fed_back(), UNIT_HANDLER).tell(
        commands.RecordCallAttempt(result="no_answer", remarks="无人接听"), HANDLER
    )


def _refused_form() -> CasePage:
    """A form that came back: something is missing."""
    story = Story.begins(received_at=at("2026-11-24 09:00"))
    seen = _seen(story, HANDLER)
    fault = FieldFault("refuse-reason", "missing", "请写明理由", "Say why")
    form = action_form(
        Act.REFUSE,
        known_for(Act.REFUSE, seen, HANDLER, CENTRE),
        offer=next(offer for offer in seen.offers.offers if offer.command is Act.REFUSE),
        values={"ground": "10.3"},
        faults={fault.name: fault},
    )
    return page_of(story, HANDLER, answered=Answered(Act.REFUSE, form, Notice("over", fault_words(fault))))


def fault_words(fault: FieldFault) -> Bilingual:
    """A fault as a notice."""
    return Bilingual(fault.message_zh, fault.message_en)


def listed(story: Story, number: int, **more: Any) -> Listed:
    """A story's case as a row of a list."""
    case = story.case
    due = next_duty(case)
    row = {
        "number": f"2026-{number:06d}",
        "state": case.state.value,
        "round": case.round,
        "unit": case.unit,
        "target_unit": case.target.unit,
        "channel": case.channel.value,
        "real_name": case.real_name,
        "confidential": case.confidential,
        "holder_name": case.holder.name,
        "next_limit": due.limit if due else None,
        "next_clock": due.name.value if due else None,
        "urgency": case.urgency.standing.value if case.urgency else None,
    }
    return Listed(row | more, a_complaint(facts=FACTS))  # type: ignore[arg-type]  # a row is read as a mapping


def _worklist(found: Sequence[Listed], asked: worklist.Asked, **more: Any) -> worklist.WorklistPage:
    views = ("urgent", "all", "overdue", "today", "mine", "to_accept", "to_follow_up", "again", "in_writing", "to_file")
    return worklist.worklist_page(
        found,
        asked,
        dict.fromkeys(views, 2),
        READER,
        views=views,
        units=[unit.name for unit in CENTRE.units],
        for_a_unit=False,
        assignees=[(HANDLER.id, HANDLER.name)],
        done=more.get("done"),
        urgent=more.get("urgent", ()),
    )


def _numbered(story: Story, number: int) -> Story:
    return replace(story, case=replace(story.case, number=f"2026-{number:06d}"))


def _decision(story: Story, choices: Sequence[leader_routes.Choice], **more: Any) -> leader_routes.Decision:
    clock = next_duty(story.case)
    return leader_routes.Decision(
        case=story.case,
        complaint=a_complaint(facts=FACTS),
        title=worklist.title_of(a_complaint(facts=FACTS))[0],
        limit=shown(clock.limit, READER) if clock else None,
        choices=choices,
        is_extension=story.case.extension_request is not None,
        **{"is_late": False} | more,
    )


def _follow_up(*, revealed: bool) -> Mapping[str, Any]:
    story = _answered_by_the_unit()
    seen = _seen(story, HANDLER)
    person = seen.complaint.complainant
    acts = [form for form in forms_for(seen, HANDLER, CENTRE) if form.act in _FOLLOW_UP]
    call = office_routes.Call(
        seen,
        masked(person),
        (person.phone or "") if revealed else "",
        CENTRE.formal_number(story.case.number),
        sorted(acts, key=lambda form: _FOLLOW_UP.index(form.act)),
    )
    row = worklist.row_of(listed(story, 1083), READER, for_a_unit=False)
    queue = [
        office_routes.Waiting(row.number, row.short, row.name, row.limit, row.title, here, urgency)
        for here, urgency in ((True, None), (False, Standing.ATTENDED))
    ]
    return {"call": call, "queue": queue, "notice": None, "fault": None, **_CUT}


_PERIOD = chosen({"period": "2026-10"}, NOW.date())
NOTICE = {
    "id": UUID(int=71),
    "unit": CENTRE.units[0].name,
    "first_day": "2026-10-01",
    "last_day": "2026-10-31",
    "number": None,
    "entry": None,
    "issued_at": at("2026-11-02 10:00"),
    "issued_by": "赵志远",
    "received_at": None,
    "received_by": None,
}
CONSEQUENCE = NOTICE | {"id": UUID(int=73), "first_day": None, "last_day": None, "number": "2026-001091", "entry": 14}
SIGNED_FOR = NOTICE | {"id": UUID(int=72), "received_at": at("2026-11-02 15:20"), "received_by": "周明"}


def _result(number: int, **came: Any) -> dict[str, Any]:
    usual = {"state": "archived", "substantiated": True, "satisfaction": "satisfied", "rounds": 1, "late": False}
    usual |= {"settled": False}
    return {"number": f"2026-{number:06d}"} | usual | came


def _notice(row: Mapping[str, Any], *, may_sign: bool) -> Mapping[str, Any]:
    """A notice of results with two cases, one late and sent back."""
    group = {
        "key": None,
        "extension_days": 1,
        "figures": {figure.value: {"count": 2, "cases": "/workflow/cases?figure=received"} for figure in Figure},
        "clocks": {
            "forward": {"met": 1, "missed": 1, "met_cases": "/workflow/cases", "missed_cases": "/workflow/cases"}
        },
    }
    said = {
        "results": [
            _result(1083),
            _result(1091, late=True, rounds=2, satisfaction="dissatisfied", state="closed"),
            _result(1094, substantiated=False, satisfaction=None, settled=True),
        ],
        "consequences": [{"number": "2026-001091", "sanction": "rectification_order"}],
    }
    words = GroupNames(Language.ZH, str)
    return {
        "row": row,
        "chosen": _PERIOD,
        "opens": {"2026-001083"},
        "results": results_of(said),
        "missed": [({"number": "2026-001091"}, clock_heading("forward", Language.ZH))],
        "table": statistics_page.table({"by": None, "groups": [group]}, words, ["forward"]),
        "office_name": CENTRE.office,
        "may_sign": may_sign,
        "notice": None if may_sign else Notice("good", Bilingual("已签收", "Signed for")),
    }


def _consequence() -> Mapping[str, Any]:
    """An order to rectify, that the unit is to sign for."""
    text = "限三个工作日内整改窗口首问负责制落实不到位的问题，并书面报告整改情况。"
    told = consequence_told({"consequences": [{"sanction": "rectification_order", "text": text}]})
    head = {
        "row": CONSEQUENCE,
        "opens": {"2026-001091"},
        "office_name": CENTRE.office,
        "may_sign": True,
        "notice": None,
    }
    return told | head


_CUT: Mapping[str, Any] = {"is_cut": True, "waiting": "120"}
_FOLLOW_UP = (Act.RECORD_FOLLOW_UP, Act.RECORD_CALL_ATTEMPT)
_GRANT = [
    leader_routes.Choice("grant-1", "file.grant", at("2026-11-26 17:00"), 1),
    leader_routes.Choice("deny", "file.deny", at("2026-11-25 17:00")),
]
_APPROVE = [
    leader_routes.Choice("approve", "file.approve_to", at("2026-11-27 17:00")),
    leader_routes.Choice("simple", "file.make_simple"),
    leader_routes.Choice("back", "file.send_back"),
]
_PEOPLE = [
    {
        "name": name,
        "role": role.value,
        "unit": unit,
        "active": active,
        "is_away": False,
        "id": name,
        "seated": None,
        "desk_number": None,
        "deputy": None,
    }
    for name, role, unit, active in (
        ("王立新", Role.HANDLER, None, True),
        ("周明", Role.UNIT_HANDLER, CENTRE.units[0].name, True),
        ("高玉兰", Role.UNIT_LEADER, CENTRE.units[0].name, False),
    )
]
_WANTED = worklist.Asked(Wanted(), 0)
_LEFT = Draft({"text": "已电话核实，等单位补材料"}, at("2026-11-24 10:31"))
_UNSENT = [unsent_line(Unsent("2026-001083", form, _LEFT.saved_at)) for form in (Act.NOTE.value, APPROVAL)]

CONTEXTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "worklist": (
        "worklist.html",
        {
            "page": _worklist(
                [
                    listed(second_round(), 1083),
                    listed(_waiting_for_the_leader(), 1091, confidential=True),
                    listed(wants_more_time(), 1092, real_name=False),
                ],
                _WANTED,
                done=Notice("good", Bilingual("已办：受理", "Done: accept")),
                urgent=[listed(in_danger(), 1102)],
            ),
            "unsent": _UNSENT,
            "desk": replace(DESK, urgent=1),
        },
    ),
    "worklist-none": (
        "worklist.html",
        {"page": _worklist([], worklist.Asked(Wanted(view="today", unit=CENTRE.units[0].name), 0)), "unsent": []},
    ),
    "case": ("case.html", {"page": _with_one_alike(second_round(), HANDLER)}),
    "case-urgent": ("case.html", {"page": _case_in_danger(attended=False), "desk": replace(DESK, urgent=1)}),
    "case-urgent-seen-to": ("case.html", {"page": _case_in_danger(attended=True)}),
    "case-of-a-unit": ("case.html", {"page": page_of(wants_more_time(), UNIT_HANDLER)}),
    "case-kept-close": ("case.html", {"page": page_of(_accusing(), LEADER)}),
    "case-back": ("case.html", {"page": _refused_form()}),
    "case-left": ("case.html", {"page": page_of(wants_more_time(), HANDLER, drafts={Act.NOTE.value: _LEFT})}),
    "approvals": (
        "approvals.html",
        {
            "decisions": [
                _decision(_waiting_for_the_leader(), _APPROVE, fault=Bilingual("请写明意见", "Write your opinion")),
                _decision(
                    _numbered(wants_more_time(), 1091), _GRANT, is_late=True, opinion="同意", drafted_at=_LEFT.saved_at
                ),
            ],
            "notice": None,
            "gone": Bilingual("这一件已由别人办理。", "Settled by somebody else."),
            **_CUT,
        },
    ),
    "approvals-none": (
        "approvals.html",
        {
            "decisions": [],
            "notice": Notice("good", Bilingual("已办：批办", "Done: approved")),
            "gone": None,
            "is_cut": False,
        },
    ),
    "follow-ups": ("follow_ups.html", _follow_up(revealed=False)),
    "follow-ups-shown": ("follow_ups.html", _follow_up(revealed=True)),
    "follow-ups-none": (
        "follow_ups.html",
        {"call": None, "queue": [], "notice": None, "fault": None},
    ),
    "notices": (
        "notices.html",
        {
            "rows": [{"row": row, "chosen": _PERIOD} for row in (CONSEQUENCE, NOTICE, SIGNED_FOR)],
            "next_page": 2,
            "previous_page": 0,
        },
    ),
    "notice": ("notice.html", _notice(NOTICE, may_sign=True)),
    "consequence": ("consequence.html", _consequence()),
    "notice-signed": ("notice.html", _notice(SIGNED_FOR, may_sign=False)),
    "directory": (
        "directory.html",
        {
            "units": CENTRE.units,
            "people": _PEOPLE,
            "roles": {role.value: Bilingual(ROLES[role].chinese, ROLES[role].english) for role in Role},
            "names": {each["id"]: each["name"] for each in _PEOPLE},
            "acting": {CENTRE.units[0].name},
            "notice": Notice("good", Bilingual("名录已更新", "The directory was updated")),
            "faults": [(3, Bilingual("单位", "unit"), WRONG["no_such_unit"])],
            "may_keep": True,
            "columns": ["姓名", "单位"],
            "today": "2026-11-23",
        },
    ),
}
"""Template and context of each page, but for the desk's head, by the name it has in the gallery."""
