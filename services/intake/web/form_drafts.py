"""What a draft of the public form holds, as bytes: the fields as typed, the key of the sending, the files that are kept."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from services.intake.web.views import FormValues


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft. ``kept`` are the tokens of files, worth something only in the browser they were given to."""

    values: FormValues
    key: str = ""
    kept: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether anything was typed: what a form has by itself is no draft."""
        return self.values != FormValues() or bool(self.kept)


_DRAFTS = TypeAdapter(Draft)


def draft_bytes(draft: Draft) -> bytes:
    """For storage."""
    return _DRAFTS.dump_json(draft)


def draft_from_bytes(stored: bytes | None) -> Draft | None:
    """As stored; None where there is none, or one of a form that has since changed."""
    if stored is None:
        return None
    try:
        return _DRAFTS.validate_json(stored)
    except ValidationError:
        return None
