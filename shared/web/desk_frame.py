"""The head of a page for staff: where each role may go, how roles are called, and which keys work everywhere.

Law of this file: tables. A page for staff has a row in ``ROOMS`` and a person is shown the rows of their role and no
others; what a role may really do is said by the routes, this only spares people doors that are locked to them. It must not
know what a page holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.frame import Desk, NavItem
from shared.web.i18n import Bilingual
from shared.web.then import HOME

_RECEIVE = frozenset({Role.OPERATOR, Role.HANDLER})
_ALL = frozenset(Role)
_CASE_READERS = _ALL - {Role.ADMINISTRATOR}
_ASSIGNERS = frozenset({Role.HANDLER, Role.OFFICE_LEADER})


@dataclass(frozen=True, slots=True)
class Room:
    """One page in the navigation: its key, its address, its name, what one does there, and whose it is."""

    key: str
    href: str
    label: Bilingual
    purpose: Bilingual
    roles: frozenset[Role]
    aside: bool = False
    """Seldom gone to: folded away for whoever has many rooms."""


ROOMS: tuple[Room, ...] = (
    Room(
        "phone",
        "/desk/phone",
        Bilingual("接听", "Phone"),
        Bilingual("边听边记，一屏登记一通来电", "Record a call while it is told"),
        _RECEIVE,
    ),
    Room(
        "visit",
        "/desk/visit",
        Bilingual("现场", "Visit"),
        Bilingual("登记来访，能当场解决的当场办结", "Record a visit, settle at once what can be settled"),
        _RECEIVE,
    ),
    Room(
        "letter",
        "/desk/letter",
        Bilingual("来信", "Letters"),
        Bilingual("拆阅来信，逐件登记", "Open letters and register each"),
        _RECEIVE,
    ),
    Room(
        "box",
        "/desk/box",
        Bilingual("意见箱", "Boxes"),
        Bilingual("两人开箱，逐张录入意见单", "Two people open a box; each slip is typed"),
        _RECEIVE,
    ),
    Room(
        "scan",
        "/desk/scan",
        Bilingual("扫描核对", "Scans"),
        Bilingual("对照影像，确认机器没有把握的内容", "Check what the machine read against the image"),
        _RECEIVE,
    ),
    Room(
        "taken",
        "/workflow/taken",
        Bilingual("我登记的", "My records"),
        Bilingual("今天和本周经我登记的，编号和办到哪一步", "What I took in today and this week, and where it stands"),
        frozenset({Role.OPERATOR}),
    ),
    Room(
        "quarantine",
        "/desk/quarantine",
        Bilingual("隔离件", "Quarantine"),
        Bilingual("读不出来的来件，看过原件再定", "What could not be read: look, then decide"),
        _RECEIVE,
    ),
    Room(
        "cases",
        "/workflow/cases",
        Bilingual("案件", "Cases"),
        Bilingual("在办案件，最近的时限在前", "Open cases, the nearest limit first"),
        _CASE_READERS,
    ),
    Room(
        "approvals",
        "/workflow/approvals",
        Bilingual("审批", "Approvals"),
        Bilingual("等您批办和审批延期的", "What waits for your approval"),
        frozenset({Role.OFFICE_LEADER}),
    ),
    Room(
        "follow_ups",
        "/workflow/follow-ups",
        Bilingual("回访", "Follow-ups"),
        Bilingual("该回访的投诉人", "Who is to be called back"),
        frozenset({Role.HANDLER}),
    ),
    Room(
        "checks",
        "/desk/checks",
        Bilingual("渠道检查", "Checks"),
        Bilingual("每个工作日看过各渠道，逐项登记", "Every channel is looked at every working day"),
        frozenset({*_RECEIVE, Role.OFFICE_LEADER, Role.AUDITOR, Role.ADMINISTRATOR}),
    ),
    Room(
        "calls",
        "/desk/calls",
        Bilingual("电话告知", "Calls"),
        Bilingual("须由人打电话答复的投诉人，急的在前", "Who must be called, the most urgent first"),
        _RECEIVE,
    ),
    Room(
        "imports",
        "/desk/imports",
        Bilingual("导入", "Imports"),
        Bilingual("把热线平台导出的话务记录整批登记", "Register the calls that a hotline exports"),
        _RECEIVE,
        aside=True,
    ),
    Room(
        "call_log",
        "/desk/phone/calls",
        Bilingual("来电簿", "Calls taken"),
        Bilingual("每通来电的去向，还没有交代的在前", "What became of every call; those not accounted for first"),
        frozenset({*_RECEIVE, Role.OFFICE_LEADER, Role.AUDITOR}),
        aside=True,
    ),
    Room(
        "statistics",
        "/workflow/statistics",
        Bilingual("统计", "Statistics"),
        Bilingual(
            "收到多少、按时多少、满意多少，各数点开即是案件",
            "What came in, what was in time; every number opens its cases",
        ),
        frozenset(Role) - {Role.OPERATOR, Role.ADMINISTRATOR},
        aside=True,
    ),
    Room(
        "notices",
        "/workflow/notices",
        Bilingual("结果通报", "Results told"),
        Bilingual(
            "各统计期的处置结果，发给单位并由单位签收", "Results of each period, sent to the units and signed for"
        ),
        frozenset(Role) - {Role.OPERATOR, Role.ADMINISTRATOR},
        aside=True,
    ),
    Room(
        "response",
        "/desk/response",
        Bilingual("一日回应", "Answered in a day"),
        Bilingual(
            "谁还没有得到回应，一个工作日的规定做得怎样", "Who still waits for an answer, and how the rule was kept"
        ),
        frozenset({Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR}),
        aside=True,
    ),
    Room(
        "templates",
        "/desk/templates",
        Bilingual("消息模板", "Templates"),
        Bilingual("发出去的每一句话，按版本预览", "Every sentence that is sent, previewed by version"),
        frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    ),
    Room(
        "staff_contacts",
        "/desk/staff-contacts",
        Bilingual("提醒对象", "Reminders"),
        Bilingual("临期提醒、超期督办和结果通报发给谁", "Who gets reminders, escalations and results"),
        frozenset({Role.ADMINISTRATOR}),
    ),
    Room(
        "audit",
        "/workflow/audit",
        Bilingual("审计", "Audit"),
        Bilingual("谁看过投诉人的身份、凭什么，谁办了什么", "Who looked at an identity and why, who did what"),
        frozenset({Role.OFFICE_LEADER, Role.AUDITOR}),
        aside=True,
    ),
    Room(
        "papers",
        "/forms/day",
        Bilingual("文书", "Papers"),
        Bilingual(
            "当天的文书，成批打印；开箱记录、电话清单、统计分析",
            "What was issued today, in one print; lists and the report",
        ),
        _CASE_READERS - {Role.UNIT_HANDLER, Role.UNIT_LEADER},
        aside=True,
    ),
    Room(
        "directory",
        "/workflow/directory",
        Bilingual("名录", "Directory"),
        Bilingual("各单位的处置人和分管领导", "Who acts for each unit"),
        frozenset(Role),
        aside=True,
    ),
    Room(
        "calendar",
        "/workflow/calendar",
        Bilingual("日历", "Calendar"),
        Bilingual("哪天上班、哪天放假，几个工作日到哪天", "Which days are worked, and where a period ends"),
        frozenset(Role),
        aside=True,
    ),
    Room(
        "people",
        "/identity/people",
        Bilingual("账号", "Accounts"),
        Bilingual("谁能登录、以什么身份，接口令牌", "Who may sign in, as whom; tokens of programs"),
        frozenset({Role.ADMINISTRATOR}),
    ),
    Room(
        "dead_letters",
        "/intake/dead-letters",
        Bilingual("死信", "Dead letters"),
        Bilingual("系统内部没能处理的消息，重放或注明作废", "Messages no service could handle: replay or discard"),
        frozenset({Role.HANDLER, Role.ADMINISTRATOR}),
        aside=True,
    ),
)
MOST_IN_A_ROW = 9
"""Rooms that stand beside each other in the head; of more, those aside are folded away."""

STREAMS: tuple[tuple[str, frozenset[Role]], ...] = (
    ("/intake/events", _RECEIVE),
    ("/workflow/events", _CASE_READERS),
)
"""Where what changes is told, and to whom."""

ROLE_WORDS: Mapping[Role, Bilingual] = {
    Role.OPERATOR: Bilingual("接诉人", "operator"),
    Role.HANDLER: Bilingual("投诉处置人", "handler"),
    Role.OFFICE_LEADER: Bilingual("市政管办分管领导", "office leader"),
    Role.UNIT_HANDLER: Bilingual("单位处置人", "unit handler"),
    Role.UNIT_LEADER: Bilingual("单位分管领导", "unit leader"),
    Role.AUDITOR: Bilingual("监督", "auditor"),
    Role.ADMINISTRATOR: Bilingual("系统管理员", "administrator"),
}

KEYS: tuple[tuple[str, Bilingual, frozenset[Role]], ...] = (
    ("?", Bilingual("打开或收起这张表；正在打字时用 Alt + ?", "show or hide this list; Alt + ? while typing"), _ALL),
    ("Tab", Bilingual("下一栏；第一下显示“跳到正文”", "next field; the first shows “skip to the content”"), _ALL),
    ("Ctrl + Enter", Bilingual("登记、提交", "register, send"), _ALL),
    ("Ctrl + S", Bilingual("保存草稿", "save the draft"), _CASE_READERS),
    (
        "Alt + 1 … 5",
        Bilingual(
            "接听页：事实、对象、来电人、相近投诉、不是投诉",
            "phone desk: facts, target, caller, similar, no complaint",
        ),
        _RECEIVE,
    ),
    (
        "↑ ↓ Enter Esc",
        Bilingual("单位、窗口的选单：打首字母或窗口号", "list of windows: type initials or a number"),
        _RECEIVE,
    ),
    ("Alt + 0", Bilingual("有来电时：到它的记录", "when a call comes in: to its record"), _RECEIVE),
    ("J K", Bilingual("名单里下一件、上一件", "next, previous in a list"), _ALL),
    ("X", Bilingual("案件名单里选中这一件", "select this case of the list"), _ASSIGNERS),
    ("/", Bilingual("到搜索栏；正在打字时用 Alt + /", "to the search field; Alt + / while typing"), _CASE_READERS),
)
"""What works by keyboard, and for whom there is something that it works on."""


def rooms_of(role: Role) -> list[Room]:
    """The pages that are a role's own, in the order of the navigation."""
    return [room for room in ROOMS if role in room.roles]


def desk_head(who: Principal, here: str, *, csrf: str, waiting: Mapping[str, int] | None = None) -> Desk:
    """The head for this person on the page ``here``; ``waiting`` is what waits, by room."""
    counts = waiting or {}
    rooms = rooms_of(who.role)
    many = len(rooms) > MOST_IN_A_ROW
    nav = [
        NavItem(room.key, room.href, room.label, counts.get(room.key, 0), aside=many and room.aside) for room in rooms
    ]
    streams = [address for address, roles in STREAMS if who.role in roles]
    return Desk(
        here=here,
        nav=nav,
        person=who.name,
        role=_words_of(who),
        csrf=csrf,
        home_url=HOME,
        streams=streams,
        keys=[(key, does) for key, does, roles in KEYS if who.role in roles],
        takes_calls=who.role in _RECEIVE,
        urgent=counts.get("urgent", 0),
    )


def _words_of(who: Principal) -> Bilingual:
    """The role as it stands beside the name; a unit's person with the unit."""
    words = ROLE_WORDS[who.role]
    return Bilingual(f"{who.unit} {words.zh}", f"{words.en}, {who.unit}") if who.unit else words
