"""Why a message is knowingly not sent: the ledger keeps one of these beside what was sent.

Law of this file: silence has a reason, and a person can read it. It must not know who is told what.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a message is not sent."""

    RECEIPT_TOLD_IT = "receipt_told_it"
    OFFICE_READS_IT = "office_reads_it"
    NOTHING_CHANGES_FOR_THEM = "nothing_changes_for_them"
    JUST_SPOKEN_TO = "just_spoken_to"
    ALREADY_TOLD = "already_told"
    WITHIN_THE_OFFICE = "within_the_office"
    NO_ADDRESS = "no_address"
    NO_UNIT = "no_unit"
    CAP_REACHED = "cap_reached"
    OPTED_OUT = "opted_out"
    OVERTAKEN = "overtaken"


REASONS: dict[Reason, str] = {
    Reason.RECEIPT_TOLD_IT: "接收告知中已说明",
    Reason.OFFICE_READS_IT: "由工作人员在系统内处理",
    Reason.NOTHING_CHANGES_FOR_THEM: "对投诉人无变化",
    Reason.JUST_SPOKEN_TO: "刚与投诉人通话",
    Reason.ALREADY_TOLD: "此前已告知",
    Reason.WITHIN_THE_OFFICE: "内部流程",
    Reason.NO_ADDRESS: "收件人未登记手机或邮箱",
    Reason.NO_UNIT: "事项未涉及具体单位",
    Reason.CAP_REACHED: "当日条数已达上限",
    Reason.OPTED_OUT: "收件人已退订",
    Reason.OVERTAKEN: "已被后续消息取代",
}
