"""The desk's navigation: which pages of which service stand in it, and for whom.

Law of this file: a table of pages that exist; it gives nobody a right, it only leaves out what the access tables would
refuse (a test holds the two against each other). Counts are the service's own and come from whoever renders the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.frame import Desk, NavItem
from shared.web.i18n import Bilingual, Language


@dataclass(frozen=True, slots=True)
class NavRow:
    """One entry: its key, its address, its words, and the roles that may open it."""

    key: str
    href: str
    label: Bilingual
    roles: frozenset[Role]
    purpose: Bilingual | None = None
    """What one does there, for the start page."""


_ALL = frozenset(Role)
_READERS = _ALL - {Role.ADMINISTRATOR}

_RECEIVE = frozenset({Role.OPERATOR, Role.HANDLER})

NAVIGATION: tuple[NavRow, ...] = (
    NavRow(
        "phone",
        "/desk/phone",
        Bilingual("接听", "Phone"),
        _RECEIVE,
        Bilingual("边听边记，一屏登记一通来电", "Record a call while it is told"),
    ),
    NavRow(
        "visit",
        "/desk/visit",
        Bilingual("现场", "Visit"),
        _RECEIVE,
        Bilingual("登记来访，能当场解决的当场办结", "Record a visit, settle at once what can be settled"),
    ),
    NavRow(
        "letter",
        "/desk/letter",
        Bilingual("来信", "Letters"),
        _RECEIVE,
        Bilingual("拆阅来信，逐件登记", "Open letters and register each"),
    ),
    NavRow(
        "box",
        "/desk/box",
        Bilingual("意见箱", "Boxes"),
        _RECEIVE,
        Bilingual("两人开箱，逐张录入意见单", "Two people open a box; each slip is typed"),
    ),
    NavRow(
        "scan",
        "/desk/scan",
        Bilingual("扫描核对", "Scans"),
        _RECEIVE,
        Bilingual("对照影像，确认机器没有把握的内容", "Check what was read against the image"),
    ),
    NavRow(
        "quarantine",
        "/desk/quarantine",
        Bilingual("隔离件", "Quarantine"),
        _RECEIVE,
        Bilingual("读不出来的来件，看过原件再定", "What could not be read: look, then decide"),
    ),
    NavRow("cases", "/workflow/cases", Bilingual("案件", "Cases"), _READERS),
    NavRow("approvals", "/workflow/approvals", Bilingual("审批", "Approvals"), frozenset({Role.OFFICE_LEADER})),
    NavRow("follow_ups", "/workflow/follow-ups", Bilingual("回访", "Follow-ups"), frozenset({Role.HANDLER})),
    NavRow(
        "calls",
        "/desk/calls",
        Bilingual("电话告知", "Calls"),
        _RECEIVE,
        Bilingual("须由人打电话答复的，急的在前", "Who must be called, the most urgent first"),
    ),
    NavRow(
        "checks",
        "/desk/checks",
        Bilingual("渠道检查", "Checks"),
        frozenset({*_RECEIVE, Role.OFFICE_LEADER, Role.AUDITOR, Role.ADMINISTRATOR}),
        Bilingual("每个工作日看过各渠道，逐项登记", "Every channel is looked at every working day"),
    ),
    NavRow(
        "dead_letters",
        "/intake/dead-letters",
        Bilingual("死信", "Dead letters"),
        frozenset({Role.HANDLER, Role.ADMINISTRATOR}),
        Bilingual("没能处理的内部消息，重放或作废", "Messages nobody could handle: replay or discard"),
    ),
    NavRow("directory", "/workflow/directory", Bilingual("名录", "Directory"), _ALL),
)

ROLE_WORDS: Mapping[Role, Bilingual] = {
    Role.OPERATOR: Bilingual("接诉人", "operator"),
    Role.HANDLER: Bilingual("投诉处置人", "handler"),
    Role.OFFICE_LEADER: Bilingual("分管领导", "leader"),
    Role.UNIT_HANDLER: Bilingual("单位投诉处置人", "unit handler"),
    Role.UNIT_LEADER: Bilingual("单位分管领导", "unit leader"),
    Role.AUDITOR: Bilingual("监督", "auditor"),
    Role.ADMINISTRATOR: Bilingual("系统管理员", "administrator"),
}


def desk_for(who: Principal, here: str, csrf: str, language: Language, counts: Mapping[str, int] | None = None) -> Desk:
    """The head of a page for this person."""
    nav = [
        NavItem(row.key, row.href, row.label, (counts or {}).get(row.key, 0))
        for row in NAVIGATION
        if who.role in row.roles
    ]
    role = ROLE_WORDS[who.role].in_language(language)
    return Desk(here, nav, who.name, f"{who.unit} {role}" if who.unit else role, csrf)


def rooms_of(role: Role) -> list[NavRow]:
    """The pages that are a role's own, in the order of the navigation."""
    return [row for row in NAVIGATION if role in row.roles]
