"""What the commands print with: lines on standard error, tables on standard output, a progress bar on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import typer

from xlate.errors import OutputError


def err(message: str) -> None:
    """One line on standard error, in the form of all our errors."""
    typer.echo(f"xlate: {' '.join(message.split())}", err=True)


def put(data: bytes, flush: bool = False) -> None:
    """Bytes on standard output. Raises OutputError where it is full; a reader that went away stays BrokenPipeError."""
    try:
        sys.stdout.buffer.write(data)
        if flush:
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # what is left in the buffer would fail once more when the process ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"standard output: cannot be written ({error.strerror}); choose another place") from error


def table(rows: Sequence[tuple[str, str]]) -> None:
    """Two columns on standard output, the first as wide as its longest cell."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        typer.echo(f"{name:<{width}}  {value}")


def not_read(inputs: Mapping[str, Any], problems: Sequence[Mapping[str, str]]) -> str:
    """What was given and gave nothing, in one line, "" where that is nothing. `inputs` is `ReadReport` as data."""
    parts = {
        "hidden": inputs["skipped_hidden"],
        "of unknown suffix": sum(inputs["skipped_unknown"].values()),
        "links": inputs["skipped_links"],
        "special": inputs["skipped_special"],
        "given twice": inputs["skipped_repeated"],
        "empty": len(inputs["empty"]),
        "with a problem": len({p["path"] for p in problems}),
    }
    return ", ".join(f"{count} {what}" for what, count in parts.items() if count)


class Bar:
    """A progress bar with speed and estimate on standard error, shown only on a terminal; callable as a Progress."""

    def __init__(self, quiet: bool = False) -> None:
        self.done = self.total = 0
        self._shown = sys.stderr.isatty() and not quiet
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done; a total of 0 is not known yet."""
        self.done, self.total = done, total
        if not self._shown:
            return
        if self._bar is None:
            self._start(stage, total)
        self._bar.update(self._task, completed=done, total=total)

    def _start(self, stage: str, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn(stage), BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(stage, total=total)
        self._bar.start()

    def close(self) -> None:
        """Take the bar off the screen; may be called twice."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
