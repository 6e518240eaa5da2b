"""The posted form read into what the web-form adapter takes: field by field, with the faults named as the page names them.

Law of this file: what was typed comes back exactly as typed; a field the form doesn't have is ignored (a hidden field
can't set what isn't asked). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.intake.adapters.web_form import WebForm
from services.intake.domain.submission import EARLIEST
from services.intake.web.views import UNKNOWN, FormValues, Signature
from shared.centre import Centre
from shared.web.problems import FieldFault
from shared.web.validation import field_faults

_NAMES = {"statement_of_truth": "truth"}
_REQUIRED = {
    "facts": ("请写明事情经过", "Say what happened"),
    "unit": ("请选择被投诉的单位；不知道就选“不清楚”", "Choose the unit; if you don't know it, say so"),
    "demand": ("请写明您希望怎样处理", "Say what you ask for"),
    "truth": ("请勾选情况属实的声明", "Please confirm the statement of truth"),
}


def values_of(fields: Mapping[str, Any]) -> FormValues:
    """What stands in the fields."""
    texts = {
        name: str(fields.get(name, "")) for name in FormValues.__dataclass_fields__ if name not in ("major", "truth")
    }
    return FormValues(**texts, major=bool(fields.get("major")), truth=bool(fields.get("truth")))


def web_form_of(values: FormValues, centre: Centre, today: date) -> WebForm | Sequence[FieldFault]:
    """The form, or everything that is wrong with it."""
    faults = [
        FieldFault(name, "missing", *words) for name, words in _REQUIRED.items() if not _given(getattr(values, name))
    ]
    faults += filter(None, (_unit_fault(values.unit, centre), _day_fault(values.occurred_on, today)))
    try:
        form = WebForm.model_validate(_told(values, centre))
    except ValidationError as error:
        named = {fault.name for fault in faults}
        found = [_renamed(fault) for fault in field_faults(error.errors())]
        return faults + [fault for fault in found if fault.name not in named]
    return faults or form


def _unit_fault(said: str, centre: Centre) -> FieldFault | None:
    if not said.strip() or said == UNKNOWN or centre.unit_named(said):
        return None
    return FieldFault("unit", "unknown", "请从列表里选一个单位", "Choose a unit from the list")


def _day_fault(said: str, today: date) -> FieldFault | None:
    """The day, if one was given, is a real one, not ahead of today and not before the centre's time."""
    if not said:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return FieldFault("occurred_on", "not_a_day", "请写一个真实的日期", "Write a real date")
    if day > today:
        return FieldFault("occurred_on", "ahead", "日期不能晚于今天", "The day must not be in the future")
    if day < EARLIEST.date():
        return FieldFault("occurred_on", "too_early", "请核对年份", "Please check the year")
    return None


def _given(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _told(values: FormValues, centre: Centre) -> dict[str, Any]:
    named = values.signature != Signature.ANONYMOUS
    unit = next((unit for unit in centre.units if unit.name == values.unit), None)
    windows = unit.windows if unit else [window for each in centre.units for window in each.windows]
    window = next((window for window in windows if values.window and window.split()[0] == values.window), None)
    happened = " ".join(filter(None, (values.occurred_on, values.occurred_at.strip())))
    return {
        "facts": values.facts,
        "demand": values.demand.strip() or None,
        "occurred_at": happened or None,
        "major": values.major,
        "statement_of_truth": values.truth,
        "complainant": {
            "name": (values.name.strip() or None) if named else None,
            "phone": (values.phone.strip() or None) if named else None,
            "email": (values.email.strip() or None) if named else None,
            "address": (values.address.strip() or None) if named else None,
            "relation": values.relation,
            "anonymous": not named,
            "confidential": values.signature == Signature.CONFIDENTIAL,
            "reply_by": _reply_by(values) if named else None,
        },
        "target": {
            "unit": unit.name if unit else (values.unit if values.unit and values.unit != UNKNOWN else None),
            "window": window,
            "staff": values.staff.strip() or None,
            "desk_number": values.desk_number.strip() or None,
        },
    }


def _reply_by(values: FormValues) -> str | None:
    """The way chosen, if the address it needs was given; otherwise the normaliser chooses by what there is."""
    needs = {"sms": values.phone, "phone": values.phone, "email": values.email, "post": values.address}
    return values.reply_by if needs.get(values.reply_by, "").strip() else None


def _renamed(fault: FieldFault) -> FieldFault:
    name = fault.name.rpartition(".")[2]
    return FieldFault(_NAMES.get(name, name), fault.code, fault.message_zh, fault.message_en)
