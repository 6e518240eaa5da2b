"""The closed vocabularies of the published language.

Law of this file: a value that crosses a service's wall is one of these, spelled once. It must not know any rule about
what the values lead to; rules live in the services' domains.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

import uuid_utils
from pydantic import AfterValidator, AwareDatetime, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal: the name of an original in the object store."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as fault:
        raise ValueError("this moment lies outside the calendar, in UTC") from fault


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An aware point in time, carried and stored in UTC; shown to people in Asia/Shanghai."""

CaseNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{6}$")]
"""The register number of a case, gapless within its year: ``2026-001083``."""


SERVICES: Mapping[str, str] = MappingProxyType(
    {"intake": "接收", "workflow": "办理", "notify": "告知", "forms": "文书"}
)
"""The four services, in the order of a complaint's way, and what each is called in Chinese."""


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): unique, and ordered by the time of its making, so that indexes stay dense."""
    return UUID(int=uuid_utils.uuid7().int)


class Channel(StrEnum):
    """The seven doors of art. 7 and 8; all of them end in one complaint message (art. 3)."""

    PHONE = "phone"
    EMAIL = "email"
    WEB = "web"
    FAX = "fax"
    SUGGESTION_BOX = "suggestion_box"
    LETTER = "letter"
    VISIT = "visit"


class Relation(StrEnum):
    """What the complainant is to the person whose rights were touched (ground 10.1)."""

    SELF = "self"
    INTERESTED_PARTY = "interested_party"
    OTHER = "other"
    UNKNOWN = "unknown"


class ReplyBy(StrEnum):
    """How the complainant wants the answer. ``tracking_page`` is all that an anonymous complaint can have."""

    SMS = "sms"
    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    TRACKING_PAGE = "tracking_page"


class Element(StrEnum):
    """The elements that arts. 9 and 15 want on the record; one not given stands in ``missing``, never invented."""

    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"
    UNIT = "unit"
    WINDOW = "window"
    STAFF = "staff"
    DESK_NUMBER = "desk_number"
    FACTS = "facts"
    DEMAND = "demand"
    OCCURRED_AT = "occurred_at"
    EVIDENCE = "evidence"


class Ground(StrEnum):
    """The five grounds of art. 10 on which a complaint may be refused; there is no sixth."""

    NOT_CONCERNED = "10.1"
    OTHER_LEGAL_WAY = "10.2"
    NOT_SPECIFIC = "10.3"
    NO_CONTACT_OR_EVIDENCE = "10.4"
    DISCIPLINE_MATTER = "10.5"


class Track(StrEnum):
    """The two ways to a unit: 转办 (art. 18.2) and 批办 (art. 18.3)."""

    FORWARD = "forward"
    APPROVE = "approve"


class Satisfaction(StrEnum):
    """What the follow-up of art. 18.5 found."""

    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    UNREACHABLE = "unreachable"


class Route(StrEnum):
    """The ways an answer travels to a complainant, in the order of the ladder."""

    SMS = "sms"
    EMAIL = "email"
    CALL = "call"
    POST = "post"
    TRACKING_PAGE = "tracking_page"


class DangerKind(StrEnum):
    """What kind of danger to life or limb was told of."""

    SELF_HARM = "self_harm"
    THREAT = "threat"
    """Somebody says that he will hurt others."""
    ACCIDENT = "accident"
    """Fire, gas, explosion, collapse, somebody trapped."""
    VIOLENCE = "violence"
    MEDICAL = "medical"


class Role(StrEnum):
    """Who a person is at the centre; what each may do stands in the services' tables."""

    OPERATOR = "operator"  # 接诉人、话务员
    HANDLER = "handler"  # 市政管办投诉处置人
    OFFICE_LEADER = "office_leader"  # 市政管办分管领导
    UNIT_HANDLER = "unit_handler"  # 进驻单位投诉处置人、首席代表
    UNIT_LEADER = "unit_leader"  # 进驻单位分管领导
    AUDITOR = "auditor"  # 监督
    ADMINISTRATOR = "administrator"  # 系统管理员
