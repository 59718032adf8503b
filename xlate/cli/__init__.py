"""The command line: parses, calls the library, prints. Only this package prints, exits or knows typer.

One module a command. They are imported here at start, so they import typer and the standard library at their top
and everything else inside the functions that use it: `xlate --help` must answer at once.
"""

from __future__ import annotations

from xlate.cli import __all__, align, app, bench, cli, eval, from, import, main, model, run, score, translate, xlate


def main() -> None:
    """Entry point of the `xlate` command."""
    app(prog_name="xlate")
