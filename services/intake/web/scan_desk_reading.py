"""What a machine read of a page, laid out for a person: fields offered, what must be confirmed, characters in doubt.

Law of this file: pure. An offer is put into its field and never into the record: a field that must be confirmed and wasn't
stops the registration, unless the person emptied it or typed something else there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.intake.domain.scan_elements import Band, Offer, Offered, Place, Source, band_of, offers_in
from services.intake.domain.scan_text import Line, ScanText
from services.intake.web.desk_views import Confirm, Piece
from services.intake.web.entry_reading import Typed
from services.intake.web.window_names import shown_window
from shared.centre import Centre
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
FACTS = Bilingual("全文", "The text")


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in a field at first, where on the page it was read, and how sure the reader was."""

    value: str
    source: Source
    confidence: float
    must_confirm: bool


def places_of(centre: Centre) -> list[Place]:
    """The directory as the reading knows it: every spelling of a unit and of a window."""
    units = [Place(Offered.UNIT, unit.name, (unit.name, *unit.aliases)) for unit in centre.units]
    windows = [
        Place(Offered.WINDOW, shown_window(unit.name, window), (window, *window.split(maxsplit=1)))
        for unit in centre.units
        for window in unit.windows
    ]
    return units + windows


def found_in(reading: ScanText | None, centre: Centre) -> Mapping[str, Found]:
    """The first offer for each field, windows before their units."""
    if reading is None:
        return {}
    offers = offers_in(reading, places_of(centre))
    found = {name: _first(offers, elements) for name, _, elements in FIELDS}
    return {
        name: Found(offer.value, offer.sources[0], offer.confidence, offer.must_confirm)
        for name, offer in found.items()
        if offer is not None and offer.sources
    }


def typed_from(found: Mapping[str, Found], reading: ScanText | None) -> Typed:
    """What the fields hold before anybody touched them."""
    return Typed(facts=reading.text if reading else "", **{name: each.value for name, each in found.items()})


def facts_must_be_confirmed(reading: ScanText | None) -> bool:
    """Whether somebody has to have read the text beside the image: any doubt at all."""
    if reading is None:
        return False
    doubts = any(line.unsure for line in reading.lines)
    return doubts or not reading.is_complete or band_of(reading.confidence) is not Band.PREFILL


def unconfirmed(
    typed: Typed, confirmed: frozenset[str], found: Mapping[str, Found], reading: ScanText | None
) -> list[FieldFault]:
    """The fields that still hold what the machine read and nobody has confirmed."""
    open_fields = [
        name
        for name, each in found.items()
        if each.must_confirm and name not in confirmed and getattr(typed, name).strip() == each.value
    ]
    if facts_must_be_confirmed(reading) and "facts" not in confirmed:
        open_fields.append("facts")
    return [
        FieldFault(name, "unconfirmed", "请对照影像核对后勾选“已核对”", "Compare it with the image, then tick it")
        for name in open_fields
    ]


def confirms(typed: Typed, confirmed: frozenset[str], found: Mapping[str, Found], crops: str) -> list[Confirm]:
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
                must_confirm=bool(each and each.must_confirm),
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
