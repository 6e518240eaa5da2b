"""The second factor: a code that a telephone computes every 30 seconds (TOTP, RFC 6238).

Law of this file: a code works once, even for two who send it at the same moment; a clock may be wrong by one step. The secret
rests sealed. It is offered first and counts only once a code made with it has come back.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.identity.accounts import end_all
from shared.identity.tables import accounts
from shared.identity.writing import digest_of, note_event, writing
from shared.sealing import KeyRing

STEP_SECONDS = 30
DRIFT = 1


class SecondFactor:
    """Enrols, checks and takes away second factors."""

    def __init__(self, engine: AsyncEngine, ring: KeyRing) -> None:
        self._engine = engine
        self._ring = ring

    async def offer(self, account_id: UUID) -> str:
        """A new secret in base32, not yet in force; replaces an earlier offer."""
        secret = pyotp.random_base32()
        async with writing(self._engine) as connection:
            sealed = self._ring.seal_record(secret.encode())
            await _set(connection, account_id, {"sealed_totp_offered": sealed})
        return secret

    async def offered(self, account_id: UUID) -> str | None:
        """The secret on offer."""
        async with self._engine.connect() as connection:
            row = await _row(connection, account_id)
        return self._opened(row.sealed_totp_offered) if row.sealed_totp_offered else None

    async def confirm(self, account_id: UUID, code: str, *, session: str, now: datetime) -> bool:
        """Put the offer in force if the code was made with it; all other sessions end."""
        async with writing(self._engine) as connection:
            row = await _row(connection, account_id)
            step = None if row.sealed_totp_offered is None else _step(self._opened(row.sealed_totp_offered), code, now)
            if step is None:
                return False
            in_force = {"sealed_totp": row.sealed_totp_offered, "sealed_totp_offered": None, "totp_step": step}
            await _set(connection, account_id, in_force)
            await end_all(connection, account_id, but=digest_of(session))
            await note_event(connection, account_id, "totp_on", by=row.login, now=now)
        return True

    async def take_away(self, account_id: UUID, *, session: str, now: datetime) -> None:
        """No second factor any more; all other sessions end."""
        async with writing(self._engine) as connection:
            row = await _row(connection, account_id)
            await _set(connection, account_id, {"sealed_totp": None, "sealed_totp_offered": None, "totp_step": None})
            await end_all(connection, account_id, but=digest_of(session))
            await note_event(connection, account_id, "totp_off", by=row.login, now=now)

    async def accepts(self, account_id: UUID, code: str, now: datetime) -> bool:
        """Whether the code is right now and hasn't been used; it is used by this."""
        async with writing(self._engine) as connection:
            row = await _row(connection, account_id)
            step = None if row.sealed_totp is None else _step(self._opened(row.sealed_totp), code, now)
            if step is None:
                return False
            unused = or_(accounts.c.totp_step.is_(None), accounts.c.totp_step < step)
            used = await connection.execute(
                update(accounts).where(accounts.c.id == account_id, unused).values(totp_step=step)
            )
            return used.rowcount == 1

    def _opened(self, sealed: str) -> str:
        return self._ring.open(sealed).decode()


def provisioning_uri(secret: str, login: str, house: str) -> str:
    """What the telephone reads from the QR code (Key Uri Format)."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=house)


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that the code belongs to, or None where it is wrong."""
    typed = "".join(sign for sign in code if sign.isdecimal())
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            return step
    return None


async def _set(connection: AsyncConnection, account_id: UUID, values: dict[str, Any]) -> None:
    await connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


async def _row(connection: AsyncConnection, account_id: UUID) -> Row[Any]:
    return (await connection.execute(select(accounts).where(accounts.c.id == account_id))).one()
