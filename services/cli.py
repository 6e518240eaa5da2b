"""``shouli``: what ops do from a terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.cli_keys import keys_app
from services.cli_people import token_app, user_app
from shared.contracts.values import SERVICES

_NAMES = " ".join(SERVICES)
app = typer.Typer(no_args_is_help=True, add_completion=False, help="Shouli: intake, workflow, notify and forms")
import_app = typer.Typer(no_args_is_help=True, help="Take in what other systems or mailboxes hold")
calendar_app = typer.Typer(no_args_is_help=True, help="The working calendar")
directory_app = typer.Typer(no_args_is_help=True, help="Who acts for the office and for each unit")
app.add_typer(calendar_app, name="calendar")
app.add_typer(directory_app, name="directory")
app.add_typer(token_app, name="token")
app.add_typer(import_app, name="import")
app.add_typer(user_app, name="user")
app.add_typer(keys_app, name="keys")


@app.command()
def serve(
    services: Annotated[list[str] | None, typer.Argument(help=f"{_NAMES}; default: all")] = None,
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


@import_app.command("mail")
def import_mail(
    folder: Annotated[Path, typer.Argument(help="a folder of .eml, mbox or Maildir files", exists=True)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="only say what would become of each; write nothing")
    ] = False,
) -> None:
    """Say, one line a mail, what becomes of every mail in a folder. Exits 1 where the program failed on one."""
    from services.import_mail import run_import  # noqa: PLC0415 - the readers are not needed by the other commands

    raise typer.Exit(run_import(folder, dry_run=dry_run, say=typer.echo))


@import_app.command("phone-log")
def import_phone_log(
    file: Annotated[
        Path, typer.Argument(help="a hotline's export: CSV, tab-separated text or XLSX", exists=True, dir_okay=False)
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="only say how it is read and which rows are bad; write nothing")
    ] = False,
    by: Annotated[str, typer.Option(help="who took the calls, where the file does not say")] = "phone log import",
    bad: Annotated[Path | None, typer.Option("--bad", help="write the bad rows to this CSV, to be mended")] = None,
) -> None:
    """Take in the calls of a file, each once; name every row that is not taken. Exits 1 where the file as a whole is refused."""
    from services.import_phone_log import run_import  # noqa: PLC0415

    raise typer.Exit(run_import(file, dry_run=dry_run, by=by, bad=bad, say=typer.echo))


@app.command()
def migrate() -> None:
    """Bring every configured database to the newest revision."""
    from services.bootstrap import build  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415

    async def steps() -> None:
        for service in build(SERVICES, Settings()):
            for step in service.start:
                await step()
            for step in service.stop:
                await step()

    asyncio.run(steps())


@app.command()
def replay(
    since: Annotated[str, typer.Option(help="a moment with its zone: 2026-11-20T09:00:00Z")],
    services: Annotated[list[str] | None, typer.Argument(help="intake workflow notify forms; default: all")] = None,
) -> None:
    """Have told again what was told since a moment: after the broker's disk was lost, or a backup was put back."""
    from services.retelling import tell_again  # noqa: PLC0415

    for line in tell_again(services or [], since):
        typer.echo(line)


@app.command()
def verify(
    originals: Annotated[bool, typer.Option(help="also read back every original (needs the key ring)")] = True,
) -> None:
    """Check every timeline, anchor, frozen period and original; name what is not as it was left. Exits 1 on a finding."""
    from services.verify import run_verify  # noqa: PLC0415

    raise typer.Exit(run_verify(originals=originals))


@calendar_app.command("load")
def calendar_load(file: Annotated[Path, typer.Argument(help="a year's notice as JSON", exists=True)]) -> None:
    """Enter a year's notice, new or corrected; every service counts by it within a minute, open limits are recounted."""
    from services.upkeep import load_notice  # noqa: PLC0415

    typer.echo(load_notice(file.read_bytes()))


@calendar_app.command("override")
def calendar_override(
    day: Annotated[str, typer.Argument(help="2026-11-20")],
    work: Annotated[str, typer.Argument(help="on: worked here; off: not worked here")],
    name: Annotated[str, typer.Option(help="what it is called")],
    notice: Annotated[str, typer.Option(help="number of the document it rests on")],
) -> None:
    """Enter a local decision about one day."""
    from services.upkeep import decide_day  # noqa: PLC0415

    if work not in ("on", "off"):
        raise typer.BadParameter("on or off")
    typer.echo(decide_day(day, working=work == "on", name=name, notice=notice))


@calendar_app.command("show")
def calendar_show(year: int) -> None:
    """Print each day of a year that a notice or a local decision speaks of."""
    from services.upkeep import show_year  # noqa: PLC0415

    typer.echo(show_year(year))


@directory_app.command("import")
def directory_import(file: Annotated[Path, typer.Argument(help="CSV or XLSX", exists=True)]) -> None:
    """Take people into the directory from a table; all of it or nothing."""
    from services.upkeep import import_directory  # noqa: PLC0415

    typer.echo(import_directory(file.read_bytes()))


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
