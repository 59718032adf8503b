"""`xlate corpus`: filter, dedup, split, stats and convert for parallel corpora, in every bitext format, as streams."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from xlate.cli import corpusfilter  # noqa: F401 (adds its command)
from xlate.cli.console import Bar, table
from xlate.cli.corpusio import (
    From,
    Input,
    Out,
    RejectedOut,
    Source,
    To,
    Workers,
    card,
    chosen_format,
    corpus,
    counted,
    rejects,
    tell,
)
from xlate.cli.options import Json, Quiet
from xlate.errors import UsageError

if TYPE_CHECKING:
    from xlate.corpus.dedup import By, Level


@corpus.command("dedup")
def dedup_command(
    source_path: Input,
    out: Out,
    by: Annotated[str, typer.Option("--by", help="What has to differ: source, target or pair.")] = "pair",
    level: Annotated[str, typer.Option("--level", help="exact, normalised or near.")] = "exact",
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.3, max=1, help="Jaccard similarity of near-duplicates.")
    ] = 0.7,
    rejected_path: RejectedOut = None,
    workers: Workers = 2,
    from_format: From = None,
    to_format: To = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Keep the first of each: equal pairs, pairs equal but for spelling and marks, or near-duplicates."""
    from dataclasses import asdict

    from xlate.corpus import Deduped, Duplicate, dedup

    account = Deduped()
    with Bar(quiet) as bar, ExitStack() as stack:
        source = Source(source_path, from_format, bar)
        chosen = chosen_format(out, to_format)
        outputs = chosen.files(out)

        def dropped(one: Duplicate) -> None:
            reject(one.pair, {"dropped_by": one.level, "dropped_like": one.like})

        kept = dedup(
            source.pairs(),
            by=cast("By", by),  # dedup itself tells the choices
            level=cast("Level", level),
            threshold=threshold,
            account=account,
            dropped=dropped,
            workers=workers,
        )
        writer = stack.enter_context(chosen.open_writer(out))
        reject = stack.enter_context(rejects(rejected_path, outputs))
        for pair in kept:
            writer.write(pair)
    counts = counted(source, asdict(account))
    card(out, outputs, [source], counts, {"by": by, "level": level, "threshold": threshold})
    tell(source, counts, as_json, quiet)


@corpus.command("split")
def split_command(
    inputs: Annotated[list[Path], typer.Argument(metavar="IN", help="A bitext; with --check: TRAIN DEV TEST.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Where train, dev and test go.")
    ] = None,
    dev: Annotated[int, typer.Option("--dev", min=0, help="Pairs of dev, at least; whole documents are drawn.")] = 1000,
    test: Annotated[
        int, typer.Option("--test", min=0, help="Pairs of test, at least; whole documents are drawn.")
    ] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other documents.")] = 1,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.3, max=1, help="Jaccard similarity of near-duplicates.")
    ] = 0.7,
    check: Annotated[
        bool, typer.Option("--check", help="Prove that no near-duplicate is in two of the given parts.")
    ] = False,
    rejected_path: RejectedOut = None,
    from_format: From = None,
    to_format: Annotated[str, typer.Option("--format", "-f", help="Format of the parts.")] = "tsv",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Split by document into train, dev and test so that no near-duplicate is in two of them; or check a split."""
    if check:
        _check(inputs, threshold, from_format, as_json, quiet)
        return
    if out is None or len(inputs) != 1:
        raise UsageError("give one IN and --out FOLDER; or --check with two or more parts")
    from xlate.corpus import Crossing, Splitting, split
    from xlate.formats import by_name

    account = Splitting()
    chosen = by_name(to_format)
    targets = {part: out / f"{part}{chosen.suffix}" for part in ("train", "dev", "test")}
    with Bar(quiet) as bar, ExitStack() as stack:
        source = Source(inputs[0], from_format, bar)
        reject = stack.enter_context(rejects(rejected_path, list(targets.values())))

        def dropped(part: str, one: Crossing) -> None:
            by = f"{part}: near-duplicate by {one.side}"
            reject(one.pair, {"dropped_by": by, "dropped_like": one.like.id, "dropped_score": one.likeness})

        kept = split(source.pairs, dev=dev, test=test, seed=seed, threshold=threshold, account=account, dropped=dropped)
        writers = {part: stack.enter_context(chosen.open_writer(path)) for part, path in targets.items()}
        for part, pair in kept:
            writers[part].write(pair)
    counts = counted(source, {name: dict(getattr(account, name)) for name in ("pairs", "documents", "guarded")})
    settings = {"dev": dev, "test": test, "seed": seed, "threshold": threshold}
    for target in targets.values():
        card(target, chosen.files(target), [source], counts, settings)
    source.tell_skipped()
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
    elif not quiet:
        table([(part, f"{account.pairs[part]:>12,} pairs of {account.documents[part]:,} documents,"
                      f" {account.guarded[part]:,} near-duplicates left out") for part in targets])  # fmt: skip


def _check(paths: Sequence[Path], threshold: float, from_format: str | None, as_json: bool, quiet: bool) -> None:
    from xlate.corpus import crossings

    if len(paths) < 2:
        raise UsageError("--check needs two parts or more: TRAIN DEV TEST")
    found = 0
    with Bar(quiet) as bar:
        sources = [Source(path, from_format, bar) for path in paths]
        for one in crossings([source.pairs() for source in sources], threshold):
            found += 1
            if not quiet and not as_json and found <= 10:
                text = getattr(one.pair, one.side)
                typer.echo(f"{one.pair.id} and {one.like.id}: {one.side}s {one.likeness:.2f} alike: {text[:80]}")
    for source in sources:
        source.tell_skipped()
    if as_json:
        typer.echo(json.dumps({"crossings": found, "threshold": threshold}))
    elif not quiet:
        typer.echo(f"{found:,} near-duplicates (Jaccard ≥ {threshold:g}) between the parts")
    if found:
        raise typer.Exit(1)


@corpus.command("stats")
def stats_command(source_path: Input, from_format: From = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Sizes, lengths, vocabulary, duplicates, languages and flags of a corpus."""
    from xlate.corpus import histogram, language, stats

    with Bar(quiet) as bar:
        source = Source(source_path, from_format, bar)
        told = stats(source.pairs())
    source.tell_skipped()
    if as_json:
        typer.echo(json.dumps(counted(source, told.as_data()), ensure_ascii=False))
        return
    rows = [
        ("pairs", f"{told.pairs:,}"),
        ("documents", f"{told.documents:,}"),
        ("with an empty side", f"{told.empty:,}"),
    ]
    for name, side in (("source", told.source), ("target", told.target)):
        rows.append((f"{name} words", f"{side.words:,}, {side.vocabulary:,} different"))
        rows.append(
            (f"{name} length", f"median {side.quantile(0.5)}, 95 % {side.quantile(0.95)}, max {side.quantile(1)}")
        )
    rows.append(("duplicates", ", ".join(f"{count:,} by {by}" for by, count in told.duplicates.items())))
    for name in ("scripts", "languages", "origins", "flags"):
        counter = getattr(told, name)
        if counter:
            rows.append((name, ", ".join(f"{key} {count:,}" for key, count in counter.most_common(8))))
    if not language.available():
        rows.append(("languages", "not identified; pip install 'xlate[corpus]'"))
    table(rows)
    for name, side in (("source", told.source), ("target", told.target)):
        typer.echo(f"\nwords in a {name} segment")
        for line in histogram(side.lengths):
            typer.echo(line)


@corpus.command("convert")
def convert_command(
    source_path: Input, out: Out, from_format: From = None, to_format: To = None, as_json: Json = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Write a corpus in another format, or packed otherwise."""
    with Bar(quiet) as bar:
        source = Source(source_path, from_format, bar)
        chosen = chosen_format(out, to_format)
        count = 0
        with chosen.open_writer(out) as writer:
            for pair in source.pairs():
                writer.write(pair)
                count += 1
    counts = counted(source, {"pairs": count})
    card(out, chosen.files(out), [source], counts, {"format": chosen.name})
    tell(source, counts, as_json, quiet)
