"""Who there is (art. 4), and who may ask what.

Law of this file: the table ``MAY``. An auditor changes nothing; an administrator sees no complainant and decides no
case; the software itself may only record what happened elsewhere. Where a case stands and what else must hold is
``transitions``' and ``guards``' to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.workflow.domain.acts import Act
from shared.contracts.values import Role

__all__ = ["MAY", "ROLES", "SOFTWARE", "AnyRole", "Person", "Role", "RoleRow", "Side", "Software", "may"]


class Software(StrEnum):
    """What acts by itself. No account can have it: it is no ``Role``."""

    SYSTEM = "system"


AnyRole = Role | Software
"""Who can act. A person with two roles acts in one at a time, and the record says in which."""


class Side(StrEnum):
    """On whose side a role stands."""

    OFFICE = "office"
    UNIT = "unit"
    OVERSIGHT = "oversight"
    SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One row: a role, its names and its side."""

    role: AnyRole
    chinese: str
    english: str
    side: Side


_ROWS = (
    RoleRow(Role.OPERATOR, "接诉人（话务员）", "operator", Side.OFFICE),
    RoleRow(Role.HANDLER, "市政管办投诉处置人", "handler at the office", Side.OFFICE),
    RoleRow(Role.OFFICE_LEADER, "市政管办分管领导", "leader at the office", Side.OFFICE),
    RoleRow(
        Role.UNIT_HANDLER, "进驻单位投诉处置人（首席代表）", "handler or chief representative of a unit", Side.UNIT
    ),
    RoleRow(Role.UNIT_LEADER, "进驻单位分管领导", "leader of a unit", Side.UNIT),
    RoleRow(Role.AUDITOR, "监督", "auditor", Side.OVERSIGHT),
    RoleRow(Role.ADMINISTRATOR, "系统管理员", "administrator", Side.OVERSIGHT),
    RoleRow(Software.SYSTEM, "系统", "the software", Side.SOFTWARE),
)

ROLES: dict[AnyRole, RoleRow] = {row.role: row for row in _ROWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a role: who acts, or who answers for a case.

    ``id`` is the account's name and tells two people of one name apart; ``unit`` is the own unit of a unit's person.
    """

    id: str
    name: str
    role: AnyRole
    unit: str | None = None

    @property
    def is_of_a_unit(self) -> bool:
        """Whether this person acts for a unit, and so may only touch what was dispatched to it."""
        return ROLES[self.role].side is Side.UNIT

    @property
    def is_of_the_office(self) -> bool:
        """Whether this person acts for the office."""
        return ROLES[self.role].side is Side.OFFICE


SOFTWARE = Person(id="workflow", name="workflow", role=Software.SYSTEM)
"""Who registers, watches limits and files delivery receipts."""

_SYSTEM = Software.SYSTEM
_DESK = (Role.OPERATOR, Role.HANDLER)
_OFFICE = (Role.HANDLER, Role.OFFICE_LEADER)
_UNIT = (Role.UNIT_HANDLER, Role.UNIT_LEADER)

MAY: dict[Act, frozenset[AnyRole]] = {
    act: frozenset(roles)
    for act, roles in (
        (Act.ATTEND_URGENT, (Role.OPERATOR, *_OFFICE, *_UNIT)),
        (Act.CLASSIFY, _DESK),
        (Act.REQUIRE_STATEMENT, _DESK),
        (Act.ATTACH_STATEMENT, (*_DESK, _SYSTEM)),
        (Act.REQUEST_EVIDENCE, (Role.HANDLER,)),
        (Act.RECORD_EVIDENCE, (*_DESK, _SYSTEM)),
        (Act.ACCEPT, (Role.HANDLER,)),
        (Act.REFUSE, (Role.HANDLER,)),
        (Act.REDIRECT, (Role.HANDLER,)),
        (Act.SPLIT, (Role.HANDLER,)),
        (Act.SETTLE, _DESK),
        (Act.FORWARD, (Role.HANDLER,)),
        (Act.REQUEST_APPROVAL, (Role.HANDLER,)),
        (Act.APPROVE, (Role.OFFICE_LEADER,)),
        (Act.RETURN_PROPOSAL, (Role.OFFICE_LEADER,)),
        (Act.SIGN_RECEIPT, _UNIT),
        (Act.SUBMIT_FEEDBACK, _UNIT),
        (Act.RETURN_FEEDBACK, (Role.HANDLER,)),
        (Act.REQUEST_EXTENSION, _UNIT),
        (Act.DECIDE_EXTENSION, (Role.OFFICE_LEADER,)),
        (Act.REFUSE_BY_UNIT, _UNIT),
        (Act.DECIDE_UNIT_REFUSAL, _OFFICE),
        (Act.RECALL, (Role.HANDLER,)),
        (Act.RECORD_CALL_ATTEMPT, _DESK),
        (Act.RECORD_FOLLOW_UP, (Role.HANDLER,)),
        (Act.REDISPATCH, (Role.HANDLER,)),
        (Act.CLOSE, (Role.HANDLER,)),
        (Act.WITHDRAW, _DESK),
        (Act.HAND_OVER, (Role.OFFICE_LEADER,)),
        (Act.IMPOSE_SANCTION, (Role.OFFICE_LEADER,)),
        # Never by the software: that somebody lied is a finding that a person answers for (art. 22).
        (Act.FLAG_FALSE_ACCUSATION, (Role.OFFICE_LEADER,)),
        (Act.ARCHIVE, (Role.HANDLER,)),
        (Act.ASSIGN, _OFFICE),
        (Act.URGE, _OFFICE),
        (Act.MARK_URGENT, (Role.OPERATOR, *_OFFICE, *_UNIT, _SYSTEM)),
        (Act.MARK_CONFIDENTIAL, (Role.OPERATOR, *_OFFICE)),
        (Act.RESTRICT, (Role.HANDLER,)),
        # Whoever is in charge of an accusation does not widen the circle of those who know of it: the leader does.
        (Act.LIFT_RESTRICTION, (Role.OFFICE_LEADER,)),
        (Act.REVEAL_IDENTITY, (Role.OPERATOR, *_OFFICE, *_UNIT, Role.AUDITOR)),
        (Act.LINK_DUPLICATE, _DESK),
        (Act.UNLINK, _DESK),
        (Act.RECORD_RESPONSE, (*_DESK, _SYSTEM)),
        (Act.RECORD_SUPPLEMENT, (*_DESK, _SYSTEM)),
        (Act.RECORD_DOCUMENT, (*_OFFICE, *_UNIT, _SYSTEM)),
        (Act.NOTE, (Role.OPERATOR, *_OFFICE, *_UNIT, _SYSTEM)),
    )
}


def may(role: AnyRole, act: Act) -> bool:
    """Whether this role may ask for this at all, wherever the case stands."""
    return role in MAY[act]
