"""Who may use which of notify's routes. Addresses are shown on the call list alone, to those who call."""

from __future__ import annotations

from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff
from shared.web.dead_letter_routes import dead_letter_rows

OFFICE = (Role.OPERATOR, Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
CALLERS = (Role.OPERATOR, Role.HANDLER)
TEMPLATE_READERS = (*OFFICE, Role.ADMINISTRATOR)

ACCESS = AccessTable(
    (
        staff("GET", "/notify/deliveries", OFFICE, scope="notify:read"),
        staff("GET", "/notify/response-rule", OFFICE, scope="notify:read"),
        staff("GET", "/notify/call-list", CALLERS, scope="notify:call"),
        staff("POST", "/notify/call-list/sheet", CALLERS, scope="notify:call"),
        *(
            staff("POST", f"/notify/call-list/{{delivery_id}}/{what}", CALLERS, scope="notify:call", of_a_case=True)
            for what in ("reached", "not-reached", "posted")
        ),
        staff("GET", "/desk/calls", CALLERS, scope="notify:call"),
        staff("POST", "/desk/calls/sheet", CALLERS, scope="notify:call"),
        staff("POST", "/desk/calls/{delivery_id}", CALLERS, scope="notify:call", of_a_case=True),
        staff("GET", "/notify/inbound-texts", CALLERS, scope="notify:call"),
        staff("POST", "/notify/inbound-texts/{key}/settled", CALLERS, scope="notify:call", of_a_case=True),
        staff("POST", "/desk/calls/texts/{key}", CALLERS, scope="notify:call", of_a_case=True),
        staff("GET", "/desk/response", OFFICE, scope="notify:read"),
        staff("GET", "/desk/messages/{complaint_id}", OFFICE, scope="notify:read"),
        staff("GET", "/desk/templates", TEMPLATE_READERS, scope="notify:read"),
        staff("GET", "/desk/templates/{key}", TEMPLATE_READERS, scope="notify:read"),
        staff("GET", "/desk/staff-contacts", (Role.ADMINISTRATOR,), scope="notify:staff"),
        staff("POST", "/desk/staff-contacts", (Role.ADMINISTRATOR,), scope="notify:staff"),
        staff("GET", "/notify/staff-contacts", (Role.ADMINISTRATOR,), scope="notify:staff"),
        staff("PUT", "/notify/staff-contacts", (Role.ADMINISTRATOR,), scope="notify:staff"),
        staff("GET", "/notify/templates", TEMPLATE_READERS, scope="notify:read"),
        staff("GET", "/notify/templates/{key}", TEMPLATE_READERS, scope="notify:read"),
        public("POST", "/notify/webhooks/twilio/status"),  # by the provider's signature
        public("POST", "/notify/webhooks/twilio/inbound"),
    ),
    dead_letter_rows("notify"),
)
