"""The states of a document's row.

Law of this file: a document that was given out stands for ever; only what is drawn of it changes from frozen to ready.
"""

from __future__ import annotations

FROZEN, WAITING, READY, FAILED = "frozen", "waiting", "ready", "failed"
ISSUED = (FROZEN, READY)
"""States of a document that was given out: its words stand, whether or not anybody has had it drawn yet."""
