"""Who may use which of notify's routes. Addresses are shown on the call list alone, to those who call."""

from __future__ import annotations

from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff

OFFICE = (Role.OPERATOR, Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
CALLERS = (Role.OPERATOR, Role.HANDLER)
TEMPLATE_READERS = (*OFFICE, Role.ADMINISTRATOR)

ACCESS = AccessTable(
    (
        staff("GET", "/notify/deliveries", OFFICE, scope="notify:read"),
        staff("GET", "/notify/response-rule", OFFICE, scope="notify:read"),
        staff("GET", "/notify/call-list", CALLERS, scope="notify:call"),
        *(
            staff("POST", f"/notify/call-list/{{delivery_id}}/{what}", CALLERS, scope="notify:call", of_a_case=True)
            for what in ("reached", "not-reached", "posted")
        ),
        staff("GET", "/notify/inbound-texts", CALLERS, scope="notify:call"),
        staff("GET", "/notify/staff-contacts", (Role.ADMINISTRATOR,), scope="notify:staff"),
        staff("PUT", "/notify/staff-contacts", (Role.ADMINISTRATOR,), scope="notify:staff"),
        staff("GET", "/notify/templates", TEMPLATE_READERS, scope="notify:read"),
        staff("GET", "/notify/templates/{key}", TEMPLATE_READERS, scope="notify:read"),
        public("POST", "/notify/webhooks/twilio/status"),  # by the provider's signature
        public("POST", "/notify/webhooks/twilio/inbound"),
    )
)
