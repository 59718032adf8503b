"""`xlate corpus`: filter, dedup, split, stats and convert for parallel corpora, in every bitext format, as streams."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlate.cli.app import app
from xlate.cli.console import Bar, err, table
from xlate.cli.options import Json, Quiet
from xlate.errors import UsageError

if TYPE_CHECKING:
    from xlate.data import SegmentPair

corpus = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Filter, dedup, split, count, convert corpora.")
app.add_typer(corpus, name="corpus")

Input = Annotated[
    Path, typer.Argument(metavar="IN", help="Bitext: .jsonl .tsv .tmx .xlf, Moses (.ar beside .en) or an OPUS .zip.")
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the result goes; .gz .xz .zst pack it.")]
From = Annotated[str | None, typer.Option("--from", help="Format of IN; by default from its suffix.")]
To = Annotated[str | None, typer.Option("--format", "-f", help="Format of FILE; by default from its suffix.")]
RejectedOut = Annotated[
    Path | None, typer.Option("--rejected", metavar="FILE", help="Keep what was dropped here, with the reason.")
]
_EVERY = 1000  # pairs between two movements of the bar


class _Source:
    """One corpus that is read: its pairs as often as they are asked for, what was skipped, its card."""

    def __init__(self, path: Path, format_name: str | None, bar: Bar) -> None:
        from xlate.corpus import read_card, read_zip
        from xlate.formats import by_name, by_suffix

        self.path, self._bar = path, bar
        self.skipped: Counter[str] = Counter()
        zipped = format_name == "zip" or (format_name is None and path.suffix.lower() == ".zip")
        self._format = None if zipped else by_name(format_name) if format_name else by_suffix(path)
        self._read_zip = read_zip
        self.card = read_card(path)

    def pairs(self) -> Iterator[SegmentPair]:
        self.skipped.clear()
        stream = self._format.read(self.path, skipped=self.skipped) if self._format else self._read_zip(self.path)
        for number, pair in enumerate(stream, 1):
            if number % _EVERY == 0:
                self._bar("pairs", number, 0)
            yield pair

    def files(self) -> list[Path]:
        return _files(self.path, self._format.name if self._format else "zip")

    def tell_skipped(self) -> None:
        """One line for each reason why units of the file are not among the pairs."""
        for reason, count in sorted(self.skipped.items()):
            err(f"{self.path}: {count:,} skipped: {reason}")


def _files(path: Path, format_name: str) -> list[Path]:
    from xlate.formats import moses

    return list(moses.paths(path)) if format_name == "moses" else [path]


def _chosen(path: Path, format_name: str | None) -> Any:
    from xlate.formats import by_name, by_suffix

    return by_name(format_name) if format_name else by_suffix(path)


def _rejects(path: Path | None, outputs: Sequence[Path]) -> AbstractContextManager[Any]:
    """A writer for dropped pairs, or a context of None."""
    if path is None:
        return nullcontext()
    chosen = _chosen(path, None)
    if chosen.name == "moses":
        raise UsageError(f"{path}: Moses has no place for the reason; give a .jsonl, .tsv, .tmx or .xlf file")
    if path in outputs:
        raise UsageError(f"{path}: --rejected and --out are the same file")
    return chosen.open_writer(path)  # type: ignore[no-any-return]


def _with_reason(pair: SegmentPair, reason: Mapping[str, Any]) -> SegmentPair:
    from dataclasses import replace

    return replace(pair, provenance={**pair.provenance, **reason})


def _card(out: Path, outputs: Sequence[Path], sources: Sequence[_Source], counts: Mapping[str, Any],
          settings: Mapping[str, Any]) -> None:  # fmt: skip
    from xlate.corpus import Step, card_path, described, write_card

    step = Step(
        ["xlate", *sys.argv[1:]],
        [described(path) for source in sources for path in source.files()],
        [described(path) for path in outputs],
        counts,
        settings,
    )
    if write_card(out, step, [source.card for source in sources]) is None:
        err(f"{card_path(out)}: is no card of a corpus; left alone, and no card was written")


def _counts(source: _Source, more: Mapping[str, Any]) -> dict[str, Any]:
    return {**more, **({"skipped": dict(sorted(source.skipped.items()))} if source.skipped else {})}


@corpus.command("filter")
def filter_command(
    source_path: Input,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where the result goes; .gz .xz .zst pack it.")
    ] = None,
    chain_path: Annotated[
        Path | None,
        typer.Option("--chain", metavar="TOML", help="Your own chain; --show-chain prints one to begin with."),
    ] = None,
    show_chain: Annotated[bool, typer.Option("--show-chain", help="Print the chain as TOML and stop.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; only tell what would be dropped.")] = False,
    rejected_path: RejectedOut = None,
    semantic: Annotated[
        str,
        typer.Option(
            "--semantic",
            help="The filter margin, by sentence embeddings, which finds pairs that are no translations: on, off, or auto "
            "(where installed, for files up to 8 MB; it is slow).",
        ),
    ] = "auto",
    model: Annotated[str | None, typer.Option("--model", "-m", help="The filter translation, with this model.")] = None,
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="PATH|none", help="Translation memory; by default in your cache.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes for the cheap filters.")] = 2,
    from_format: From = None,
    to_format: To = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Drop pairs that are no good, filter by filter, and say how many each dropped."""
    from xlate.corpus import Account, Rejected, filter_pairs, write_chain

    chain = _chain(chain_path, semantic, model, source_path)
    if show_chain:
        typer.echo(write_chain(chain), nl=False)
        return
    if (out is None) != dry_run:
        raise UsageError("give --out FILE, or --dry-run to write nothing")
    account = Account()
    with Bar(quiet) as bar, ExitStack() as stack:
        source = _Source(source_path, from_format, bar)
        tools = _tools(chain, model, memory, stack)
        chosen = _chosen(out, to_format) if out else None
        outputs = _files(out, chosen.name) if out and chosen else []
        writer = stack.enter_context(chosen.open_writer(out)) if chosen else None
        bin_ = stack.enter_context(_rejects(rejected_path, outputs))

        def rejected(one: Rejected) -> None:
            if bin_ is not None:
                bin_.write(_with_reason(one.pair, {"dropped_by": one.filter, "dropped_score": one.score}))

        kept = filter_pairs(source.pairs(), chain, account, tools=tools, rejected=rejected, workers=workers)
        for pair in kept:
            if writer is not None:
                writer.write(pair)
    counts = _counts(source, {"read": account.read, "kept": account.kept, "dropped": dict(account.dropped)})
    if out is not None:
        _card(out, outputs, [source], counts, {"chain": write_chain(chain).split("\n\n")})
    source.tell_skipped()
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
    elif not quiet:
        _tell_filters(account, chain)


def _tell_filters(account: Any, chain: Sequence[Any]) -> None:
    def share(count: int) -> str:
        return f"{count:>12,}  {100 * count / max(1, account.read):6.2f} %"

    rows = [("read", share(account.read))]
    for one in chain:
        bounds = [
            f"{name} {value:g}" for name, value in (("least", one.least), ("most", one.most)) if value is not None
        ]
        rows.append((f"- {one.name}", f"{share(account.dropped[one.name])}  {', '.join(bounds)}"))
    table([*rows, ("kept", share(account.kept))])


_SLOW = 8 << 20  # bytes of a corpus beyond which the sentence encoder has to be asked for by name


def _chain(path: Path | None, semantic: str, model: str | None, source: Path) -> Sequence[Any]:
    from xlate import embed
    from xlate.corpus import default_chain, language, read_chain

    if semantic not in ("auto", "on", "off"):
        raise UsageError(f"--semantic {semantic}: choose from auto, on, off")
    if path is not None:
        if semantic == "on":
            raise UsageError("--semantic belongs to the default chain; name the filter margin in your own")
        return read_chain(path)
    if semantic == "on" and not embed.available():
        raise UsageError(embed.CURE)
    meaning = ["margin"] if semantic == "on" else []
    if semantic == "auto":
        if not embed.available():
            err(f"the filter margin is left out: {embed.CURE}")
        elif source.is_file() and source.stat().st_size > _SLOW:
            err("the filter margin is left out for a file of this size; --semantic on uses it all the same")
        else:
            meaning = ["margin"]
    if not language.available():
        err("the filter language is left out; pip install 'xlate[corpus]' brings it")
    return default_chain(language=language.available(), meaning=[*meaning, *(["translation"] if model else [])])


def _tools(chain: Sequence[Any], model: str | None, memory: str | None, stack: ExitStack) -> Any:
    from xlate import embed
    from xlate.cli.bitext import Translator
    from xlate.cli.options import memory_path
    from xlate.corpus import Tools
    from xlate.settings import Settings

    names = {one.name for one in chain}
    encode = embed.encode if "margin" in names and embed.available() else None
    if "translation" not in names or model is None:
        return Tools(encode)
    with Bar(quiet=True) as silent:
        translate = stack.enter_context(Translator(model, Settings(), memory_path(memory), True, silent))
    return Tools(encode, translate)


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
        source = _Source(source_path, from_format, bar)
        chosen = _chosen(out, to_format)
        outputs = _files(out, chosen.name)

        def dropped(one: Duplicate) -> None:
            if bin_ is not None:
                bin_.write(_with_reason(one.pair, {"dropped_by": one.level, "dropped_like": one.like}))

        kept = dedup(source.pairs(), by=by, level=level, threshold=threshold, account=account, dropped=dropped, workers=2)  # type: ignore[arg-type]
        writer = stack.enter_context(chosen.open_writer(out))
        bin_ = stack.enter_context(_rejects(rejected_path, outputs))
        for pair in kept:
            writer.write(pair)
    counts = _counts(source, asdict(account))
    _card(out, outputs, [source], counts, {"by": by, "level": level, "threshold": threshold})
    _told(source, counts, as_json, quiet)


def _told(source: _Source, counts: Mapping[str, Any], as_json: bool, quiet: bool) -> None:
    source.tell_skipped()
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
    elif not quiet:
        table([(name, f"{value:>12,}") for name, value in counts.items() if isinstance(value, int)])


@corpus.command("split")
def split_command(
    inputs: Annotated[list[Path], typer.Argument(metavar="IN", help="A bitext; with --check: TRAIN DEV TEST.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Where train, dev and test go.")
    ] = None,
    dev: Annotated[int, typer.Option("--dev", min=0, help="Pairs of dev, at least.")] = 1000,
    test: Annotated[int, typer.Option("--test", min=0, help="Pairs of test, at least.")] = 1000,
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
        source = _Source(inputs[0], from_format, bar)
        bin_ = stack.enter_context(_rejects(rejected_path, list(targets.values())))

        def dropped(part: str, one: Crossing) -> None:
            if bin_ is not None:
                reason = {"dropped_by": f"{part}: near-duplicate by {one.side}", "dropped_like": one.like.id}
                bin_.write(_with_reason(one.pair, {**reason, "dropped_score": one.likeness}))

        kept = split(source.pairs, dev=dev, test=test, seed=seed, threshold=threshold, account=account, dropped=dropped)
        writers = {part: stack.enter_context(chosen.open_writer(path)) for part, path in targets.items()}
        for part, pair in kept:
            writers[part].write(pair)
    counts = _counts(source, {name: dict(getattr(account, name)) for name in ("pairs", "documents", "guarded")})
    outputs = [path for target in targets.values() for path in _files(target, chosen.name)]
    _card(out / "corpus", outputs, [source], counts, {"dev": dev, "test": test, "seed": seed, "threshold": threshold})
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
        sources = [_Source(path, from_format, bar) for path in paths]
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
        source = _Source(source_path, from_format, bar)
        told = stats(source.pairs())
    source.tell_skipped()
    if as_json:
        typer.echo(json.dumps(_counts(source, told.as_data()), ensure_ascii=False))
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
        source = _Source(source_path, from_format, bar)
        chosen = _chosen(out, to_format)
        count = 0
        with chosen.open_writer(out) as writer:
            for pair in source.pairs():
                writer.write(pair)
                count += 1
    counts = _counts(source, {"pairs": count})
    _card(out, _files(out, chosen.name), [source], counts, {"format": chosen.name})
    _told(source, counts, as_json, quiet)
