"""Everything a handler of forms is given; filled by ``bootstrap``."""

from __future__ import annotations

from dataclasses import dataclass

from services.forms.ports import Renderer
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
    pdf: Renderer
    docx: Renderer
    public_url: str
