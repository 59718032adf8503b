"""`xlate bitext`: Arabic documents and English ones in, a sentence-aligned bitext out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlate.cli.app import app
from xlate.cli.console import Bar, err
from xlate.cli.options import DEFAULT_MODEL, Json, MemoryPath, Model, Quiet, memory_path, takes_settings
from xlate.errors import UsageError
from xlate.settings import Settings

if TYPE_CHECKING:
    from xlate.data import Article, Segment


@app.command()
@takes_settings
def bitext(
    settings: Settings,
    arabic: Annotated[str, typer.Argument(metavar="AR", help="Arabic file or folder.")],
    english: Annotated[str, typer.Argument(metavar="EN", help="English file or folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the bitext goes.")],
    format_name: Annotated[
        str | None, typer.Option("--format", "-f", help="jsonl, tsv, tmx, xlf or moses; by default from FILE's suffix.")
    ] = None,
    pair_by: Annotated[
        str, typer.Option("--pair-by", help="What pairs documents: names first, then content (auto), name or content.")
    ] = "auto",
    min_score: Annotated[
        float, typer.Option("--min-score", min=0, max=1, help="Leave out beads that fit less well than this.")
    ] = 0.0,
    semantic: Annotated[
        str, typer.Option("--semantic", help="Sentence embeddings: auto (where installed), on or off.")
    ] = "auto",
    translation: Annotated[
        bool, typer.Option("--translation/--no-translation", help="Translate the Arabic and compare that too.")
    ] = True,
    licence: Annotated[str | None, typer.Option("--licence", help="Licence of the texts, for the card.")] = None,
    include_boilerplate: Annotated[
        bool, typer.Option("--include-boilerplate", help="Align menus, notices and forms too.")
    ] = False,
    model: Model = DEFAULT_MODEL,
    memory: MemoryPath = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Pair Arabic and English documents and align their sentences many-to-many.

    One file against one file, each with one document, are a pair because you say so.
    The corpus's card (corpus.tmx: corpus.json) tells what made it, with counts.
    """
    from xlate.corpus.card import Step, described, write_card
    from xlate.formats import by_name, by_suffix

    if pair_by not in ("auto", "name", "content"):
        raise UsageError(f"--pair-by {pair_by}: choose from auto, name, content")
    chosen = by_name(format_name) if format_name else by_suffix(out)
    encode = _encoder(semantic)
    sides, problems = _read(arabic, english, include_boilerplate)
    if pair_by == "auto" and all(Path(place).is_file() for place in (arabic, english)):
        pair_by = "hand" if all(len(side) == 1 for side in sides) else "auto"
    inputs = [described(Path(place)) for place in (arabic, english)]  # before FILE may come to lie among them
    with Bar(quiet) as bar, Translator(model, settings, memory_path(memory), translation, bar) as translate:
        told = _align(sides, translate, encode, pair_by, min_score, chosen, out, bar)
    for name, count in (("problems", len(problems)),):
        told["counts"][name] = count
    outputs = [described(path) for path in chosen.files(out)]
    step = Step(
        _command(),
        inputs,
        outputs,
        told["counts"],
        {"model": model if translation else None, "semantic": encode is not None, "min_score": min_score},
    )
    write_card(out, step, sources=[{"name": Path(arabic).name, "licence": licence}] if licence else [])
    for message in problems:
        err(message)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif not quiet:
        _tell(told, encode is not None)
    if problems:
        raise typer.Exit(2)


def _encoder(semantic: str) -> Any:
    from xlate import embed

    if semantic not in ("auto", "on", "off"):
        raise UsageError(f"--semantic {semantic}: choose from auto, on, off")
    if semantic == "on" and not embed.available():
        raise UsageError(embed.CURE)
    return embed.encode if semantic != "off" and embed.available() else None


class Translator:
    """Our own translation of sentences, through the memory; a context manager that gives the function, or None."""

    def __init__(self, model: str, settings: Settings, memory: Path | None, wanted: bool, bar: Bar) -> None:
        self._model, self._settings, self._memory, self._wanted, self._bar = model, settings, memory, wanted, bar
        self._open: Any = None

    def __enter__(self) -> Callable[[Sequence[str]], list[str]] | None:
        if not self._wanted:
            return None
        from xlate.manifest import resolve
        from xlate.memory import Memory
        from xlate.model import Engine
        from xlate.translate import memory_key, translate_lines

        engine = Engine(resolve(self._model), self._settings)
        self._open = Memory(self._memory, memory_key(engine))
        remembered = self._open.__enter__()
        done: dict[str, str] = {}

        def translate(texts: Sequence[str]) -> list[str]:
            missing = [text for text in dict.fromkeys(texts) if text not in done]
            lines = translate_lines((" ".join(text.split()) for text in missing), engine, remembered)
            for number, (text, (line, _)) in enumerate(zip(missing, lines, strict=True), 1):
                done[text] = line
                self._bar("translate", number, len(missing))
            return [done[text] for text in texts]

        return translate

    def __exit__(self, *problem: Any) -> None:
        if self._open is not None:
            self._open.__exit__(*problem)


Side = list[tuple["Article", list["Segment"]]]


def _read(arabic: str, english: str, include_boilerplate: bool) -> tuple[tuple[Side, Side], list[str]]:
    """Both sides' articles with their segments, and what could not be read."""
    from dataclasses import replace

    from xlate.read import ReadReport, iter_articles
    from xlate.segment import segment

    sides: list[Side] = []
    problems = []
    for place, language in ((arabic, "ar"), (english, "en")):
        report = ReadReport()
        side: Side = []
        for article in iter_articles([place], report):
            article = replace(article, language=language)
            parts = segment(article)
            side.append((article, [s for s in parts if include_boilerplate or s.role != "boilerplate"]))
        problems += [f"{problem.path}: {problem.message}" for problem in report.problems]
        sides.append(side)
    return (sides[0], sides[1]), problems


def _align(
    sides: tuple[Side, Side],
    translate: Callable[[Sequence[str]], list[str]] | None,
    encode: Any,
    pair_by: str,
    min_score: float,
    chosen: Any,
    out: Path,
    bar: Bar,
) -> dict[str, Any]:
    from collections import Counter

    from xlate.bitext import DocumentPair, align, pair_documents

    names = [[article.id for article, _ in side] for side in sides]
    texts = [[[s.text for s in segments] for _, segments in side] for side in sides]
    if pair_by == "hand":
        pairs = [DocumentPair(0, 0, "hand")]
    else:
        pairs = pair_documents(
            texts[0],
            texts[1],
            names=None if pair_by == "content" else (names[0], names[1]),
            translate=translate if pair_by != "name" else None,
            encode=encode if pair_by != "name" else None,
        )
    kinds: Counter[str] = Counter()
    crossing = written = 0
    with chosen.open_writer(out) as writer:
        for number, pair in enumerate(pairs, 1):
            beads = align(
                texts[0][pair.source], texts[1][pair.target], translate=translate, encode=encode, min_score=min_score
            )
            for bead in beads:
                kinds[f"{len(bead.source)}-{len(bead.target)}"] += 1
                crossing += bead.crossing
                if bead.source and bead.target:
                    writer.write(_pair(bead, sides[0][pair.source], sides[1][pair.target]))
                    written += 1
            bar("align", number, len(pairs))
    used = {pair.source for pair in pairs}, {pair.target for pair in pairs}
    unpaired = [[name for n, name in enumerate(names[k]) if n not in used[k]] for k in (0, 1)]
    return {
        "documents": [
            {"ar": names[0][p.source], "en": names[1][p.target], "by": p.by, "score": p.score} for p in pairs
        ],
        "unpaired": {"ar": unpaired[0], "en": unpaired[1]},
        "counts": {
            "documents": [len(sides[0]), len(sides[1])],
            "paired": len(pairs),
            "paired_by": dict(sorted(Counter(p.by for p in pairs).items())),
            "unpaired": [len(unpaired[0]), len(unpaired[1])],
            "beads": dict(sorted(kinds.items())),
            "crossing": crossing,
            "pairs": written,
        },
    }


def _pair(bead: Any, ours: tuple[Article, list[Segment]], theirs: tuple[Article, list[Segment]]) -> Any:
    """A bead as a pair that can be traced to files and characters on both sides."""
    from xlate.data import SegmentPair

    source = [ours[1][n] for n in bead.source]
    target = [theirs[1][n] for n in bead.target]
    first = source[0]
    return SegmentPair(
        first.id,
        " ".join(s.text for s in source),
        " ".join(s.text for s in target),
        bead.score,
        {
            "article": first.article,
            "index": first.index,
            "paragraph": first.paragraph,
            "start": first.start,
            "end": source[-1].end,
            "role": first.role,
            "origin": "crossing" if bead.crossing else "aligned",
            "target_article": target[0].article,
            "target_start": target[0].start,
            "target_end": target[-1].end,
            "bead": f"{len(source)}-{len(target)}",
        },
    )


def _command() -> list[str]:
    import sys

    return ["xlate", *sys.argv[1:]]


def _tell(told: dict[str, Any], semantic: bool) -> None:
    from xlate.cli.console import table

    counts = told["counts"]
    by = ", ".join(f"{count} by {how}" for how, count in counts["paired_by"].items()) or "none"
    kinds = ", ".join(f"{kind} ×{count}" for kind, count in counts["beads"].items())
    table(
        [
            ("documents", f"{counts['documents'][0]} Arabic, {counts['documents'][1]} English"),
            ("paired", by),
            ("pairs", f"{counts['pairs']}, of them {counts['crossing']} out of order"),
            ("beads", kinds or "none"),
            ("embeddings", "used" if semantic else "not used (pip install 'xlate[semantic]' aligns better)"),
        ]
    )
    for side, language in (("ar", "Arabic"), ("en", "English")):
        for name in told["unpaired"][side]:
            err(f"{name}: no {'English' if side == 'ar' else 'Arabic'} counterpart found for this {language} document")
