"""How workflow answers programs: a case without its identity, and what an action led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from services.workflow.domain import commands
from services.workflow.domain.case import Case
from services.workflow.domain.roles import Person
from services.workflow.domain.sight import words_shown
from services.workflow.domain.urgency import Urgency
from services.workflow.office import Office
from services.workflow.store.tables import cases
from shared.centre import Centre
from shared.contracts.complaint import Complainant, ComplaintReceived
from shared.contracts.masking import Showing, mask_address, mask_email, mask_name, mask_phone
from shared.store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from services.workflow.reading import Known


def case_answer(
    found: Known, centre: Centre, person: Person, supplements: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A case as this person sees it: the words of the complaint; of who complained a part, of a confidential one nothing."""
    case, shown = found.case, found.complaint
    hidden = words_shown(case, person) is Showing.HIDDEN
    return {
        "number": case.number,
        "formal_number": centre.formal_number(case.number),
        "tracking_code": case.tracking_code,
        "complaint_id": str(case.complaint_id),
        "state": case.state.value,
        "version": case.version,
        "round": case.round,
        "track": case.track,
        "unit": case.unit,
        "channel": case.channel.value,
        "received_at": case.received_at,
        "holder": {"name": case.holder.name, "role": case.holder.role.value, "unit": case.holder.unit},
        "real_name": case.real_name,
        "confidential": case.confidential,
        "restricted": case.restricted,
        "target": shown.target.model_dump(),
        "complainant": masked_identity(shown.complainant, hidden=hidden),
        "facts": shown.facts,
        "demand": shown.demand,
        "occurred_at": shown.occurred_at,
        "major": case.major,
        "urgency": _urgency(case.urgency),
        "missing": [element.value for element in case.missing],
        "evidence": [item.model_dump(mode="json") for item in shown.evidence],
        "supplements": list(supplements),
        "split_from": case.split_from,
        "parts": list(case.parts),
        "links": [{"other": link.other, "relation": link.relation.value} for link in case.links],
        "clocks": [_clock(clock) for clock in case.clocks],
        "next_limit": found.row["next_limit"],
    }


async def done(office: Office, unit: UnitOfWork, case: Case, command: commands.Command) -> dict[str, Any]:
    """What an action led to; a look at the identity, which the timeline holds now, brings the identity itself."""
    answer: dict[str, Any] = {
        "number": case.number,
        "state": case.state.value,
        "version": case.version,
        "round": case.round,
        "parts": list(case.parts),
    }
    if isinstance(command, commands.RevealIdentity):
        query = select(cases.c.sealed_complaint).where(cases.c.number == case.number)
        sealed = (await unit.connection.execute(query)).scalar_one()
        complaint = ComplaintReceived.model_validate_json(office.ring.open(sealed))
        answer["complainant"] = identity_answer(complaint.complainant)
    return answer


def masked_identity(complainant: Complainant, *, hidden: bool) -> dict[str, Any]:
    """王**, 139****2046: enough to recognise a case by, not enough to find a person; nothing where it is ``hidden``."""
    masks = {"name": mask_name, "phone": mask_phone, "email": mask_email, "address": mask_address}
    given = {name: getattr(complainant, name) for name in masks}
    shown = {name: None if hidden or not given[name] else mask(given[name]) for name, mask in masks.items()}
    return shown | {
        "relation": complainant.relation.value,
        "anonymous": complainant.anonymous,
        "confidential": complainant.confidential,
        "masked": True,
    }


def identity_answer(complainant: Complainant) -> dict[str, Any]:
    """Who complained, in full: only as the answer to a look that was recorded."""
    return complainant.model_dump(mode="json") | {"masked": False}


def _urgency(urgency: Urgency | None) -> dict[str, Any] | None:
    if urgency is None:
        return None
    seen = urgency.attended
    return {
        "standing": urgency.standing.value,
        "danger": urgency.danger.value,
        "raised_at": urgency.raised_at,
        "alerted_at": urgency.alerted_at,
        "attended": None if seen is None else {"by": seen.by.name, "at": seen.at, "measure": seen.measure.value},
    }


def _clock(clock: Any) -> dict[str, Any]:
    return {
        "name": clock.name.value,
        "round": clock.round,
        "article": clock.article,
        "bound": clock.bound.value,
        "started_at": clock.started_at,
        "limit": clock.limit,
        "original_limit": clock.original_limit,
        "limits": [
            {"limit": each.limit.moment, "because": each.because.value, "calendar": each.limit.calendar_version}
            for each in clock.limits
        ],
        "end": clock.end.value if clock.end else None,
        "ended_at": clock.ended_at,
    }
