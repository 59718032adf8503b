"""`xlate eval`: translate a test set and score it, in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlate.cli.app import app
from xlate.cli.console import Bar, err
from xlate.cli.options import DEFAULT_MODEL, Json, MemoryPath, Quiet, memory_path, takes_settings
from xlate.cli.scoring import (
    AllowUnderpowered,
    BaselineFile,
    GitHub,
    Html,
    JUnit,
    LowerEnd,
    Markdown,
    MaxDrop,
    MaxFlags,
    Metrics,
    Minimum,
    Paired,
    Samples,
    Seed,
    Segments,
    Trials,
    UpdateBaseline,
    Width,
    give_out,
    score_options,
)
from xlate.errors import UsageError
from xlate.settings import Settings


@app.command("eval")
@takes_settings
def evaluate(
    testset: Annotated[
        str,
        typer.Argument(
            metavar="TESTSET", help="Folder with <name>.ar and <name>.en, a folder of articles, or iwslt17."
        ),
    ],
    settings: Settings,
    models: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="Name of an installed model or path of its directory. May be given again."),
    ] = None,
    references: Annotated[
        list[Path] | None,
        typer.Option("--references", metavar="DIR", help="References of a folder of articles. May be given again."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the outputs are kept.")] = Path(
        "xlate-eval"
    ),
    memory: MemoryPath = None,
    metrics: Metrics = None,
    samples: Samples = 1000,
    seed: Seed = 12345,
    paired: Paired = "both",
    trials: Trials = 10000,
    minimum: Minimum = None,
    lower_end: LowerEnd = False,
    baseline: BaselineFile = None,
    max_drop: MaxDrop = None,
    max_flags: MaxFlags = None,
    allow_underpowered: AllowUnderpowered = False,
    update_baseline: UpdateBaseline = False,
    segments: Segments = None,
    markdown: Markdown = None,
    junit: JUnit = None,
    html: Html = None,
    github: GitHub = False,
    width: Width = 2,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Translate a test set with one model or several, score the outputs, and judge gates on them.

    The outputs are kept in --out, one file a model; each may serve as a --baseline later.
    """
    from xlate.evaluate import evaluate, store
    from xlate.manifest import resolve
    from xlate.model import Engine
    from xlate.score.baseline import read_baseline
    from xlate.score.testset import is_lines

    gates = {"--min": minimum, "--max-drop": max_drop, "--max-flags": max_flags}
    options = score_options(metrics, samples, seed, paired, trials, gates, lower_end, allow_underpowered)
    if update_baseline and baseline is None:
        raise UsageError("--update-baseline needs --baseline FILE, the file to write")
    if update_baseline and max_drop:
        raise UsageError(
            "--update-baseline replaces the baseline; leave out --max-drop, or judge first and update after"
        )
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; give a folder for the outputs with --out")
    engines = [Engine(resolve(model), settings) for model in models or [DEFAULT_MODEL]]
    stored = read_baseline(baseline) if baseline and not update_baseline else None
    with Bar(quiet) as bar:
        result = evaluate(
            testset,
            engines,
            references=references or (),
            memory=memory_path(memory),
            options=options,
            baseline=stored,
            keep=out,
            progress=bar,
        )
    if baseline and update_baseline:
        store(baseline, result.report.task, result.report.systems[0].system, engines[0])
    if not quiet and not as_json:
        for path, seconds in zip(result.outputs, result.seconds, strict=True):
            err(f"{path}: outputs kept ({seconds:.1f} s)")
        if result.testset.licence is None and is_lines(Path(testset)):
            err(f"{testset}: licence and origin are not known; say them in testset.toml")
    give_out(
        result.report,
        as_json=as_json,
        quiet=quiet,
        width=width,
        segments=segments,
        markdown=markdown,
        junit=junit,
        html=html,
        github=github,
    )
