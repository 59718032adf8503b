"""`xlate translate`: lines through a pipe, or files to a bitext."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from xlate.cli.app import app
from xlate.cli.console import Bar, err, put
from xlate.cli.options import DEFAULT_MODEL, MemoryPath, Model, Quiet, memory_path, takes_settings
from xlate.cli.places import keep_inputs
from xlate.errors import InputError, UsageError
from xlate.settings import Settings

if TYPE_CHECKING:
    from xlate.model import Engine

_OURS = re.compile(rb'\{"id": "[^"]*", "article":|id\tarticle\tindex\t')  # how a bitext of ours begins


@app.command()
@takes_settings
def translate(
    settings: Settings,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT", help="Files and folders; without any, lines from standard input."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where the bitext goes; by default standard output."),
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", "-f", help="jsonl, tsv, tmx, xlf or moses; by default from FILE's suffix.")
    ] = None,
    model: Model = DEFAULT_MODEL,
    memory: MemoryPath = None,
    include_boilerplate: Annotated[
        bool, typer.Option("--include-boilerplate", help="Translate menus, notices and forms too.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Translate standard input line by line, or files into a bitext.

    Without INPUT exactly one line comes out for each line that goes in, in order; an empty line stays empty.
    """
    from xlate.manifest import resolve
    from xlate.model import Engine

    engine = Engine(resolve(model), settings)
    if not inputs:
        if out or format_name:
            raise UsageError("--out and --format need INPUT; lines go to standard output")
        _lines(engine, memory_path(memory))
    elif out is not None:
        _files(inputs, out, format_name, engine, memory_path(memory), include_boilerplate, quiet)
    elif format_name in (None, "moses"):
        raise UsageError("with INPUT give --out FILE, or a --format that is one file for standard output")
    else:
        # the formats write whole files or nothing; what is whole goes on to standard output
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / "bitext"
            try:
                _files(inputs, whole, format_name, engine, memory_path(memory), include_boilerplate, quiet)
            finally:
                if whole.exists():
                    with whole.open("rb") as stream:
                        while part := stream.read(1 << 20):
                            put(part)
                    put(b"", flush=True)


def _lines(engine: Engine, memory: Path | None) -> None:
    from xlate.memory import Memory
    from xlate.translate import memory_key, translate_lines

    with Memory(memory, memory_key(engine)) as remembered:
        for line, _ in translate_lines(_decoded(sys.stdin.buffer), engine, remembered):
            put(line.encode("utf-8", "replace") + b"\n")
    put(b"", flush=True)


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Lines of UTF-8; only a line feed ends one, so that what other programs count is what comes out."""
    for number, line in enumerate(stream, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError(
                f"standard input: line {number} is not UTF-8; convert it first, for example with iconv"
            ) from None


def _files(
    inputs: list[str],
    out: Path,
    format_name: str | None,
    engine: Engine,
    memory: Path | None,
    include_boilerplate: bool,
    quiet: bool,
) -> None:
    from xlate.bundle import pair
    from xlate.formats import by_name, by_suffix
    from xlate.links import linked
    from xlate.memory import Memory
    from xlate.quality import rated
    from xlate.read import ReadReport, iter_articles
    from xlate.segment import segment
    from xlate.translate import memory_key
    from xlate.translate import translate as translate_segments

    chosen = by_name(format_name) if format_name else by_suffix(out)
    written = chosen.files(out)
    for path in written:
        keep_inputs(path, inputs, _OURS)
    report = ReadReport()
    source, target = engine.manifest.source[0], engine.manifest.target[0]
    opened = chosen.open_writer(out, source_language=source, target_language=target)
    segments = (s for article in iter_articles(inputs, report, exclude=written) for s in segment(article))
    with (
        Bar(quiet) as bar,
        Memory(memory, memory_key(engine)) as remembered,
        opened as writer,
    ):
        done = 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            bar("translate", done, 0)

        translations = translate_segments(
            segments, engine, remembered, include_boilerplate=include_boilerplate, progress=more
        )
        translations = linked(translations, engine, remembered)
        for translation in rated(translations, engine.manifest.quality):
            writer.write(pair(translation))
    for problem in report.problems:
        err(f"{problem.path}: {problem.message}")
    if report.problems:
        raise typer.Exit(2)
