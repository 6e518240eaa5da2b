"""What a machine read of a page, laid out for a person: fields offered, what must be confirmed, characters in doubt.

Law of this file: pure. An offer is put into its field and never into the record; what must be confirmed is not decided here
but by ``domain.confirmation``, and only named here as the page names its fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from services.intake.domain.confirmation import CONFIRMED, FACTS
from services.intake.domain.scan_elements import Offer, Offered
from services.intake.domain.scan_text import Line, ScanText
from services.intake.web.desk_views import Confirm, Piece
from services.intake.web.entry_reading import Typed
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault

FIELDS: tuple[tuple[str, Bilingual, tuple[Offered, ...]], ...] = (
    ("name", Bilingual("姓名", "Name"), (Offered.NAME,)),
    ("phone", Bilingual("电话", "Phone"), (Offered.PHONE,)),
    ("address", Bilingual("地址", "Address"), (Offered.ADDRESS,)),
    ("window", Bilingual("单位、窗口", "Unit, window"), (Offered.WINDOW, Offered.UNIT)),
    ("desk_number", Bilingual("工位号", "Desk no."), (Offered.DESK_NUMBER,)),
    ("staff", Bilingual("工作人员", "Staff member"), (Offered.STAFF,)),
    ("occurred_at", Bilingual("发生时间", "When"), (Offered.OCCURRED_AT,)),
    ("demand", Bilingual("诉求", "Demand"), (Offered.DEMAND,)),
)
"""The fields of the desk in the order of the letter, and what of the reading fills each."""


def found_in(offers: Sequence[Offer]) -> Mapping[str, Offer]:
    """The first offer for each field, windows before their units."""
    found = {name: _first(offers, elements) for name, _, elements in FIELDS}
    return {name: offer for name, offer in found.items() if offer is not None and offer.sources}


def typed_from(found: Mapping[str, Offer], reading: ScanText | None) -> Typed:
    """What the fields hold before anybody touched them."""
    return Typed(facts=reading.text if reading else "", **{name: each.value for name, each in found.items()})


def told_fields(ticked: Collection[str]) -> frozenset[str]:
    """The fields of what is told that were compared with the image, from the page's fields that were ticked."""
    asked = (FACTS, *(row.field for row in CONFIRMED))
    return frozenset(field for field in asked if _on_the_page(field) in ticked)


def faults_of(unconfirmed: Sequence[str]) -> list[FieldFault]:
    """The faults of fields that nobody compared, by the page's names; a unit and its window are one field there."""
    names = dict.fromkeys(map(_on_the_page, unconfirmed))
    return [
        FieldFault(name, "unconfirmed", "请对照影像核对后勾选“已核对”", "Compare it with the image, then tick it")
        for name in names
    ]


def _on_the_page(field: str) -> str:
    name = field.rpartition(".")[2]
    return "window" if name == "unit" else name


def confirms(typed: Typed, confirmed: Collection[str], found: Mapping[str, Offer], crops: str) -> list[Confirm]:
    """The rows of the desk. ``crops`` is where the strips of the page are drawn; the field's name is put behind it."""
    rows = []
    for number, (name, label, _) in enumerate(FIELDS, start=1):
        each = found.get(name)
        rows.append(
            Confirm(
                name=name,
                label=label,
                value=getattr(typed, name),
                number=number,
                percent=round(each.confidence * 100) if each else 0,
                must_confirm=each is not None,
                confirmed=name in confirmed,
                crop_url=f"{crops}/{name}" if each else "",
            )
        )
    return rows


def pieces_of(reading: ScanText | None) -> list[list[Piece]]:
    """The text line by line, cut where the reader's doubt begins and ends."""
    return [_pieces(line) for line in reading.lines] if reading else []


def _pieces(line: Line) -> list[Piece]:
    pieces: list[Piece] = []
    for at, character in enumerate(line.text):
        doubted = at in line.unsure
        if pieces and pieces[-1].unsure == doubted:
            pieces[-1] = Piece(pieces[-1].text + character, doubted)
        else:
            pieces.append(Piece(character, doubted))
    return pieces


def _first(offers: Sequence[Offer], elements: tuple[Offered, ...]) -> Offer | None:
    return next((offer for element in elements for offer in offers if offer.element is element), None)
