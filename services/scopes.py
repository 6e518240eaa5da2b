"""Which scopes a token of each role can be limited to: those that the routes of all services ask for.

Law of this file: read off the tables of access, so that a scope which no route knows can't be given. Every process knows
those of all services, whichever it runs: a token made here is used there.
"""

from __future__ import annotations

from importlib import import_module

from shared.contracts.values import SERVICES, Role
from shared.identity.doors.access import ACCESS


def scopes_by_role() -> dict[Role, frozenset[str]]:
    """The scopes, by role."""
    tables = [ACCESS, *(import_module(f"services.{name}.api.access").ACCESS for name in SERVICES)]
    rows = [row for table in tables for row in table if row.roles]
    return {role: frozenset(row.scope for row in rows if role in (row.roles or ())) for role in Role}
