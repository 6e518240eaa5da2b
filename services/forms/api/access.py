"""Who may use which of forms' routes, and whose copies each role may read."""

from __future__ import annotations

from services.forms.domain.masking import Reader
from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff
from shared.web.dead_letter_routes import dead_letter_rows

OFFICE = (Role.OPERATOR, Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
ISSUERS = (Role.OPERATOR, Role.HANDLER, Role.OFFICE_LEADER)
UNITS = frozenset({Role.UNIT_HANDLER, Role.UNIT_LEADER})
OVERSEERS = (Role.OFFICE_LEADER, Role.AUDITOR)
"""Who may know of every case, of one kept close too (``SIGHT``, art. 17)."""
BINDER_READERS = (Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
READERS_OF: dict[Role, frozenset[Reader]] = {
    **{role: frozenset(Reader) for role in OFFICE},
    **{role: frozenset({Reader.UNIT}) for role in UNITS},
}
"""Whose copy each role may read: a unit never reads the office's (art. 17)."""

ACCESS = AccessTable(
    (
        public("GET", "/verify"),
        public("GET", "/verify/{code}"),
        staff("GET", "/forms/documents", READERS_OF, scope="forms:read"),
        staff("GET", "/forms/documents/{name}", READERS_OF, scope="forms:read", of_a_case=True),
        staff("GET", "/forms/documents/batch.pdf", BINDER_READERS, scope="forms:read"),
        staff("GET", "/forms/day", OFFICE, scope="forms:read"),
        staff("GET", "/forms/cases/{number}/binder.pdf", BINDER_READERS, scope="forms:read", of_a_case=True),
        staff("POST", "/forms/documents", ISSUERS, scope="forms:write"),
        staff("POST", "/forms/previews", (*ISSUERS, *UNITS), scope="forms:read"),
        staff("POST", "/forms/cases/{number}/drafts/{command}", (*ISSUERS, *UNITS), scope="forms:read", of_a_case=True),
        staff("GET", "/forms/lists/{identifier}", OFFICE, scope="forms:read"),
        staff("GET", "/forms/documents/{identifier}/signatures", READERS_OF, scope="forms:read", of_a_case=True),
        staff(
            "GET",
            "/forms/documents/{identifier}/signatures/{signature}/scan",
            READERS_OF,
            scope="forms:read",
            of_a_case=True,
        ),
        staff(
            "POST", "/forms/documents/{identifier}/signatures", (*ISSUERS, *UNITS), scope="forms:write", of_a_case=True
        ),
        staff("POST", "/forms/documents/{identifier}/seals", (*ISSUERS, *UNITS), scope="forms:write", of_a_case=True),
    ),
    dead_letter_rows("forms"),
)
