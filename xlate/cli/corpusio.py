"""What the commands of `xlate corpus` share: their group and options, corpora read and written, cards, what is told."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlate.cli.app import app
from xlate.cli.console import Bar, err, table
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
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes for what looks at one pair at a time.")]
_EVERY = 1000  # pairs between two movements of the bar


class Source:
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
        self.described: list[dict[str, Any]] = []

    def pairs(self) -> Iterator[SegmentPair]:
        """All pairs, from the beginning, while the bar moves; the files are described before a result replaces them."""
        from xlate.corpus import described

        self.skipped.clear()
        stream = self._format.read(self.path, skipped=self.skipped) if self._format else self._read_zip(self.path)
        for number, pair in enumerate(stream, 1):
            if number % _EVERY == 0:
                self._bar("pairs", number, 0)
            yield pair
        self.described = self.described or [described(path) for path in self.files()]

    def files(self) -> list[Path]:
        """The files the corpus is made of."""
        return self._format.files(self.path) if self._format else [self.path]

    def tell_skipped(self) -> None:
        """One line for each reason why units of the file are not among the pairs."""
        for reason, count in sorted(self.skipped.items()):
            err(f"{self.path}: {count:,} skipped: {reason}")


def chosen_format(path: Path, format_name: str | None) -> Any:
    """The format that is named, or else that of the suffix."""
    from xlate.formats import by_name, by_suffix

    return by_name(format_name) if format_name else by_suffix(path)


@contextmanager
def rejects(path: Path | None, outputs: Sequence[Path]) -> Iterator[Callable[[SegmentPair, Mapping[str, Any]], None]]:
    """What writes a dropped pair with the reason in its provenance; without a path, what does nothing."""
    from dataclasses import replace

    if path is None:
        yield lambda pair, reason: None
        return
    chosen = chosen_format(path, None)
    if chosen.name == "moses":
        raise UsageError(f"{path}: Moses has no place for the reason; give a .jsonl, .tsv, .tmx or .xlf file")
    if path in outputs:
        raise UsageError(f"{path}: --rejected and --out are the same file")
    with chosen.open_writer(path) as writer:
        yield lambda pair, reason: writer.write(replace(pair, provenance={**pair.provenance, **reason}))


def card(out: Path, outputs: Sequence[Path], sources: Sequence[Source], counts: Mapping[str, Any],
          settings: Mapping[str, Any]) -> None:  # fmt: skip
    """Write the card of what this command made, after the steps of its sources' cards."""
    from xlate.corpus import Step, card_path, described, write_card

    step = Step(
        ["xlate", *sys.argv[1:]],
        [one for source in sources for one in source.described],
        [described(path) for path in outputs],
        counts,
        settings,
    )
    if write_card(out, step, [source.card for source in sources]) is None:
        err(f"{card_path(out)}: is no card of a corpus; left alone, and no card was written")


def counted(source: Source, more: Mapping[str, Any]) -> dict[str, Any]:
    """Counts for the card and `--json`: `more`, and what reading left out."""
    return {**more, **({"skipped": dict(sorted(source.skipped.items()))} if source.skipped else {})}


def tell(source: Source, counts: Mapping[str, Any], as_json: bool, quiet: bool) -> None:
    """What was skipped, then the counts: as JSON, or the whole numbers among them as a table."""
    source.tell_skipped()
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
    elif not quiet:
        table([(name, f"{value:>12,}") for name, value in counts.items() if isinstance(value, int)])
