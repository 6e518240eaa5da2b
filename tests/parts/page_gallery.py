"""Every page with sample data, to be looked at and tested: all names, numbers and texts are invented.

``python -m tests.parts.page_gallery write DIR`` writes the pages in both languages as files;
``python -m tests.parts.page_gallery serve [PORT]`` serves them with the real headers, and a form that answers.
The time on every page is Tuesday 2026-11-24, 10:46 in Zaozhuang.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from services.forms.web import views as verify
from services.intake.web import views as intake
from services.workflow.web import views as track
from shared.contracts.values import Channel, Role
from shared.identity.doors.people_page import Told
from shared.web.docs_page import operations
from shared.web.edge import install_web
from shared.web.frame import CodePage, LoginPage, ProblemPage, SetUpPage
from shared.web.i18n import Bilingual, Language
from shared.web.pages import Pages, make_templates
from shared.web.problems import FieldFault, Problem
from shared.web.qr import qr_code
from tests.parts.case_samples import CONTEXTS as CASES
from tests.parts.desk_samples import CONTEXTS as DESKS
from tests.parts.office_samples import CONTEXTS as OFFICE
from tests.parts.page_checks import AXE, axe_core
from tests.parts.page_samples import (
    ACCOUNT,
    ANSWERED,
    CODE,
    DEMAND,
    DESK,
    DIGEST,
    DOCUMENT,
    ERRORS,
    FACTS,
    FORM,
    FORM_BACK,
    HAND_IN,
    KNOWN,
    MONTHLY,
    PEOPLE,
    RECEIPT,
    REDIRECTED,
    REFUSED,
    REQUEST,
    SECOND_ROUND,
    SITE,
    WAITING,
    Words,
    at,
    ways_in,
)
from tests.parts.paper_samples import CONTEXTS as PAPERS

SERVICES = Path(__file__).parents[2] / "services"


@dataclass(frozen=True, slots=True)
class Sample:
    """One page of the gallery."""

    template: str
    context: Mapping[str, Any]
    status: int = 200
    posted: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


@cache
def pages() -> Pages:
    """The pages of all services over one frame, as one process serves them."""
    rooms = [SERVICES / name / "web" for name in ("intake", "workflow", "forms", "notify")]
    return make_templates(*rooms, Path(__file__).parent / "gallery", site=SITE)


SAMPLES: dict[str, Sample] = {
    "start": Sample(
        "start.html", {"page": intake.StartPage(ways_in(), "/gallery/form", written_form_url="/gallery/written-empty")}
    ),
    "form": Sample("form.html", {"page": FORM}),
    "form-errors": Sample("form.html", {"page": FORM_BACK}, status=422, posted=True),
    "form-draft": Sample("form.html", {"page": replace(FORM, restored=True, draft_url="/intake/web-forms/draft")}),
    "docs": Sample("docs.html", {"title": "Shouli: intake", "operations": operations(DOCUMENT)}),
    "form-expired": Sample(
        "form.html",
        {"page": replace(FORM_BACK, errors=(), notice=intake.FormNotice.EXPIRED)},
        status=403,
        posted=True,
    ),
    "receipt": Sample("receipt.html", {"page": RECEIPT}),
    "receipt-major": Sample(
        "receipt.html",
        {
            "page": replace(
                RECEIPT,
                written=intake.WrittenOffer("/gallery/written", at(26, 17)),
                signature=intake.Signature.ANONYMOUS,
                unit="",
                window="",
                files=0,
                pdf_url="/forms/documents/1.pdf",
                repeated=True,
            )
        },
    ),
    "written": Sample(
        "written.html",
        {
            "page": intake.WrittenStatementPage(
                code=CODE,
                facts=FACTS,
                demand=DEMAND,
                unit="市医疗保障局",
                window="A09",
                hand_in=HAND_IN,
            )
        },
    ),
    "written-empty": Sample("written.html", {"page": intake.WrittenStatementPage(hand_in=HAND_IN)}),
    "track": Sample("track.html", {"page": ANSWERED}),
    "track-second-round": Sample("track.html", {"page": SECOND_ROUND}),
    "track-refused": Sample("track.html", {"page": REFUSED}),
    "track-redirected": Sample("track.html", {"page": REDIRECTED}),
    "track-waiting": Sample("track.html", {"page": WAITING}),
    "figures": Sample("public_figures.html", MONTHLY),
    "figures-none": Sample("public_figures.html", {**MONTHLY, "figures": {"all": [], "channel": [], "unit": []}}),
    "track-ask": Sample("track_ask.html", {"page": track.TrackAsk()}),
    "track-not-found": Sample("track_ask.html", {"page": track.TrackAsk("2QW8H-N5T0D", not_found=True)}, status=404),
    "verify": Sample("verify.html", {"page": verify.VerifyPage("2QW8H-N5T0C", verify.Verdict.GENUINE, KNOWN)}),
    "verify-superseded": Sample(
        "verify.html",
        {
            "page": verify.VerifyPage(
                "2QW8H-N5T0C", verify.Verdict.SUPERSEDED, replace(KNOWN, superseded_at=at(25, 9, 30), pages=3)
            )
        },
    ),
    "verify-unknown": Sample("verify.html", {"page": verify.VerifyPage("2QW8H-N5T0X", verify.Verdict.UNKNOWN)}, 404),
    "verify-ask": Sample("verify_ask.html", {"page": verify.VerifyAsk()}),
    "login": Sample("login.html", {"page": LoginPage("/login", "c2FtcGxl")}),
    "login-failed": Sample(
        "login.html",
        {
            "page": LoginPage(
                "/login",
                "c2FtcGxl",
                username="1087",
                then="/workflow/cases",
                failed=Bilingual("工号或口令不对。", "The staff number or the password is wrong."),
            )
        },
        status=401,
        posted=True,
    ),
    "login-code": Sample("login_code.html", {"page": CodePage("c2FtcGxl", "c3RlcA")}, posted=True),
    "login-code-failed": Sample(
        "login_code.html",
        {"page": CodePage("c2FtcGxl", "c3RlcA", "/workflow/cases", Bilingual("验证码不对。", "The code is wrong."))},
        status=403,
        posted=True,
    ),
    "set-up": Sample("set_up.html", {"page": SetUpPage("/account/set-up/c2FtcGxl", "c2FtcGxl")}),
    "set-up-refused": Sample(
        "set_up.html",
        {"page": SetUpPage("/account/set-up/c2FtcGxl", "c2FtcGxl", Bilingual("口令太短。", "Too short."))},
        status=422,
        posted=True,
    ),
    "account": Sample("account.html", {"page": ACCOUNT}),
    "account-changed": Sample(
        "account.html",
        {"page": replace(ACCOUNT, has_totp=True, done=Bilingual("口令已修改。", "The password is changed."))},
    ),
    "account-totp": Sample(
        "account.html",
        {
            "page": replace(
                ACCOUNT,
                unit="市医疗保障局",
                role=Role.UNIT_HANDLER,
                offered="JBSWY3DPEHPK3PXP",
                offered_qr=qr_code("otpauth://totp/1087?secret=JBSWY3DPEHPK3PXP"),
                failed=Bilingual("验证码不对。", "The code is wrong."),
            )
        },
        status=422,
        posted=True,
    ),
    "desk": Sample(
        "parts.html",
        {
            "desk": DESK,
            "limits": [
                Words("met", "按时办结"),
                Words("later", "11 月 27 日 17:00 前", at(27, 17)),
                Words("soon", "明天 17:00 前", at(25, 17)),
                Words("today", "今天 17:00 前，剩 6 小时 17 分", at(24, 17)),
                Words("missed", "迟了 1 天办结"),
                Words("over", "已超期 1 天", at(23, 17)),
            ],
            "states": [("", "已登记"), ("half", "办理中"), ("full", "已反馈"), ("wait", "待书面"), ("no", "不予受理")],
            "channels": list(Channel),
            "digest": DIGEST,
            "faults": {"window": FieldFault("window", "unknown", "没有这个窗口", "There is no such window")},
        },
    ),
    "401": Sample(
        "401.html",
        {
            "page": ProblemPage(
                401,
                "",
                login_url="/login?then=/desk/phone",
                request_id=REQUEST,
                typed=[("facts", FACTS), ("note", "急")],
            )
        },
        401,
        posted=True,
    ),
    "403": Sample(
        "403.html",
        {
            "page": ProblemPage(
                403,
                "您的岗位不能看这一页",
                "这件案子已移交督查，只有办公室分管领导和监督岗能看。",
                request_id=REQUEST,
                facts=(("您的岗位", "市医保局投诉处置人"), ("依据", "第十条第五项、第十七条")),
            )
        },
        403,
    ),
    "404": Sample("404.html", {"page": ProblemPage(404, "没有这个页面", "网址可能抄错了。", request_id=REQUEST)}, 404),
    "422": Sample("422.html", {"page": ProblemPage(422, "有内容需要改正", faults=ERRORS, request_id=REQUEST)}, 422),
    "503": Sample(
        "503.html",
        {
            "page": ProblemPage(
                503,
                "系统暂时停一下",
                "正在恢复，约 30 秒后可再试。",
                request_id=REQUEST,
                happened_at="2026 年 11 月 24 日（周二）10:44",
            )
        },
        503,
    ),
    "people": Sample("people.html", {"desk": replace(DESK, here="people"), "page": PEOPLE}),
    "people-link": Sample(
        "people.html",
        {
            "desk": replace(DESK, here="people"),
            "page": replace(
                PEOPLE, told=Told(link=f"https://tousu.example.gov.cn/account/set-up/{'x7q-' * 11}", whose="李静")
            ),
        },
        posted=True,
    ),
    "people-back": Sample(
        "people.html",
        {
            "desk": replace(DESK, here="people"),
            "page": replace(
                PEOPLE,
                told=Told(
                    faults={"login": FieldFault("login", "name_taken", "已有这个工号的账号", "is taken")},
                    typed={"login": "chen", "name": "陈晨", "role": "handler"},
                    form="NewAccount",
                ),
            ),
        },
        422,
        posted=True,
    ),
    "people-token": Sample(
        "people.html",
        {
            "desk": replace(DESK, here="people"),
            "page": replace(PEOPLE, told=Told(token=f"shouli_{'x7q-' * 11}", whose="电话系统")),
        },
        posted=True,
    ),
    "people-token-back": Sample(
        "people.html",
        {
            "desk": replace(DESK, here="people"),
            "page": replace(
                PEOPLE,
                told=Told(
                    faults={"scopes": FieldFault("scopes", "too_short", "至少 1 项", "at least one")},
                    typed={"name": "电话系统", "role": "operator", "days": "30", "scopes": ""},
                    form="NewToken",
                ),
            ),
        },
        422,
        posted=True,
    ),
    "problem": Sample(
        "problem.html", {"page": ProblemPage(429, "请求太多，请稍后再试", "请过几分钟再试。", request_id=REQUEST)}, 429
    ),
}
SAMPLES |= {
    name: Sample(template, {"desk": DESK, **context})
    for name, (template, context) in {**DESKS, **CASES, **OFFICE, **PAPERS}.items()
}
"""Every page, by the name it has in the gallery. A template without a sample fails a test."""


def text_of(name: str, language: Language = Language.ZH) -> str:
    """One page of the gallery as text."""
    sample = SAMPLES[name]
    switches = {} if sample.posted else {"switch_url": f"?lang={language.other}", "theme_url": "?theme="}
    return pages().text(sample.template, language, **sample.context, **switches)


def gallery_app() -> FastAPI:
    """The gallery as an application, behind the real headers, limits and problem handlers."""
    made = pages()
    app = FastAPI(openapi_url=None)
    install_web(app, made)

    @app.get("/")
    async def index() -> Response:
        links = "".join(f'<li><a href="/gallery/{name}">{name}</a></li>' for name in SAMPLES)
        return HTMLResponse(f"<!DOCTYPE html><title>gallery</title><ul>{links}</ul>")

    @app.get(AXE)
    async def axe() -> Response:
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(axe_core(), media_type="text/javascript", headers=headers)

    @app.get("/gallery/{name}")
    async def page(request: Request, name: str) -> Response:
        sample = SAMPLES.get(name)
        if sample is None:
            raise Problem(404, "no_page", "没有这个页面", "There is no such page")
        return made.render(request, sample.template, status=sample.status, **sample.context)

    @app.post("/intake/web-forms")
    async def sent(request: Request) -> Response:
        form = await request.form()
        name = "receipt" if form.get("facts") and form.get("truth") else "form-errors"
        sample = SAMPLES[name]
        proof = str(form.get("altcha", ""))
        return made.render(
            request, sample.template, status=sample.status, headers={"X-Proof": proof[:400]}, **sample.context
        )

    @app.put("/intake/drafts/web", status_code=204)
    async def draft() -> None:
        """Takes every draft."""

    return app


def write(folder: Path) -> None:
    """Write every page in both languages into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SAMPLES:
        for language in Language:
            (folder / f"{name}.{language}.html").write_text(text_of(name, language), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        import uvicorn

        uvicorn.run(gallery_app(), host="127.0.0.1", port=int(sys.argv[2]) if len(sys.argv) > 2 else 8090)
