"""Who may know of a case (art. 17): both halves of the table, every role by every tie."""

from dataclasses import replace
from itertools import product

import pytest

from services.workflow.domain.case import Case
from services.workflow.domain.roles import AnyRole, Person
from services.workflow.domain.sight import SIGHT, Tie, is_complained_of, may_see
from services.workflow.domain.states import State
from shared.contracts.complaint import Target
from tests.unit.workflow.building import ACTOR, OTHER_UNIT, UNIT, arrive

pytestmark = pytest.mark.article("17")

NOBODY = Person(id="nobody", name="别人", role=ACTOR[next(iter(SIGHT))].role)


def _untied() -> Case:
    """A case at another unit, taken in, held and run by people whom nobody here is."""
    case = arrive(State.DISPATCHED).case
    assert case.dispatch is not None
    return replace(
        case,
        first_receiver="别人",
        holder=NOBODY,
        officer=NOBODY,
        dispatch=case.dispatch.model_copy(update={"unit": OTHER_UNIT}),
    )


def _tied(tie: Tie, person: Person) -> Case:
    """The same case with one tie to this person, and no other."""
    case = _untied()
    assert case.dispatch is not None
    match tie:
        case Tie.OWN_UNIT:
            return replace(case, dispatch=case.dispatch.model_copy(update={"unit": UNIT}))
        case Tie.TOOK_IN:
            return replace(case, first_receiver=person.name)
        case Tie.HOLDS:
            return replace(case, holder=person)
        case Tie.IN_CHARGE:
            return replace(case, officer=person)
        case Tie.ANYHOW:
            return case


@pytest.mark.parametrize(("role", "tie", "restricted"), list(product(SIGHT, Tie, (False, True))))
def test_a_role_knows_of_a_case_by_its_ties_and_no_others(role: AnyRole, tie: Tie, restricted: bool) -> None:
    """Allowed where the row names the tie or needs none, forbidden otherwise."""
    row, person = SIGHT[role], ACTOR[role]
    ties = row.restricted if restricted else row.ordinary
    wanted = Tie.ANYHOW in ties or (tie in ties and (tie is not Tie.OWN_UNIT or person.unit is not None))
    assert may_see(replace(_tied(tie, person), restricted=restricted), person) is wanted


@pytest.mark.parametrize("role", SIGHT)
def test_the_person_complained_of_knows_of_nothing(role: AnyRole) -> None:
    """Whoever it is and however tied; another of the same name, at another unit, is not meant."""
    person = ACTOR[role]
    case = replace(_untied(), first_receiver=person.id, holder=person, officer=person)
    named = replace(case, target=Target(unit=person.unit, staff=person.name))
    assert is_complained_of(named, person)
    assert not may_see(named, person)
    assert not is_complained_of(replace(case, target=Target(unit="另一单位", staff=person.name)), person)
