"""Every page with sample data, to be looked at and tested: all names, numbers and texts are invented.

``python -m tests.parts.page_gallery write DIR`` writes the pages in both languages as files;
``python -m tests.parts.page_gallery serve [PORT]`` serves them with the real headers, and a form that answers.
The time on every page is Tuesday 2026-11-24, 10:46 in Zaozhuang.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from services.forms.web import views as verify
from services.intake.web import views as intake
from services.workflow.web import views as track
from shared.contracts.values import Channel, Element, Ground, Role
from shared.web.desk_frame import KEYS, ROLE_WORDS
from shared.web.docs_page import operations
from shared.web.edge import install_web
from shared.web.frame import AccountPage, CodePage, Desk, LoginPage, NavItem, ProblemPage, SetUpPage, Site
from shared.web.i18n import Bilingual, Language
from shared.web.pages import Pages, make_templates
from shared.web.problems import FieldFault, Problem
from shared.web.qr import qr_code

SERVICES = Path(__file__).parents[2] / "services"
CODE = "2QW8HN5T0C"
SALT = "73616d706c652d73616c74?expires=1795000000&"
SECRET_NUMBER = 1234
"""What the browser has to find: soon found, so that tests are quick."""
DIGEST = "80cc41d7a2f09b3e5d6c1f84e7a0b95213fd6e8c4b7a90d15e272c6f5e279b0a"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in November 2026, given on the centre's clock and kept in UTC."""
    return datetime(2026, 11, day, hour - 8, minute, tzinfo=UTC)


SITE = Site(
    name=Bilingual("枣庄市民中心", "Zaozhuang Citizens' Centre"),
    office=Bilingual("市政务服务管理办公室", "Government Service Administration Office"),
    measure=Bilingual("《枣庄市民中心政务服务投诉处置办法》", "Measure for Handling Complaints"),
    hotline="0632-000 0120",
    hours=Bilingual("工作日 9:00–17:00 随时有人接听", "attended on working days, 9:00–17:00"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """A limit in words, as workflow makes them."""

    kind: str
    words: str
    when: datetime | None = None


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


def _ways() -> list[intake.Way]:
    both, place = Bilingual, intake.Place
    hours = both("工作日 9:00–17:00", "Working days 9:00–17:00")
    return [
        intake.Way([Channel.PHONE], [place(both(SITE.hotline, SITE.hotline), SITE.hotline_link)], SITE.hours),
        intake.Way(
            [Channel.VISIT],
            [
                place(both("一楼总咨询服务台", "General enquiries, ground floor")),
                place(both("三楼综合服务区 G12 找茬窗口", "Fault-finding window G12, third floor")),
                place(both("各单位区域咨询台", "The enquiry desk of each unit")),
            ],
            hours,
        ),
        intake.Way(
            [Channel.SUGGESTION_BOX],
            [place(both("一至四楼电梯口，共 6 处", "By the lifts on floors 1 to 4, six in all"))],
            both("每个工作日 9:00 两人开箱", "Opened by two people at 9:00 every working day"),
        ),
        intake.Way(
            [Channel.LETTER],
            [
                place(
                    both(
                        "枣庄市薛城区示例路 1 号市民中心 501 室，投诉处置（收），邮编 277800",
                        "Complaints, Room 501, Citizens' Centre, 1 Example Road, Xuecheng, Zaozhuang 277800",
                    )
                )
            ],
        ),
        intake.Way(
            [Channel.EMAIL, Channel.FAX],
            [
                place(both("tousu@example.gov.cn", "tousu@example.gov.cn"), "mailto:tousu@example.gov.cn"),
                place(both("传真 0632-000 0121", "Fax 0632-000 0121")),
            ],
        ),
    ]


HAND_IN = [place.text for way in _ways()[1:4] for place in way.places]


def _units() -> list[intake.UnitChoice]:
    table = {
        "市医疗保障局": ["A07 医保报销", "A09 异地就医备案", "A11 生育津贴"],
        "市自然资源和规划局（不动产登记）": ["B03 转移登记", "B05 抵押登记", "B08 发证"],
        "市住房公积金管理中心": ["C02 提取", "C04 贷款"],
        "市税务局": ["D01 发票领用", "D06 房产交易税"],
        "市公安局（出入境、户政）": ["E02 护照、通行证受理", "E04 取证"],
        "市人力资源和社会保障局": ["F05 社保关系转移"],
        "市行政审批服务局": ["G01 企业开办", "G12 找茬窗口"],
    }
    return [
        intake.UnitChoice(unit, unit, [intake.WindowChoice(window.split()[0], window) for window in windows])
        for unit, windows in table.items()
    ]


FACTS = (
    "11 月 24 日上午九点多到医保窗口给母亲办异地就医备案，取号 A037，等到十点十分还没叫到，后来的 A052 已经办完走了。"
    "问为什么，工作人员说“你这个材料复杂，下午再来”，没有说缺什么，也没有给一次性告知单。\n"
    "我从滕州赶来，往返两个多小时，这是第二次跑。"
)
DEMAND = "当天办结备案；说明跳号原因；以后缺什么一次说清。"

FORM = intake.FormPage(
    units=_units(),
    files=intake.FileRules(each_bytes=20 * 1024 * 1024, count=10),
    csrf="c2FtcGxlLWNzcmYtdG9rZW4",
    idempotency_key="01936f00-0000-7000-8000-000000000001",
    today=date(2026, 11, 24),
    challenge=intake.Challenge(
        challenge=hashlib.sha256(f"{SALT}{SECRET_NUMBER}".encode()).hexdigest(),
        salt=SALT,
        signature="00",
        max_number=5000,
    ),
    draft_url="/intake/drafts/web",
)

ERRORS = [
    FieldFault(
        "unit",
        "missing",
        "请选择被投诉的单位；不知道就选“不清楚”",
        "Choose the unit; if you don't know it, say so",
    ),
    FieldFault(
        "phone",
        "phone_too_short",
        "手机号少一位：应为 11 位",
        "The mobile number is one digit short: it has 11",
    ),
    FieldFault(
        "evidence",
        "file_too_large",
        "“窗口录音.m4a”62 MB，超过 20 MB，没有收下；其余 2 个文件已收到",
        "“窗口录音.m4a” has 62 MB, over 20 MB, and was not taken; the other 2 files were",
    ),
    FieldFault("truth", "missing", "请勾选情况属实的声明", "Please confirm the statement of truth"),
]

FORM_BACK = replace(
    FORM,
    values=intake.FormValues(
        facts=FACTS,
        occurred_on="2026-11-24",
        occurred_at="九点多到十点十分",
        window="A09",
        staff="女，短发",
        desk_number="A09-2",
        demand=DEMAND,
        relation="interested_party",
        signature="confidential",
        name="刘桂华",
        phone="139 0000 204",
        address="滕州市",
    ),
    errors=ERRORS,
    kept=[
        intake.KeptFile("8f14e45f", "取号单 A037.jpg", 1_887_436),
        intake.KeptFile("c9f0f895", "住院预交金收据.pdf", 430_080),
    ],
)

RECEIPT = intake.ReceiptPage(
    code=CODE,
    number="2026-001093",
    received_at=at(24, 10, 46),
    respond_by=at(25, 17),
    qr=qr_code(f"https://tousu.example.gov.cn/verify/{CODE}"),
    digest=DIGEST,
    track_url=f"/track/{CODE}",
    unit="市医疗保障局",
    window="A09 异地就医备案",
    signature=intake.Signature.CONFIDENTIAL,
    files=2,
    missing=[Element.STAFF, Element.ADDRESS],
)

ANSWER = track.Answer(
    text=(
        "经核查，11 月 24 日上午 A09 窗口因系统升级暂停叫号 40 分钟，恢复后未按取号先后续办，也未出具一次性告知单，"
        "您反映的情况属实。\n异地就医备案已于 11 月 24 日 15:20 办结，自 11 月 2 日起生效，已垫付的费用可按备案后的比例到"
        " A07 窗口或线上报销。窗口负责人已当面致歉。\n整改：停机后一律按原号续办；材料不齐的当场出具一次性告知单。"
    ),
    by="市医疗保障局",
    at=at(24, 16, 5),
)


def _steps(*, done: int, now: track.TrackStep | None = None) -> list[track.TrackStep]:
    progress = track.Progress
    finished = [
        track.TrackStep(
            track.Step.RECEIVE,
            progress.DONE,
            at(24, 10, 46),
            channel=Channel.WEB,
            limit=Words("met", "当天 10:47 已短信回应"),
            due=at(25, 17),
        ),
        track.TrackStep(track.Step.ACCEPT, progress.DONE, at(24, 11, 20), "市政务服务管理办公室"),
        track.TrackStep(
            track.Step.DISPATCH,
            progress.DONE,
            at(24, 11, 32),
            "市医疗保障局",
            limit=Words("met", "按时办结"),
            due=at(25, 17),
        ),
        track.TrackStep(track.Step.FEEDBACK, progress.DONE, at(24, 16, 5), "分管领导签字、加盖公章"),
    ]
    ahead = [track.TrackStep(step, progress.AHEAD) for step in track.Step]
    head = finished[:done] + ([now] if now else [])
    return head + ahead[len(head) :]


FOLLOW_UP = track.TrackStep(
    track.Step.FOLLOW_UP, track.Progress.NOW, limit=Words("later", "11 月 27 日 17:00 前", at(27, 17))
)
ANSWERED = track.TrackPage(
    code=CODE,
    standing=track.Standing.FEEDBACK_SUBMITTED,
    number="2026-001093",
    holder="市政务服务管理办公室",
    next_limit=Words("later", "11 月 27 日（周五）17:00 前回访您", at(27, 17)),
    rounds=[track.TrackRound(1, _steps(done=4, now=FOLLOW_UP), ANSWER)],
)
SECOND_ROUND = track.TrackPage(
    code=CODE,
    standing=track.Standing.DISPATCHED,
    number="2026-001093",
    holder="市医疗保障局",
    next_limit=Words("over", "已超期 1 天", at(26, 17)),
    rounds=[
        track.TrackRound(
            2,
            _steps(
                done=2,
                now=track.TrackStep(
                    track.Step.DISPATCH,
                    track.Progress.NOW,
                    at(25, 9),
                    "市医疗保障局",
                    limit=Words("over", "已超期 1 天", at(26, 17)),
                ),
            ),
        ),
        track.TrackRound(1, _steps(done=4), ANSWER),
    ],
)
REFUSED = track.TrackPage(
    code=CODE,
    standing=track.Standing.REFUSED,
    number="2026-001093",
    rounds=[
        track.TrackRound(
            1,
            [
                *_steps(done=2)[:2],
                *(track.TrackStep(step, track.Progress.LEFT_OUT) for step in list(track.Step)[2:5]),
                track.TrackStep(track.Step.ARCHIVE, track.Progress.DONE, at(24, 15)),
            ],
        )
    ],
    refusal=track.Refusal(
        Ground.OTHER_LEGAL_WAY,
        "您反映的事项已由薛城区人民法院立案，正在审理。",
        "请在诉讼中提出；对法院的办理有意见，可以向法院的诉讼服务中心反映。",
    ),
)
REDIRECTED = track.TrackPage(
    code=CODE,
    standing=track.Standing.REDIRECTED,
    rounds=[track.TrackRound(1, _steps(done=1))],
    redirection=track.Redirection("薛城区市场监督管理局", "您反映的是商店的收费，不属于进驻单位的政务服务事项。"),
)
WAITING = track.TrackPage(
    code=CODE,
    standing=track.Standing.AWAITING_STATEMENT,
    holder="市政务服务管理办公室",
    next_limit=Words("today", "今天 17:00 前回应您", at(24, 17)),
    rounds=[track.TrackRound(1, _steps(done=1))],
    written_form_url=f"/intake/written/{CODE}",
)

KNOWN = verify.Known(
    verify.Paper.RECEIPT, "2026-001093", at(24, 10, 46), "枣庄市政务服务管理办公室", DIGEST, superseded_at=None
)

DESK = Desk(
    here="cases",
    nav=[
        NavItem("phone", "/desk/phone", Bilingual("接听", "Phone")),
        NavItem("scan", "/intake/review", Bilingual("扫描核对", "Scans"), 4),
        NavItem("box", "/desk/box", Bilingual("意见箱", "Box"), 2),
        NavItem("cases", "/workflow/cases", Bilingual("案件", "Cases"), 38),
        NavItem("approve", "/workflow/approvals", Bilingual("审批", "Approvals"), 3),
        NavItem("followup", "/workflow/follow-ups", Bilingual("回访", "Follow-ups"), 6),
        NavItem("checks", "/intake/channel-checks", Bilingual("渠道检查", "Checks")),
        NavItem("quarantine", "/intake/quarantine", Bilingual("隔离件", "Quarantine"), 3),
        NavItem("stats", "/workflow/statistics", Bilingual("统计", "Statistics")),
    ],
    person="王立新",
    role=ROLE_WORDS[Role.HANDLER],
    keys=KEYS,
    csrf="c2FtcGxl",
)

_NUMBER = "0193-6f4a"

ACCOUNT = AccountPage("1087", "孙晓敏", Role.OPERATOR, "", "c2FtcGxl", has_password=True, has_totp=False)

DOCUMENT = {
    "paths": {
        "/intake/visits": {
            "post": {
                "summary": "One visit",
                "description": "What was told at a reception point.",
                "parameters": [{"name": "Idempotency-Key", "in": "header"}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"properties": {"facts": {}}, "required": ["facts"]}}}
                },
                "responses": {"201": {"description": "Stored"}},
            }
        }
    }
}
"""An OpenAPI document with one of everything that is listed."""

SAMPLES: Mapping[str, Sample] = {
    "start": Sample(
        "start.html", {"page": intake.StartPage(_ways(), "/gallery/form", written_form_url="/gallery/written-empty")}
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
    "403": Sample(
        "403.html",
        {
            "page": ProblemPage(
                403,
                "您的岗位不能看这一页",
                "这件案子已移交督查，只有办公室分管领导和监督岗能看。",
                request_id=_NUMBER,
                facts=(("您的岗位", "市医保局投诉处置人"), ("依据", "第十条第五项、第十七条")),
            )
        },
        403,
    ),
    "404": Sample("404.html", {"page": ProblemPage(404, "没有这个页面", "网址可能抄错了。", request_id=_NUMBER)}, 404),
    "422": Sample("422.html", {"page": ProblemPage(422, "有内容需要改正", faults=ERRORS, request_id=_NUMBER)}, 422),
    "503": Sample(
        "503.html",
        {
            "page": ProblemPage(
                503,
                "系统暂时停一下",
                "正在恢复，约 30 秒后可再试。",
                request_id=_NUMBER,
                happened_at="2026 年 11 月 24 日（周二）10:44",
            )
        },
        503,
    ),
    "problem": Sample(
        "problem.html", {"page": ProblemPage(429, "请求太多，请稍后再试", "请过几分钟再试。", request_id=_NUMBER)}, 429
    ),
}
"""Every page, by the name it has in the gallery. A template without a sample fails a test."""


def text_of(name: str, language: Language = Language.ZH) -> str:
    """One page of the gallery as text."""
    sample = SAMPLES[name]
    switch = "" if sample.posted else f"?lang={language.other}"
    return pages().text(sample.template, language, **sample.context, switch_url=switch)


def gallery_app() -> FastAPI:
    """The gallery as an application, behind the real headers, limits and problem handlers."""
    made = pages()
    app = FastAPI(openapi_url=None)
    install_web(app, made)

    @app.get("/")
    async def index() -> Response:
        links = "".join(f'<li><a href="/gallery/{name}">{name}</a></li>' for name in SAMPLES)
        return HTMLResponse(f"<!DOCTYPE html><title>gallery</title><ul>{links}</ul>")

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
