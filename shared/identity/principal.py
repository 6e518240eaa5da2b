"""The principal: who a request acts for. A value; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.contracts.values import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """A person (or a machine with a token): name for the record, role, and the unit they belong to, if any."""

    name: str
    role: Role
    unit: str | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    """Empty for a person: everything the role may. A machine's token names what it may do, e.g. ``intake:email``."""
    account: str = ""
    """The log-in name of a person's account; empty for a token, which is known by its name alone."""

    @property
    def id(self) -> str:
        """What tells two people of one name apart: the account, or a token's name. The directory knows people by it."""
        return self.account or self.name

    def may_use(self, scope: str) -> bool:
        """Whether a token limited to scopes covers this one."""
        return not self.scopes or scope in self.scopes
