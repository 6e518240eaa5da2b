"""Drafts: the form as it would be if what is being filled in were done."""

from datetime import timedelta

import pytest

from services.forms.domain.drafts import DRAFTS, OPEN, Typed, drafted
from services.forms.domain.filling import NotYet, Story
from services.forms.domain.masking import Reader
from services.forms.domain.values import FormValues
from services.forms.domain.wording import GROUNDS
from services.forms.templates import FORMS
from services.workflow.domain.acts import Act
from services.workflow.domain.commands import COMMANDS
from services.workflow.web.action_forms import DRAWN
from shared.contracts import case
from shared.contracts.values import Ground
from tests.parts.forms import NOON, a_complainant, a_complaint, a_story

DISPATCHED = a_story(case.CaseRegistered, case.CaseAccepted, case.CaseForwarded)
LATER = NOON + timedelta(days=1)


class Asked(dict[str, str]):
    """Fields that remember which of them were asked for."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(fields)
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # narrower than dict's own, for this use
        """The field, and a note that it was asked for."""
        self.names.add(name)
        return super().get(name, default)


def typed(**fields: str) -> Typed:
    """These fields, typed a day after the complaint came."""
    return Typed(fields, LATER, "周明")


def draft(command: str, story: Story, what: Typed) -> FormValues:
    """The command's form as it would be."""
    row = DRAFTS[command]
    return drafted(row, FORMS[row.form], story, what)


def test_the_case_page_offers_a_preview_for_exactly_the_commands_that_have_one() -> None:
    """Two services agree on a table of names; neither can drop one unseen."""
    assert {act.value for act in DRAWN} == set(DRAFTS)


@pytest.mark.parametrize("row", DRAFTS.values(), ids=lambda row: row.command)
def test_a_draft_reads_the_fields_of_its_command_and_fits_its_form(row) -> None:
    """Each name that it asks for is one of the command's own fields; the values are the form's."""
    asked = Asked({"ground": "10.2", "outcome": "satisfied", "days": "2", "unit": "市医疗保障局"})
    drafted(row, FORMS[row.form], DISPATCHED, Typed(asked, LATER, "周明")).check(FORMS[row.form])
    assert asked.names <= set(COMMANDS[Act(row.command)].model_fields)


@pytest.mark.article("annex 3")
def test_feedback_is_drawn_as_it_is_typed() -> None:
    """What stands in the fields stands on the form, at its place; what isn't typed yet is blank."""
    texts = draft(
        "submit_feedback",
        DISPATCHED,
        typed(findings="经查属实。", signed_by="高玉兰", phone="0632-8690012", signed_at="2026-11-24T09:30"),
    ).texts
    assert (texts["findings"], texts["leader"], texts["handler"]) == ("经查属实。", "高玉兰", "周明")
    assert (texts["unit"], texts["number"]) == ("市医疗保障局", "枣诉〔2026〕1083号")
    assert (texts["signed_on"], texts["handled_on"]) == ("2026年11月24日", "2026年11月24日")
    assert "rectification" not in texts


@pytest.mark.article("annex 4")
@pytest.mark.parametrize(
    ("days", "said"), [("2", "2个工作日"), ("", "1个工作日"), ("9", "2个工作日"), ("x", "1个工作日")]
)
def test_an_extension_never_promises_more_than_two_days(days: str, said: str) -> None:
    """Whatever stands in the field, the draft keeps to art. 18.3."""
    assert draft("request_extension", DISPATCHED, typed(days=days)).text("asked") == said


@pytest.mark.article("annex 2")
def test_a_dispatch_leaves_open_what_nobody_types() -> None:
    """The limit is worked out when it is done: the draft says so and invents none."""
    texts = draft("forward", a_story(case.CaseRegistered), typed(unit="市税务局", advice="请核实。")).texts
    assert (texts["limit"], texts["window"], texts["advice"]) == (OPEN, "市税务局", "请核实。")


@pytest.mark.article("10")
@pytest.mark.parametrize("ground", Ground)
def test_a_refusal_shows_the_ground_that_was_chosen(ground: Ground) -> None:
    """Each of the five, in the regulation's words."""
    texts = draft("refuse", DISPATCHED, typed(ground=ground.value, reason="已起诉。")).texts
    assert (texts["ground"], texts["ground_text"]) == GROUNDS[ground]


@pytest.mark.parametrize(
    ("command", "fields"),
    [("refuse", {}), ("refuse", {"ground": "10.6"}), ("refuse_by_unit", {}), ("record_follow_up", {"outcome": "?"})],
)
def test_nothing_is_chosen_for_whoever_has_not_chosen(command: str, fields: dict[str, str]) -> None:
    """A ground or an outcome is never guessed."""
    with pytest.raises(NotYet):
        draft(command, DISPATCHED, typed(**fields))


@pytest.mark.parametrize("command", ["submit_feedback", "request_extension", "refuse_by_unit"])
def test_a_unit_answers_only_what_was_sent_to_it(command: str) -> None:
    """Before the dispatch there is nothing to answer; before the register, nothing at all."""
    for story in (a_story(case.CaseRegistered), a_story()):
        with pytest.raises(NotYet):
            draft(command, story, typed(ground="10.2"))


@pytest.mark.article("17")
@pytest.mark.parametrize("row", DRAFTS.values(), ids=lambda row: row.command)
def test_a_draft_hides_what_the_copy_hides(row) -> None:
    """The table of masks rules drafts too: a unit that types its answer in a confidential case is not told who complains."""
    told = "请回复李淑珍，13800138000。"
    fields = dict.fromkeys(COMMANDS[Act(row.command)].model_fields, told) | {
        "ground": "10.2",
        "outcome": "dissatisfied",
    }
    story = a_story(*DISPATCHED.events, complaint=a_complaint(complainant=a_complainant(confidential=True)))
    shown = drafted(row, FORMS[row.form], story, typed(**fields), Reader.UNIT)
    assert not [word for word in ("李淑珍", "13800138000") if word in " ".join(shown.texts.values())]
