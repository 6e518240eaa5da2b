"""The rows of the regulation (枣政管办〔2020〕2号) that the software carries, each to be proven by a test.

Law of this file: the list is complete, whichever service carries a row. A test says which row it proves by
``@pytest.mark.article("18.2")``; ``make articles`` prints them side by side and fails where a row has no test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """One row: the number as tests name it, and what it is about, in Chinese and in English."""

    number: str
    chinese: str
    english: str


ARTICLES: tuple[Article, ...] = (
    Article(
        "2",
        "办理原则：合理合法、公平公正、尊重事实、快速响应、及时反馈、保守秘密",
        "Principles: lawful, fair, factual, fast, feedback, secret",
    ),
    Article(
        "3",
        "统一受理、首接负责、分类处理、限时办结、过错问责",
        "One door, first receiver answers, sorting, limits, accountability",
    ),
    Article("4", "专人负责投诉处置", "Named handlers at the office and in every unit"),
    Article("5", "投诉渠道公开", "Channels made public"),
    Article(
        "6",
        "现场有人、电话有人接、意见箱和网络每日定时查看",
        "Staffed on site, answered by phone, boxes and network checked daily",
    ),
    Article(
        "7",
        "投诉方式；重大事项采用书面形式；如实反映",
        "Ways to complain; major matters in writing; answering for the truth",
    ),
    Article("8", "现场投诉的接待地点", "Reception points on site"),
    Article("9", "投诉人应告知的内容", "What a complainant states"),
    Article("10", "应予受理，五种情形除外", "Acceptance, and the five grounds against it"),
    Article("10.4", "未留联系方式，或者限期内不能提供必要证据", "No contact details, or evidence not supplied in time"),
    Article("10.5", "纪委、监委、政府督查室督办的投诉", "Discipline matters: refused, handed over, restricted"),
    Article("11-13", "现场、电话投诉的接待", "How complaints are received on site and by phone"),
    Article("14", "每日查看渠道，1个工作日内回应", "Daily checks, and an answer within one working day"),
    Article("15", "投诉记录的要素", "Elements of the record"),
    Article("16", "告知不予受理的理由、告知管辖部门", "Reasons for a refusal, and who is competent"),
    Article("17", "保密", "Confidential matters stay secret"),
    Article("18.1", "现场处置", "Settled on the spot"),
    Article("18.2", "转办：1个工作日办结", "Forwarded: one working day"),
    Article(
        "18.3",
        "批办：3个工作日办结，延长不超过2个工作日",
        "Approved by the leader: three working days, two more at most",
    ),
    Article(
        "18.4",
        "反馈单签字盖章、一式三份；延期申请",
        "Feedback signed and sealed in triplicate; extension by application",
    ),
    Article(
        "18.5",
        "3个工作日内回访；不满意且单位处置不到位的再办",
        "Follow-up within three working days; dissatisfied goes back",
    ),
    Article("18.6", "资料归档", "Filing"),
    Article("19", "问责，情节严重的移送", "Consequences of proven fault or lateness"),
    Article("20", "处置结果通报单位，作为考核依据", "Results told to the units"),
    Article("21", "统计、分析", "Statistics and analysis"),
    Article("22", "诬告、扰乱秩序的移送", "False accusations"),
    Article("23", "不得篡改、隐匿、毁弃材料，不得打击报复", "Nothing tampered with, hidden or destroyed"),
    Article("25", "自印发之日起施行", "In force from 2020-02-20"),
    Article("annex 1", "处置流程图", "The flow"),
    Article("annex 2", "处置单（存根、发文）", "Disposition form"),
    Article("annex 3", "反馈单", "Feedback form"),
    Article("annex 4", "延期申请单", "Extension form"),
    Article("annex 5", "不予受理通知单", "The unit's notice of non-acceptance"),
)

_PROCEDURE = Article("18", "处置程序", "The procedure")
"""What rules name that serve art. 18 as a whole; its paragraphs have the rows."""


def article_of(number: str) -> Article:
    """The row that a rule's number belongs to: its own, else its article's (10.1 to 10). Raises LookupError for none."""
    whole = number.partition(".")[0]
    found = {row.number: row for row in (*ARTICLES, _PROCEDURE)}
    row = found.get(number) or found.get(whole)
    if row is None:
        raise LookupError(f"there is no article {number}")
    return row
