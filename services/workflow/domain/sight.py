"""Who may know of a case at all (art. 17).

Law of this file: the table ``SIGHT``. A unit knows of what was dispatched to it and of nothing else; an operator of what
the operator took in or holds; a restricted case (10.5: it accuses somebody, was refused on that ground, or handed over) is
for the leader, the auditor and the officer in charge; an administrator reads no case, and the person complained of knows of
nothing. The store's lists are cut by the same rows. How much of the complainant is left in the words is said here too;
whether the identity itself may be shown is a guard's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from services.workflow.domain.case import Case
from services.workflow.domain.roles import AnyRole, Person, Software
from shared.contracts.complaint import Complainant, ComplaintReceived
from shared.contracts.masking import Scrubber, Showing
from shared.contracts.values import Role

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?")
"""ISO 8601 as events are written: digits, but nobody's number."""


class Tie(StrEnum):
    """What may join a person to a case."""

    ANYHOW = "anyhow"
    OWN_UNIT = "own_unit"
    TOOK_IN = "took_in"
    HOLDS = "holds"
    IN_CHARGE = "in_charge"


@dataclass(frozen=True, slots=True)
class SightRow:
    """One row: by which ties a role knows of a case; any of them is enough. ``restricted``: of one kept close (10.5)."""

    role: AnyRole
    ordinary: frozenset[Tie]
    restricted: frozenset[Tie]
    article: str = "17"


def _row(role: AnyRole, ordinary: tuple[Tie, ...], restricted: tuple[Tie, ...]) -> SightRow:
    return SightRow(role, frozenset(ordinary), frozenset(restricted))


SIGHT: dict[AnyRole, SightRow] = {
    row.role: row
    for row in (
        _row(Role.OPERATOR, (Tie.TOOK_IN, Tie.HOLDS), ()),
        _row(Role.HANDLER, (Tie.ANYHOW,), (Tie.IN_CHARGE, Tie.HOLDS)),
        _row(Role.OFFICE_LEADER, (Tie.ANYHOW,), (Tie.ANYHOW,)),
        _row(Role.UNIT_HANDLER, (Tie.OWN_UNIT,), ()),
        _row(Role.UNIT_LEADER, (Tie.OWN_UNIT,), ()),
        _row(Role.AUDITOR, (Tie.ANYHOW,), (Tie.ANYHOW,)),
        _row(Role.ADMINISTRATOR, (), ()),
        _row(Software.SYSTEM, (Tie.ANYHOW,), (Tie.ANYHOW,)),
    )
}

TIED: Mapping[Tie, Callable[[Case, Person], bool]] = {
    Tie.ANYHOW: lambda _case, _person: True,
    Tie.OWN_UNIT: lambda case, person: person.unit is not None and person.unit == case.unit,
    Tie.TOOK_IN: lambda case, person: case.first_receiver in names_of(person),
    Tie.HOLDS: lambda case, person: case.holder.id in names_of(person),
    Tie.IN_CHARGE: lambda case, person: case.officer is not None and case.officer.id == person.id,
}
"""Whether a tie joins this person to this case."""


def names_of(person: Person) -> frozenset[str]:
    """What a channel may have called whoever took a complaint in: the account or the name."""
    return frozenset({person.id, person.name})


def may_see(case: Case, actor: Person) -> bool:
    """Whether this person may know that the case exists."""
    row = SIGHT[actor.role]
    ties = row.restricted if case.restricted else row.ordinary
    return not is_complained_of(case, actor) and any(TIED[tie](case, actor) for tie in ties)


def is_complained_of(case: Case, person: Person) -> bool:
    """Whether this is the very person that the complaint names: by name, within the unit complained of."""
    return case.target.staff == person.name and case.target.unit in {None, person.unit}


class Kept(Protocol):
    """A case, or no more of it than a list has."""

    @property
    def confidential(self) -> bool:
        """Whether the complainant asked for secrecy."""


def words_shown(case: Kept, actor: Person) -> Showing:
    """How much of the complainant is left in what they wrote, for somebody who may see the case (art. 17).

    The office reads it as it came; a unit without what leads to a person, and of a confidential one nothing at all.
    """
    if not actor.is_of_a_unit:
        return Showing.OPEN
    return Showing.HIDDEN if case.confidential else Showing.PARTLY


def complaint_shown(case: Kept, complaint: ComplaintReceived, actor: Person) -> ComplaintReceived:
    """A complaint in the words that this person may read; who complained is left in, for whoever masks it."""
    showing = words_shown(case, actor)
    if showing is Showing.OPEN:
        return complaint
    scrub = Scrubber(complaint.complainant, showing).text
    evidence = [item.model_copy(update={"name": scrub(item.name)}) for item in complaint.evidence]
    demand = complaint.demand and scrub(complaint.demand)
    return complaint.model_copy(update={"facts": scrub(complaint.facts), "demand": demand, "evidence": evidence})


def may_open(case: Case, actor: Person, *, original: bool, has_looked: bool) -> bool:
    """Whether somebody who may see the case may open a file of it; a picture can't be masked (art. 17).

    The office opens evidence as it reads the words: as it came. A unit, and whoever wants the original with the sender on
    it, looks at the identity first, which is on record with its reason; of a confidential case a unit opens nothing.
    """
    showing = words_shown(case, actor)
    if showing is Showing.HIDDEN:
        return False
    return has_looked or (showing is Showing.OPEN and not original)


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
