"""`xlate report`: the reading room of a bundle, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlate.cli.app import app


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
        typer.launch(page.resolve().as_uri())
