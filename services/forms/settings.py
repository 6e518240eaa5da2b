"""Forms' settings, beyond the shared ones."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import Settings


class FormsSettings(Settings):
    """Environment prefix ``SHOULI_`` like all others."""

    font_dir: Path | None = Field(default=None, description="a folder of licensed official fonts, looked into first")
