"""Who may read what of the complainant on which form (art. 17).

Law of this file: ``MASKS`` says for every form and reader how much of an identity is shown, ordinarily and where the
complainant asked for confidence. Where it is hidden, no name, number or address of the complainant is left anywhere on
the paper, in running text included; and in free text nobody's telephone, identity card, bank card, e-mail or chat
account is left either, because people write down whatever they have at hand. It hides too much rather than too little.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.forms.domain.definition import Field, FieldKind, Form, FormId, Identity
from services.forms.domain.values import FormValues
from services.forms.domain.wording import ANONYMOUS, NOT_GIVEN
from shared.contracts.complaint import Complainant
from shared.contracts.masking import Scrubber, Showing, mask_address, mask_email, mask_name, mask_phone


class Reader(StrEnum):
    """Who gets a copy."""

    OFFICE = "office"  # 市政管办
    UNIT = "unit"  # 进驻单位
    COMPLAINANT = "complainant"  # 投诉人
    FILE = "file"  # 归档卷


@dataclass(frozen=True, slots=True)
class Mask:
    """One row: how the form is shown to the reader, ordinarily and in a confidential case, and why."""

    form: FormId
    reader: Reader
    ordinarily: Showing
    confidential: Showing
    article: str


OPEN, PARTLY, HIDDEN = Showing.OPEN, Showing.PARTLY, Showing.HIDDEN

_OFFICE = tuple(Mask(form, Reader.OFFICE, OPEN, OPEN, "15") for form in FormId)
"""The office takes the identity down (art. 15); each look at it is logged by whoever shows it."""

_UNIT = (
    # Annex 2 names the complainant so that the unit can answer; a confidential complainant is never named to it.
    Mask(FormId.DISPOSITION, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.FEEDBACK, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.EXTENSION, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.UNIT_REFUSAL, Reader.UNIT, OPEN, HIDDEN, "17"),
    Mask(FormId.RESULT_NOTICE, Reader.UNIT, PARTLY, HIDDEN, "17"),
    Mask(FormId.FOLLOW_UP_RECORD, Reader.UNIT, PARTLY, HIDDEN, "17"),
    # None of these is the unit's: should a copy reach it, it names nobody.
    Mask(FormId.RECEIPT, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.WRITTEN_STATEMENT, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.ACCEPTANCE_NOTICE, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.REFUSAL_NOTICE, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.REDIRECT_NOTICE, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.BOX_RECORD, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.CALL_LIST, Reader.UNIT, HIDDEN, HIDDEN, "17"),
    Mask(FormId.MONTHLY_REPORT, Reader.UNIT, HIDDEN, HIDDEN, "17"),
)

_ADDRESSED = {
    FormId.WRITTEN_STATEMENT,
    FormId.ACCEPTANCE_NOTICE,
    FormId.REFUSAL_NOTICE,
    FormId.REDIRECT_NOTICE,
}
"""Letters bear the name of whom they are sent to. A receipt is a slip of paper that gets lost: it shows a part."""

_COMPLAINANT = tuple(
    Mask(form, Reader.COMPLAINANT, OPEN if form in _ADDRESSED else PARTLY, OPEN if form in _ADDRESSED else PARTLY, "17")
    for form in FormId
)
_FILE = tuple(Mask(form, Reader.FILE, OPEN, PARTLY, "18.6") for form in FormId)
"""The binder is lent out; the sealed original of a confidential identity stays with the office."""

MASKS: dict[tuple[FormId, Reader], Mask] = {
    (mask.form, mask.reader): mask for mask in (*_OFFICE, *_UNIT, *_COMPLAINANT, *_FILE)
}

HIDDEN_FIELD = "（要求保密）"


def mask(form: Form, values: FormValues, *, reader: Reader, complainant: Complainant) -> FormValues:
    """The values as this reader's copy shows them."""
    rule = MASKS[form.id, reader]
    showing = rule.confidential if complainant.confidential else rule.ordinarily
    if showing is Showing.OPEN:
        return values
    scrub = _Scrub(complainant, showing)
    return values.model_copy(
        update={
            "texts": {name: scrub.field(form.field(name), text) for name, text in values.texts.items()},
            "tables": {
                name: [scrub.row(form.field(name), row) for row in rows] for name, rows in values.tables.items()
            },
        }
    )


class _Scrub:
    """One complainant's identity, being taken out of texts."""

    def __init__(self, complainant: Complainant, showing: Showing) -> None:
        self._showing = showing
        self._scrubber = Scrubber(complainant, showing)

    def field(self, field: Field, text: str) -> str:
        """A field of a form: identity as a whole, free text piece by piece, official lines only for the own identity."""
        if field.identity is not None:
            return self._identity(field.identity, text)
        return self._scrubber.text(text) if field.kind is FieldKind.TEXT else self._scrubber.without_own(text)

    def row(self, field: Field, row: tuple[str, ...]) -> tuple[str, ...]:
        """A row of a listing: its columns of identity as a whole, the others as free text."""
        columns = [*field.columns, *[None] * (len(row) - len(field.columns))]
        return tuple(
            self._identity(identity, cell) if identity else self._scrubber.text(cell)
            for identity, cell in zip(columns, row, strict=False)
        )

    def _identity(self, identity: Identity, text: str) -> str:
        if not text or text in {ANONYMOUS, NOT_GIVEN}:
            return text
        if self._showing is Showing.HIDDEN:
            return HIDDEN_FIELD
        masks = {Identity.NAME: mask_name, Identity.PHONE: mask_phone, Identity.EMAIL: mask_email}
        return masks.get(identity, mask_address)(text)
