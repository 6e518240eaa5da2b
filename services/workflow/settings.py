"""Workflow's settings, beyond the shared ones."""

from __future__ import annotations

from shared.settings import Settings


class WorkflowSettings(Settings):
    """Environment prefix ``SHOULI_`` like all others."""
