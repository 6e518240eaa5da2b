"""What forms' pages for staff show, as frozen values.

Law of this file: pure; made of rows that the asker may have. Titles of documents are Chinese, as on the documents; no
page says who complained, only the papers themselves do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.forms.domain.binder import BINDER, BINDER_TITLE
from services.forms.domain.definition import Form, FormId
from services.forms.domain.masking import Reader
from services.forms.domain.sealing import How, Kind
from services.forms.domain.wording import official_number
from services.forms.store.states import FAILED
from services.forms.templates import FORMS
from services.forms.web.views import Paper
from shared.contracts.values import Role
from shared.web.desk_frame import ROOMS, Room
from shared.web.i18n import Bilingual, Language
from shared.web.problems import FieldFault
from shared.web.words import articles


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above the page: ``good`` or ``over``."""

    kind: str
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list."""

    id: str
    paper: Paper
    title: str
    number: str
    version: int
    reader: Reader
    basis: Bilingual
    """The article or the annex that asks for it."""
    issued_at: datetime
    asked_by: str
    superseded_at: datetime | None
    case_number: str
    copies: int
    pages: int
    is_binder: bool
    can_be_had: bool
    has_failed: bool


def listed(row: Any) -> Listed:
    """A row of documents as it is listed."""
    form = None if row.form == BINDER else FORMS[FormId(row.form)]
    return Listed(
        id=str(row.id),
        paper=Paper(row.form),
        title=form.title if form else BINDER_TITLE,
        number=row.number,
        version=row.version,
        reader=Reader(row.reader),
        basis=_basis(row.article, form.annex if form else ""),
        issued_at=row.issued_at,
        asked_by=row.asked_by or "",
        superseded_at=row.superseded_at,
        case_number=row.case_number or "",
        copies=form.copies if form else 1,
        pages=row.pages or 0,
        is_binder=form is None,
        can_be_had=row.state != FAILED,
        has_failed=row.state == FAILED,
    )


def _basis(article: str, annex: str) -> Bilingual:
    """``第十八条第四项 附件3``."""
    zh, en = (articles((article,), language) for language in (Language.ZH, Language.EN))
    return Bilingual(f"{zh} {annex}".strip(), f"{en} {annex.replace('附件', 'annex ')}".strip())


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of a document as a picture."""

    url: str


@dataclass(frozen=True, slots=True)
class CasePapers:
    """``GET /forms/documents?case=``: what was made of a case, and what can be made of it now."""

    case: str
    formal_number: str
    standing: Sequence[Listed]
    superseded: Sequence[Listed]
    may_bind: bool
    offered: Sequence[Form] = ()
    """Forms that the case has come far enough for, for whoever may issue them."""
    readers: Sequence[Reader] = ()
    notice: Notice | None = None


def case_papers(
    case: str,
    rows: Sequence[Any],
    *,
    may_bind: bool,
    offered: Sequence[Form] = (),
    readers: Sequence[Reader] = (),
    notice: Notice | None = None,
) -> CasePapers:
    """The page of a case's documents, the newest of each first."""
    papers = [listed(row) for row in rows]
    return CasePapers(
        case=case,
        formal_number=official_number(case),
        standing=[paper for paper in papers if paper.superseded_at is None],
        superseded=[paper for paper in papers if paper.superseded_at is not None],
        may_bind=may_bind,
        offered=offered,
        readers=readers,
        notice=notice,
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """A signature or a seal that was recorded. ``scan_url`` is where the scan of the paper is, "" where there is none."""

    kind: Kind
    signer: str
    signed_at: datetime
    how: How
    recorded_by: str
    recorded_at: datetime
    scan_url: str
    scan_digest: str


def fact(document: str, row: Mapping[str, Any]) -> Fact:
    """A recorded signature as it is shown."""
    scan = f"/forms/documents/{document}/signatures/{row['id']}/scan" if row["scan_sha256"] else ""
    return Fact(
        kind=Kind(row["kind"]),
        signer=row["signer"],
        signed_at=row["signed_at"],
        how=How(row["how"]),
        recorded_by=row["recorded_by"],
        recorded_at=row["recorded_at"],
        scan_url=scan,
        scan_digest=row["scan_sha256"] or "",
    )


@dataclass(frozen=True, slots=True)
class SignedForm:
    """What stands in the form that records a signature: as it came back, or as it begins."""

    signed_at: str
    signer: str = ""
    how: str = "by_hand"
    faults: Mapping[str, FieldFault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaperPage:
    """``GET /forms/documents/{id}``: one document, what was done with it, and its pages to look at."""

    paper: Listed
    code: str
    digest: str
    signed_digest: str
    template_version: str
    issued_by: str
    missing_glyphs: str
    facts: Sequence[Fact]
    reprints: Sequence[tuple[datetime, str]]
    """When a copy was printed, and by whom."""
    pictures: Sequence[Picture]
    signing: SignedForm | None = None
    """None for whoever may not record a signature."""
    notice: Notice | None = None


ORIGINS: Sequence[tuple[FormId, str]] = (
    (FormId.CALL_LIST, "calls"),
    (FormId.CALL_LIST, "follow_ups"),
    (FormId.BOX_RECORD, "box"),
    (FormId.MONTHLY_REPORT, "statistics"),
)
"""Lists about many cases, and the rooms whose pages issue them."""


def origins(role: Role) -> list[tuple[Form, Room]]:
    """The lists, and where somebody of this role gets them issued."""
    rooms = {room.key: room for room in ROOMS if role in room.roles}
    return [(FORMS[form], rooms[key]) for form, key in ORIGINS if key in rooms]


@dataclass(frozen=True, slots=True)
class DayPage:
    """``GET /forms/day``: what was issued on a day, and all its disposition forms at one press."""

    day: date
    before: date
    after: date
    papers: Sequence[Listed]
    dispositions: int
    origins: Sequence[tuple[Form, Room]] = ()
    """Where whoever looks gets the lists issued."""


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A form as it would be: its pages, or why there are none yet."""

    title: str
    formal_number: str
    pictures: Sequence[Picture]
    wanting: bool = False
