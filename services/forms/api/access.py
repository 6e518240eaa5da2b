"""Who may use which of forms' routes, and whose copies each role may read."""

from __future__ import annotations

from services.forms.domain.masking import Reader
from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff
from shared.web.dead_letter_routes import dead_letter_rows

OFFICE = (Role.OPERATOR, Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
READERS_OF: dict[Role, frozenset[Reader]] = {
    **{role: frozenset(Reader) for role in OFFICE},
    Role.UNIT_HANDLER: frozenset({Reader.UNIT}),
    Role.UNIT_LEADER: frozenset({Reader.UNIT}),
}
"""Whose copy each role may read: a unit never reads the office's (art. 17)."""

ACCESS = AccessTable(
    (
        public("GET", "/verify"),
        public("GET", "/verify/{code}"),
        staff("GET", "/forms/documents", READERS_OF, scope="forms:read"),
        staff("GET", "/forms/documents/{name}", READERS_OF, scope="forms:read", of_a_case=True),
    ),
    dead_letter_rows("forms"),
)
