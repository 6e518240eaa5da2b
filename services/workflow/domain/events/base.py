"""What all happenings have in common.

Law of this file: a happening is a fact for ever; its fields are only ever added to.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """What all bodies have in common. ``kind`` tells them apart in the stored JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    is_record: ClassVar[bool] = False
    """A record changes nothing that others act upon; a page opened before it isn't stale because of it."""


class SetsLimit(Body):
    """A body that sets a limit of its own, in working days."""

    working_days: Annotated[int, Field(ge=1)]
