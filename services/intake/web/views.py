"""What each of intake's pages shows, as frozen values.

Law of this file: pure, filled by the routes and read by the templates; what a citizen typed comes back exactly as typed.
Moments are aware. It must not know where any of it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.contracts.values import Channel, Element, Ground, Relation, ReplyBy
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.web.qr import QrCode

UNKNOWN = "unknown"
"""The choice 不清楚, in the pickers of unit and window: never an error."""


# --- Start -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """One place, number or address of a channel; ``href`` (tel:, mailto:) where it can be followed."""

    text: Bilingual
    href: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to complain besides the form (arts. 5, 8): its channels, its places and when it is attended."""

    channels: Sequence[Channel]
    places: Sequence[Place]
    hours: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class StartPage:
    """``GET /``: how to complain, what is promised, what is refused (arts. 5-10)."""

    ways: Sequence[Way]
    form_url: str = "/intake/web-forms"
    track_url: str = "/track"
    written_form_url: str = ""
    grounds: Sequence[Ground] = tuple(Ground)


# --- Form ------------------------------------------------------------------------------------------------------------


class Signature(StrEnum):
    """How a complaint is signed (arts. 14, 17)."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class WindowChoice:
    """A window in the picker."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit in the picker, with its windows."""

    value: str
    label: str
    windows: Sequence[WindowChoice] = ()


@dataclass(frozen=True, slots=True)
class FormValues:
    """What stands in the form's fields, as typed. Field names are those of the posted form."""

    facts: str = ""
    occurred_on: str = ""
    occurred_at: str = ""
    unit: str = ""
    window: str = ""
    staff: str = ""
    desk_number: str = ""
    demand: str = ""
    major: bool = False
    relation: str = Relation.SELF
    signature: str = Signature.NAMED
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    reply_by: str = ReplyBy.SMS
    truth: bool = False


@dataclass(frozen=True, slots=True)
class FileRules:
    """What may be attached, said before anything is uploaded. ``accept`` is for the browser's file picker."""

    each_bytes: int
    count: int
    total_bytes: int = 60 * 1024 * 1024
    accept: str = "image/jpeg,image/png,image/heic,application/pdf,audio/*"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that arrived with a form that came back: ``token`` finds it again and is worth nothing to anyone else."""

    token: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """An ALTCHA v1 challenge (SHA-256), to be solved by the browser while the form is filled in."""

    challenge: str
    salt: str
    signature: str
    max_number: int


class FormNotice(StrEnum):
    """Why the form came back although no field is at fault."""

    EXPIRED = "expired"
    CHALLENGE = "challenge"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class FormPage:
    """``GET|POST /intake/web-forms``: the form, empty, as a draft, or come back with its faults."""

    units: Sequence[UnitChoice]
    files: FileRules
    csrf: str
    idempotency_key: str
    today: date
    values: FormValues = field(default_factory=FormValues)
    errors: Sequence[FieldFault] = ()
    kept: Sequence[KeptFile] = ()
    challenge: Challenge | None = None
    notice: FormNotice | None = None
    draft_url: str = ""
    restored: bool = False
    """The values are a draft's, which the page says and offers to forget."""
    action: str = "/intake/web-forms"

    @property
    def faults(self) -> Mapping[str, FieldFault]:
        """The first fault of each field, by field name."""
        return {fault.name: fault for fault in reversed(self.errors)}


# --- Receipt ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WrittenOffer:
    """A major matter (art. 7): where the written form is printed, and by when it is awaited where that is set."""

    print_url: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """The receipt: what was taken in, when, and when the answer comes (art. 14). It doesn't say who complained."""

    code: str
    received_at: datetime
    respond_by: datetime
    qr: QrCode
    digest: str
    track_url: str
    channel: Channel = Channel.WEB
    number: str = ""
    unit: str = ""
    window: str = ""
    signature: Signature = Signature.NAMED
    files: int = 0
    missing: Sequence[Element] = ()
    written: WrittenOffer | None = None
    pdf_url: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class WrittenStatementPage:
    """The written form of a major matter, to print and sign: prefilled with what was told, or empty (art. 7)."""

    code: str = ""
    facts: str = ""
    demand: str = ""
    unit: str = ""
    window: str = ""
    hand_in: Sequence[Bilingual] = ()
    lines: int = 9
