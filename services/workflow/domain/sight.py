"""Who may know of a case at all (art. 17).

Law of this file: a unit knows of what was dispatched to it and of nothing else; an operator of what the operator took
in or holds; the person complained of knows of nothing; a restricted case (10.5) is for the leader, the officer in
charge and the auditor; an administrator reads no case. Whether the complainant's identity may be shown is a guard's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from services.workflow.domain.case import Case
from services.workflow.domain.roles import Person, Software
from shared.contracts.complaint import Complainant, ComplaintReceived
from shared.contracts.masking import Scrubber, Showing
from shared.contracts.values import Role

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?")
"""ISO 8601 as events are written: digits, but nobody's number."""


def may_see(case: Case, actor: Person, *, is_complained_of: bool = False) -> bool:
    """Whether this person may know that the case exists."""
    if actor.role is Software.SYSTEM:
        return True
    if is_complained_of or actor.role is Role.ADMINISTRATOR:
        return False
    if case.restricted:
        return actor.role in {Role.OFFICE_LEADER, Role.AUDITOR} or _is_officer(case, actor)
    if actor.is_of_a_unit:
        return actor.unit is not None and actor.unit == case.unit
    if actor.role is Role.OPERATOR:
        return case.first_receiver in {actor.id, actor.name} or case.holder.id == actor.id
    return True


def words_shown(case: Case, actor: Person) -> Showing:
    """How much of the complainant is left in what they wrote, for somebody who may see the case (art. 17).

    The office reads it as it came; a unit without what leads to a person, and of a confidential one nothing at all.
    """
    if not actor.is_of_a_unit:
        return Showing.OPEN
    return Showing.HIDDEN if case.confidential else Showing.PARTLY


def complaint_shown(case: Case, complaint: ComplaintReceived, actor: Person) -> ComplaintReceived:
    """A complaint in the words that this person may read; who complained is left in, for whoever masks it."""
    showing = words_shown(case, actor)
    if showing is Showing.OPEN:
        return complaint
    scrub = Scrubber(complaint.complainant, showing).text
    evidence = [item.model_copy(update={"name": scrub(item.name)}) for item in complaint.evidence]
    demand = complaint.demand and scrub(complaint.demand)
    return complaint.model_copy(update={"facts": scrub(complaint.facts), "demand": demand, "evidence": evidence})


def told_shown(what: Mapping[str, Any], case: Case, complainant: Complainant, actor: Person) -> dict[str, Any]:
    """What an entry of the timeline tells, in the words that this person may read: people write names into any field."""
    showing = words_shown(case, actor)
    return dict(what) if showing is Showing.OPEN else _scrubbed(what, Scrubber(complainant, showing).text)


def _scrubbed(told: Any, scrub: Callable[[str], str]) -> Any:
    if isinstance(told, str):
        return told if _MOMENT.fullmatch(told) else scrub(told)
    if isinstance(told, Mapping):
        return {name: _scrubbed(value, scrub) for name, value in told.items()}
    return [_scrubbed(value, scrub) for value in told] if isinstance(told, list) else told


def _is_officer(case: Case, actor: Person) -> bool:
    return case.officer is not None and case.officer.id == actor.id
