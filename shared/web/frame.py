"""What the frame around a page is given: the house's own data, the desk's head, the log-in and the problem page.

Law of this file: frozen values, no request and no clock. A page's own data is in the view models of its service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.contracts.values import Role
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.web.qr import QrCode


@dataclass(frozen=True, slots=True)
class Site:
    """The house that answers, from configuration (art. 5): shown on every page."""

    name: Bilingual
    office: Bilingual
    measure: Bilingual
    hotline: str
    hours: Bilingual

    @property
    def hotline_link(self) -> str:
        """The hotline as an address that a phone dials."""
        return tel(self.hotline)


def tel(number: str) -> str:
    """A phone number as people write it, as a ``tel:`` address (RFC 3966): an extension is left to the caller."""
    digits = "".join(character for character in number if character.isdigit() or character == "+")
    return f"tel:{digits}"


MOST_COUNTED = 1000
"""What waits is counted up to this; beyond it is only said that it is more."""


def count_shown(count: int, most: int = MOST_COUNTED) -> str:
    """``38``, and ``999+`` from ``most`` on."""
    return f"{most - 1}+" if count >= most else str(count)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the desk's navigation. ``count`` is what waits there; nothing is shown for nought."""

    key: str
    href: str
    label: Bilingual
    count: int = 0
    aside: bool = False
    """Folded away with others that are seldom gone to."""

    @property
    def shown(self) -> str:
        """The count as it is written."""
        return count_shown(self.count)


@dataclass(frozen=True, slots=True)
class Desk:
    """The head of a page for staff: where they may go, where they are, who they are."""

    here: str
    nav: Sequence[NavItem]
    person: str
    role: Bilingual
    csrf: str
    logout_url: str = "/logout"
    home_url: str = "/desk"
    account_url: str = "/account"
    streams: Sequence[str] = ()
    """Where what changes is told while the page is looked at (server-sent events)."""
    keys: Sequence[tuple[str, Bilingual]] = ()
    """What the keyboard does, shown by ``?``."""
    takes_calls: bool = False
    """Whether a call that comes in pops up, with the way to its record."""
    urgent: int = 0
    """Cases in which danger to life was told and that nobody has looked at; said above every page."""

    @property
    def urgent_shown(self) -> str:
        """The count as it is written."""
        return count_shown(self.urgent)


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The log-in. ``failed`` is one sentence for every cause, so that it doesn't tell which accounts exist."""

    action: str
    csrf: str
    username: str = ""
    then: str = ""
    failed: Bilingual | None = None
    other_way: str = ""
    """Where the log-in by OpenID Connect begins; empty where there is none."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """The second step of the log-in. ``step`` is the one-time proof that the password fitted."""

    csrf: str
    step: str
    then: str = ""
    failed: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """The first way in: choose a password. ``action`` holds the one-time link."""

    action: str
    csrf: str
    failed: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One's own account: password, second factor. ``offered`` is a second factor not yet confirmed."""

    login: str
    name: str
    role: Role
    unit: str
    csrf: str
    has_password: bool
    has_totp: bool
    offered: str = ""
    offered_qr: QrCode | None = None
    failed: Bilingual | None = None
    done: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """A problem, told to a person: what is wrong, what to do, and a number to quote."""

    status: int
    title: str
    detail: str = ""
    faults: Sequence[FieldFault] = ()
    request_id: str = ""
    happened_at: str = ""
    home: str = ""
    """Where staff go on; empty for everybody else."""
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)
    typed: Sequence[tuple[str, str]] = ()
    """What was typed into the form that wasn't taken: given back, so that it can be copied."""
    login_url: str = "/login"
