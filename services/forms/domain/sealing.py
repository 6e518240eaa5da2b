"""Who seals which form, and the facts of signing and sealing.

Law of this file: a seal's picture is put on a document only where this table says whose seal belongs there; that a paper
was signed or sealed is a fact that somebody recorded, with who, when and how, never a conclusion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from services.forms.domain.definition import FormId
from services.forms.domain.filling import Story
from shared.contracts.case import CaseExtensionRequested, CaseFeedbackSubmitted, CaseUnitRefused, Dispatch

OFFICE_SEAL = ""
"""Stands for the office itself among the names of units."""


class Kind(StrEnum):
    """What was put on the paper."""

    SIGNATURE = "signature"  # 签字
    SEAL = "seal"  # 盖章


class How(StrEnum):
    """By which means."""

    BY_HAND = "by_hand"  # 手写签字, 实物盖章
    ELECTRONIC = "electronic"  # 电子签名, 电子印章


def _the_office(_: Story) -> str | None:
    return OFFICE_SEAL


def _of_feedback(story: Story) -> str | None:
    told = story.latest(CaseFeedbackSubmitted)
    return told.unit if told and told.sealed else None


def _of_extension(story: Story) -> str | None:
    asked = story.latest(CaseExtensionRequested)
    return asked.unit if asked else None


def _of_refusal(story: Story) -> str | None:
    sent = story.latest(Dispatch)
    return sent.unit if sent and story.latest(CaseUnitRefused) else None


@dataclass(frozen=True, slots=True)
class SealedForm:
    """One row: the form bears the seal of whom ``sealer`` names (a unit, or OFFICE_SEAL); None is nobody so far."""

    form: FormId
    sealer: Callable[[Story], str | None]
    article: str


SEALED: dict[FormId, SealedForm] = {
    row.form: row
    for row in (
        SealedForm(FormId.FEEDBACK, _of_feedback, "annex 3"),
        SealedForm(FormId.EXTENSION, _of_extension, "annex 4"),
        SealedForm(FormId.UNIT_REFUSAL, _of_refusal, "annex 5"),
        SealedForm(FormId.ACCEPTANCE_NOTICE, _the_office, "14"),
        SealedForm(FormId.REFUSAL_NOTICE, _the_office, "16"),
        SealedForm(FormId.REDIRECT_NOTICE, _the_office, "16"),
        SealedForm(FormId.RESULT_NOTICE, _the_office, "20"),
    )
}
"""Forms that aren't here bear no seal."""


def sealer_of(form: FormId, story: Story) -> str | None:
    """Whose seal belongs on the form now: a unit's name, OFFICE_SEAL, or None."""
    row = SEALED.get(form)
    return row.sealer(story) if row else None
