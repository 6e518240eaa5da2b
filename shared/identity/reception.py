"""The reception: everything that the doors of identity need, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.centre import Centre
from shared.clock import Clock
from shared.contracts.values import Role
from shared.identity.accounts import Account, AccountEvent, AccountRefused, Accounts
from shared.identity.links import LinkPurpose, Links
from shared.identity.lockout import Attempts
from shared.identity.passwords import Passwords
from shared.identity.second_factor import SecondFactor
from shared.identity.sessions import StoredSessions
from shared.identity.signing_in import SigningIn
from shared.identity.tokens import StoredTokens
from shared.sealing import KeyRing


@dataclass(frozen=True, slots=True)
class Reception:
    """Ports and procedures of identity."""

    accounts: Accounts
    sessions: StoredSessions
    tokens: StoredTokens
    links: Links
    second_factor: SecondFactor
    signing_in: SigningIn
    centre: Centre
    clock: Clock
    public_url: str

    async def recent_events(self, limit: int) -> list[AccountEvent]:
        """What was done to accounts and with tokens last, log-ins included, the newest first."""
        done = [*await self.accounts.recent_events(limit), *await self.tokens.recent_events(limit)]
        return sorted(done, key=lambda event: event.at, reverse=True)[:limit]

    async def set_up_link(self, account: Account, *, by: str) -> str:
        """A new one-time link for this account, as an address of ours. To be handed over in person, not by mail."""
        secret = await self.links.make(account.id, LinkPurpose.SET_UP, by=by, now=self.clock())
        return f"{self.public_url}/account/set-up/{secret}"


def open_reception(engine: AsyncEngine, ring: KeyRing, centre: Centre, clock: Clock, public_url: str) -> Reception:
    """The reception over the identity database."""
    sessions, second_factor = StoredSessions(engine), SecondFactor(engine, ring)
    signing_in = SigningIn(
        engine,
        sessions=sessions,
        attempts=Attempts(engine, ring.index_key),
        passwords=Passwords(),
        second_factor=second_factor,
        names=(centre.name, centre.office, centre.sms_signature),
    )
    return Reception(
        accounts=Accounts(engine),
        sessions=sessions,
        tokens=StoredTokens(engine),
        links=Links(engine),
        second_factor=second_factor,
        signing_in=signing_in,
        centre=centre,
        clock=clock,
        public_url=public_url,
    )


FIRST_LOGIN, FIRST_NAME = "admin", "系统管理员"


async def greet_first_run(reception: Reception) -> str | None:
    """In a house without any account, make the first administrator's and give the one-time link; None otherwise."""
    if await reception.accounts.are_there_any():
        return None
    try:
        account = await reception.accounts.add(
            login=FIRST_LOGIN,
            name=FIRST_NAME,
            role=Role.ADMINISTRATOR,
            unit=None,
            by="first run",
            now=reception.clock(),
        )
    except (AccountRefused, IntegrityError):  # another process of this house was quicker, and prints the link
        return None
    return await reception.set_up_link(account, by="first run")
