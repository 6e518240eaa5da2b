"""What the sample pages show: one complaint and the people around it, all of it invented.

The time on every page is Tuesday 2026-11-24, 10:46 in Zaozhuang. Knows no page; tests/parts/page_gallery.py puts these on pages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from services.forms.web import views as verify
from services.intake.web import views as intake
from services.scopes import scopes_by_role
from services.workflow.reports import CLOCKS
from services.workflow.store.statistics import By
from services.workflow.web import views as track
from services.workflow.web.periods import months_over
from services.workflow.web.statistics_page import BY_WORDS, GroupNames
from shared.contracts.values import Channel, Element, Ground, Role
from shared.identity.accounts import Account, AccountEvent
from shared.identity.doors.people_page import PeoplePage, Told
from shared.identity.doors.program_tokens import offered
from shared.identity.doors.words import RECORDED
from shared.web.desk_frame import KEYS, ROLE_WORDS
from shared.web.frame import AccountPage, Desk, NavItem, Site
from shared.web.i18n import Bilingual, Language
from shared.web.problems import FieldFault
from shared.web.qr import qr_code

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


def ways_in() -> list[intake.Way]:
    """The seven ways in, as the start page lists them."""
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


HAND_IN = [place.text for way in ways_in()[1:4] for place in way.places]


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
    keys=[(key, does) for key, does, _ in KEYS],
    csrf="c2FtcGxl",
)

REQUEST = "0193-6f4a"

ACCOUNT = AccountPage("1087", "孙晓敏", Role.OPERATOR, "", "c2FtcGxl", has_password=True, has_totp=False)

_CHEN = Account(
    id=UUID(int=1), login="chen", name="陈晨", role=Role.UNIT_HANDLER, unit="市医疗保障局", has_password=True, has_totp=True,
    by_provider=False, made_at=at(16, 9), disabled_at=None,
)  # fmt: skip
PEOPLE = PeoplePage(
    people=[
        replace(_CHEN, login="admin", name="系统管理员", role=Role.ADMINISTRATOR, unit=None, has_totp=False),
        _CHEN,
        replace(_CHEN, login="li", name="李静", has_password=False, has_totp=False),
        replace(_CHEN, login="zhao", name="赵一", disabled_at=at(20, 17)),
    ],
    tokens=[
        {"name": "电话系统", "role": "operator", "unit": None, "scopes": ["intake:calls", "intake:phone"], "made_at": at(16, 9), "made_by": "admin", "expires_at": at(30, 9), "revoked_at": None, "revoked_by": None, "id": UUID(int=1)},
        {"name": "邮件网关", "role": "operator", "unit": None, "scopes": [], "made_at": at(16, 9), "made_by": None, "expires_at": None, "revoked_at": at(20, 17), "revoked_by": "admin", "id": UUID(int=2)},
    ],
    units=["市医疗保障局", "市住房公积金管理中心", "市自然资源和规划局（不动产登记）"],
    now=at(24, 10, 46),
    told=Told(),
    scopes=offered(scopes_by_role()),
    record=[
        (AccountEvent(at(24, 8, 31), "chen", "陈晨", "signed_in.password_and_code", "chen"), RECORDED["signed_in.password_and_code"]),
        (AccountEvent(at(20, 17), "zhao", "赵一", "disabled", "admin"), RECORDED["disabled"]),
        (AccountEvent(at(16, 9), "", "电话系统", "token_made", "admin"), RECORDED["token_made"]),
    ],
)  # fmt: skip

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


def _told(key: str | None, received: int | None, kept: float | None) -> dict[str, object]:
    on_time = dict.fromkeys(CLOCKS, kept)
    return {"key": key, "received": received, "satisfied": received, "dissatisfied": 0, "on_time": on_time}


MONTHLY: dict[str, object] = {
    "months": months_over(date(2026, 11, 24), 12),
    "chosen": months_over(date(2026, 11, 24), 12)[0],
    "figures": {
        "all": [_told(None, 118, 0.992)],
        "channel": [_told("phone", 47, 1.0), _told("web", 66, 0.985), _told("letter", None, None)],
        "unit": [_told("市医疗保障局", 27, 0.96), _told(None, None, None)],
    },
    "few": 5,
    "clocks": [(name, Bilingual(row.chinese, row.english)) for name, row in CLOCKS.items()],
    "words": GroupNames(Language.ZH, lambda key: {"phone": "电话", "web": "网页"}.get(key.partition(".")[2], "来信")),
    "by": [By.CHANNEL, By.UNIT],
    "by_words": BY_WORDS,
}
"""October, as anybody may read it: few are not told."""
