"""Who may come in: the bearer token or session of a request made into a principal, checked anew at each request.

Law of this file: an unknown, expired or revoked token and a missing one get the same 401. Which roles may use a route is
said where the route is declared; a route of staff without that doesn't exist.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from shared.clock import Clock
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.identity.tokens import Tokens
from shared.web.problems import Problem

STAFF: tuple[Role, ...] = tuple(Role)


def not_signed_in() -> Problem:
    """401: we don't know who asks."""
    return Problem(
        401,
        "not_signed_in",
        "需要登录或有效的访问令牌",
        "Sign in, or send a valid token",
        headers={"WWW-Authenticate": 'Bearer realm="shouli"'},
    )


def not_allowed(detail_zh: str, detail_en: str) -> Problem:
    """403: we know who asks, and this isn't theirs to do."""
    return Problem(
        403, "not_allowed", "您没有办理此事的权限", "You may not do this", detail_zh=detail_zh, detail_en=detail_en
    )


class Gate:
    """Turns requests into principals."""

    def __init__(self, tokens: Tokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    async def principal(self, request: Request) -> Principal:
        """Who asks. Raises Problem 401."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise not_signed_in()
        principal = await self._tokens.principal(token.strip(), self._clock())
        if principal is None:
            raise not_signed_in()
        return principal

    def staff(self, *roles: Role, scope: str) -> Callable[[Request], Awaitable[Principal]]:
        """A dependency: one of these roles, with a token that covers ``scope``. Raises Problem 401 or 403."""

        async def dependency(request: Request) -> Principal:
            principal = await self.principal(request)
            if principal.role not in roles or not principal.may_use(scope):
                wanted = ", ".join(role.value for role in roles)
                raise not_allowed(f"需要的角色：{wanted}", f"Roles that may: {wanted}")
            return principal

        return dependency
