"""Everything a handler or the sender of notify is given; filled by ``bootstrap``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.notify.domain.plan import PlannedMessage
from services.notify.domain.text import Catalogue, Office, Rendered
from services.notify.ports import MessageProvider, NobodyWatches, ProviderWatch, Webhook
from services.notify.store.tables import idempotency
from shared.clock import Clock
from shared.contracts.values import Route
from shared.sealing import KeyRing
from shared.store.answers import Answers
from shared.store.group_commit import GroupWriter
from shared.store.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """Ports and values of notify."""

    store: Store
    write: GroupWriter
    """For doors that must answer fast: many callers, one commit."""
    ring: KeyRing
    clock: Clock
    catalogues: Mapping[str, Catalogue]
    office: Office
    providers: Mapping[Route, MessageProvider]
    chance: Callable[[], float]
    """Gives a number in [0, 1): spreads retries."""
    recent: dict[UUID, tuple[PlannedMessage, Rendered]] = field(default_factory=dict, repr=False)
    """What this process wrote down lately, unsealed: never changed once written, and only a short cut."""
    webhook: Webhook | None = None
    """Reads what the text provider tells us; None where no provider does."""
    watch: ProviderWatch = field(default_factory=NobodyWatches)
    """Is told how long deliveries take, so that a slow provider rests too."""

    @property
    def answers(self) -> Answers:
        """What requests with an ``Idempotency-Key`` were answered."""
        return Answers(idempotency, self.ring)
