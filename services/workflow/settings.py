"""Workflow's settings, beyond the shared ones."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import Settings


class WorkflowSettings(Settings):
    """Environment prefix ``SHOULI_`` like all others."""

    anchor_dir: Path | None = Field(
        default=None, description="signed anchors, best on another machine; default: data_dir/anchors"
    )
    anchor_key_path: Path | None = Field(
        default=None, description="Ed25519 key; default: data_dir/anchor.key, made at first start"
    )

    @property
    def anchor_folder(self) -> Path:
        """Where anchors are written."""
        return self.anchor_dir or self.data_dir / "anchors"

    @property
    def anchor_key(self) -> Path:
        """Where the signing key lies; its public half beside it."""
        return self.anchor_key_path or self.data_dir / "anchor.key"
