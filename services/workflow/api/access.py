"""Who may use which of workflow's routes. Which command is whose is ``domain.roles``' to say, which case ``domain.sight``'s."""

from __future__ import annotations

from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff
from shared.web.dead_letter_routes import dead_letter_rows

READERS = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""An administrator reads no case and no complainant (art. 17)."""

ACCESS = AccessTable(
    (
        public("GET", "/track"),
        public("GET", "/track/{code}"),
        staff("GET", "/workflow/cases", READERS, scope="workflow:read"),
        staff("GET", "/workflow/cases/{number}", READERS, scope="workflow:read", of_a_case=True),
        staff("GET", "/workflow/cases/{number}/timeline", READERS, scope="workflow:read", of_a_case=True),
        staff("GET", "/workflow/cases/{number}/actions", READERS, scope="workflow:read", of_a_case=True),
        staff("POST", "/workflow/cases/{number}/actions/{name}", READERS, scope="workflow:act", of_a_case=True),
        staff("GET", "/workflow/directory/units", Role, scope="workflow:read"),
        staff("GET", "/workflow/directory/staff", Role, scope="workflow:read"),
        staff("PUT", "/workflow/directory/staff", (Role.ADMINISTRATOR,), scope="workflow:directory"),
    ),
    dead_letter_rows("workflow"),
)
