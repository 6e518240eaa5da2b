"""Who may use which of intake's routes."""

from __future__ import annotations

from collections.abc import Mapping

from services.intake.api.told_doors import STAFF_DOORS
from shared.contracts.values import Channel, Role
from shared.identity.principal import Principal
from shared.web.access_table import AccessTable, public, staff
from shared.web.dead_letter_routes import dead_letter_rows

RECEIVERS = (Role.OPERATOR, Role.HANDLER)
SEES_ALL = (Role.HANDLER, Role.OFFICE_LEADER, Role.AUDITOR)
READERS = (Role.OPERATOR, *SEES_ALL)
SEES_CHECKS = (*READERS, Role.ADMINISTRATOR)

ENTRY_DESKS: Mapping[Channel, str] = {
    Channel.PHONE: "/desk/phone",
    Channel.VISIT: "/desk/visit",
    Channel.LETTER: "/desk/letter",
    Channel.SUGGESTION_BOX: "/desk/box",
}
"""The pages at which people type what they were told, by channel."""

ACCESS = AccessTable(
    (
        public("GET", "/"),
        public("GET", "/intake/web-forms"),
        public("POST", "/intake/web-forms"),
        public("PUT", "/intake/web-forms/draft"),
        public("POST", "/intake/web-forms/draft/discard"),
        public("GET", "/intake/web-forms/receipts/{code}"),
        public("GET", "/intake/written"),
        public("GET", "/intake/written/{code}"),
    ),
    (staff("POST", door.path, RECEIVERS, scope=f"intake:{door.channel.value}") for door in STAFF_DOORS),
    (
        staff("POST", "/intake/emails", RECEIVERS, scope="intake:email"),
        staff("POST", "/intake/faxes", RECEIVERS, scope="intake:fax"),
        staff("POST", "/intake/review/{complaint_id}", RECEIVERS, scope="intake:fax"),
        *(
            staff("GET", "/intake/review/{complaint_id}" + part, RECEIVERS, scope="intake:fax")
            for part in ("", "/pages/{number}.png", "/original")
        ),
        *(
            staff(method, "/intake/box-openings" + part, RECEIVERS, scope="intake:suggestion_box")
            for method, part in (
                ("POST", ""),
                ("GET", ""),
                ("GET", "/{opening_id}"),
                ("POST", "/{opening_id}/close"),
                ("POST", "/{opening_id}/record"),
            )
        ),
        staff("GET", "/intake/submissions", READERS, scope="intake:read"),
        staff("GET", "/intake/submissions/{complaint_id}", READERS, scope="intake:read", of_a_case=True),
        staff("GET", "/intake/review", READERS, scope="intake:read"),
        staff("GET", "/intake/quarantine", READERS, scope="intake:read"),
        staff("GET", "/intake/drafts", RECEIVERS, scope="intake:drafts"),
        *(
            staff(method, "/intake/drafts/{draft_id}", RECEIVERS, scope="intake:drafts")
            for method in ("PUT", "GET", "DELETE")
        ),
        staff("GET", "/intake/drafts/{draft_id}/earlier", RECEIVERS, scope="intake:drafts"),
        staff("POST", "/intake/calls", (*RECEIVERS, Role.ADMINISTRATOR), scope="intake:calls"),
        staff("POST", "/intake/calls/no-complaint", RECEIVERS, scope="intake:phone"),
        staff("POST", "/intake/calls/{call_id}/take-up", RECEIVERS, scope="intake:phone"),
        staff("GET", "/intake/calls", READERS, scope="intake:read"),
        staff("GET", "/intake/calls/{call_id}", READERS, scope="intake:read"),
        staff("POST", "/intake/phone-logs/import", RECEIVERS, scope="intake:import"),
        staff("GET", "/intake/phone-logs/imports/{import_id}", RECEIVERS, scope="intake:import"),
        staff("POST", "/intake/phone-logs/imports/{import_id}", RECEIVERS, scope="intake:import"),
        staff("GET", "/intake/phone-logs/imports/{import_id}/faults.csv", RECEIVERS, scope="intake:import"),
        staff("GET", "/intake/quarantine/{item_id}/original", RECEIVERS, scope="intake:quarantine", of_a_case=True),
        staff("POST", "/intake/quarantine/{item_id}", RECEIVERS, scope="intake:quarantine"),
        staff("GET", "/intake/channel-checks", SEES_CHECKS, scope="intake:read"),
        staff("GET", "/intake/channel-checks/missed", SEES_CHECKS, scope="intake:read"),
        staff("POST", "/intake/channel-checks", RECEIVERS, scope="intake:checks"),
        staff("GET", "/intake/reconciliation", SEES_CHECKS, scope="intake:read"),
    ),
    (
        staff("GET", "/desk", Role, scope="desk"),
        staff("GET", "/intake/events", RECEIVERS, scope="desk"),
        staff("POST", "/desk/box/openings", RECEIVERS, scope="intake:suggestion_box"),
        staff("POST", "/desk/box/openings/{opening_id}/close", RECEIVERS, scope="intake:suggestion_box"),
        staff("POST", "/desk/box/openings/{opening_id}/record", RECEIVERS, scope="intake:suggestion_box"),
        *(
            staff(method, "/desk/imports" + part, RECEIVERS, scope="intake:import")
            for method in ("GET", "POST")
            for part in ("", "/{import_id}")
        ),
        staff("GET", "/desk/scan", RECEIVERS, scope="intake:fax"),
        staff("POST", "/desk/scan", RECEIVERS, scope="intake:fax"),
        staff("GET", "/desk/scan/{complaint_id}", RECEIVERS, scope="intake:fax", of_a_case=True),
        staff("POST", "/desk/scan/{complaint_id}", RECEIVERS, scope="intake:fax", of_a_case=True),
        staff("GET", "/desk/scan/{complaint_id}/pages/{number}", RECEIVERS, scope="intake:fax", of_a_case=True),
        staff("GET", "/desk/scan/{complaint_id}/crops/{name}", RECEIVERS, scope="intake:fax", of_a_case=True),
        staff("GET", "/desk/scan/{complaint_id}/original", RECEIVERS, scope="intake:fax", of_a_case=True),
        staff("GET", "/desk/quarantine", RECEIVERS, scope="intake:quarantine"),
        staff("POST", "/desk/quarantine/{item_id}", RECEIVERS, scope="intake:quarantine", of_a_case=True),
        staff("POST", "/desk/phone/end", RECEIVERS, scope="intake:phone"),
        staff("GET", "/desk/phone/calls", READERS, scope="intake:read"),
        staff("POST", "/desk/phone/calls/{call_id}", RECEIVERS, scope="intake:phone"),
        staff("GET", "/desk/checks", SEES_CHECKS, scope="intake:read"),
        staff("POST", "/desk/checks", RECEIVERS, scope="intake:checks"),
    ),
    (
        staff(method, path, RECEIVERS, scope=f"intake:{channel}")
        for channel, desk in ENTRY_DESKS.items()
        for method, path in (("GET", desk), ("POST", desk), ("POST", f"{desk}/known"))
    ),
    dead_letter_rows("intake"),
)


def own_of(who: Principal) -> str | None:
    """Whose records this person sees: an operator their own, whoever sees all everybody's (None)."""
    return None if who.role in SEES_ALL else who.name
