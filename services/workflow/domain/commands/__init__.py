"""The commands: what somebody asks of a case, with everything the regulation wants said. Also the API's bodies.

Law of this file: a command that passes its model is complete and well-formed; whether it may be done now, by this
person, is ``decide``'s to say. Whoever acts, and when, is not in a command: it is passed beside it, so that no body can
claim to be somebody else. Days are working days.
"""

from __future__ import annotations

from services.workflow.domain.acts import Act
from services.workflow.domain.commands.acceptance import (
    Accept,
    AttachStatement,
    Classify,
    Part,
    RecordEvidence,
    Redirect,
    Refuse,
    RequestEvidence,
    RequireStatement,
    Split,
)
from services.workflow.domain.commands.base import Command
from services.workflow.domain.commands.handling import (
    Approve,
    DecideExtension,
    DecideUnitRefusal,
    Forward,
    Recall,
    RefuseByUnit,
    RequestApproval,
    RequestExtension,
    ReturnFeedback,
    ReturnProposal,
    Settle,
    SignReceipt,
    SubmitFeedback,
)
from services.workflow.domain.commands.outcome import (
    Archive,
    CallResult,
    Close,
    FlagFalseAccusation,
    HandOver,
    ImposeSanction,
    RecordCallAttempt,
    RecordFollowUp,
    Redispatch,
    Withdraw,
)
from services.workflow.domain.commands.records import (
    Assign,
    AttendUrgent,
    LiftRestriction,
    LinkDuplicate,
    MarkConfidential,
    MarkUrgent,
    Note,
    Purpose,
    RecordDocument,
    RecordResponse,
    RecordSupplement,
    Relation,
    Restrict,
    RevealIdentity,
    Unlink,
    Urge,
)

_MODELS: tuple[type[Command], ...] = (
    Classify, RequireStatement, AttachStatement, RequestEvidence, RecordEvidence, Accept, Refuse, Redirect, Split, Settle, Forward,
    RequestApproval, Approve, ReturnProposal, SignReceipt, SubmitFeedback, ReturnFeedback, RequestExtension,
    DecideExtension, RefuseByUnit, DecideUnitRefusal, Recall, RecordCallAttempt, RecordFollowUp, Redispatch, Close,
    Withdraw, HandOver, ImposeSanction, FlagFalseAccusation, Archive, Assign, Urge, MarkUrgent, AttendUrgent, MarkConfidential,
    Restrict, LiftRestriction, RevealIdentity, LinkDuplicate, Unlink, RecordResponse, RecordSupplement, RecordDocument, Note,
)  # fmt: skip

COMMANDS: dict[Act, type[Command]] = {model.act: model for model in _MODELS}
"""The model of every command, by its name in the API's path."""


__all__ = [
    "COMMANDS",
    "Accept",
    "Approve",
    "Archive",
    "Assign",
    "AttachStatement",
    "AttendUrgent",
    "CallResult",
    "Classify",
    "Close",
    "Command",
    "DecideExtension",
    "DecideUnitRefusal",
    "FlagFalseAccusation",
    "Forward",
    "HandOver",
    "ImposeSanction",
    "LiftRestriction",
    "LinkDuplicate",
    "MarkConfidential",
    "MarkUrgent",
    "Note",
    "Part",
    "Purpose",
    "Recall",
    "RecordCallAttempt",
    "RecordDocument",
    "RecordEvidence",
    "RecordFollowUp",
    "RecordResponse",
    "RecordSupplement",
    "Redirect",
    "Redispatch",
    "Refuse",
    "RefuseByUnit",
    "Relation",
    "RequestApproval",
    "RequestEvidence",
    "RequestExtension",
    "RequireStatement",
    "Restrict",
    "ReturnFeedback",
    "ReturnProposal",
    "RevealIdentity",
    "Settle",
    "SignReceipt",
    "Split",
    "SubmitFeedback",
    "Unlink",
    "Urge",
    "Withdraw",
]
