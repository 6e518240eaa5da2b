"""How workflow says no: each refusal as a problem that names the rule and the article (RFC 9457).

Law of this file: values only, made for whoever answers, page or API alike; it stands below both, so that what is read for
them can raise it. It must not know a request.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.workflow.domain.acts import ACTS
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.ways import DEEDS
from services.workflow.store.files import Deed
from shared.web.i18n import Bilingual, Language
from shared.web.problems import Problem
from shared.web.words import article, day_and_clock

_STATUS = {
    RefusalCode.NOT_YOURS: 404,
    RefusalCode.NOT_YOUR_ROLE: 403,
    RefusalCode.NOT_NOW: 409,
    RefusalCode.RULE: 409,
}


def no_such_case() -> Problem:
    """404, the same for a case that isn't there and one that isn't theirs."""
    return Problem(404, "not_found", "没有这个案件", "There is no such case")


def refused(refusal: Refusal) -> Problem:
    """409 with the rule and its article; 403 for a role that never may; 404 where the case may not even be known."""
    if refusal.code is RefusalCode.NOT_YOURS:
        return no_such_case()
    return Problem(
        _STATUS[refusal.code],
        f"refused.{refusal.rule}",
        f"{refusal.message_zh}（{article(refusal.article, Language.ZH)}）",
        f"{refusal.message_en} ({article(refusal.article, Language.EN)})",
    )


def stale(deeds: Sequence[Deed]) -> Problem:
    """412: somebody else acted meanwhile, and what they did."""
    told = done_meanwhile(deeds)
    return Problem(
        412,
        "stale",
        "您打开之后已有他人办理此件，请刷新后再办",
        "Somebody else acted on this case since you opened it; look again, then decide",
        detail_zh=told.zh,
        detail_en=told.en,
    )


def done_meanwhile(deeds: Sequence[Deed]) -> Bilingual:
    """Who did what, and when; empty where nothing is known of it."""
    zh = "；".join(
        f"{day_and_clock(deed.at, Language.ZH)} {deed.by}：{ACTS[DEEDS[deed.kind]].chinese}" for deed in deeds
    )
    en = "; ".join(
        f"{day_and_clock(deed.at, Language.EN)}, {deed.by}: {ACTS[DEEDS[deed.kind]].english}" for deed in deeds
    )
    return Bilingual(zh, en)


def look_first() -> Problem:
    """403: a file that may show who complained, before anybody has said why they look (art. 17)."""
    return Problem(
        403,
        "look_first",
        "先查看身份，再打开文件",
        "Look at the identity first",
        detail_zh="文件上可能有投诉人的身份。请在案件页写明理由“查看身份”，留下记录后再打开；要求保密的案件，单位不能打开。",
        detail_en="The file may show who complained. Look at the identity on the case's page, with a reason, then open it; of a "
        "confidential case a unit opens none.",
    )


def original_lost() -> Problem:
    """503: a file that the case names can't be read back."""
    return Problem(
        503,
        "original_lost",
        "文件读不出来",
        "The file can't be read",
        detail_zh="存储中的文件缺失或已损坏。请告知系统管理员运行 shouli verify。",
        detail_en="The stored file is missing or damaged. Ask the administrator to run shouli verify.",
    )
