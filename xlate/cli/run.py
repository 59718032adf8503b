"""`xlate run`: the main job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlate.cli.app import app
from xlate.cli.console import Bar, err, not_read, table
from xlate.cli.options import DEFAULT_MODEL, Json, MemoryPath, Model, Quiet, memory_path, takes_settings
from xlate.cli.report import open_page
from xlate.errors import UsageError
from xlate.settings import Settings

if TYPE_CHECKING:
    from xlate.pipeline import Options, Run

STARTER = (
    f"note: {DEFAULT_MODEL} is a small starter model; for a strong one: "
    "xlate model pull opus-mt-tc-big-ar-en, then --model opus-mt-tc-big-ar-en"
)


@app.command()
@takes_settings
def run(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT", help="Files and folders to read; - is standard input.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="Folder for the bundle.")],
    settings: Settings,
    model: Model = DEFAULT_MODEL,
    memory: MemoryPath = None,
    references: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Reference translations to score against: <article id>.tsv or .txt."),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format", "-f", help="Write only this bitext format (may be given again): jsonl, tsv, tmx, xlf, moses."
        ),
    ] = None,
    include_boilerplate: Annotated[
        bool, typer.Option("--include-boilerplate", help="Translate menus, notices and forms too.")
    ] = False,
    similarity: Annotated[
        bool,
        typer.Option(
            "--similarity", help="Estimate quality by the sentence encoder too: slower, needs the extra [semantic]."
        ),
    ] = False,
    show: Annotated[bool, typer.Option("--open", help="Open OUT/index.html in your browser.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Translate a folder of articles into a bilingual bundle.

    Writes OUT/index.html, OUT/articles, OUT/bitext.*, OUT/shared.* (what articles share, and what only one has),
    OUT/run.json and, with --references, OUT/scores.json. What was translated before comes from the memory, so a repeated
    or interrupted run pays only for what is new.
    """
    from xlate import pipeline
    from xlate.report import PAGE

    if show and formats and "jsonl" not in formats:
        raise UsageError(f"--open shows {PAGE}, which is made from bitext.jsonl; add --format jsonl")
    chosen = pipeline.Options(
        model=model,
        settings=settings,
        memory=memory_path(memory),
        include_boilerplate=include_boilerplate,
        formats=tuple(dict.fromkeys(formats)) if formats else pipeline.Options().formats,
        references=references,
        similarity=similarity,
    )
    with Bar(quiet) as bar:
        try:
            result = pipeline.run(inputs, out, chosen, bar)
        except KeyboardInterrupt:
            bar.close()
            _interrupted(bar, chosen)
            raise typer.Exit(130) from None
    if as_json:
        typer.echo(json.dumps(result.report, ensure_ascii=False, indent=2))
    elif not quiet:
        _summary(result)
        if result.report["model"]["name"] == DEFAULT_MODEL:
            typer.echo(STARTER, err=True)
    if show:
        open_page(out / PAGE)
    for problem in result.problems:
        err(f"{problem['path']}: {problem['message']}")
    if result.problems:
        raise typer.Exit(2)


def _interrupted(bar: Bar, options: Options) -> None:
    if not bar.total:
        err("interrupted before the first sentence; the same command starts again")
    elif options.memory is None:
        err("interrupted; nothing is kept because of --memory none")
    else:
        err(f"interrupted; {bar.done} of {bar.total} segments are kept; the same command goes on from there")


def _summary(result: Run) -> None:
    counts, flags = result.report["counts"], result.report["flags"]
    seconds = sum(result.report["timings"].values())
    fresh = counts["distinct"] - counts["from_memory"]
    shared = result.report["shared"]["clusters"]
    rows = [
        ("articles", f"{counts['articles']}"),
        ("segments", f"{counts['segments']} ({counts['boilerplate']} boilerplate, {counts['copied']} copied)"),
        ("translated", f"{counts['translated']} ({_made(counts)})"),
        ("shared", ", ".join(f"{tier} {count}" for tier, count in shared.items()) or "nothing"),
        ("flagged", _flagged(counts["flagged"], flags)),
        ("quality", _quality(result.report["quality"])),
        ("time", f"{seconds:.1f} s" + (f", {fresh / seconds:.1f} segments a second" if fresh else "")),
    ]
    rows += [(s["metric"], f"{s['value']:.1f}   {s['signature']}") for s in result.report["scores"]]
    if skipped := not_read(result.report["inputs"], result.problems):
        rows.append(("not read", skipped))
    rows.append(("bundle", str(result.out)))
    table(rows)


def _made(counts: dict[str, int]) -> str:
    names = {"shared": "shared", "from_memory": "from memory", "split": "split", "repaired": "repaired"}
    return ", ".join(f"{counts[key]} {name}" for key, name in names.items())


def _flagged(total: int, flags: dict[str, int]) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(flags.items(), key=lambda item: (-item[1], item[0])))
    return f"{total}" + (f" ({kinds})" if kinds else "")


def _quality(quality: dict[str, Any]) -> str:
    """The estimate in words that cannot be taken for a score."""
    if quality["mean"] is None:
        return "not estimated"
    text = f"chrF {100 * quality['mean']:.0f} expected, without references; {100 * quality['low']:.0f} or less for the lowest tenth"
    return text if quality["calibrated"] else f"{text} (not calibrated for this model: compare segments only)"
