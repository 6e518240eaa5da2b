"""What a form must say: the fields of the commands, each fault by its own field and code."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from services.workflow.domain import commands
from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.commands import COMMANDS
from services.workflow.domain.decisions import DECISIONS
from services.workflow.domain.fields import FIELD_FAULTS
from services.workflow.domain.roles import MAY
from services.workflow.domain.transitions import TRANSITIONS
from shared.contracts.values import Channel, Ground, Satisfaction
from tests.unit.workflow.building import at, fed_back, not_ours, refused
from tests.unit.workflow.ways import COMMAND


def faults(model: type[commands.Command], **body: Any) -> dict[str, str]:
    """Which field is at fault, and by which code."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(body)
    return {".".join(str(part) for part in error["loc"]): error["type"] for error in caught.value.errors()}


def test_every_act_has_its_row_in_every_table() -> None:
    """A command has a label, a model, roles, a decision and at least one place where it can be done."""
    assert set(Act) == set(ACTS) == set(COMMANDS) == set(MAY) == set(DECISIONS)
    assert {row.act for row in TRANSITIONS} == set(Act)
    assert {(row.act, row.variant) for row in TRANSITIONS} == set(COMMAND)
    assert all(model.act is act for act, model in COMMANDS.items())


@pytest.mark.parametrize("act", Act)
def test_every_command_says_what_it_is_for(act: Act) -> None:
    """Label in Chinese and English, article, and a docstring on the model."""
    row, model = ACTS[act], COMMANDS[act]
    assert row.chinese
    assert row.english
    assert row.article
    assert model.__doc__
    assert model.__doc__ != commands.Command.__doc__


@pytest.mark.parametrize("command", COMMAND.values(), ids=lambda c: f"{c.act}-{c.variant}")
def test_a_command_survives_the_wire(command: commands.Command) -> None:
    """As JSON and back it is the same command."""
    assert type(command).model_validate_json(command.model_dump_json()) == command


@pytest.mark.parametrize("model", COMMANDS.values())
def test_a_misspelt_field_is_named(model: type[commands.Command]) -> None:
    """No field is silently dropped."""
    assert faults(model, adivce="x")["adivce"] == "extra_forbidden"


def test_nobody_can_say_who_they_are_in_a_body() -> None:
    """Actor, role and time come from the session and the clock, never from a form."""
    spoken = {name for model in COMMANDS.values() for name in model.model_fields}
    assert spoken.isdisjoint({"actor", "by", "role", "now", "at", "version"})


@pytest.mark.article("annex 3")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"substantiated": True, "rectification": None}, "rectification", "rectification_missing"),
        ({"substantiated": True, "rectification": "  "}, "rectification", "rectification_missing"),
        ({"substantiated": False, "rectification": "已整改"}, "rectification", "rectification_surplus"),
        ({"sealed": False}, "sealed", "must_be_confirmed"),
        ({"copies": 2}, "copies", "three_copies"),
        ({"signed_by": " "}, "signed_by", "string_too_short"),
        ({"findings": ""}, "findings", "string_too_short"),
        ({"substantiated": "maybe"}, "substantiated", "bool_parsing"),
    ],
)
def test_a_feedback_form_is_complete_or_says_what_is_missing(changes: dict[str, Any], field: str, code: str) -> None:
    """Annex 3: findings, signature, seal, three copies, and a rectification exactly where substantiated."""
    body = fed_back().model_dump() | changes
    assert faults(commands.SubmitFeedback, **body) == {field: code}


@pytest.mark.article("10.5")
def test_only_ten_five_names_a_body() -> None:
    """10.5 without the body it is handed over to is incomplete; another ground with one is contradictory."""
    assert faults(commands.Refuse, ground="10.5", reason="x") == {"handed_over_to": "hand_over_missing"}
    assert faults(commands.Refuse, ground="10.1", reason="x", handed_over_to="市纪委监委") == {
        "handed_over_to": "hand_over_surplus"
    }


@pytest.mark.article("10")
def test_there_is_no_sixth_ground() -> None:
    """Exactly one of five, with a reason."""
    assert faults(commands.Refuse, ground="10.6", reason="x") == {"ground": "enum"}
    assert faults(commands.Refuse, ground="10.1") == {"reason": "missing"}
    assert {refused(ground).variant for ground in Ground} == {"10.1", "10.2", "10.3", "10.4", "10.5"}


@pytest.mark.article("18.4")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"granted": True, "opinion": "x"}, {"days": "days_missing"}),
        ({"granted": True, "days": -1, "opinion": "x"}, {"days": "greater_than_equal"}),
        ({"granted": False, "days": 1, "opinion": "x"}, {"days": "days_surplus"}),
        ({"granted": True, "days": 1}, {"opinion": "missing"}),
        ({"days": 1, "opinion": "x"}, {"granted": "missing"}),
    ],
)
def test_a_decision_on_an_extension_says_days_where_granted(body: dict[str, Any], expected: dict[str, str]) -> None:
    """Granted with days, refused without; an opinion either way."""
    assert faults(commands.DecideExtension, **body) == expected


@pytest.mark.article("18.5")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"outcome": "dissatisfied"}, {"reason": "dissatisfaction_reason", "unit_at_fault": "dissatisfaction_fault"}),
        ({"outcome": "satisfied", "reason": "x"}, {"reason": "dissatisfaction_surplus"}),
        ({"outcome": "unreachable", "unit_at_fault": False}, {"unit_at_fault": "dissatisfaction_surplus"}),
        ({"outcome": "so_so"}, {"outcome": "enum"}),
    ],
)
def test_dissatisfaction_is_recorded_with_reason_and_fault(body: dict[str, Any], expected: dict[str, str]) -> None:
    """18.5: the reason in detail, and whose fault it is; nothing of the kind otherwise."""
    assert faults(commands.RecordFollowUp, **body) == expected


def test_suggestions_are_welcome_whatever_the_outcome() -> None:
    """Art. 18.5 asks for opinions and suggestions from everybody."""
    for outcome in (Satisfaction.SATISFIED, Satisfaction.UNREACHABLE):
        assert commands.RecordFollowUp(outcome=outcome, suggestions="统一格式").suggestions == "统一格式"


def test_calling_back_needs_a_time() -> None:
    """An agreed call has its moment."""
    assert faults(commands.RecordCallAttempt, result="call_back") == {"call_back_at": "call_back_missing"}
    agreed = commands.RecordCallAttempt(result=commands.CallResult.CALL_BACK, call_back_at=at("2026-11-17 15:00"))
    assert agreed.call_back_at == at("2026-11-17 15:00")


def test_moments_are_aware_and_kept_in_utc() -> None:
    """A naive time is refused; a local one becomes UTC."""
    assert faults(commands.RecordResponse, answered_at="2026-11-17T10:00:00", route="sms") == {
        "answered_at": "timezone_aware"
    }
    given = commands.RecordResponse(answered_at=at("2026-11-17 10:00"), route="sms")
    assert given.answered_at == datetime(2026, 11, 17, 2, tzinfo=UTC)
    assert given.answered_at.tzinfo is UTC


def test_text_is_normalised_and_blank_is_absent() -> None:
    """NFC, trimmed, one kind of line end; an optional field left blank is None; control characters are refused."""
    note = commands.Note(text="  e\u0301tude\r\n第二行 ")
    assert note.text == "\u00e9tude\n第二行"
    assert commands.Accept(remarks=" \n").remarks is None
    assert faults(commands.Note, text="a\x00b") == {"text": "control_character"}
    assert faults(commands.Note, text="a\x1b[31m") == {"text": "control_character"}


def test_text_has_a_length() -> None:
    """Eight thousand characters for what somebody has to say, two hundred for a name."""
    assert commands.Note(text="字" * 8000)
    assert faults(commands.Note, text="字" * 8001) == {"text": "string_too_long"}
    assert faults(commands.Forward, unit="字" * 201, advice="x") == {"unit": "string_too_long"}


def test_a_seal_and_the_complainants_word_are_boxes_that_must_be_ticked() -> None:
    """Unticked they are faults, not values."""
    assert faults(commands.Settle, result="x", complainant_agrees=False) == {"complainant_agrees": "must_be_confirmed"}
    assert faults(commands.AttachStatement, original="ab" * 32, signed_by_complainant="no") == {
        "signed_by_complainant": "must_be_confirmed"
    }
    assert faults(commands.RefuseByUnit, **(not_ours().model_dump() | {"sealed": False})) == {
        "sealed": "must_be_confirmed"
    }


@pytest.mark.parametrize("code", sorted(FIELD_FAULTS))
def test_every_fault_can_be_said_in_both_languages(code: str) -> None:
    """The table of field faults has both."""
    row = FIELD_FAULTS[code]
    assert row.code == code
    assert row.chinese
    assert row.english.isascii()


def test_channels_are_seven() -> None:
    """The seven doors; the tests of the walks draw from them."""
    assert len(Channel) == 7
