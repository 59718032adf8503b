"""The command line: parses, calls the library, prints. Only this package prints, exits or knows typer.

One module a command, named like it and listed in `app.COMMANDS`; it is imported when the command is asked for. Modules
import typer and the standard library at their top, and everything else inside the functions that use it.
"""

from __future__ import annotations

from xlate.cli.app import app

__all__ = ["app", "main"]


def main() -> None:
    """Entry point of the `xlate` command."""
    app(prog_name="xlate")
