"""A complainant as staff see one until they say why they need more (art. 17). Pure; how each part is masked is shared."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.complaint import Complainant
from shared.contracts.masking import mask_address, mask_email, mask_name, mask_phone


@dataclass(frozen=True, slots=True)
class MaskedPerson:
    """Each is empty where it was not given."""

    name: str
    phone: str
    email: str
    address: str


def masked(person: Complainant) -> MaskedPerson:
    """Surname, last digits, first letter, district."""
    return MaskedPerson(
        name=mask_name(person.name) if person.name else "",
        phone=mask_phone(person.phone) if person.phone else "",
        email=mask_email(person.email) if person.email else "",
        address=mask_address(person.address) if person.address else "",
    )
