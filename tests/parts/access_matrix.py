"""The matrix of access, made from the routes that are really mounted: every route times everybody who may come.

Knows how to read routes and rows and what answer each combination must get; asking is the test's matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.forms.api.access import ACCESS as FORMS
from services.intake.api.access import ACCESS as INTAKE
from services.notify.api.access import ACCESS as NOTIFY
from services.workflow.api.access import ACCESS as WORKFLOW
from shared.contracts.values import Role
from shared.identity.doors.access import ACCESS as IDENTITY
from shared.web.access_table import AccessTable, Row
from shared.web.app import HOUSE_ACCESS
from shared.web.negotiation import PageRoute
from tests.parts.house import OTHER_UNIT, UNIT

TABLE = AccessTable(INTAKE, WORKFLOW, NOTIFY, FORMS, IDENTITY, HOUSE_ACCESS)
_SILENT = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who may come: a role with its unit, or nobody; with all that the role may, or with a narrow token."""

    name: str
    role: Role | None = None
    unit: str | None = None
    scopes: tuple[str, ...] = ()
    is_stranger: bool = False
    """Whether the case of the test is none of theirs."""


def _unit_of(role: Role) -> str | None:
    return UNIT if role in (Role.UNIT_HANDLER, Role.UNIT_LEADER) else None


STRANGERS = (
    Persona("another unit's handler", Role.UNIT_HANDLER, OTHER_UNIT, is_stranger=True),
    Persona("another unit's leader", Role.UNIT_LEADER, OTHER_UNIT, is_stranger=True),
    Persona("another operator", Role.OPERATOR, is_stranger=True),
)
PERSONAS = (
    Persona("nobody"),
    *(Persona(role.value, role, _unit_of(role)) for role in Role),
    *STRANGERS,
    *(Persona(f"{role.value} with a narrow token", role, _unit_of(role), ("nothing:else",)) for role in Role),
)


def routes_of(routes: Any) -> Iterator[tuple[str, str]]:
    """Every (method, path) that is mounted."""
    for route in flat(routes):
        yield from ((method, route.path) for method in sorted(route.methods - _SILENT))


def flat(routes: Any) -> Iterator[Any]:
    """Every route that is mounted, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from flat(inner.routes)


def only_for_browsers(routes: Any) -> set[tuple[str, str]]:
    """The routes that are there for nobody but who asks for HTML."""
    for_browsers: set[tuple[str, str]] = set()
    for_all: set[tuple[str, str]] = set()
    for route in flat(routes):
        served = {(method, route.path) for method in route.methods - _SILENT}
        (for_browsers if isinstance(route, PageRoute) else for_all).update(served)
    return for_browsers - for_all


def expected(row: Row, who: Persona) -> set[int] | None:
    """The status that must come; None where the gate lets through and the rest decides (never 401 or 403)."""
    if row.roles is None:
        return None
    if who.role is None:
        return {401}
    if who.role not in row.roles or who.scopes:
        return {403}
    if not (row.of_a_case and who.is_stranger):
        return None
    # What is sent is read before the case is looked for: 422 says nothing of whether it is there.
    return {404} if row.method == "GET" else {404, 422}
