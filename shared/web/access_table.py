"""Who may use which route: a table, one row a route, beside the routes of each service (``api/access.py``).

Law of this file: a row names the method, the path and the roles, and the scope a token needs for it; a route without a row
lets nobody in. What a person may see of what a route gives (their unit's cases and no others) is the domain's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.contracts.values import Role


@dataclass(frozen=True, slots=True)
class Row:
    """One route. ``roles`` None: for everybody, without a log-in."""

    method: str
    path: str
    roles: frozenset[Role] | None
    scope: str = ""
    of_a_case: bool = False
    """Whether the path names a thing that a stranger to it may not even know of: answered 404."""


class AccessTable:
    """Rows, by method and path. ValueError where two rows are of one route."""

    def __init__(self, *parts: Iterable[Row]) -> None:
        self._rows: dict[tuple[str, str], Row] = {}
        for row in (row for part in parts for row in part):
            if (row.method, row.path) in self._rows:
                raise ValueError(f"two rows for {row.method} {row.path}")
            self._rows[row.method, row.path] = row

    def of(self, method: str, path: str) -> Row | None:
        """The row of a route; HEAD is GET."""
        return self._rows.get(("GET" if method == "HEAD" else method, path))

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())


def public(method: str, path: str) -> Row:
    """A route for everybody."""
    return Row(method, path, None)


def staff(method: str, path: str, roles: Iterable[Role], *, scope: str, of_a_case: bool = False) -> Row:
    """A route for these roles."""
    return Row(method, path, frozenset(roles), scope, of_a_case=of_a_case)
