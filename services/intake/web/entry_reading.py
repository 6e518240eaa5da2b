"""What an operator typed, read into what the door of its channel takes; faults named as the page names the fields.

Law of this file: pure. What was typed comes back exactly as typed; a field that the page doesn't have is ignored. Spoken of
evidence (取号单、照片) is written under the facts, since evidence itself is files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.intake.adapters.letter import Letter
from services.intake.adapters.phone_log import CallWithoutComplaint, PhoneLogEntry
from services.intake.adapters.suggestion_box import BoxOpening, SuggestionSlip
from services.intake.adapters.told import Told
from services.intake.adapters.visit import Visit
from services.intake.web.window_names import read_window
from shared.centre import Centre
from shared.clock import SHANGHAI
from shared.contracts.values import Channel, Relation
from shared.web.problems import FieldFault
from shared.web.validation import field_faults

SPOKEN_EVIDENCE = "证据（投诉人所述）："


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of a page, as typed; every channel uses some of them."""

    facts: str = ""
    demand: str = ""
    window: str = ""
    desk_number: str = ""
    staff: str = ""
    occurred_at: str = ""
    evidence: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    relation: str = Relation.UNKNOWN.value
    reply_by: str = ""
    major: str = ""
    confidential: str = ""
    anonymous: str = ""
    truth: str = ""
    arrived_at: str = ""
    opened_by: str = ""
    posting_number: str = ""
    postmarked_on: str = ""
    reception_point: str = ""
    result: str = ""
    complainant_agrees: str = ""
    box: str = ""
    opened_at: str = ""
    witnessed_by: str = ""
    slip_number: str = ""
    slips: str = ""
    opening: str = ""
    reason: str = ""
    call_id: str = ""
    call_number: str = ""
    call_started_at: str = ""
    call_ended_at: str = ""
    note: str = ""


def typed_in(form: Mapping[str, Any]) -> Typed:
    """What stands in a posted form."""
    return Typed(**{field.name: str(form.get(field.name, field.default)) for field in fields(Typed)})


def linked_in(values: Sequence[object]) -> tuple[UUID, ...]:
    """The complaints that were ticked as perhaps the same matter; junk is passed over."""
    found: list[UUID] = []
    for value in values:
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))[:20]


def told_in(channel: Channel, typed: Typed, centre: Centre) -> Told | Sequence[FieldFault]:
    """The complaint as its channel's door takes it, or everything that is wrong with what was typed."""
    model, more = _MODELS[channel]
    try:
        return model.model_validate(_common(typed, centre) | more(typed))
    except ValidationError as error:
        return _on_the_page(channel, field_faults(error.errors()))


def _common(typed: Typed, centre: Centre) -> dict[str, Any]:
    unit, window = read_window(typed.window, centre)
    spoken = f"\n{SPOKEN_EVIDENCE}{typed.evidence.strip()}" if typed.evidence.strip() else ""
    return {
        "facts": typed.facts.strip() + spoken if typed.facts.strip() else "",
        "demand": typed.demand.strip() or None,
        "occurred_at": typed.occurred_at.strip() or None,
        "major": bool(typed.major),
        "statement_of_truth": bool(typed.truth),
        "complainant": _person(typed),
        "target": {
            "unit": unit,
            "window": window,
            "staff": typed.staff.strip() or None,
            "desk_number": typed.desk_number.strip() or None,
        },
    }


def _person(typed: Typed) -> dict[str, Any]:
    """Who tells. Anonymous: what identifies is not taken, though it may stand in the fields."""
    given = {name: getattr(typed, name).strip() or None for name in ("name", "phone", "email", "address", "reply_by")}
    if typed.anonymous:
        given = dict.fromkeys(given)
    return given | {
        "relation": typed.relation,
        "anonymous": bool(typed.anonymous),
        "confidential": bool(typed.confidential),
    }


def _call(typed: Typed) -> dict[str, Any]:
    """The call: what the exchange told of it, which the page carries along unseen, or from when to when by the operator."""
    call = {"id": typed.call_id, "caller_number": typed.call_number}
    call |= {"started_at": _moment(typed.call_started_at), "ended_at": _moment(typed.call_ended_at)}
    return {"call": {name: said or None for name, said in call.items()}}


def no_complaint_in(typed: Typed, ending: str) -> CallWithoutComplaint | Sequence[FieldFault]:
    """The call that was no complaint, or everything that is wrong with what was typed of it."""
    try:
        return CallWithoutComplaint.model_validate({"ending": ending, "note": typed.note, **_call(typed)})
    except ValidationError as error:
        return _on_the_page(Channel.PHONE, field_faults(error.errors()))


def opening_in(typed: Typed) -> BoxOpening | Sequence[FieldFault]:
    """The opening of a box, or everything that is wrong with what was typed."""
    said = {"opened_at": _moment(typed.opened_at), "slips": typed.slips.strip()}
    said |= {name: getattr(typed, name) for name in ("box", "opened_by", "witnessed_by")}
    try:
        return BoxOpening.model_validate(said)
    except ValidationError as error:
        return _on_the_page(Channel.SUGGESTION_BOX, field_faults(error.errors()))


def _letter(typed: Typed) -> dict[str, Any]:
    return {
        "arrived_at": _moment(typed.arrived_at),
        "opened_by": typed.opened_by,
        "posting_number": typed.posting_number.strip() or None,
        "postmarked_on": typed.postmarked_on.strip() or None,
    }


def _visit(typed: Typed) -> dict[str, Any]:
    settled = typed.result.strip() or typed.complainant_agrees
    settlement = {"result": typed.result, "complainant_agrees": bool(typed.complainant_agrees)} if settled else None
    return {"reception_point": typed.reception_point, "settlement": settlement}


def _slip(typed: Typed) -> dict[str, Any]:
    return {
        "box": typed.box,
        "opened_at": _moment(typed.opened_at),
        "opened_by": typed.opened_by,
        "witnessed_by": typed.witnessed_by.strip() or None,
        "slip_number": typed.slip_number,
    }


_MODELS: Mapping[Channel, tuple[type[Told], Callable[[Typed], dict[str, Any]]]] = {
    Channel.PHONE: (PhoneLogEntry, _call),
    Channel.LETTER: (Letter, _letter),
    Channel.VISIT: (Visit, _visit),
    Channel.SUGGESTION_BOX: (SuggestionSlip, _slip),
    Channel.FAX: (Told, lambda _typed: {}),
}

_ELSEWHERE = {
    "unit": "window",
    "settlement": "result",
    "statement_of_truth": "truth",
    "started_at": "call_started_at",
    "ended_at": "call_ended_at",
    "call": "call_ended_at",
}
"""Fields that the page calls otherwise than the door."""
_WORDS: Mapping[str, tuple[str, str]] = {
    "facts": ("请写明发生了什么", "Write what happened"),
    "phone": ("不是电话号码：写手机号、带区号的座机，或 +国家代码", "Not a phone number: a mobile, or with area code"),
    "email": ("不是能收信的邮箱地址", "Not an address that could be answered"),
    "result": ("当场办结须写明怎样处理的", "Say what was done on the spot"),
    "complainant_agrees": (
        "投诉人同意才算当场办结；不同意的请清空处理结果，转入正常办理",
        "Only what the complainant agrees to is settled; else leave the result empty",
    ),
    "arrived_at": ("请填收到的日期和时间", "Give the day and time of arrival"),
    "call_ended_at": ("通话结束不能早于开始", "The call can't end before it began"),
    "ending": ("请选择这通来电为什么不是投诉", "Choose why this call was no complaint"),
    "slips": ("请填开箱时点出的张数，空箱填 0", "How many slips were counted when the box was opened; 0 for none"),
    "box": ("请写明是哪个意见箱", "Say which box"),
    "opened_by": ("请写明由谁拆、开", "Say who opened it"),
    "opened_at": ("请填开箱的日期和时间", "Give the day and time of opening"),
    "witnessed_by": ("见证人须是开箱人以外的另一人", "The witness must be another than who opened the box"),
}


def _on_the_page(channel: Channel, faults: Sequence[FieldFault]) -> Sequence[FieldFault]:
    """Named as the page's fields are; one fault a field."""
    found: dict[str, FieldFault] = {}
    for fault in faults:
        said = fault.name.rpartition(".")[2]
        # A fault of the whole is that of two people being one: the only rule between fields that a page can break.
        name = "witnessed_by" if said == "body" and channel is Channel.SUGGESTION_BOX else _ELSEWHERE.get(said, said)
        zh, en = _WORDS.get(name, (fault.message_zh, fault.message_en))
        found.setdefault(name, FieldFault(name, fault.code, zh, en))
    return list(found.values())


def _moment(typed: str) -> Any:
    """A ``datetime-local`` value on the centre's clock, or a moment with its zone; the door names what is neither."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
