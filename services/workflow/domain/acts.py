"""What can be asked of a case: the name of every command, its Chinese label, and the article it serves.

Law of this file: a command that isn't in this table doesn't exist. The names are those of the API's paths
(``POST …/actions/{command}``). It must not know who may ask (``roles``) nor when (``transitions``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """The commands: first what can't wait, then in the order of a case's life."""

    ATTEND_URGENT = "attend_urgent"
    CLASSIFY = "classify"
    REQUIRE_STATEMENT = "require_statement"
    ATTACH_STATEMENT = "attach_statement"
    REQUEST_EVIDENCE = "request_evidence"
    RECORD_EVIDENCE = "record_evidence"
    ACCEPT = "accept"
    REFUSE = "refuse"
    REDIRECT = "redirect"
    SPLIT = "split"
    SETTLE = "settle"
    FORWARD = "forward"
    REQUEST_APPROVAL = "request_approval"
    APPROVE = "approve"
    RETURN_PROPOSAL = "return_proposal"
    SIGN_RECEIPT = "sign_receipt"
    SUBMIT_FEEDBACK = "submit_feedback"
    RETURN_FEEDBACK = "return_feedback"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    REFUSE_BY_UNIT = "refuse_by_unit"
    DECIDE_UNIT_REFUSAL = "decide_unit_refusal"
    RECALL = "recall"
    RECORD_CALL_ATTEMPT = "record_call_attempt"
    RECORD_FOLLOW_UP = "record_follow_up"
    REDISPATCH = "redispatch"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand_over"
    IMPOSE_SANCTION = "impose_sanction"
    FLAG_FALSE_ACCUSATION = "flag_false_accusation"
    ARCHIVE = "archive"
    ASSIGN = "assign"
    URGE = "urge"
    MARK_URGENT = "mark_urgent"
    MARK_CONFIDENTIAL = "mark_confidential"
    RESTRICT = "restrict"
    LIFT_RESTRICTION = "lift_restriction"
    REVEAL_IDENTITY = "reveal_identity"
    LINK_DUPLICATE = "link_duplicate"
    UNLINK = "unlink"
    RECORD_RESPONSE = "record_response"
    RECORD_SUPPLEMENT = "record_supplement"
    RECORD_DOCUMENT = "record_document"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ActRow:
    """One row: a command, what its button says, and the article it carries out."""

    act: Act
    chinese: str
    english: str
    article: str


_ROWS = (
    ActRow(Act.ATTEND_URGENT, "登记紧急处置", "Take note of the danger", "2"),
    ActRow(Act.CLASSIFY, "分类登记", "Classify", "14"),
    ActRow(Act.REQUIRE_STATEMENT, "要求书面材料", "Require the written statement", "7"),
    ActRow(Act.ATTACH_STATEMENT, "收到书面材料", "Attach the written statement", "7"),
    ActRow(Act.REQUEST_EVIDENCE, "限期补充证据", "Ask for evidence by a date", "10.4"),
    ActRow(Act.RECORD_EVIDENCE, "登记补充的证据", "Record the evidence supplied", "10.4"),
    ActRow(Act.ACCEPT, "受理", "Accept", "10"),
    ActRow(Act.REFUSE, "不予受理", "Refuse", "10"),
    ActRow(Act.REDIRECT, "告知管辖部门", "Name the competent authority", "16"),
    ActRow(Act.SPLIT, "拆分为多件", "Split into several cases", "14"),
    ActRow(Act.SETTLE, "现场办结", "Settle on the spot", "18.1"),
    ActRow(Act.FORWARD, "转办", "Forward to the unit", "18.2"),
    ActRow(Act.REQUEST_APPROVAL, "报领导批办", "Ask for the leader's opinion", "18.3"),
    ActRow(Act.APPROVE, "批办", "Approve and dispatch", "18.3"),
    ActRow(Act.RETURN_PROPOSAL, "退回拟办意见", "Return the proposal", "18.3"),
    ActRow(Act.SIGN_RECEIPT, "签收", "Sign for receipt", "18.3"),
    ActRow(Act.SUBMIT_FEEDBACK, "提交反馈", "Submit feedback", "18.4"),
    ActRow(Act.RETURN_FEEDBACK, "退回反馈", "Return incomplete feedback", "18.4"),
    ActRow(Act.REQUEST_EXTENSION, "申请延期", "Ask for an extension", "18.4"),
    ActRow(Act.DECIDE_EXTENSION, "审批延期", "Decide the extension", "18.3"),
    ActRow(Act.REFUSE_BY_UNIT, "单位不予受理", "Refuse, as the unit", "annex 5"),
    ActRow(Act.DECIDE_UNIT_REFUSAL, "审核单位不予受理", "Confirm or overrule the unit's refusal", "annex 5"),
    ActRow(Act.RECALL, "收回改办", "Recall a wrong dispatch", "18"),
    ActRow(Act.RECORD_CALL_ATTEMPT, "登记回访拨打", "Record a call attempt", "18.5"),
    ActRow(Act.RECORD_FOLLOW_UP, "登记回访结果", "Record the follow-up", "18.5"),
    ActRow(Act.REDISPATCH, "退回再办", "Send back to the unit, next round", "18.5"),
    ActRow(Act.CLOSE, "办结", "Close", "18.5"),
    ActRow(Act.WITHDRAW, "投诉人撤回", "Withdraw at the complainant's wish", "18"),
    ActRow(Act.HAND_OVER, "移送有关部门", "Hand over to an authority", "19"),
    ActRow(Act.IMPOSE_SANCTION, "问责", "Impose a sanction", "19"),
    ActRow(Act.FLAG_FALSE_ACCUSATION, "标记诬告", "Flag a false accusation", "22"),
    ActRow(Act.ARCHIVE, "归档", "Archive", "18.6"),
    ActRow(Act.ASSIGN, "交承办人", "Assign to a handler", "3"),
    ActRow(Act.URGE, "催办", "Urge", "3"),
    ActRow(Act.MARK_URGENT, "标为紧急", "Mark as urgent", "2"),
    ActRow(Act.MARK_CONFIDENTIAL, "要求保密", "Mark as confidential", "17"),
    ActRow(Act.RESTRICT, "限制知悉", "Keep close", "17"),
    ActRow(Act.LIFT_RESTRICTION, "解除限制知悉", "No longer keep close", "17"),
    ActRow(Act.REVEAL_IDENTITY, "查看身份", "Look at the identity", "17"),
    ActRow(Act.LINK_DUPLICATE, "关联案件", "Link another case", "14"),
    ActRow(Act.UNLINK, "取消关联", "Undo a link", "14"),
    ActRow(Act.RECORD_RESPONSE, "登记已回应", "Record the answer given", "14"),
    ActRow(Act.RECORD_SUPPLEMENT, "登记补充材料", "Record a supplement", "15"),
    ActRow(Act.RECORD_DOCUMENT, "登记文书", "Record a document", "18.6"),
    ActRow(Act.NOTE, "备注", "Note", "15"),
)

ACTS: dict[Act, ActRow] = {row.act: row for row in _ROWS}
