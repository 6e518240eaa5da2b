"""Everything a handler of forms is given; filled by ``bootstrap``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.forms.ports import Bookbinder, PdfDrawer, Renderer, Signer
from shared.centre import Centre
from shared.clock import Clock
from shared.originals import Originals
from shared.sealing import KeyRing
from shared.store.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class PrintRoom:
    """Ports and values of forms."""

    store: Store
    ring: KeyRing
    originals: Originals
    centre: Centre
    clock: Clock
    pdf: PdfDrawer
    docx: Renderer
    binder: Bookbinder
    public_url: str
    signer: Signer | None = None
    """None where the installation has no key: documents are issued unsigned, and say so by having no second hash."""
    seals: Mapping[str, str] = field(default_factory=dict)
    """Pictures of seals: the name of a unit or of the office to the hash of its PNG."""
