"""`xlate eval`: translate a test set and score it, in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlate.cli.app import app
from xlate.cli.console import Bar, err
from xlate.cli.options import DEFAULT_MODEL, Json, MemoryPath, Quiet, memory_path, takes_settings
from xlate.cli.scoring import Scoring, takes_scoring
from xlate.errors import UsageError
from xlate.settings import Settings


@app.command("eval")
@takes_settings
@takes_scoring
def evaluate(
    testset: Annotated[
        str,
        typer.Argument(
            metavar="TESTSET", help="Folder with <name>.ar and <name>.en, a folder of articles, or iwslt17."
        ),
    ],
    settings: Settings,
    scoring: Scoring,
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
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Translate a test set with one model or several, score the outputs, and judge gates on them.

    The outputs are kept in --out, one file a model; each may serve as a --baseline later.
    """
    from xlate.evaluate import evaluate, store
    from xlate.manifest import resolve
    from xlate.model import Engine
    from xlate.score.testset import is_lines

    options = scoring.options()
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file; give a folder for the outputs with --out")
    engines = [Engine(resolve(model), settings) for model in models or [DEFAULT_MODEL]]
    stored = scoring.stored()
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
    if scoring.baseline and scoring.update_baseline:
        store(scoring.baseline, result.report.task, result.report.systems[0].system, engines[0])
    if not quiet and not as_json:
        for path, seconds in zip(result.outputs, result.seconds, strict=True):
            err(f"{path}: outputs kept ({seconds:.1f} s)")
        if result.testset.licence is None and is_lines(Path(testset)):
            err(f"{testset}: licence and origin are not known; say them in testset.toml")
    scoring.give_out(result.report, as_json=as_json, quiet=quiet)
