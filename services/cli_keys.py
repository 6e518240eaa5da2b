"""``shouli keys …``: the ring of keys that seals what is personal. Talks to its file, to the key management service, if there is
one, and, to seal again, to the databases.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from shared.contracts.values import SERVICES

PLACES = (*SERVICES, "identity")
keys_app = typer.Typer(no_args_is_help=True, help="The key ring")


@keys_app.command("new")
def keys_new() -> None:
    """Make a key ring where there is none yet, and say where."""
    from services.bootstrap import key_wrapper  # noqa: PLC0415 - the libraries of the services, for these commands only
    from shared.sealing import new_key_ring, save_key_ring  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415

    settings = Settings()
    with _told():
        save_key_ring(new_key_ring(), settings.keys_file, key_wrapper(settings))
    typer.echo(f"made {settings.keys_file}; keep a copy of it apart from the database's backup")


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Add a new current key to the ring; restart the services, then run: shouli keys rewrap."""
    from services.bootstrap import key_wrapper  # noqa: PLC0415
    from shared.sealing import extend_key_ring, load_key_ring, rotated  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415

    settings = Settings()
    with _told():
        kms = key_wrapper(settings)
        ring = rotated(load_key_ring(settings.keys_file, kms))
        extend_key_ring(ring, settings.keys_file, kms)
    typer.echo(
        f"{ring.current} seals from the next start on; keep a copy of {settings.keys_file}, old keys are still needed"
    )


@keys_app.command("rewrap")
def keys_rewrap(
    places: Annotated[list[str] | None, typer.Argument(help=f"{' '.join(PLACES)}; default: all")] = None,
) -> None:
    """Seal every record again with the current key. With a database of its own per service, name the service."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    from services.bootstrap import present_key_ring  # noqa: PLC0415
    from services.rewrap import metadata_of, rewrap  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415
    from shared.store.engine import open_engine  # noqa: PLC0415

    settings, chosen = Settings(), places or list(PLACES)
    if unknown := set(chosen) - set(PLACES):
        raise typer.BadParameter(f"no such place: {', '.join(sorted(unknown))}; there are: {', '.join(PLACES)}")
    if settings.database_url is not None and len(chosen) != 1:
        raise typer.BadParameter("SHOULI_DATABASE_URL is one service's: name that service")
    with _told():
        ring = present_key_ring(settings)

    async def one(place: str) -> int:
        url = settings.identity_database if place == "identity" else settings.database_of(place)
        engine = open_engine(url)
        count = await rewrap(engine, ring, metadata_of(place))
        await engine.dispose()
        return count

    for place in chosen:
        try:
            typer.echo(f"{place}: {asyncio.run(one(place))} records sealed again with {ring.current}")
        except DBAPIError as fault:
            why = f"the database of {place} can't be read ({type(fault.orig).__name__}); if it is new, run: shouli migrate"
            raise typer.BadParameter(why) from fault


@keys_app.command("wrap")
def keys_wrap() -> None:
    """Have the key management service wrap a ring that lay unwrapped so far; then restart the services."""
    from services.bootstrap import key_wrapper  # noqa: PLC0415
    from shared.sealing import wrap_key_ring  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415

    settings = Settings()
    with _told():
        kms = key_wrapper(settings)
        if kms is None:
            raise ValueError("SHOULI_KMS_URL names no key management service")
        wrap_key_ring(settings.keys_file, kms)
    typer.echo(f"{settings.keys_file} is wrapped; destroy the copies that are not")


@contextmanager
def _told() -> Iterator[None]:
    """What ops can mend is one line, not a stack."""
    try:
        yield
    except FileExistsError as fault:
        raise typer.BadParameter(
            f"{fault.filename2 or fault.filename} is there already, and is left as it is"
        ) from fault
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
