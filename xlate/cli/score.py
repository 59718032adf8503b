"""`xlate score`: outputs against references."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlate.cli.app import app
from xlate.cli.options import Json, Quiet
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


@app.command()
def score(
    hypothesis: Annotated[
        Path,
        typer.Argument(metavar="HYP", help="Output: text, .tsv, .jsonl (each also .gz), or a bundle of xlate run."),
    ],
    references: Annotated[
        list[Path], typer.Argument(metavar="REF...", help="References: such files, or for a bundle folders of them.")
    ],
    systems: Annotated[
        list[Path] | None,
        typer.Option("--system", "-s", metavar="HYP", help="Another system's output, tested against HYP. May repeat."),
    ] = None,
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
    """Score output against references: BLEU, chrF, chrF++ and TER as sacrebleu computes them.

    Gates end with exit code 1 and a sentence where they do not hold. Files are matched by segment id where both sides
    have ids, else line by line.
    """
    from xlate.score.baseline import read_baseline, write_baseline
    from xlate.score.judge import judge
    from xlate.score.run import made_with
    from xlate.score.task import prepare

    gates = {"--min": minimum, "--max-drop": max_drop, "--max-flags": max_flags}
    options = score_options(metrics, samples, seed, paired, trials, gates, lower_end, allow_underpowered)
    if update_baseline and baseline is None:
        raise UsageError("--update-baseline needs --baseline FILE, the file to write")
    if update_baseline and max_drop:
        raise UsageError(
            "--update-baseline replaces the baseline; leave out --max-drop, or judge first and update after"
        )
    stored = read_baseline(baseline) if baseline and not update_baseline else None
    task, outputs = prepare([hypothesis, *(systems or ())], references)
    settings, model = made_with(hypothesis)
    report = judge(task, outputs, options, stored, settings)
    if baseline and update_baseline:
        write_baseline(baseline, task, outputs[0], settings, model)
    give_out(
        report,
        as_json=as_json,
        quiet=quiet,
        width=width,
        segments=segments,
        markdown=markdown,
        junit=junit,
        html=html,
        github=github,
    )
