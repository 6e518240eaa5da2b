"""The form of a command, made from its model, and the command made from what came back.

Law of this file: a field of a page is a field of the model and nothing else, so that page and API can't differ. What
may be chosen beyond the model (units, people, the grounds open now) is told by the caller. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.commands import COMMANDS, Command
from services.workflow.domain.decide import ActionOffer
from services.workflow.domain.fields import FIELD_FAULTS
from services.workflow.domain.grounds import GROUNDS
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.web.validation import field_faults

MACHINES_ONLY = frozenset({Act.RECORD_SUPPLEMENT, Act.RECORD_DOCUMENT})
"""What names things by ids that no person types: told by messages alone."""
DRAWN = frozenset({Act.ACCEPT, Act.REFUSE, Act.REDIRECT, Act.SETTLE, Act.FORWARD, Act.APPROVE, Act.REDISPATCH, Act.SUBMIT_FEEDBACK,
                   Act.REQUEST_EXTENSION, Act.REFUSE_BY_UNIT, Act.RECORD_FOLLOW_UP})  # fmt: skip
"""What makes a document that forms can draw while it is filled in: ``POST /forms/cases/{number}/drafts/{command}``."""
_DAYS = frozenset({"days", "working_days"})
_NOT_ASKED = frozenset({"copies", "delivery_id"})
_FEW = 5
_A_LINE = 200
_SHANGHAI = "+08:00"
ASIDE = frozenset({Act.SPLIT, Act.WITHDRAW, Act.HAND_OVER, Act.IMPOSE_SANCTION, Act.FLAG_FALSE_ACCUSATION, Act.RECALL,
                   Act.MARK_URGENT, Act.MARK_CONFIDENTIAL, Act.RESTRICT, Act.LIFT_RESTRICTION, Act.LINK_DUPLICATE, Act.UNLINK,
                   Act.RECORD_RESPONSE, Act.NOTE})  # fmt: skip
"""What may be done at any time and seldom is: folded away below what moves the case on."""
VARIANT_FIELD = {Act.REFUSE: "ground", Act.RECORD_FOLLOW_UP: "outcome", Act.HAND_OVER: "basis",
                 Act.DECIDE_UNIT_REFUSAL: "outcome"}  # fmt: skip
"""The field that says which way of a command this is; only the ways open now are offered."""


class Kind(StrEnum):
    """How a field is asked for."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    PICK = "pick"
    NUMBER = "number"
    CHECK = "check"
    MOMENT = "moment"
    LINES = "lines"


_WRITTEN = frozenset({Kind.LINE, Kind.TEXT, Kind.LINES})


@dataclass(frozen=True, slots=True)
class Option:
    """One value that may be chosen."""

    value: str
    label: Bilingual | None = None
    """None: the catalogue says it (``pick.<field>.<value>``)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the page asks for it. ``value`` is what stands in it."""

    id: str
    name: str
    kind: Kind
    required: bool
    value: str = ""
    options: tuple[Option, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class ActionForm:
    """A command that may be given now: its label, its article, its fields, and what was wrong with them."""

    act: Act
    label: Bilingual
    article: str
    fields: tuple[Field, ...]
    faults: Mapping[str, FieldFault] = field(default_factory=dict)
    refusal: str = ""
    drafted_at: datetime | None = None
    """When what stands in it was saved as a draft."""

    @property
    def keeps_drafts(self) -> bool:
        """Whether anything is written in it; why somebody looks at an identity is asked at the moment of looking."""
        return self.act is not Act.REVEAL_IDENTITY and any(each.kind in _WRITTEN for each in self.fields)

    @property
    def is_open(self) -> bool:
        """Whether it comes back with something to be read."""
        return bool(self.faults or self.refusal)

    @property
    def is_aside(self) -> bool:
        """Whether it stands folded away; never with something to be read, nor with something left in it."""
        return self.act in ASIDE and not self.is_open and self.drafted_at is None

    @property
    def is_drawn(self) -> bool:
        """Whether its document can be looked at before it is done."""
        return self.act in DRAWN

    @property
    def is_grave(self) -> bool:
        """Whether it can't be undone: its button is written in red."""
        return self.act in {Act.REFUSE, Act.WITHDRAW, Act.HAND_OVER, Act.FLAG_FALSE_ACCUSATION, Act.ARCHIVE}


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows beyond the model: options of a field by its name, and what stands in it at first."""

    options: Mapping[str, Sequence[Option]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


def action_form(
    act: Act,
    known: Known,
    *,
    offer: ActionOffer | None = None,
    values: Mapping[str, str] | None = None,
    faults: Mapping[str, FieldFault] | None = None,
    refusal: str = "",
) -> ActionForm:
    """The form of a command. ``offer``: the ways open now, and how many days may be set; ``values`` are those that came
    back, None for a fresh one.
    """
    schema = COMMANDS[act].model_json_schema()
    required = set(schema.get("required", ())) | _required_by_choice(act)
    fields = [
        _field(act, name, _within(offer, name, _resolved(part, schema)), known, name in required)
        for name, part in schema.get("properties", {}).items()
        if name not in _NOT_ASKED
    ]
    shown = [_with_ways(act, each, offer.variants if offer else ()) for each in fields]
    if values is not None:
        shown = [_valued(each, values.get(each.name, "")) for each in shown]
    row = ACTS[act]
    told = {f"{act.value}-{name}": each for name, each in (faults or {}).items()}
    return ActionForm(act, Bilingual(row.chinese, row.english), row.article, tuple(shown), told, refusal)


def with_draft(form: ActionForm, values: Mapping[str, str], saved_at: datetime) -> ActionForm:
    """The form as its author left it."""
    fields = tuple(_valued(each, values.get(each.name, "")) for each in form.fields)
    return replace(form, fields=fields, drafted_at=saved_at)


def field_names(act: Act) -> frozenset[str]:
    """The fields that a command's form asks for."""
    return frozenset(each.name for each in action_form(act, Known()).fields)


def read_command(act: Act, values: Mapping[str, str]) -> Command | dict[str, FieldFault]:
    """The command that the form says, or what is wrong with it by the field's name."""
    try:
        return COMMANDS[act].model_validate(_body(act, values))
    except ValidationError as fault:
        return {each.name.partition(".")[0]: each for each in _faults(fault)}


def _faults(fault: ValidationError) -> list[FieldFault]:
    told = zip(field_faults(fault.errors()), fault.errors(), strict=True)
    return [
        FieldFault(each.name, each.code, FIELD_FAULTS[error["type"]].chinese, FIELD_FAULTS[error["type"]].english)
        if error["type"] in FIELD_FAULTS
        else each
        for each, error in told
    ]


def _body(act: Act, values: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for each in action_form(act, Known()).fields:
        given = values.get(each.name, "").strip()
        if each.kind is Kind.CHECK:
            body[each.name] = bool(given)
        elif given:
            body[each.name] = _said(each, given)
        elif each.required and each.kind in (Kind.LINE, Kind.TEXT):
            body[each.name] = ""
    return body


def _said(each: Field, given: str) -> Any:
    if each.kind is Kind.MOMENT:
        return given if given[10:].count(":") and given.endswith(_SHANGHAI) else given + _SHANGHAI
    if each.kind is Kind.LINES:
        lines = [line.strip() for line in given.splitlines() if line.strip()]
        return [_part(line) for line in lines] if each.name == "parts" else lines
    return given


def _part(line: str) -> dict[str, str]:
    """One matter a line; behind a bar the unit that it is about, where that is known."""
    matter, _, unit = line.replace("｜", "|").partition("|")
    return {"matter": matter.strip(), "unit": unit}


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The part of the schema that says what a value is, null left out and references followed."""
    for alternative in part.get("anyOf", ()):
        if alternative.get("type") != "null":
            return {**part, **_resolved(alternative, schema), "anyOf": ()}
    if "$ref" in part:
        return {**part, **schema["$defs"][part["$ref"].rpartition("/")[2]], "$ref": None}
    return part


def _within(offer: ActionOffer | None, name: str, part: dict[str, Any]) -> dict[str, Any]:
    """A number of days is bounded by what the rules allow just now, not by the model."""
    if offer is None or offer.most_days is None or name not in _DAYS:
        return part
    return {**part, "maximum": offer.most_days}


def _field(act: Act, name: str, part: dict[str, Any], known: Known, required: bool) -> Field:
    default = part.get("default")
    value = known.values.get(name, _as_text(default))
    options = tuple(known.options.get(name, ())) or _options(name, part)
    return Field(
        id=f"{act.value}-{name}",
        name=name,
        kind=_kind(name, part, options),
        required=required and default is None,
        value=value,
        options=options,
        least=part.get("minimum"),
        most=part.get("maximum") or part.get("maxLength"),
    )


def _kind(name: str, part: dict[str, Any], options: Sequence[Option]) -> Kind:
    if options:
        return Kind.PICK if len(options) > _FEW or name in {"unit", "signed_by", "to", "purpose"} else Kind.CHOICE
    if part.get("type") == "boolean":
        return Kind.CHECK
    if part.get("type") == "integer":
        return Kind.NUMBER
    if part.get("type") == "array":
        return Kind.LINES
    if part.get("format") == "date-time":
        return Kind.MOMENT
    return Kind.TEXT if part.get("maxLength", 0) > _A_LINE else Kind.LINE


def _options(name: str, part: dict[str, Any]) -> tuple[Option, ...]:
    if name == "ground":
        return tuple(
            Option(
                row.ground.value,
                Bilingual(f"{row.article} {row.chinese}", f"{row.article} {row.english}"),
            )
            for row in GROUNDS
        )
    if "enum" in part:
        return tuple(Option(str(value)) for value in part["enum"])
    if part.get("type") == "boolean" and name in _YES_OR_NO:
        return (Option("true"), Option("false"))
    if part.get("type") == "integer" and 0 < part.get("maximum", 99) <= _FEW:
        return tuple(Option(str(n), Bilingual(str(n), str(n))) for n in range(part["minimum"], part["maximum"] + 1))
    return ()


_YES_OR_NO = frozenset({"substantiated", "granted", "unit_at_fault"})
"""Findings: neither answer may be had by leaving a box alone."""


def _required_by_choice(act: Act) -> set[str]:
    return {"days"} if act is Act.DECIDE_EXTENSION else set()


def _with_ways(act: Act, each: Field, variants: Sequence[str]) -> Field:
    if not variants or VARIANT_FIELD.get(act) != each.name:
        return each
    return Field(
        each.id, each.name, each.kind, each.required, each.value,
        tuple(option for option in each.options if option.value in variants),
    )  # fmt: skip


def _valued(each: Field, value: str) -> Field:
    return Field(each.id, each.name, each.kind, each.required, value, each.options, each.least, each.most)


def _as_text(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else ""
    return "" if default is None or isinstance(default, list | tuple) else str(default)
