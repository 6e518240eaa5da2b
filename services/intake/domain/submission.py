"""What every adapter ends in: a submission, as read, before it is normalised.

Law of this file: the seven channels meet in this one value (art. 3, one door). An adapter fills in what it was told and
leaves the rest None; it interprets nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.complaint import Evidence, Source, SpotSettlement
from shared.contracts.values import Channel, Relation, ReplyBy
from shared.working_time import SHANGHAI

EARLIEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)
"""Before this nothing that is complained of here happened, and no calendar is known: a slip of the pen, a clock never set."""


class Submission(BaseModel):
    """One complaint as it came in; times are aware."""

    model_config = ConfigDict(frozen=True)

    channel: Channel
    received_at: datetime
    received_by: str
    source: Source
    facts: str
    reception_point: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    relation: Relation = Relation.UNKNOWN
    anonymous: bool = False
    confidential: bool = False
    reply_by: ReplyBy | None = None
    machines_may_mail: bool = True
    language: Literal["zh", "en"] = "zh"
    unit: str | None = None
    window: str | None = None
    staff: str | None = None
    desk_number: str | None = None
    demand: str | None = None
    occurred_at: str | None = None
    evidence: tuple[Evidence, ...] = ()
    major: bool = False
    statement_of_truth_at: datetime | None = None
    possible_duplicates: tuple[UUID, ...] = ()
    units_perhaps_meant: tuple[str, ...] = ()
    settled_on_the_spot: SpotSettlement | None = None
