"""``shouli``: what ops do from a terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.cli_people import token_app, user_app

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Shouli: intake, workflow, notify and forms")
keys_app = typer.Typer(no_args_is_help=True, help="The key ring")
app.add_typer(token_app, name="token")
app.add_typer(user_app, name="user")
app.add_typer(keys_app, name="keys")


@app.command()
def serve(
    services: Annotated[list[str] | None, typer.Argument(help="intake workflow notify forms; default: all")] = None,
) -> None:
    """Run the services in this process."""
    from services.__main__ import main as run  # noqa: PLC0415 - the web server is not needed by the other commands

    run(services or [])


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="stop after the table")] = False,
    report: Annotated[Path | None, typer.Option(help="write the table as a JSON list to this file")] = None,
) -> None:
    """Start all four, feed one real input through each of the seven channels, print what became of it, keep serving."""
    from services.demo import run_demo  # noqa: PLC0415

    run_demo(once=once, report=report)


@keys_app.command("new")
def keys_new() -> None:
    """Make a key ring where there is none yet, and say where."""
    from shared.sealing import new_key_ring, save_key_ring  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415

    path = Settings().keys_file
    save_key_ring(new_key_ring(), path)
    typer.echo(f"made {path}; keep a copy of it apart from the database's backup")


@app.command()
def migrate() -> None:
    """Bring every configured database to the newest revision."""
    from services.bootstrap import SERVICES, build  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415

    async def steps() -> None:
        for service in build(SERVICES, Settings()):
            for step in service.start:
                await step()
            for step in service.stop:
                await step()

    asyncio.run(steps())


@app.command()
def verify(
    originals: Annotated[bool, typer.Option(help="also read back every original (needs the key ring)")] = True,
) -> None:
    """Check every timeline, every anchor and every original; name what is not as it was left. Exits 1 on a finding."""
    from services.verify import run_verify  # noqa: PLC0415

    raise typer.Exit(run_verify(originals=originals))


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
