"""What a mail is: the table by which every mail gets one class and a reason, and none is dropped (art. 3).

Law of this file: two tables. ``CLASSES`` is read from the top and the first row that holds decides; the last row holds
for every mail, so there is no mail without an outcome. ``NO_ANSWER`` lists what forbids an automatic answer, so that two
machines never write to each other for ever (RFC 3834). It must not know how mail is parsed or where tokens are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from services.intake.domain.said import Said


class MailClass(StrEnum):
    """What becomes of a mail."""

    NEW_COMPLAINT = "new_complaint"
    SUPPLEMENT = "supplement"
    SUPPLEMENT_UNVERIFIED = "supplement_unverified"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST_MAIL = "list_mail"
    SPAM_SUSPECT = "spam_suspect"
    READ_RECEIPT = "read_receipt"
    OWN_LOOP = "own_loop"
    EMPTY = "empty"
    UNREADABLE = "unreadable"


class Outcome(StrEnum):
    """What a class leads to. Nothing else exists: every outcome keeps the mail."""

    COMPLAINT = "complaint"
    """A complaint is registered, or added to; an answer is due."""
    NOTE = "note"
    """An event, kept beside whatever it is about; nobody waits for an answer."""
    QUARANTINE = "quarantine"
    """A person decides; its clock runs meanwhile."""


OUTCOMES: dict[MailClass, Outcome] = {
    MailClass.NEW_COMPLAINT: Outcome.COMPLAINT,
    MailClass.SUPPLEMENT: Outcome.COMPLAINT,
    MailClass.SUPPLEMENT_UNVERIFIED: Outcome.NOTE,
    MailClass.AUTO_REPLY: Outcome.NOTE,
    MailClass.BOUNCE: Outcome.NOTE,
    MailClass.READ_RECEIPT: Outcome.NOTE,
    MailClass.OWN_LOOP: Outcome.NOTE,
    MailClass.LIST_MAIL: Outcome.QUARANTINE,
    MailClass.SPAM_SUSPECT: Outcome.QUARANTINE,
    MailClass.EMPTY: Outcome.QUARANTINE,
    MailClass.UNREADABLE: Outcome.QUARANTINE,
}


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What the decision is taken by. Everything but the last three fields is the sender's claim."""

    sender: str | None = None
    """The one valid sender address; None where there is none to write to."""
    subject: str = ""
    blank_body: bool = False
    """No text, quotation, file or attached mail."""
    unreadable: bool = False
    has_delivery_report: bool = False
    is_read_receipt: bool = False
    auto_submitted: str = ""
    auto_reply_marked: bool = False
    precedence: str = ""
    list_marked: bool = False
    null_return_path: bool = False
    suppresses_answers: bool = False
    spam_verdict: bool = False
    from_us: bool = False
    """From is one of our own addresses, or X-Loop names one."""
    known_token: bool = False
    """It refers, with a seal of ours that holds, to a complaint we know."""
    sender_matches: bool = False
    """Its sender is the person of that complaint."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One row: the class, when it holds, the reason shown to staff, and where the rule is from."""

    mail_class: MailClass
    holds: Callable[[MailFacts], bool]
    reason: Said
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of one mail, and why."""

    mail_class: MailClass
    reason: str
    source: str

    @property
    def outcome(self) -> Outcome:
        """What the class leads to."""
        return OUTCOMES[self.mail_class]


_MAILERS = frozenset({"mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster", "mailsystem", "mail-delivery"})
_ROBOTS = re.compile(
    r"(?:no-?_?reply|do-?not-?reply|noresponse|mailer-?daemon|postmaster|bounces?|listserv|majordomo|mailman)(?:[-+_.].*)?"
    r"|owner-.*|.*-(?:request|owner|relay|bounces?)"
)
_REPLY_PREFIX = re.compile(r"(?:(?:re|fw|fwd|aw|答复|回复|转发|轉發|回覆)\s?[:：]\s*)+", re.IGNORECASE)
_NO_SUBJECT = frozenset({"", "无主题", "(无主题)", "（无主题）", "无标题", "no subject", "(no subject)", "(none)"})
_AUTO_SUBJECT = re.compile(
    r"(?:外出)?自动(?:回复|答复|应答)|自動回覆|(?:automatic|auto)[ -]?(?:reply|response)|out of (?:the )?office(?: auto\S* reply)?",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"退信|投递失败|无法投递|发送失败|未送达|undeliver|delivery (?:status|failure|has failed)|returned mail|mail delivery failed"
    r"|failure notice|mail system error",
    re.IGNORECASE,
)


def _local(facts: MailFacts) -> str:
    return (facts.sender or "").rpartition("@")[0].lower()


def _says_bounce(facts: MailFacts) -> bool:
    from_mailer = _local(facts) in _MAILERS
    says_so = bool(_BOUNCE_SUBJECT.search(facts.subject[:200]))
    return (from_mailer and (says_so or facts.null_return_path)) or (facts.null_return_path and says_so)


def _is_automatic(facts: MailFacts) -> bool:
    return facts.auto_submitted not in {"", "no"}


def _says_automatic(facts: MailFacts) -> bool:
    """By the subject alone: all of it, or all of it up to a colon. 「自动回复没人管」 is a complaint."""
    subject = facts.subject[:200].strip()
    found = _AUTO_SUBJECT.match(subject)
    return found is not None and subject[found.end() :].lstrip()[:1] in {"", ":", "："}


def _is_bulk(facts: MailFacts) -> bool:
    return facts.list_marked or facts.precedence in {"bulk", "list", "junk"}


def bare_subject(subject: str) -> str:
    """The subject without ``Re:``, ``转发：`` and their like, and empty where a mail program filled it in."""
    bare = _REPLY_PREFIX.sub("", subject[:500].strip(), count=1).strip()
    return "" if bare.lower() in _NO_SUBJECT else bare


def _is_empty(facts: MailFacts) -> bool:
    return facts.blank_body and not bare_subject(facts.subject)


CLASSES: tuple[ClassRow, ...] = (
    ClassRow(
        MailClass.OWN_LOOP,
        lambda f: f.from_us,
        Said("发件人是本中心自己的地址", "the sender is an address of our own"),
        "RFC 3834 §2",
    ),
    ClassRow(
        MailClass.UNREADABLE,
        lambda f: f.unreadable,
        Said("程序无法读取，请查看原件", "no program can read it: look at the original"),
        "a person reads what no program can",
    ),
    ClassRow(MailClass.READ_RECEIPT, lambda f: f.is_read_receipt, Said("已读回执", "a read receipt"), "RFC 8098"),
    ClassRow(MailClass.BOUNCE, lambda f: f.has_delivery_report, Said("投递状态报告", "a delivery report"), "RFC 3464"),
    ClassRow(MailClass.BOUNCE, _says_bounce, Said("邮件系统的退信", "returned by a mail system"), "RFC 5321 §4.5.5"),
    ClassRow(MailClass.AUTO_REPLY, _is_automatic, Said("自动发出的邮件", "sent automatically"), "RFC 3834 §5"),
    ClassRow(
        MailClass.AUTO_REPLY,
        lambda f: f.auto_reply_marked,
        Said("带有自动回复标记", "marked as an automatic reply"),
        "RFC 3834 §3.1.8",
    ),
    ClassRow(
        MailClass.AUTO_REPLY,
        lambda f: f.precedence == "auto_reply",
        Said("带有自动回复标记", "marked as an automatic reply"),
        "RFC 3834 §3.1.8",
    ),
    ClassRow(
        MailClass.AUTO_REPLY,
        lambda f: f.null_return_path,
        Said("回邮路径为空", "the return path is empty"),
        "RFC 5321 §4.5.5",
    ),
    ClassRow(
        MailClass.AUTO_REPLY,
        _says_automatic,
        Said("主题是自动回复", "the subject says automatic reply"),
        "sent by programs that set no header (RFC 3834 §5)",
    ),
    ClassRow(
        MailClass.EMPTY, _is_empty, Said("没有主题、正文和附件", "no subject, text or attachment"), "nothing to take in"
    ),
    ClassRow(
        MailClass.SUPPLEMENT,
        lambda f: f.known_token and f.sender_matches,
        Said("同一投诉人对已登记投诉的补充", "more from the same person on a registered matter"),
        "art. 3",
    ),
    ClassRow(
        MailClass.LIST_MAIL, _is_bulk, Said("群发或邮件列表", "bulk mail or a mailing list"), "RFC 2919; RFC 2369"
    ),
    ClassRow(
        MailClass.SPAM_SUSPECT,
        lambda f: f.spam_verdict,
        Said("上游过滤器判为垃圾邮件", "the filter before us takes it for spam"),
        "never dropped: art. 3",
    ),
    ClassRow(
        MailClass.SUPPLEMENT_UNVERIFIED,
        lambda f: f.known_token,
        Said("凭证正确，但发件人不是原投诉人", "the reply's token is right, but the sender is not the complainant"),
        "art. 17",
    ),
    ClassRow(MailClass.NEW_COMPLAINT, lambda _: True, Said("新投诉", "a new complaint"), "art. 3"),
)
"""Read from the top. A proven supplement stands above list mail and spam: we know that person and that matter."""


def classify(facts: MailFacts) -> Verdict:
    """The class of a mail: by the first row of ``CLASSES`` that holds. There is always one."""
    row = next(row for row in CLASSES if row.holds(facts))
    return Verdict(row.mail_class, row.reason.chinese, row.source)


MOST_ANSWERS_A_DAY = 5
"""Automatic mails to one address within one day, whatever it is that it sends."""


@dataclass(frozen=True, slots=True)
class NoAnswerRow:
    """One row: when no automatic answer may go out, why, and where the rule is from."""

    forbids: Callable[[MailFacts, MailClass, int], bool]
    reason: str
    source: str


NO_ANSWER: tuple[NoAnswerRow, ...] = (
    NoAnswerRow(
        lambda _, mail_class, __: mail_class not in {MailClass.NEW_COMPLAINT, MailClass.SUPPLEMENT},
        "不是投诉或补充",
        "RFC 3834 §2",
    ),
    NoAnswerRow(lambda f, *_: not f.sender, "没有可以回复的发件人地址", "RFC 3834 §4"),
    NoAnswerRow(lambda f, *_: f.from_us, "发件人是本中心自己的地址", "RFC 3834 §2"),
    NoAnswerRow(lambda f, *_: _is_automatic(f) or f.auto_reply_marked, "自动发出的邮件", "RFC 3834 §2"),
    NoAnswerRow(lambda f, *_: f.null_return_path, "回邮路径为空", "RFC 3834 §2"),
    NoAnswerRow(lambda f, *_: _is_bulk(f), "群发或邮件列表", "RFC 3834 §2"),
    NoAnswerRow(lambda f, *_: f.suppresses_answers, "发件系统要求不作自动回复", "[MS-OXCMAIL] §2.1.3.2.20"),
    NoAnswerRow(lambda f, *_: bool(_ROBOTS.fullmatch(_local(f))), "发件人是程序的地址", "RFC 3834 §2"),
    NoAnswerRow(lambda _, __, sent: sent >= MOST_ANSWERS_A_DAY, "当日对该地址的自动回复已达上限", "RFC 3834 §2"),
)
"""Any row that holds forbids."""


@dataclass(frozen=True, slots=True)
class MayAnswer:
    """Whether an automatic answer may go out; where not, the reason. A person may always write."""

    allowed: bool
    reason: str = ""
    source: str = ""


def may_answer(facts: MailFacts, *, answers_today: int) -> MayAnswer:
    """Whether this mail may be answered by a program, to its From address and to no other.

    ``answers_today`` counts automatic mails already sent to that address on this day, of Asia/Shanghai. Art. 14 still
    binds where the answer is no: the caller hands the matter to a person.
    """
    mail_class = classify(facts).mail_class
    for row in NO_ANSWER:
        if row.forbids(facts, mail_class, answers_today):
            return MayAnswer(allowed=False, reason=row.reason, source=row.source)
    return MayAnswer(allowed=True)
