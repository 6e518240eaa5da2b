"""A complainant as staff see one until they say why they need more (art. 17). Pure; what it is given stays here.

Law of this file: enough to tell two people apart on a list, too little to find one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.complaint import Complainant

_PHONE_ENDS = 4
_AREA = 3


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
        name=_name(person.name or ""),
        phone=_phone(person.phone or ""),
        email=_email(person.email or ""),
        address=f"{person.address[:_AREA]}********" if person.address else "",
    )


def _name(name: str) -> str:
    return f"{name[0]}**" if name else ""


def _phone(phone: str) -> str:
    local = phone.removeprefix("+86")
    if len(local) <= 2 * _PHONE_ENDS:
        return "****" if local else ""
    return f"{local[:3]} **** {local[-_PHONE_ENDS:]}"


def _email(email: str) -> str:
    box, _, host = email.partition("@")
    return f"{box[:1]}***@{host}" if host else ""
