"""Which people of the house an event concerns: whoever holds the case, whoever leads them, the unit it is about.

Law of this file: the person named in the event comes first, else whoever has the role that art. 4 names for it; the
unit's own where the unit is bound, the office's otherwise. It must not know numbers, routes or texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.notify.domain.occasions import occasion_of
from services.notify.domain.plan import NOTICES
from services.notify.domain.purposes import Audience
from shared.contracts.complaint import Published
from shared.contracts.values import Role


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """One person as the list of staff contacts has it. ``sealed`` holds how to reach them."""

    name: str
    role: Role
    unit: str | None
    sealed: str


UNIT_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_LEADER})

AT_A_UNIT: dict[Audience, tuple[Role, ...]] = {
    Audience.HOLDER: (Role.UNIT_HANDLER, Role.UNIT_LEADER),  # art. 18.2: the handler or chief representative
    Audience.LEADER: (Role.UNIT_LEADER,),  # art. 18.3
    Audience.UNIT: (Role.UNIT_LEADER, Role.UNIT_HANDLER),  # art. 20: results are told to the unit
}
AT_THE_OFFICE: dict[Audience, tuple[Role, ...]] = {
    Audience.HOLDER: (Role.HANDLER, Role.OFFICE_LEADER),  # art. 4
    Audience.LEADER: (Role.OFFICE_LEADER,),  # arts. 18.3, 18.4
    Audience.UNIT: (),
}
"""The roles that stand for an audience, the first choice first."""


def concerned(event: Published) -> frozenset[Audience]:
    """The audiences beside the complainant that are told something of this event."""
    notices = NOTICES.get(occasion_of(event), ())
    return frozenset(notice.audience for notice in notices) - {Audience.COMPLAINANT}


def person_for(
    audience: Audience, event: Published, unit: str | None, entries: Sequence[StaffEntry]
) -> StaffEntry | None:
    """Who is told. ``unit``: the one the case was last given to. Of several in one role the first by name, always."""
    return next(_candidates(audience, event, unit, sorted(entries, key=lambda entry: entry.name)), None)


def _candidates(
    audience: Audience, event: Published, unit: str | None, entries: Sequence[StaffEntry]
) -> Iterator[StaffEntry]:
    if audience is Audience.HOLDER:
        named: Any = getattr(event, "holder", None)
        yield from (entry for entry in entries if entry.name == named)
    concerned_unit = unit if audience is Audience.UNIT else _bound_unit(event)
    roles = AT_THE_OFFICE if concerned_unit is None else AT_A_UNIT
    for role in roles[audience]:
        yield from _in_role(role, concerned_unit, entries)


def _bound_unit(event: Published) -> str | None:
    """The unit whose limit it is; None where the office itself is bound, or is asked for a decision."""
    unit: str | None = getattr(event, "unit", None)
    return unit if getattr(event, "bound", "office") == "unit" else None


def _in_role(role: Role, unit: str | None, entries: Iterable[StaffEntry]) -> Iterator[StaffEntry]:
    return (entry for entry in entries if entry.role is role and entry.unit == unit)
