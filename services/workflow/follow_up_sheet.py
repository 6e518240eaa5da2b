"""The follow-ups on paper (art. 18.5): whom to ask how they found it, handed to forms, which issues the list as a document.

Law of this file: a number that goes onto paper is a look at an identity, recorded like any other (art. 17) in the
transaction that hands the list over; who left no number is counted and not listed. Nobody is asked by it: a follow-up
that is on paper still waits until somebody says what was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.workflow import reading
from services.workflow.domain.case import Case
from services.workflow.domain.commands import Purpose, RevealIdentity
from services.workflow.domain.roles import Person
from services.workflow.domain.states import State
from services.workflow.handlers import NoSuchCaseError, RefusedError, carry_out
from services.workflow.office import Office
from shared.contracts.lists import CallToMake, FollowUpsListed
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.answers import Answer, Given
from shared.store.unit_of_work import UnitOfWork

LONGEST_RESULT = 60
"""Characters of what the unit found: enough to say what the question is about."""
LOOK = RevealIdentity(purpose=Purpose.FOLLOW_UP, reason="出具回访清单")


class NobodyToAsk(LookupError):
    """No follow-up waits whose complainant can be called."""


async def hand_over(office: Office, person: Person, *, same: Once | None = None) -> Given:
    """Have the follow-ups that wait now issued as a document; the answer's ``id`` is the document's.

    Raises NobodyToAsk, KeyReused.
    """
    waiting = [each for each in await reading.to_follow_up(office, person) if each.complaint.complainant.phone]
    count = await reading.count_to_follow_up(office, person)
    async with office.store.transaction(office.clock()) as unit:

        async def work() -> Answer:
            return {"id": str(await _emitted(office, unit, person, waiting, count))}

        return await office.answers.once(unit, same, work)


async def _emitted(
    office: Office, unit: UnitOfWork, person: Person, waiting: Sequence[reading.Listed], count: int
) -> UUID:
    seen = await _looked_at(office, unit, person, [each.row["number"] for each in waiting])
    calls = [_call(each, seen[each.row["number"]]) for each in waiting if each.row["number"] in seen]
    if not calls:
        raise NobodyToAsk
    document_id = new_id()
    told = FollowUpsListed(
        document_id=document_id,
        asked_by=person.name,
        occurred_at=unit.now,
        calls=calls,
        waiting=count,
    )
    unit.emit(told, subject=document_id)
    return document_id


async def _looked_at(office: Office, unit: UnitOfWork, person: Person, numbers: Sequence[str]) -> dict[str, Case]:
    """The cases that still wait and whose complainant this person may see, each look recorded; in the order of their numbers,
    so that two lists made at once never wait for each other.
    """
    seen = {}
    for number in sorted(numbers):
        try:
            case = await carry_out(office, unit, number, LOOK, person)
        except (NoSuchCaseError, RefusedError):
            continue
        if case.state is State.FEEDBACK_SUBMITTED:
            seen[number] = case
    return seen


def _call(listed: reading.Listed, case: Case) -> CallToMake:
    person = listed.complaint.complainant
    return CallToMake(
        tracking_code=listed.complaint.tracking_code,
        case_number=case.number,
        name=person.name,
        phone=person.phone or "",
        say=f"{_result(case)}对处置结果是否满意？有何意见和建议？",
        latest=listed.row["next_limit"],
    )


def _result(case: Case) -> str:
    """What the unit answered, in so many words that the caller knows what to ask about."""
    if case.feedback is None:
        return ""
    words = " ".join(case.feedback.findings.split())
    return f"{case.unit}答复：{words[:LONGEST_RESULT]}{'……' if len(words) > LONGEST_RESULT else '。'}"
