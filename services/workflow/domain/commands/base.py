"""What all commands have in common.

Law of this file: a command is a value of what somebody asked for; nobody can say in it who they are or what time it is.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from services.workflow.domain.acts import Act


class Command(BaseModel):
    """What all commands have in common: immutable, and strict about misspelt fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: ClassVar[Act]

    @property
    def variant(self) -> str | None:
        """Where the table of transitions knows several ways for one command: which of them this is."""
        return None
