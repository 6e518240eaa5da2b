"""Forms' pages for staff with sample data: the papers of a case, one of them, a day's, a draft. All of it is invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.forms.domain.definition import FormId
from services.forms.domain.masking import Reader
from services.forms.domain.sealing import How, Kind
from services.forms.templates import FORMS
from services.forms.web import desk_views as views
from services.forms.web.views import Paper
from shared.contracts.values import Role
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.web.static_files import StaticFiles
from tests.parts.page_samples import CODE, DIGEST, at

PAGE = views.Picture(StaticFiles().url("mark.svg"))
"""Stands for the picture of a page: the gallery's policy lets no picture in that has no address."""
FEEDBACK = views.Listed(
    id="0199f0aa-0000-7000-8000-000000000001",
    paper=Paper.FEEDBACK,
    title=FORMS[FormId.FEEDBACK].title,
    number="枣诉〔2026〕1083号",
    version=2,
    reader=Reader.OFFICE,
    basis=Bilingual("第十八条第四项 附件3", "art. 18.4 annex 3"),
    issued_at=at(24, 10, 12),
    asked_by="王立新",
    superseded_at=None,
    case_number="2026-001083",
    copies=3,
    pages=3,
    is_binder=False,
    can_be_had=True,
    has_failed=False,
)
RECEIPT = replace(
    FEEDBACK,
    paper=Paper.RECEIPT,
    title=FORMS[FormId.RECEIPT].title,
    number=CODE,
    version=1,
    reader=Reader.COMPLAINANT,
    asked_by="",
    copies=1,
)
BINDER = replace(RECEIPT, paper=Paper.BINDER, title="枣庄市民中心政务服务投诉案卷", reader=Reader.FILE, is_binder=True)
FAILED = replace(RECEIPT, can_be_had=False, has_failed=True)
OLD = replace(FEEDBACK, version=1, superseded_at=at(24, 10, 12))
_FACT = views.Fact(
    Kind.SIGNATURE,
    "高玉兰",
    at(24, 9, 30),
    How.BY_HAND,
    "周明",
    at(24, 9, 41),
    "/forms/documents/1/signatures/1/scan",
    DIGEST,
)
_PAGE = views.PaperPage(
    paper=FEEDBACK,
    code="7K3M9-QX2DV",
    digest=DIGEST,
    signed_digest=DIGEST,
    template_version="2",
    issued_by="枣庄市政务服务管理办公室",
    missing_glyphs="",
    facts=(_FACT, replace(_FACT, kind=Kind.SEAL, how=How.ELECTRONIC, scan_url="", scan_digest="")),
    reprints=((at(24, 10, 30), "王立新"),),
    pictures=(PAGE, PAGE),
    signing=views.SignedForm("2026-11-24T10:46"),
    notice=views.Notice("good", Bilingual("已登记。", "Recorded.")),
)
_FAULTS = {"signer": FieldFault("signer", "wrong", "请写明签字人", "Say who signed")}
CONTEXTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "papers-case": (
        "case_papers.html",
        {
            "page": views.CasePapers(
                case="2026-001083",
                formal_number="枣诉〔2026〕1083号",
                standing=(FEEDBACK, RECEIPT, BINDER, FAILED),
                superseded=(OLD,),
                may_bind=True,
                offered=(FORMS[FormId.DISPOSITION], FORMS[FormId.RECEIPT]),
                readers=tuple(Reader),
                notice=views.Notice("over", Bilingual("还没有办到这一步。", "Not yet.")),
            )
        },
    ),
    "papers-none": (
        "case_papers.html",
        {"page": views.CasePapers("2026-001083", "枣诉〔2026〕1083号", (), (), may_bind=False)},
    ),
    "paper": ("paper.html", {"page": _PAGE}),
    "paper-failed": (
        "paper.html",
        {
            "page": replace(
                _PAGE,
                paper=replace(FAILED, superseded_at=at(24, 10)),
                digest="",
                signed_digest="",
                missing_glyphs="𱍊",
                facts=(),
                reprints=(),
                pictures=(),
                notice=None,
                signing=views.SignedForm("2026-11-24T10:46", "高玉兰", "", _FAULTS),
            )
        },
    ),
    "papers-day": (
        "papers_of_day.html",
        {
            "page": views.DayPage(
                date(2026, 11, 24),
                date(2026, 11, 23),
                date(2026, 11, 25),
                (FEEDBACK, OLD),
                1,
                views.origins(Role.HANDLER),
            )
        },
    ),
    "papers-day-none": (
        "papers_of_day.html",
        {"page": views.DayPage(date(2026, 11, 22), date(2026, 11, 21), date(2026, 11, 23), (), 0)},
    ),
    "draft": ("draft.html", {"page": views.DraftPage(FEEDBACK.title, FEEDBACK.number, (PAGE,))}),
    "draft-wanting": ("draft.html", {"page": views.DraftPage(FEEDBACK.title, FEEDBACK.number, (), wanting=True)}),
}
"""By the name in the gallery: the template, and what it is given beside the desk's head."""
