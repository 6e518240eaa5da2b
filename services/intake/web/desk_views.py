"""What intake's pages for staff show, as frozen values. Pure; moments are aware."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.intake.domain.danger import danger_hints
from services.intake.domain.discipline import discipline_words
from services.intake.domain.major import major_hints
from services.intake.known import Known
from services.intake.store.states import ImportState
from services.intake.web.call_views import EndedCall
from services.intake.web.entry_reading import Typed
from services.intake.web.uploads import DESK_FILES
from services.intake.web.views import FileRules, KeptFile
from services.intake.web.window_names import WindowName
from shared.contracts.values import Channel
from shared.web.i18n import Bilingual
from shared.web.limits import Due
from shared.web.problems import FieldFault


@dataclass(frozen=True, slots=True)
class Tick:
    """One element of the record, the articles' word for it, and the fields that give it (ids, blank-separated)."""

    label: Bilingual
    fields: str
    done: bool = False

    @property
    def first(self) -> str:
        """The field that a click on it leads to."""
        return self.fields.split()[0]


@dataclass(frozen=True, slots=True)
class Registered:
    """What was just registered, to be read out to the person on the phone."""

    complaint_id: UUID
    code: str
    due: Due
    missing: Sequence[Bilingual] = ()
    number: str = ""
    """The register number that is written on the paper; empty where there is no paper."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft that waits on a desk: its first words, and where it is taken up."""

    id: UUID
    desk: str
    href: str
    changed_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class CallInHand:
    """The call that is being recorded, as the exchange told it. ``number`` is as shown, and proves nobody."""

    number: str
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenedBox:
    """An opened box: who opened it, how many slips were counted then, and the numbers of those registered since."""

    id: UUID
    box: str
    opened_at: datetime
    opened_by: str
    witnessed_by: str
    slips: int
    registered: int
    closed: bool = False
    closed_at: datetime | None = None
    closed_by: str = ""
    difference: str = ""
    difference_witness: str = ""
    numbers: Sequence[str] = ()

    @property
    def left(self) -> int:
        """Slips that were counted and are not registered."""
        return self.slips - self.registered


@dataclass(frozen=True, slots=True)
class Bench:
    """What lies on the bench of the box's page: the box in hand, and the others that are open or were lately."""

    opening: OpenedBox | None = None
    openings: Sequence[OpenedBox] = ()

    @property
    def open(self) -> Sequence[OpenedBox]:
        """Those whose slips are still to be typed."""
        return [each for each in self.openings if not each.closed]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The page of one channel at which a person types."""

    channel: Channel
    action: str
    idempotency_key: str
    windows: Sequence[WindowName]
    due: Due
    typed: Typed
    ticks: Sequence[Tick] = ()
    places: Sequence[str] = ()
    errors: Sequence[FieldFault] = ()
    known: Sequence[Known] = ()
    linked: Sequence[UUID] = ()
    registered: Registered | None = None
    ended: EndedCall | None = None
    endings: Sequence[tuple[str, Bilingual]] = ()
    """Why what is told at this desk may be no complaint; empty where only complaints come."""
    notice: Bilingual | None = None
    desk: str = ""
    draft_url: str = ""
    known_url: str = ""
    call: CallInHand | None = None
    unfinished: Sequence[Unfinished] = ()
    bench: Bench = Bench()
    kept: Sequence[KeptFile] = ()
    files: FileRules = DESK_FILES

    @property
    def faults(self) -> Mapping[str, FieldFault]:
        """The faults by field."""
        return {fault.name: fault for fault in self.errors}

    @property
    def major_words(self) -> Sequence[str]:
        """What was typed that may tell of a major matter (art. 7), until somebody has said that it is one."""
        return () if self.typed.major else major_hints(self._told)

    @property
    def discipline_words(self) -> Sequence[str]:
        """What was typed that may accuse somebody (art. 10.5): it will be kept close."""
        return discipline_words(self._told)

    @property
    def _told(self) -> str:
        return f"{self.typed.facts}\n{self.typed.demand}"

    @property
    def danger_words(self) -> Sequence[str]:
        """What was typed that tells of danger to life: help is called first, and the complaint registered then."""
        return [danger.words for danger in danger_hints(self._told)]

    @property
    def before(self) -> int:
        """How many earlier complaints came from the same number."""
        return max((each.of_number for each in self.known), default=0)

    @property
    def unlisted(self) -> int:
        """How many of them the page does not list."""
        return self.before - sum(each.same_person for each in self.known)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of read text, and whether the reader doubts it."""

    text: str
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """One field of the scan desk: what was read, where, how sure, and whether a person has to say that it is right."""

    name: str
    label: Bilingual
    value: str
    number: int = 0
    percent: int = 0
    must_confirm: bool = False
    confirmed: bool = False
    crop_url: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One scan in the queue."""

    href: str
    code: str
    reason: Bilingual
    received_at: datetime
    due: Due
    here: bool = False


@dataclass(frozen=True, slots=True)
class OpenScan:
    """A scan beside what was read of it."""

    action: str
    code: str
    reason: Bilingual
    received_at: datetime
    due: Due
    sha256: str
    original_url: str
    pages: Sequence[str]
    fields: Sequence[Confirm]
    read: Sequence[Sequence[Piece]]
    facts: str
    facts_must_be_confirmed: bool
    facts_confirmed: bool
    unsure: int
    windows: Sequence[WindowName]
    errors: Sequence[FieldFault] = ()

    @property
    def faults(self) -> Mapping[str, FieldFault]:
        """The faults by field."""
        return {fault.name: fault for fault in self.errors}

    @property
    def to_confirm(self) -> int:
        """How many fields still wait for a person's word."""
        fields = sum(each.must_confirm and not each.confirmed for each in self.fields)
        return fields + (self.facts_must_be_confirmed and not self.facts_confirmed)


@dataclass(frozen=True, slots=True)
class ScanPage:
    """The scan desk: the queue, and the scan that is open, if there is one."""

    queue: Sequence[Waiting]
    open: OpenScan | None = None
    registered: Registered | None = None
    received: str = ""
    """The code of what was just uploaded and is still to be read."""
    trouble: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One thing that could not be judged, and the ways out of it."""

    id: UUID
    channel: Channel
    reason: Bilingual
    received_at: datetime
    due: Due
    size: int
    sha256: str
    original_url: str
    action: str


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """The quarantine. ``open``: the item whose form came back, with what was typed and what is wrong."""

    items: Sequence[Quarantined]
    windows: Sequence[WindowName]
    registered: Registered | None = None
    trouble: Bilingual | None = None
    open: UUID | None = None
    typed: Typed = field(default_factory=Typed)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One channel's check of the day."""

    name: str
    channel: Channel
    article: str
    window: str
    standing: str
    said: str
    done_at: datetime | None
    done_by: Bilingual
    remark: Bilingual
    may_check_in: bool


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A channel's day in figures: what came in, and what became of it."""

    channel: str
    receipts: int
    complaints: int
    balanced: bool
    classes: Sequence[tuple[str, int]]

    @property
    def others(self) -> int:
        """What is no complaint of its own, or not yet."""
        return self.receipts - self.complaints


@dataclass(frozen=True, slots=True)
class CheckTyped:
    """What came back with a check-in that could not be taken."""

    check: str = ""
    remark: str = ""
    witnessed_by: str = ""


@dataclass(frozen=True, slots=True)
class ChecksPage:
    """The register of one day. ``done`` names the check that was just put down."""

    day: date
    worked: bool
    today: bool
    before: date
    after: date | None
    lines: Sequence[CheckLine]
    balance: Sequence[BalanceLine]
    trouble: Bilingual | None = None
    typed: CheckTyped = field(default_factory=CheckTyped)
    done: str = ""


@dataclass(frozen=True, slots=True)
class StartRoom:
    """A door on the start page of staff. ``waiting`` is what intake knows to wait there."""

    key: str
    href: str
    label: Bilingual
    purpose: Bilingual
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class StartPage:
    """``GET /desk``: where staff begin, and what they left unfinished."""

    rooms: Sequence[StartRoom]
    unfinished: Sequence[Unfinished] = ()


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One column of an export: its header, and what it is taken for (empty: not used)."""

    name: str
    header: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One of the first rows of an export, and why it would come back, if it would."""

    number: int
    told: Sequence[tuple[str, str]]
    """Each header with its cell, blank ones left out."""
    reasons: Sequence[str] = ()
    ending: Bilingual | None = None
    """Why the call is no complaint by the word of the export, if it is none."""


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import as it stands."""

    id: UUID
    state: ImportState
    made_at: datetime
    made_by: str
    read: int
    taken: int
    repeated: int
    bad: int
    other: int = 0
    """Calls that were no complaints by the word of the export."""
    reason: Bilingual | None = None
    faults_url: str = ""


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """Imports of a hotline's exports: the newest, or one of them, looked at or under way."""

    action: str
    idempotency_key: str = ""
    lately: Sequence[ImportLine] = ()
    here: ImportLine | None = None
    columns: Sequence[ColumnChoice] = ()
    meanings: Sequence[tuple[str, str]] = ()
    sample: Sequence[SampleRow] = ()
    trouble: Sequence[Bilingual] = ()
