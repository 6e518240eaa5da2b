"""Who may use which of intake's routes."""

from __future__ import annotations

from services.intake.api.told_doors import STAFF_DOORS
from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff

RECEIVERS = (Role.OPERATOR, Role.HANDLER)
SEES_ALL = (Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
READERS = (Role.OPERATOR, *SEES_ALL)

ACCESS = AccessTable(
    (
        public("GET", "/"),
        public("GET", "/intake/web-forms"),
        public("POST", "/intake/web-forms"),
        public("GET", "/intake/web-forms/receipts/{code}"),
        public("GET", "/intake/written"),
        public("GET", "/intake/written/{code}"),
    ),
    (staff("POST", door.path, RECEIVERS, scope=f"intake:{door.channel.value}") for door in STAFF_DOORS),
    (
        staff("POST", "/intake/emails", RECEIVERS, scope="intake:email"),
        staff("POST", "/intake/faxes", RECEIVERS, scope="intake:fax"),
        staff("POST", "/intake/review/{complaint_id}", RECEIVERS, scope="intake:fax"),
        staff("GET", "/intake/submissions", READERS, scope="intake:read"),
        staff("GET", "/intake/submissions/{complaint_id}", READERS, scope="intake:read", of_a_case=True),
        staff("GET", "/intake/review", READERS, scope="intake:read"),
        staff("GET", "/intake/quarantine", READERS, scope="intake:read"),
    ),
)
