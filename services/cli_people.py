"""``shouli user …`` and ``shouli token …``: people and machines that may come in. Talks to the identity database alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from shared.contracts.values import Role

if TYPE_CHECKING:
    from shared.identity.reception import Reception

T = TypeVar("T")
BY = "shouli"
token_app = typer.Typer(no_args_is_help=True, help="API tokens")
user_app = typer.Typer(no_args_is_help=True, help="Accounts of people")

_Login = Annotated[str, typer.Argument(help="the log-in name")]
_Role = Annotated[Role, typer.Option(help="what they may do")]
_Unit = Annotated[str | None, typer.Option(help="the unit, for unit_handler and unit_leader")]


@user_app.command("add")
def user_add(
    login: _Login,
    role: _Role,
    unit: _Unit = None,
    name: Annotated[str | None, typer.Option(help="the name in the records; default: the log-in name")] = None,
) -> None:
    """Add a person and print their one-time link."""

    async def add(reception: Reception) -> str:
        account = await reception.accounts.add(
            login=login, name=name or login, role=role, unit=_known(reception, unit), by=BY, now=reception.clock()
        )
        return await reception.set_up_link(account, by=BY)

    typer.echo(_at_the_reception(add))


@user_app.command("disable")
def user_disable(login: _Login) -> None:
    """Nobody comes in by this account any more; its sessions end at once."""
    _at_the_reception(lambda reception: reception.accounts.disable(login, by=BY, now=reception.clock()))
    typer.echo(f"{login}: disabled")


@user_app.command("reset")
def user_reset(login: _Login) -> None:
    """Take password and second factor away, let a disabled account in again, and print a one-time link."""

    async def reset(reception: Reception) -> str:
        await reception.accounts.forget_credentials(login, by=BY, now=reception.clock())
        await reception.accounts.enable(login, by=BY, now=reception.clock())
        return await reception.set_up_link(await reception.accounts.named(login), by=BY)

    typer.echo(_at_the_reception(reset))


@user_app.command("list")
def user_list() -> None:
    """All accounts: log-in, name, role, unit, and whether they can come in."""
    for account in _at_the_reception(lambda reception: reception.accounts.everybody()):
        standing = "disabled" if account.disabled_at else "in use" if account.has_password else "no password yet"
        typer.echo("\t".join((account.login, account.name, account.role.value, account.unit or "-", standing)))


@token_app.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="who or what will use it; stands in the records")],
    role: _Role,
    unit: _Unit = None,
    scope: Annotated[list[str] | None, typer.Option(help="limit it, e.g. intake:email; repeatable")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="how long it is valid; default: until it is revoked")] = None,
) -> None:
    """Make a token and print it once. In a person's name it has their role, and is revoked with their sessions."""
    if role in (Role.UNIT_HANDLER, Role.UNIT_LEADER) and not unit:
        raise typer.BadParameter("a unit's person needs --unit")
    from services.scopes import scopes_by_role  # noqa: PLC0415 - every service's table of access, for this command

    there = scopes_by_role()[role]
    if unknown := set(scope or ()) - there:
        there_are = ", ".join(sorted(there))
        raise typer.BadParameter(f"{role.value} has no scope {', '.join(sorted(unknown))}; there are: {there_are}")
    typer.echo(
        _at_the_reception(
            lambda reception: reception.tokens.add(
                name=name,
                role=role,
                unit=_known(reception, unit),
                scopes=frozenset(scope or ()),
                by=BY,
                now=reception.clock(),
                expires_at=None if days is None else reception.clock() + timedelta(days=days),
            )
        )
    )


@token_app.command("list")
def token_list() -> None:
    """All tokens: name, role, unit, scopes, and whether they still work; never the token itself."""
    for row in _at_the_reception(lambda reception: reception.tokens.everything()):
        until = f", until {row['expires_at']:%Y-%m-%d}" if row["expires_at"] else ""
        standing = "revoked" if row["revoked_at"] else f"made {row['made_at']:%Y-%m-%d}{until}"
        shown = (row["name"], row["role"], row["unit"] or "-", " ".join(row["scopes"]) or "all of the role", standing)
        typer.echo("\t".join(shown))


@token_app.command("revoke")
def token_revoke(name: str) -> None:
    """Revoke all tokens of a name; they are dead at their next use."""
    count = _at_the_reception(lambda reception: reception.tokens.revoke(name, reception.clock(), by=BY))
    typer.echo(f"{count} revoked")


def _known(reception: Reception, unit: str | None) -> str | None:
    names = [each.name for each in reception.centre.units]
    if unit is not None and unit not in names:
        raise typer.BadParameter(f"no such unit; there are: {', '.join(names)}")
    return unit


def _at_the_reception(work: Callable[[Reception], Awaitable[T]]) -> T:
    from shared.identity.accounts import AccountRefused  # noqa: PLC0415 - the database's libraries, for these commands
    from shared.identity.doors.words import ACCOUNTS  # noqa: PLC0415

    async def run() -> T:
        async with _reception() as reception:
            return await work(reception)

    try:
        return asyncio.run(run())
    except AccountRefused as refusal:
        raise typer.BadParameter(ACCOUNTS[refusal.fault].en) from refusal


@asynccontextmanager
async def _reception() -> AsyncIterator[Reception]:
    from services.bootstrap import IDENTITY_VERSIONS, key_ring  # noqa: PLC0415
    from shared.centre import load_centre  # noqa: PLC0415
    from shared.clock import system_clock  # noqa: PLC0415
    from shared.identity.reception import open_reception  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415
    from shared.store.engine import open_engine  # noqa: PLC0415
    from shared.store.migrate import migrate  # noqa: PLC0415

    settings = Settings()
    engine = open_engine(settings.identity_database)
    await migrate(engine, IDENTITY_VERSIONS)
    centre = load_centre(settings.centre_path)
    yield open_reception(engine, key_ring(settings), centre, system_clock, settings.public_url)
    await engine.dispose()
