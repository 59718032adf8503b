"""The typer application and the one place where errors become a line on standard error and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from xlate.errors import XlateError

# typer carries its own click since 0.26; the base of its usage errors is reached through what it exports
ClickError: type[Exception] = typer.BadParameter.__mro__[2]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a full disk answers."""

COMMANDS = {
    "run": "Translate a folder of articles into a bilingual bundle.",
    "translate": "Translate standard input line by line, or files into a bitext.",
    "report": "Make the reading room, OUT/index.html, of a bundle that xlate run wrote.",
    "align": "Find the sentences that articles share.",
    "bitext": "Sentence-align Arabic and English documents.",
    "corpus": "Work on a parallel corpus: filter, dedup, split, stats, convert.",
    "score": "Score output against references; gates for CI.",
    "eval": "Translate a test set, score it, judge gates.",
    "model": "List, pull, convert and examine models.",
    "bench": "Measure speed, side by side.",
}
"""Every command and what it does in a line; each is made by the module of its name in this package."""


class Group(TyperGroup):
    """The root command group. A command's module is imported when the command is asked for, so that help answers at
    once; errors become exit codes (0 done, 1 a gate did not hold, 2 input, 130 interrupted)."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        import_module(f"xlate.cli.{cmd_name}")
        return get_group(app).commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list in `xlate --help`, which imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run and exit. Errors a person can cause are one line and code 2; anything else keeps its traceback."""
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except XlateError as error:
            _fail(str(error))
        except ClickError as error:
            _fail(_usage_line(error))
        except typer.Abort:
            raise SystemExit(130) from None
        except BrokenPipeError:
            # the reader went away (`| head`): not our error, and nobody is left to read a message
            _drop_output()
            raise SystemExit(1) from None
        except OSError as error:
            if error.errno not in _FULL:
                raise
            # whoever writes a file names it in an OutputError; what is left is what we print
            _drop_output()
            place = error.filename or "standard output"
            _fail(f"{place}: cannot be written ({error.strerror}); choose another place")
        raise SystemExit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    """Forget what is not written yet, which would fail once more when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage_line(error: Any) -> str:
    """A click usage error as one line that ends with where the right usage is told."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "xlate"
    return f"{error.format_message().rstrip('.')} (see {command} --help)"


def _fail(message: str) -> None:
    one_line = " ".join(message.split())
    typer.echo(f"xlate: {one_line}", err=True)
    raise SystemExit(2)


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Arabic news into English you can check and data you can reuse.",
)


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"xlate {version('xlate')}")
        except PackageNotFoundError:
            typer.echo("xlate, run from a checkout that is not installed")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Arabic news into English you can check and data you can reuse."""
