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


_ALL = frozenset(Role)
_READERS = _ALL - {Role.ADMINISTRATOR}

NAVIGATION: tuple[NavRow, ...] = (
    NavRow("cases", "/workflow/cases", Bilingual("案件", "Cases"), _READERS),
    NavRow("approvals", "/workflow/approvals", Bilingual("审批", "Approvals"), frozenset({Role.OFFICE_LEADER})),
    NavRow("follow_ups", "/workflow/follow-ups", Bilingual("回访", "Follow-ups"), frozenset({Role.HANDLER})),
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
