"""Who asks, as the domain knows people."""

from __future__ import annotations

from services.workflow.domain.roles import Person
from shared.identity.principal import Principal


def person_of(principal: Principal) -> Person:
    """The principal in the one role that the token or session speaks for."""
    return Person(id=principal.id, name=principal.name, role=principal.role, unit=principal.unit)
