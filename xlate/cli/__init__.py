"""The command line: parses, calls the library, prints. Only this package prints, exits or knows typer.

One module a command. They are imported here at start, so they import typer and the standard library at their top
and everything else inside the functions that use it: `xlate --help` must answer at once.
"""

from __future__ import annotations

from xlate.cli import align, bench, bitext, corpus, eval, model, report, run, score, translate
from xlate.cli.app import app

__all__ = ["align", "app", "bench", "bitext", "corpus", "eval", "main", "model", "report", "run", "score", "translate"]


def main() -> None:
    """Entry point of the `xlate` command."""
    app(prog_name="xlate")
