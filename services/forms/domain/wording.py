"""How codes, dates, numbers and phones are written on a Chinese official document.

Law of this file: each word stands in a table once. Dates are shown in Asia/Shanghai. It must not decide anything.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.contracts.complaint import Complainant, Target
from shared.contracts.values import Channel, Element, Ground, Relation, Satisfaction

SHANGHAI = ZoneInfo("Asia/Shanghai")

OFFICE = "枣庄市政务服务管理办公室"
MEASURE = "《枣庄市民中心政务服务投诉处置办法》"
MEASURE_NUMBER = "枣政管办〔2020〕2号"
NOT_GIVEN = "未提供"
ANONYMOUS = "匿名"

CHANNELS: dict[Channel, str] = {
    Channel.PHONE: "电话",
    Channel.EMAIL: "电子邮件",
    Channel.WEB: "网络",
    Channel.FAX: "传真",
    Channel.SUGGESTION_BOX: "意见箱",
    Channel.LETTER: "信函",
    Channel.VISIT: "现场",
}

RELATIONS: dict[Relation, str] = {
    Relation.SELF: "本人",
    Relation.INTERESTED_PARTY: "利害关系人",
    Relation.OTHER: "其他",
    Relation.UNKNOWN: NOT_GIVEN,
}

GROUNDS: dict[Ground, tuple[str, str]] = {
    Ground.NOT_CONCERNED: ("第1项", "投诉人不是合法权益被侵害的本人或利害关系人"),
    Ground.OTHER_LEGAL_WAY: ("第2项", "已经或依法应当通过诉讼、仲裁、行政复议、信访等法定途径解决"),
    Ground.NOT_SPECIFIC: ("第3项", "投诉内容不具体或没有明确的投诉对象，无法处置"),
    Ground.NO_CONTACT_OR_EVIDENCE: ("第4项", "投诉人未能提供联系方式或在规定时间内无法提供必要证据"),
    Ground.DISCIPLINE_MATTER: ("第5项", "涉及纪委、监委、政府督查室督办的违规违纪违法的投诉"),
}
"""Art. 10: the item, and what it says."""

OUTCOMES: dict[Satisfaction, str] = {
    Satisfaction.SATISFIED: "满意",
    Satisfaction.DISSATISFIED: "不满意",
    Satisfaction.UNREACHABLE: "未能联系上",
}

ELEMENTS: dict[Element, str] = {
    Element.NAME: "姓名",
    Element.ADDRESS: "地址",
    Element.PHONE: "联系电话",
    Element.UNIT: "被投诉单位",
    Element.WINDOW: "窗口",
    Element.STAFF: "被投诉人姓名",
    Element.DESK_NUMBER: "工位号",
    Element.FACTS: "事实",
    Element.DEMAND: "诉求",
    Element.OCCURRED_AT: "发生时间",
    Element.EVIDENCE: "证据",
}
"""Arts. 9 and 15."""

_CASE_NUMBER = re.compile(r"(\d{4})-(\d{6})")
_MAINLAND = re.compile(r"\+86(\d+)")
_AREA = re.compile(r"(10|2\d|[3-9]\d{2})(\d{7,8})")
_MOBILE = re.compile(r"1[3-9]\d{9}")


def shown_date(moment: datetime) -> str:
    """``2026年11月23日``, the day it was in Shanghai."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def shown_moment(moment: datetime) -> str:
    """``2026年11月23日 09:05``, Shanghai time."""
    return f"{shown_date(moment)} {moment.astimezone(SHANGHAI):%H:%M}"


def official_number(case_number: str) -> str:
    """The register number as documents bear it: ``2026-001083`` is 枣诉〔2026〕1083号.

    Raises ValueError where it isn't a register number.
    """
    match = _CASE_NUMBER.fullmatch(case_number)
    if match is None:
        raise ValueError("not a case number: the year, a hyphen, six digits")
    return f"枣诉〔{match[1]}〕{int(match[2])}号"


def shown_phone(phone: str | None) -> str:
    """An E.164 number as it is dialled within the country: ``13800138000``, ``0632-8690012``; a foreign one unchanged."""
    if not phone:
        return NOT_GIVEN
    mainland = _MAINLAND.fullmatch(phone)
    if mainland is None:
        return phone
    digits = mainland[1]
    landline = _AREA.fullmatch(digits)
    if landline and not _MOBILE.fullmatch(digits):
        return f"0{landline[1]}-{landline[2]}"
    return digits


def shown_name(complainant: Complainant) -> str:
    """Who complains, or that nobody says so."""
    return complainant.name or (ANONYMOUS if complainant.anonymous else NOT_GIVEN)


def shown_window(target: Target) -> str:
    """被投诉窗口（单位）: the unit, then the window."""
    return " ".join(part for part in (target.unit, target.window) if part) or NOT_GIVEN


def shown_staff(target: Target) -> str:
    """被投诉工作人员: the name, then the desk number."""
    desk = f"（工位号 {target.desk_number}）" if target.desk_number else ""
    return f"{target.staff or ''}{desk}" or NOT_GIVEN


def yes_no(answer: bool | None) -> str:
    """是, 否, or nothing where it was not asked."""
    return {True: "是", False: "否", None: ""}[answer]
