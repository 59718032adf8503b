"""`xlate report`: the reading room of a bundle, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlate.cli.app import app
from xlate.cli.console import err


@app.command()
def report(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of a bundle that xlate run wrote.")],
    show: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
) -> None:
    """Make OUT/index.html again from the bundle alone, and print its path."""
    from xlate.report import write_page

    page = write_page(out)
    typer.echo(str(page))
    if show:
        open_page(page)


def open_page(page: Path) -> None:
    """Show `page` in the browser; a machine without one is told where the page lies."""
    if typer.launch(page.resolve().as_uri()) != 0:
        err(f"no browser could be opened; the page is {page}")
