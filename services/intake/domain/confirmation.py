"""What a person must have compared with the image before a scan becomes a complaint.

Law of this file: what the machine read and the law asks for is never taken on its word; what the person typed themselves
needs no second word. The table names each such field, with the article that asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.intake.domain.phones import e164
from services.intake.domain.scan_elements import Offer, Offered
from services.intake.domain.text import folded


@dataclass(frozen=True, slots=True)
class Row:
    """A field of what is told, the element it is, and the article that asks for it."""

    field: str
    element: Offered
    article: str


CONFIRMED: tuple[Row, ...] = (
    Row("complainant.name", Offered.NAME, "15"),
    Row("complainant.phone", Offered.PHONE, "15"),
    Row("complainant.address", Offered.ADDRESS, "15"),
    Row("target.unit", Offered.UNIT, "9"),
    Row("target.window", Offered.WINDOW, "9"),
    Row("target.staff", Offered.STAFF, "9"),
    Row("target.desk_number", Offered.DESK_NUMBER, "9"),
    Row("demand", Offered.DEMAND, "15"),
    Row("occurred_at", Offered.OCCURRED_AT, "15"),
)
FACTS = "facts"


def unconfirmed(
    told: Mapping[str, str | None], offers: Sequence[Offer], read: str | None, confirmed: Collection[str]
) -> list[str]:
    """Fields whose value is the machine's and that nobody says to have compared. ``read`` is the text that was read."""
    offered = {(offer.element, _same(offer.value)) for offer in offers}
    open_fields = [row.field for row in CONFIRMED if (row.element, _same(told.get(row.field))) in offered]
    if read is not None and _same(told.get(FACTS)) == _same(read):
        open_fields.insert(0, FACTS)
    return [field for field in open_fields if field not in confirmed]


def _same(value: str | None) -> str:
    """A value for comparison: phones as numbers, everything else folded and without blanks."""
    return e164(value) or "".join((folded(value) or "").split())
