"""OpenID Connect beside local accounts: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0; RFC 7636).

Law of this file: what the provider says of a person is believed only from an ID token that it signed for us, for this very
log-in. Which role that makes is a table of ours, by the values of one claim; who has none of them has no business here. An
account is known by issuer and subject, never by a name, so that nobody takes a local account over.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.contracts.values import Role
from shared.identity.accounts import Account, AccountFault, AccountRefused, Accounts
from shared.sealing import CannotOpen, KeyRing

ALGORITHMS = ["RS256", "ES256", "PS256"]
VALID_FOR = timedelta(minutes=10)
LONGEST_SUBJECT, LONGEST_NAME = 255, 80
"""Of a subject as the standard has it (section 2), of a name as the records have room for."""
_CLOCK_SKEW = 60
_CALL_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Seat:
    """What a value of the claim makes of a person."""

    role: Role
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """The settings: who vouches, who we are to them, and what their claims mean here."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    claim: str
    seats: dict[str, Seat]


class NotVouchedFor(Exception):
    """The provider did not vouch for this person, for this log-in, or for a role here; the text names no person."""


class ProviderAway(Exception):
    """The provider can't be asked now; nobody is at fault who wants to come in. The text names no person."""


class OpenIdConnect:
    """The log-in by a provider."""

    def __init__(
        self,
        provider: Provider,
        accounts: Accounts,
        ring: KeyRing,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._provider = provider
        self._accounts = accounts
        self._ring = ring
        self._transport = transport

    async def begin(self, then: str, now: datetime) -> tuple[str, str]:
        """Where to send the browser, and what it must bring back in a cookie (sealed: state, nonce, verifier, then).

        Raises ProviderAway, NotVouchedFor.
        """
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: PLC0415 - only where a provider is set

        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        about = await self._about()
        async with AsyncOAuth2Client(**self._client(), code_challenge_method="S256") as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=kept["state"],
                nonce=kept["nonce"],
                code_verifier=kept["verifier"],
            )
        sealed = self._ring.seal(json.dumps(kept | {"then": then, "until": (now + VALID_FOR).timestamp()}).encode())
        return url, sealed

    async def finish(self, sealed: str, *, state: str, code: str, now: datetime) -> tuple[Account, str]:
        """The account and where to go, once the provider has sent the browser back. Raises NotVouchedFor, ProviderAway."""
        kept = self._kept(sealed, state, now)
        if not code:
            raise NotVouchedFor("the provider sent the person back without a code")
        about = await self._about()
        claims = await self._claims(about, code, kept, now)
        return await self._account(claims, now), str(kept["then"])

    def _kept(self, sealed: str, state: str, now: datetime) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads(self._ring.open(sealed))
        except (CannotOpen, ValueError) as fault:
            raise NotVouchedFor("no log-in was begun in this browser") from fault
        if not secrets.compare_digest(str(kept.get("state", "")).encode(), state.encode()) or not state:
            raise NotVouchedFor("the answer belongs to another log-in")
        if now.timestamp() > kept["until"]:
            raise NotVouchedFor("the log-in took too long")
        return kept

    async def _claims(self, about: dict[str, Any], code: str, kept: dict[str, Any], now: datetime) -> dict[str, Any]:
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: PLC0415

        try:
            async with AsyncOAuth2Client(**self._client()) as client:
                token = await client.fetch_token(about["token_endpoint"], code=code, code_verifier=kept["verifier"])
            published: Any = await self._json(about["jwks_uri"])
            opened = jwt.decode(token["id_token"], KeySet.import_key_set(published), algorithms=ALGORITHMS)
            self._registry(kept["nonce"], now).validate(opened.claims)
        except httpx.TransportError as fault:
            raise ProviderAway(type(fault).__name__) from fault
        except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError) as fault:
            raise NotVouchedFor(f"the provider's answer can't be believed ({type(fault).__name__})") from fault
        self._check_party(opened.claims)
        return opened.claims

    def _check_party(self, claims: dict[str, Any]) -> None:
        """Of a token for several, we must be the one it was issued to (OpenID Connect Core 3.1.3.7, 4 and 5)."""
        for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (for_several or "azp" in claims) and claims.get("azp") != self._provider.client_id:
            raise NotVouchedFor("the token was issued to another client")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
            raise NotVouchedFor("the token names no subject")

    def _registry(self, nonce: str, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_CLOCK_SKEW,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )

    async def _account(self, claims: dict[str, Any], now: datetime) -> Account:
        seat = self._seat(claims)
        outer = f"{self._provider.issuer}|{claims['sub']}"
        account = await self._accounts.of_outer(outer)
        try:
            if account is None:
                return await self._added(claims, seat, outer, now)
            if (account.role, account.unit) != (seat.role, seat.unit):
                await self._accounts.change_role(account.login, seat.role, seat.unit, by="openid", now=now)
        except AccountRefused as fault:
            raise NotVouchedFor(f"no account can be made of it ({fault.fault})") from fault
        if account.disabled_at is not None:
            raise NotVouchedFor("the account is disabled")
        return await self._accounts.named(account.login)

    async def _added(self, claims: dict[str, Any], seat: Seat, outer: str, now: datetime) -> Account:
        """An account for somebody who comes for the first time; of two of one name the second bears the log-in beside it."""
        login = str(claims.get("preferred_username") or claims["sub"])
        name = str(claims.get("name") or login)[:LONGEST_NAME]
        about: dict[str, Any] = {"role": seat.role, "unit": seat.unit, "by": "openid", "now": now, "outer": outer}
        try:
            return await self._accounts.add(login=login, name=name, **about)
        except AccountRefused as fault:
            if fault.fault is not AccountFault.NAME_TAKEN:
                raise
        return await self._accounts.add(login=login, name=f"{name}（{login}）"[:LONGEST_NAME], **about)

    def _seat(self, claims: dict[str, Any]) -> Seat:
        said = claims.get(self._provider.claim, [])
        values = [said] if isinstance(said, str) else [value for value in said if isinstance(value, str)]
        seats = [seat for value, seat in self._provider.seats.items() if value in values]
        if len(seats) != 1:
            raise NotVouchedFor("the claim names no role here, or more than one")
        return seats[0]

    async def _about(self) -> dict[str, Any]:
        about = await self._json(f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self._provider.issuer:
            raise NotVouchedFor("the provider calls itself by another name")
        return about

    async def _json(self, url: str) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=_CALL_SECONDS) as http:
                answer = await http.get(url)
                found: dict[str, Any] = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as fault:
            raise ProviderAway(type(fault).__name__) from fault
        return found

    def _client(self) -> dict[str, Any]:
        provider = self._provider
        return {
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "redirect_uri": provider.redirect_uri,
            "scope": "openid profile",
            "transport": self._transport,
            "timeout": _CALL_SECONDS,
        }
