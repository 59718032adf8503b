"""`xlate bench`: how fast this machine translates, side by side."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from xlate.cli.app import app
from xlate.cli.options import DEFAULT_MODEL, Json
from xlate.errors import InputError


@app.command()
def bench(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Plain text, one sentence a line, UTF-8.")],
    models: Annotated[
        list[str] | None, typer.Option("--model", "-m", help="Name or path of a model; may be given again to compare.")
    ] = None,
    beam_sizes: Annotated[
        list[int] | None, typer.Option("--beam-size", help="Beam size; may be given again to compare. Default 1 and 4.")
    ] = None,
    lines: Annotated[int, typer.Option(min=1, help="How many lines of FILE to take.")] = 200,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured; the fastest round counts.")] = 2,
    as_json: Json = False,
) -> None:
    """Measure sentences and target tokens a second for models and beam sizes, taking turns, with ratios to the first."""
    from xlate.clean import clean_for_model
    from xlate.manifest import resolve
    from xlate.model import Engine
    from xlate.settings import Settings
    from xlate.translate import needs_translation

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{file}: cannot be read as UTF-8 text ({error}); give a file of one sentence a line"
        ) from error
    engines = {
        (name, beam): Engine(resolve(name), Settings(beam_size=beam))
        for name in dict.fromkeys(models or [DEFAULT_MODEL])
        for beam in dict.fromkeys(beam_sizes or [1, 4])
    }
    results = []
    taken: dict[tuple[str, int], float] = {}
    counted: dict[tuple[str, int], tuple[int, int]] = {}
    for turn in range(rounds + 1):
        for key, engine in engines.items():
            cleaned = (clean_for_model(line, engine.manifest.source) for line in text.splitlines())
            fitting = [
                line for line in cleaned if needs_translation(line, engine.manifest.source) and engine.fits(line)
            ]
            if not fitting:
                raise InputError(
                    f"{file}: holds no sentence that {key[0]} translates; give a file of one sentence a line"
                )
            given = fitting[: lines if turn else 2]  # turn 0 loads the weights
            start = time.perf_counter()
            texts = [hypothesis.text for batch in engine.decode(given) for _, hypothesis in batch]
            seconds = time.perf_counter() - start
            if turn:
                taken[key] = min(seconds, taken.get(key, seconds))
                counted[key] = len(given), engine.target_tokens(texts)
    first = next(iter(taken.values()))
    for (name, beam), seconds in taken.items():
        sentences, tokens = counted[name, beam]
        results.append(
            {
                "model": name,
                "beam_size": beam,
                "threads": "x".join(map(str, engines[name, beam].threads)),
                "seconds": round(seconds, 3),
                "sentences_per_second": round(sentences / seconds, 1),
                "target_tokens_per_second": round(tokens / seconds),
                "speed_ratio": round(first / seconds, 2),
            }
        )
    if as_json:
        typer.echo(json.dumps(results, indent=2))
        return
    typer.echo(f"{'model':<24} {'beam':>4} {'threads':>7} {'seconds':>8} {'sent/s':>8} {'tok/s':>8} {'ratio':>6}")
    for r in results:
        typer.echo(
            f"{r['model']:<24} {r['beam_size']:>4} {r['threads']:>7} {r['seconds']:>8} {r['sentences_per_second']:>8} "
            f"{r['target_tokens_per_second']:>8} {r['speed_ratio']:>6}"
        )
