"""A limit as the pages show it: the words of ``shared.working_time`` with the moment beside them.

Law of this file: pure; ``now`` is given. It must not know what the limit is of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.web.i18n import Language
from shared.working_time import WorkCalendar
from shared.working_time.words import limit_words


@dataclass(frozen=True, slots=True)
class Due:
    """A limit, ready to be shown: its kind, its sentence, what is left, and the moment itself (aware)."""

    kind: str
    words: str
    left: str
    when: datetime


def due(moment: datetime, now: datetime, language: Language, calendar: WorkCalendar) -> Due:
    """An open limit, seen from ``now``; both aware. Raises ValueError for a naive moment."""
    said = limit_words(moment, now, lang="zh" if language is Language.ZH else "en", calendar=calendar)
    return Due(said.kind.value, said.words, said.left, moment)
