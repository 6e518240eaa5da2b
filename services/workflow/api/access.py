"""Who may use which of workflow's routes. Which command is whose is ``domain.roles``' to say, which case ``domain.sight``'s."""

from __future__ import annotations

from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff
from shared.web.dead_letter_routes import dead_letter_rows

READERS = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""An administrator reads no case and no complainant (art. 17)."""
WRITERS = tuple(role for role in READERS if role is not Role.AUDITOR)
"""Whoever has an action's form to fill in."""
FREEZES = (Role.OFFICE_LEADER,)
REPORTS = (Role.HANDLER, Role.OFFICE_LEADER)
OFFICE = (Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
SIGNS_FOR = (Role.UNIT_HANDLER, Role.UNIT_LEADER)
READS_FIGURES = (*OFFICE, *SIGNS_FOR)

ACCESS = AccessTable(
    (
        public("GET", "/track"),
        public("GET", "/track/{code}"),
        staff("GET", "/workflow/cases", READERS, scope="workflow:read"),
        staff("GET", "/workflow/cases/{number}", READERS, scope="workflow:read", of_a_case=True),
        staff("GET", "/workflow/cases/{number}/timeline", READERS, scope="workflow:read", of_a_case=True),
        staff("GET", "/workflow/cases/{number}/files/{sha256}", READERS, scope="workflow:read", of_a_case=True),
        staff("GET", "/workflow/cases/{number}/actions", READERS, scope="workflow:read", of_a_case=True),
        staff("POST", "/workflow/cases/{number}/actions/{name}", READERS, scope="workflow:act", of_a_case=True),
        *(
            staff(method, "/workflow/cases/{number}/drafts/{name}", WRITERS, scope="workflow:act", of_a_case=True)
            for method in ("PUT", "POST")
        ),
        staff("GET", "/workflow/events", READERS, scope="workflow:read"),
        staff("GET", "/workflow/search", READERS, scope="workflow:read"),
        staff("POST", "/workflow/search", READERS, scope="workflow:read"),
        staff("GET", "/workflow/rules", Role, scope="workflow:read"),
        public("GET", "/workflow/public-figures"),
        staff("GET", "/workflow/statistics", READS_FIGURES, scope="workflow:statistics"),
        staff("GET", "/workflow/assessment", READS_FIGURES, scope="workflow:statistics"),
        staff("POST", "/workflow/statistics/freeze", FREEZES, scope="workflow:statistics"),
        staff("GET", "/workflow/statistics/frozen", OFFICE, scope="workflow:statistics"),
        staff("GET", "/workflow/statistics/frozen/{frozen_id}", OFFICE, scope="workflow:statistics"),
        staff("GET", "/workflow/notices", READS_FIGURES, scope="workflow:statistics"),
        staff("GET", "/workflow/notices/{notice_id}", READS_FIGURES, scope="workflow:statistics", of_a_case=True),
        staff("POST", "/workflow/notices/{notice_id}/receipt", SIGNS_FOR, scope="workflow:act", of_a_case=True),
        staff("POST", "/workflow/statistics/frozen/{frozen_id}/report", REPORTS, scope="workflow:statistics"),
        staff("POST", "/workflow/assignments", (Role.HANDLER, Role.OFFICE_LEADER), scope="workflow:act"),
        staff("GET", "/workflow/approvals", (Role.OFFICE_LEADER,), scope="workflow:read"),
        staff("POST", "/workflow/approvals/{number}", (Role.OFFICE_LEADER,), scope="workflow:act", of_a_case=True),
        staff("GET", "/workflow/audit", (Role.OFFICE_LEADER, Role.AUDITOR), scope="workflow:read"),
        staff("GET", "/workflow/taken", (Role.OPERATOR,), scope="workflow:read"),
        staff("GET", "/workflow/follow-ups", (Role.HANDLER,), scope="workflow:read"),
        staff("POST", "/workflow/follow-up-sheet", (Role.HANDLER,), scope="workflow:act"),
        staff("POST", "/workflow/follow-ups/{number}", (Role.HANDLER,), scope="workflow:act", of_a_case=True),
        staff("GET", "/workflow/calendar", Role, scope="workflow:read"),
        staff("POST", "/workflow/calendar", (Role.ADMINISTRATOR,), scope="workflow:calendar"),
        staff("GET", "/workflow/directory", Role, scope="workflow:read"),
        staff("GET", "/workflow/directory/units", Role, scope="workflow:read"),
        staff("GET", "/workflow/directory/staff", Role, scope="workflow:read"),
        staff("GET", "/workflow/directory/reception-points", Role, scope="workflow:read"),
        staff("GET", "/workflow/directory/staff/{who}/absences", Role, scope="workflow:read"),
        staff("POST", "/workflow/directory/staff/{who}/absences", (Role.ADMINISTRATOR,), scope="workflow:directory"),
        staff("DELETE", "/workflow/directory/staff/{who}/absences", (Role.ADMINISTRATOR,), scope="workflow:directory"),
        staff("POST", "/workflow/directory/import", (Role.ADMINISTRATOR,), scope="workflow:directory"),
        staff("PUT", "/workflow/directory/staff", (Role.ADMINISTRATOR,), scope="workflow:directory"),
    ),
    dead_letter_rows("workflow"),
)
