"""The elements of the record that arts. 9 and 15 name, and which of them a complaint does not give.

Law of this file: the table below is what ``missing`` is computed from; nothing else decides it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.intake.domain.submission import Submission
from shared.contracts.values import Element


@dataclass(frozen=True, slots=True)
class Row:
    """An element, the article that asks for it, the Chinese word for it, and how to see whether it was given."""

    element: Element
    article: str
    chinese: str
    given: Callable[[Submission], object]


ELEMENTS: tuple[Row, ...] = (
    Row(Element.NAME, "15", "投诉人姓名", lambda s: s.name),
    Row(Element.ADDRESS, "15", "地址", lambda s: s.address),
    Row(Element.PHONE, "15", "联系电话", lambda s: s.phone),
    Row(Element.UNIT, "9", "被投诉单位", lambda s: s.unit),
    Row(Element.WINDOW, "9", "被投诉窗口", lambda s: s.window),
    Row(Element.STAFF, "9", "被投诉人姓名", lambda s: s.staff),
    Row(Element.DESK_NUMBER, "9", "工位号", lambda s: s.desk_number),
    Row(Element.FACTS, "9", "事实情节", lambda s: s.facts),
    Row(Element.DEMAND, "15", "诉求", lambda s: s.demand),
    Row(Element.OCCURRED_AT, "15", "发生时间", lambda s: s.occurred_at),
    Row(Element.EVIDENCE, "9", "证据", lambda s: s.evidence),
)


def missing_elements(submission: Submission) -> list[Element]:
    """What was not given, in the order of the table."""
    return [row.element for row in ELEMENTS if not row.given(submission)]
