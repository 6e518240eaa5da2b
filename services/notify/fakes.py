"""A provider for tests of everything above the port: it does what it is told, remembers what it took, and never lies.

Held to the same contract tests as the real ones. It must not be wired by ``bootstrap``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from services.notify.ports import Accepted, CannotTell, Found, OutgoingText, SendOutcome, Unknown
from shared.contracts.values import Route

Script = SendOutcome | Callable[[OutgoingText], SendOutcome]


class FakeProvider:
    """Answers ``send`` from a script, and with Accepted once the script is over.

    A scripted Unknown can have taken the message (``take_unknown``) or not, as in life.
    """

    def __init__(
        self,
        name: str = "fake",
        route: Route = Route.SMS,
        *,
        script: Iterable[Script] = (),
        final: bool = False,
        abroad: bool = False,
        take_unknown: bool = True,
    ) -> None:
        self.name = name
        self.route = route
        self.abroad = abroad
        self.script = deque(script)
        self.taken: list[OutgoingText] = []
        self.asked = 0
        self.list_answers = True
        self._final = final
        self._take_unknown = take_unknown

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Answer what the script says next."""
        self.asked += 1
        entry = self.script.popleft() if self.script else self._accepted(message)
        outcome = entry(message) if callable(entry) else entry
        if isinstance(outcome, Accepted) or (isinstance(outcome, Unknown) and self._take_unknown):
            self.taken.append(message)
        return outcome

    async def find(self, message: OutgoingText) -> Found:
        """Look among what was taken."""
        if not self.list_answers:
            return CannotTell(self.name, "the list does not answer")
        taken = any(other.delivery_id == message.delivery_id for other in self.taken)
        return self._accepted(message) if taken else None

    async def close(self) -> None:
        """Nothing is held."""

    def _accepted(self, message: OutgoingText) -> Accepted:
        return Accepted(self.name, f"{self.name}-{message.delivery_id.hex}", self._final)
