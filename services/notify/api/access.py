"""Who may use which of notify's routes. Addresses are shown on the call list alone, to those who call."""

from __future__ import annotations

from shared.contracts.values import Role
from shared.web.access_table import AccessTable, staff

OFFICE = (Role.OPERATOR, Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
CALLERS = (Role.OPERATOR, Role.HANDLER)

ACCESS = AccessTable(
    (
        staff("GET", "/notify/deliveries", OFFICE, scope="notify:read"),
        staff("GET", "/notify/response-rule", OFFICE, scope="notify:read"),
        staff("GET", "/notify/call-list", CALLERS, scope="notify:call"),
    )
)
