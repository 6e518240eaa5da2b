"""Which forms of cases keep drafts, what of a form is kept, and how an unsent one is found again. Pure.

Law of this file: a draft lies under the command that its form gives; the leader's list, one form for several commands, has
a name of its own, and sending any of them is the end of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.workflow.domain.acts import ACTS, Act
from services.workflow.drafting import Unsent
from services.workflow.web.action_forms import MACHINES_ONLY, field_names
from shared.web.i18n import Bilingual

APPROVAL = "approval"
"""The form of one case on the leader's list."""
_FROM_THE_LIST = frozenset({Act.APPROVE, Act.RETURN_PROPOSAL, Act.DECIDE_EXTENSION})
_OF_THE_LIST = frozenset({"decision", "opinion", "late_reason"})
_APPROVALS = "/workflow/approvals"
_WITHOUT = MACHINES_ONLY | {Act.REVEAL_IDENTITY}


@dataclass(frozen=True, slots=True)
class UnsentLine:
    """A draft on the worklist: of which case, what was being done, and where it is taken up."""

    number: str
    label: Bilingual
    href: str
    saved_at: datetime


def forms_of(act: Act) -> tuple[str, ...]:
    """The forms by which a command may have been given."""
    return (act.value, APPROVAL) if act in _FROM_THE_LIST else (act.value,)


def fields_of(form: str) -> frozenset[str] | None:
    """What is kept of a form; None for one that keeps no draft."""
    if form == APPROVAL:
        return _OF_THE_LIST
    return field_names(Act(form)) if form in set(Act) and Act(form) not in _WITHOUT else None


def kept(values: Mapping[str, object], names: frozenset[str]) -> dict[str, str]:
    """The fields that are the form's own, as text."""
    return {name: value for name, value in values.items() if name in names and isinstance(value, str)}


def unsent_line(found: Unsent) -> UnsentLine:
    """How a draft is found again."""
    if found.form == APPROVAL:
        words, href = Bilingual("审批", "decision"), f"{_APPROVALS}#h-{found.number}"
    else:
        row = ACTS[Act(found.form)]
        words, href = Bilingual(row.chinese, row.english), f"/workflow/cases/{found.number}#h-do"
    return UnsentLine(found.number, words, href, found.saved_at)
