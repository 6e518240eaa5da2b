"""The centre: what a citizens' service centre publishes about itself (arts. 5, 8), read from one configuration file.

Names, numbers and places only; the sample beside this file is invented and stands in until ``SHOULI_CENTRE_PATH`` names the
real one. No rule lives here.
"""

from __future__ import annotations

from datetime import time
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

SAMPLE = Path(__file__).with_name("centre.json")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OpeningHours(_Part):
    """Business hours on working days, Asia/Shanghai; a limit ends at ``closes`` (Civil Code art. 203)."""

    opens: time
    closes: time


class PublishedChannels(_Part):
    """Where citizens can turn to (art. 5)."""

    phone: str
    fax: str
    email: str
    postal_address: str
    boxes: str
    visit: str


class Unit(_Part):
    """A unit at the centre and its windows."""

    name: str
    aliases: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()


class Centre(_Part):
    """The whole file."""

    name: str
    office: str
    case_prefix: str = Field(description="before the number on documents, e.g. 枣诉")
    sms_signature: str
    hours: OpeningHours
    channels: PublishedChannels
    reception_points: tuple[str, ...]
    units: tuple[Unit, ...]
    english: dict[str, str] = Field(default_factory=dict, description="what English pages say instead of a text above")

    def __hash__(self) -> int:
        """By what names a centre, since a mapping has no hash: centres are keys of caches."""
        return hash((self.name, self.office, self.case_prefix))

    def in_english(self, text: str) -> str:
        """A text of this file in English; as it is where the file has no English for it."""
        return self.english.get(text, text)

    def unit_named(self, said: str) -> Unit | None:
        """The unit that somebody means by its name or one of its aliases; None where it isn't one of ours."""
        wanted = said.strip()
        return next((unit for unit in self.units if wanted == unit.name or wanted in unit.aliases), None)

    def formal_number(self, case_number: str) -> str:
        """``2026-001083`` as documents print it: ``枣诉〔2026〕1083号``."""
        year, number = case_number.split("-")
        return f"{self.case_prefix}〔{year}〕{int(number)}号"


@cache
def load_centre(path: Path | None = None) -> Centre:
    """Read the file, or the sample; raises ValueError naming each wrong field."""
    return Centre.model_validate_json((path or SAMPLE).read_bytes())
