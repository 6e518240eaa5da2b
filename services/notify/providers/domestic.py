"""What the domestic SMS services have in common: registered templates, a signature, and an SDK that may be missing.

Law of this file: carriers in China take only texts whose template and signature were approved, so what is sent is the
template's id and its values; the words themselves stay here. Only mainland numbers go this way. It must not know a
particular service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.notify.domain.phones import MAINLAND
from services.notify.ports import OutgoingText, Permanent, SendOutcome, Temporary, Unknown


class ExtraMissing(RuntimeError):
    """The installation is at fault: the provider is configured and its SDK isn't installed. The start stops here."""

    def __init__(self, provider: str, extra: str) -> None:
        super().__init__(f"{provider} needs its SDK: install shouli[{extra}]")


class Refusal(Exception):
    """The service answered with an error: its code, and whether it may have taken the message all the same."""

    def __init__(self, code: str, *, certain: bool) -> None:
        super().__init__(code)
        self.code = code
        self.certain = certain


class NotReached(Exception):
    """No connection came about, so the service certainly has nothing."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A template as the service knows it: ``zh/receipt`` (language and key) to the id it was approved under."""

    templates: Mapping[str, str]
    signature: str

    def id_for(self, message: OutgoingText) -> str | None:
        """The approved id; the version is ours, a new version needs a new approval and a new id in the settings."""
        return self.templates.get(message.template) or self.templates.get(message.template.rpartition("/")[0])


def cannot_carry(provider: str, message: OutgoingText, registered: Registered) -> Permanent | None:
    """Why this message can't go this way at all; another provider of the route may carry it."""
    if not message.to.startswith(MAINLAND.prefix):
        return Permanent(provider, "number", "only mainland numbers", only_here=True)
    if registered.id_for(message) is None:
        return Permanent(provider, "template", f"no approved template for {message.template}", only_here=True)
    return None


def outcome_of_fault(provider: str, fault: Exception) -> SendOutcome:
    """What a gateway's fault means, where it isn't a refusal with a code. Its words are dropped: they may hold the number."""
    if isinstance(fault, NotReached):
        return Temporary(provider, "connect", "not reachable")
    return Unknown(provider, f"no clear answer ({type(fault).__name__})")
