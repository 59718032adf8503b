"""`xlate score`: outputs against references."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlate.cli.app import app
from xlate.cli.options import Json, Quiet
from xlate.cli.scoring import Scoring, takes_scoring


@app.command()
@takes_scoring
def score(
    hypothesis: Annotated[
        Path,
        typer.Argument(metavar="HYP", help="Output: text, .tsv, .jsonl (each also .gz), or a bundle of xlate run."),
    ],
    references: Annotated[
        list[Path], typer.Argument(metavar="REF...", help="References: such files, or for a bundle folders of them.")
    ],
    scoring: Scoring,
    systems: Annotated[
        list[Path] | None,
        typer.Option("--system", "-s", metavar="HYP", help="Another system's output, tested against HYP. May repeat."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Score output against references: BLEU, chrF, chrF++ and TER as sacrebleu computes them.

    Gates end with exit code 1 and a sentence where they do not hold. Files are matched by segment id where both sides
    have ids, else line by line.
    """
    from xlate.score.baseline import write_baseline
    from xlate.score.judge import judge
    from xlate.score.run import made_with
    from xlate.score.task import prepare

    options, stored = scoring.options(), scoring.stored()
    task, outputs = prepare([hypothesis, *(systems or ())], references)
    settings, model = made_with(hypothesis)
    report = judge(task, outputs, options, stored, settings)
    if scoring.baseline and scoring.update_baseline:
        write_baseline(scoring.baseline, task, outputs[0], settings, model)
    scoring.give_out(report, as_json=as_json, quiet=quiet)
