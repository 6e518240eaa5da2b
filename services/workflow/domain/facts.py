"""What the directory says about the people a command touches (art. 4), as the handler looked it up before deciding.

Law of this file: facts, no rules. An absent unit or person is simply not here; whether that forbids something is a
guard's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.workflow.domain.roles import Person
from shared.contracts.tracking import TrackingCode
from shared.contracts.values import CaseNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPeople:
    """Who acts for a unit just now, deputies taken into account.

    ``handler``: the active handler or chief representative; ``leader``: the leader in charge; ``signatories``: the
    names whose signature binds the unit (the leader's and an appointed deputy's).
    """

    handler: Person | None = None
    leader: Person | None = None
    signatories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartIdentity:
    """The number, id and code set aside for one part of a split letter."""

    case_number: CaseNumber
    complaint_id: UUID
    tracking_code: TrackingCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What must be known beside the case.

    ``units``: by name, at least the one named in the command and the one the case lies with. ``office_handlers``: the
    active handlers by account. ``parts``: for ``split``, one for each part.
    """

    units: Mapping[str, UnitPeople] = field(default_factory=dict)
    office_leader: Person | None = None
    office_handlers: Mapping[str, Person] = field(default_factory=dict)
    parts: tuple[PartIdentity, ...] = ()

    def people(self, unit: str | None) -> UnitPeople:
        """Who acts for a unit; nobody, where it isn't in the directory."""
        return self.units.get(unit or "", UnitPeople())
