"""A case as its page shows it: who holds it and until when, the complaint's words, what may be done, what happened. Pure.

Law of this file: identities are masked before they get here into a page, unless somebody has just said why they look;
what an event's body holds beyond free text is told by its kind. It knows neither requests nor the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import Clock
from services.workflow.domain.decide import NotYet
from services.workflow.domain.owed import next_duty
from services.workflow.domain.roles import ROLES, Person
from services.workflow.domain.sight import may_open
from services.workflow.domain.states import STATES, State
from services.workflow.domain.urgency import Standing
from services.workflow.drafting import Draft
from services.workflow.evidence import has_looked
from services.workflow.reading import Seen
from services.workflow.web.action_forms import MACHINES_ONLY, ActionForm, Known, Option, action_form, with_draft
from services.workflow.web.limits_shown import Reader, Shown, clock_name, clock_shown, shown
from services.workflow.web.masked import MaskedPerson, masked
from services.workflow.web.worklist import RINGS, Notice, title_of
from shared.centre import Centre
from shared.contracts.complaint import Complainant, ComplaintReceived
from shared.contracts.values import Role
from shared.web.i18n import Bilingual

_TOLD = (
    "opinion", "proposal", "advice", "findings", "rectification", "result", "request", "reason", "message", "text",
    "description", "remarks", "suggestions", "late_reason", "remedy",
)  # fmt: skip
"""The free text of events, in the order it is read."""
_MARKS = (
    "danger",
    "measure",
    "outcome",
    "result",
    "granted",
    "substantiated",
    "unit_at_fault",
    "purpose",
    "relation",
    "sanction",
    "basis",
)
"""What was chosen, not written: said by the catalogue (``pick.<field>.<value>``)."""
_CHOSEN_RESULT = "call_attempted"
_LOOKS = frozenset({"identity_revealed", "document_recorded", "deadline_near", "limits_recomputed"})
_BAD = frozenset(
    {"marked_urgent", "urgent_unattended", "deadline_missed", "refused", "unit_refused", "false_accusation_flagged"}
)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock of the chosen round."""

    name: Bilingual
    article: str
    limit: Shown
    days: int
    started_at: datetime
    moved: Sequence[tuple[str, datetime]] = ()
    """Every limit that it had before, oldest first, and why it has another: ``extended`` or ``calendar``."""


@dataclass(frozen=True, slots=True)
class Cannot:
    """What can't be done yet, and why."""

    label: Bilingual
    article: str
    reason: Bilingual


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the timeline."""

    place: int
    at: datetime
    kind: str
    by: str
    article: str
    hash: str
    look: str
    where: str
    marks: Sequence[str]
    told: Sequence[str]


@dataclass(frozen=True, slots=True)
class RoundOf:
    """The entries of one round, newest first."""

    number: int
    entries: Sequence[Happening]


@dataclass(frozen=True, slots=True)
class Alike:
    """Another case that may tell of the same matter: found by machine, and a person decides (art. 10.5)."""

    number: str
    received_at: datetime
    unit: str
    state: Bilingual
    ring: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """``GET /workflow/cases/{number}`` for a browser."""

    number: str
    formal_number: str
    version: int
    title: str
    case: Case
    complaint: ComplaintReceived
    state: Bilingual
    ring: str
    holder_role: Bilingual
    next_clock: ClockLine | None
    who: MaskedPerson
    hidden: bool
    identity: Complainant | None
    reveal: ActionForm | None
    forms: Sequence[ActionForm]
    cannot: Sequence[Cannot]
    clocks: Sequence[ClockLine]
    round: int
    rounds: Sequence[int]
    timeline: Sequence[RoundOf]
    entries: int
    head: str
    supplements: Sequence[Mapping[str, Any]]
    opens_evidence: bool = False
    originals: Sequence[str] = ()
    """Hashes of the files as they came, where this person may open them."""
    messages_url: str = ""
    """Where what was sent about it stands; empty for a unit, which isn't told how the complainant is reached (art. 17)."""
    alike: Sequence[Alike] = ()
    """Cases that may be the same, and that nobody has linked."""
    notice: Notice | None = None
    open_act: Act | None = None
    """The form that stands open: what came back, else what was left last."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a form that came back has to say, to be shown in its place."""

    act: Act
    form: ActionForm
    notice: Notice | None = None


def case_page(
    seen: Seen,
    entries: Sequence[Mapping[str, Any]],
    who: Person,
    centre: Centre,
    reader: Reader,
    *,
    supplements: Sequence[Mapping[str, Any]] = (),
    round_: int | None = None,
    answered: Answered | None = None,
    identity: Complainant | None = None,
    notice: Notice | None = None,
    drafts: Mapping[str, Draft] | None = None,
) -> CasePage:
    """The page for this person at this moment; ``drafts``: what they left unsent in its forms, by the command's name."""
    case = seen.case
    forms = {form.act: as_left(form, drafts or {}) for form in forms_for(seen, who, centre)}
    if answered is not None:
        forms[answered.act] = answered.form
    chosen = round_ if round_ is not None and 1 <= round_ <= case.round else case.round
    duty = next_duty(case)
    opens = partial(may_open, case, who, has_looked=has_looked(entries, who))
    role = ROLES[case.holder.role]
    state = STATES[case.state]
    return CasePage(
        number=case.number,
        formal_number=centre.formal_number(case.number),
        version=case.version,
        title=title_of(seen.complaint)[0],
        case=case,
        complaint=seen.complaint,
        state=Bilingual(state.chinese, state.english),
        ring=RINGS[case.state],
        holder_role=Bilingual(role.chinese, role.english),
        next_clock=_line(duty, reader, is_owed=True) if duty else None,
        who=masked(seen.complaint.complainant),
        hidden=case.confidential and who.is_of_a_unit,
        opens_evidence=opens(original=False),
        originals=seen.complaint.source.originals if opens(original=True) else (),
        identity=identity,
        reveal=forms.pop(Act.REVEAL_IDENTITY, None),
        forms=list(forms.values()),
        cannot=[_cannot(each) for each in seen.offers.cannot if each.command not in MACHINES_ONLY],
        clocks=[_line(clock, reader) for clock in case.clocks if clock.round == chosen],
        round=chosen,
        rounds=range(1, case.round + 1),
        timeline=_timeline(entries),
        entries=len(entries),
        head=str(entries[-1]["hash"]) if entries else "",
        messages_url="" if who.is_of_a_unit else f"/desk/messages/{case.complaint_id}",
        alike=[_alike(each) for each in seen.alike],
        supplements=[{**each, "received_at": datetime.fromisoformat(each["received_at"])} for each in supplements],
        notice=notice or (answered.notice if answered else None),
        open_act=answered.act if answered else _pressing(case, forms) or _left_last(forms.values()),
    )


def _alike(row: Mapping[str, Any]) -> Alike:
    state = State(row["state"])
    words = STATES[state]
    return Alike(
        row["number"],
        row["received_at"],
        row["unit"] or row["target_unit"] or "",
        Bilingual(words.chinese, words.english),
        RINGS[state],
    )


def forms_for(seen: Seen, who: Person, centre: Centre) -> list[ActionForm]:
    """A form for everything that may be done now by a person, most pressing first as the table has it."""
    offers = [offer for offer in seen.offers.offers if offer.command not in MACHINES_ONLY]
    return [action_form(offer.command, known_for(offer.command, seen, who, centre), offer=offer) for offer in offers]


def as_left(form: ActionForm, drafts: Mapping[str, Draft]) -> ActionForm:
    """The form with what its author left in it, if there is anything."""
    draft = drafts.get(form.act.value) if form.keeps_drafts else None
    return form if draft is None else with_draft(form, draft.values, draft.saved_at)


def _pressing(case: Case, forms: Mapping[Act, ActionForm]) -> Act | None:
    """What can't wait until somebody has looked for its form."""
    is_raised = case.urgency is not None and case.urgency.standing is Standing.RAISED
    return Act.ATTEND_URGENT if is_raised and Act.ATTEND_URGENT in forms else None


def _left_last(forms: Iterable[ActionForm]) -> Act | None:
    drafted = [(form.drafted_at, form.act) for form in forms if form.drafted_at is not None]
    return max(drafted)[1] if drafted else None


def known_for(act: Act, seen: Seen, who: Person, centre: Centre) -> Known:
    """Units, windows and people that may be chosen, and what stands in a form at first."""
    case, facts = seen.case, seen.facts
    units = [Option(unit.name, Bilingual(unit.name, unit.name)) for unit in centre.units]
    options: dict[str, Sequence[Option]] = {"unit": units}
    if act is Act.ASSIGN:
        options["to"] = [_person(each) for each in facts.office_handlers.values()]
    if who.is_of_a_unit:
        names = sorted(facts.people(case.unit).signatories)
        if names:
            options["signed_by"] = [Option(name, Bilingual(name, name)) for name in names]
    return Known(options, _first_values(act, seen, who))


def _first_values(act: Act, seen: Seen, who: Person) -> dict[str, str]:
    case = seen.case
    target = {"unit": case.target.unit or "", "window": case.target.window or "", "staff": case.target.staff or ""}
    if act in {Act.FORWARD, Act.REQUEST_APPROVAL, Act.SETTLE}:
        return target
    if act is Act.LINK_DUPLICATE and seen.alike:
        return {"other": seen.alike[0]["number"]}
    if act in {Act.SUBMIT_FEEDBACK, Act.REFUSE_BY_UNIT, Act.REQUEST_EXTENSION}:
        return {"signed_by": who.name} if who.role is Role.UNIT_LEADER else {"handler": who.name, "clerk": who.name}
    return {}


def _person(person: Person) -> Option:
    return Option(person.id, Bilingual(person.name, person.name))


def _line(clock: Clock, reader: Reader, *, is_owed: bool = False) -> ClockLine:
    moved = [(later.because.value, before.limit.moment) for before, later in pairwise(clock.limits)]
    return ClockLine(
        clock_name(clock),
        clock.article,
        shown(clock.limit, reader) if is_owed else clock_shown(clock, reader),
        clock.days + clock.extended_by,
        clock.started_at,
        moved,
    )


def _cannot(each: NotYet) -> Cannot:
    row = ACTS[each.command]
    return Cannot(
        Bilingual(row.chinese, row.english),
        each.refusal.article,
        Bilingual(each.refusal.message_zh, each.refusal.message_en),
    )


def _timeline(entries: Sequence[Mapping[str, Any]]) -> list[RoundOf]:
    rounds: dict[int, list[Happening]] = {}
    for entry in reversed(entries):
        rounds.setdefault(entry["round"], []).append(happening(entry))
    return [RoundOf(number, rounds[number]) for number in sorted(rounds, reverse=True)]


def happening(entry: Mapping[str, Any]) -> Happening:
    """An entry of a timeline as it is shown."""
    what, kind = entry["event"]["what"], entry["kind"]
    bad = kind in _BAD or what.get("outcome") == "dissatisfied"
    return Happening(
        place=entry["version"],
        at=entry["at"],
        kind=kind,
        by="" if entry["actor_role"] == "system" else entry["actor_name"],
        article=entry["article"],
        hash=entry["hash"],
        look="look" if kind in _LOOKS else ("bad" if bad else ""),
        where=_where(what),
        marks=[f"pick.{name}.{_plain(what[name])}" for name in _MARKS if _is_chosen(kind, what, name)],
        told=[str(what[name]) for name in _TOLD if what.get(name) and not _is_chosen(kind, what, name)],
    )


def _is_chosen(kind: str, what: Mapping[str, Any], name: str) -> bool:
    return name in _MARKS and what.get(name) is not None and (name != "result" or kind == _CHOSEN_RESULT)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _where(what: Mapping[str, Any]) -> str:
    receiver = what.get("receiver") or what.get("leader") or what.get("to") or what.get("urged") or {}
    parts = (
        what.get("unit"),
        receiver.get("name"),
        what.get("competent_authority") or what.get("authority") or what.get("handed_over_to"),
        what.get("ground"),
        what.get("other"),
        what.get("number") if what.get("kind") == "document_recorded" else None,
    )
    return " · ".join(str(part) for part in parts if part)
