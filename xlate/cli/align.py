"""`xlate align`: the sentences that articles share."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlate.cli.app import app
from xlate.cli.console import err, not_read, table
from xlate.cli.options import Json, Quiet
from xlate.cli.places import keep_inputs
from xlate.errors import UsageError

if TYPE_CHECKING:
    from xlate.read import ReadReport
    from xlate.share import Sharing

_ROWS = 20  # lines of the terminal table; the files hold everything
_GRAVE = ("number", "negation")  # alerts that are shown one by one, up to _ALERTS of them, each side _WIDEST letters
_ALERTS = 3
_WIDEST = 30
# how each of our files begins
_OURS = {
    "clusters": re.compile(rb'\{"id":"[^"]*","tier":'),
    "matrix": re.compile(rb"article_a\t"),
    "articles": re.compile(rb"article\tpublished\t"),
    "unique": re.compile(rb"article\tsegment\t"),
}


@app.command()
def align(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files and folders to read; - is standard input.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the clusters go, as JSON Lines.")],
    matrix: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the matrix article × article goes; by default beside FILE: shared.matrix.tsv for shared.jsonl.",
        ),
    ] = None,
    semantic: Annotated[
        str, typer.Option(help="Find paraphrases by sentence embeddings: auto (where installed), on or off.")
    ] = "auto",
    near: Annotated[
        float, typer.Option(help="Least share of letters that near-duplicates have in common, above 0 and at most 1.")
    ] = 0.7,
    paraphrase: Annotated[float, typer.Option(help="Least score of a paraphrase, above 0 and at most 1.")] = 0.5,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find the sentences that articles share: republished, edited, contained, quoted or said in other words.

    Writes one object a cluster with its members and evidence to FILE and, for FILE shared.jsonl, beside it
    shared.matrix.tsv (how much each two articles share), shared.articles.tsv (for each article its date, how many
    segments it shares, how many it alone has, what it is near-identical to) and shared.unique.tsv (the segments that
    only one article has).
    """
    from xlate.read import ReadReport, iter_articles
    from xlate.segment import segment
    from xlate.share import ShareSettings, write_articles, write_clusters, write_matrix, write_unique
    from xlate.share import align as find

    settings = ShareSettings(near=near, paraphrase=paraphrase, semantic=semantic)  # type: ignore[arg-type]
    places = _places(out, matrix, inputs)
    report = ReadReport()
    articles = list(iter_articles(inputs, report, exclude=list(places.values())))
    segments = [s for article in articles for s in segment(article)]
    sharing = find(articles, segments, settings=settings)
    write_clusters(sharing, places["clusters"])
    write_matrix(sharing, places["matrix"])
    write_articles(sharing, places["articles"])
    write_unique(sharing, segments, places["unique"])
    done = Done(sharing, sum(s.role == "boilerplate" for s in segments), report, places)
    if as_json:
        typer.echo(json.dumps(_summary(done), ensure_ascii=False, indent=2))
    elif not quiet:
        _show(done)
    for problem in report.problems:
        err(f"{problem.path}: {problem.message}")
    if report.problems:
        raise typer.Exit(2)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of the command: `boilerplate` counts the segments of that role, `places` names the files by content."""

    sharing: Sharing
    boilerplate: int
    report: ReadReport
    places: Mapping[str, Path]


def _places(out: Path, matrix: Path | None, inputs: Sequence[str]) -> dict[str, Path]:
    """Where each file goes. Raises UsageError, before the work, where that is no file, one file for two contents, or a
    file that is read."""
    if out.is_dir():
        raise UsageError(f"{out}: is a folder; give the name of a file")
    beside = {content: out.with_name(f"{out.stem}.{content}.tsv") for content in ("matrix", "articles", "unique")}
    places = {"clusters": out} | beside | ({"matrix": matrix} if matrix else {})
    taken: dict[str, str] = {}
    for content, path in places.items():
        real = os.path.realpath(path)
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; give the name of a file")
        if real in taken:
            raise UsageError(f"{path}: {taken[real]} and {content} cannot go to one file; give another name")
        keep_inputs(path, inputs, _OURS[content])
        taken[real] = content
    return places


def _summary(done: Done) -> dict[str, Any]:
    """The result in numbers and names, for a machine."""
    sharing = done.sharing
    inputs = asdict(done.report)
    problems = inputs.pop("problems")
    return {
        "articles": sharing.articles,
        "segments": sharing.segments,
        "too_short": sharing.too_short,
        "boilerplate_segments": done.boilerplate,
        "clusters": dict(Counter(c.tier for c in sharing.clusters if not c.evidence["within_article"])),
        "repeats_within_an_article": sum(bool(c.evidence["within_article"]) for c in sharing.clusters),
        "alerts": dict(sorted(_alerts(sharing).items())),
        "boilerplate": [
            {"text": b.text, "site": b.site, "articles": b.articles, "of": b.of} for b in sharing.boilerplate
        ],
        "near_identical": [list(names) for names in sharing.near_identical],
        "unique": {name: len(ids) for name, ids in sharing.unique.items()},
        "semantic": sharing.semantic,
        "files": {name: str(path) for name, path in done.places.items()},
        "inputs": inputs,
        "problems": problems,
    }


def _alerts(sharing: Sharing) -> Counter[str]:
    return Counter(alert["kind"] for c in sharing.clusters for alert in c.evidence.get("alerts", ()))


def _gravest(sharing: Sharing) -> Iterator[str]:
    """The first numbers and negations that differ: what each side alone has, and which articles they are."""
    alerts = [
        (alert, {m.segment: m.article for m in cluster.members})
        for cluster in sharing.clusters
        for alert in cluster.evidence.get("alerts", ())
        if alert["kind"] in _GRAVE
    ]
    for alert, article in sorted(alerts, key=lambda found: _GRAVE.index(found[0]["kind"]))[:_ALERTS]:
        a, b = (_short(" ".join(alert[side])) or "–" for side in "ab")
        first, second = (article[segment] for segment in alert["pair"])
        yield f"{alert['kind']}: {a} in {first}, {b} in {second}"


def _short(words: str) -> str:
    return words if len(words) <= _WIDEST else f"{words[: _WIDEST - 1]}…"


def _show(done: Done) -> None:
    """The readable table: counts, then the pairs of articles that share most."""
    sharing, found = done.sharing, _summary(done)
    rows = [
        ("articles", str(sharing.articles)),
        ("segments", f"{sharing.segments} compared, {sharing.too_short} too short, {done.boilerplate} boilerplate"),
        ("clusters", ", ".join(f"{tier} {count}" for tier, count in found["clusters"].items()) or "none"),
        ("repeats", f"{found['repeats_within_an_article']} inside one article"),
        ("alerts", ", ".join(f"{kind} {count}" for kind, count in found["alerts"].items()) or "none"),
        *(("", line) for line in _gravest(sharing)),
        ("boilerplate", f"{len(sharing.boilerplate)} texts set aside for their frequency"),
        ("only in one", f"{sum(found['unique'].values())} segments"),
        ("paraphrases", sharing.semantic),
    ]
    rows += [("near-identical", ", ".join(names)) for names in sharing.near_identical]
    if skipped := not_read(found["inputs"], found["problems"]):
        rows.append(("not read", skipped))
    rows += [("" if n else "written", str(path)) for n, path in enumerate(done.places.values())]
    table(rows)
    cells = sorted(sharing.matrix, key=lambda c: (-max(c.share_a, c.share_b), c.a, c.b))
    if not cells:
        return
    typer.echo("")
    lines = [("article", "article", "shared", "of first", "of second", "published first")]
    lines += [
        (c.a, c.b, str(sum(c.tiers.values())), f"{c.share_a:.0%}", f"{c.share_b:.0%}", c.first or "?")
        for c in cells[:_ROWS]
    ]
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if len(cells) > _ROWS:
        typer.echo(f"and {len(cells) - _ROWS} more pairs in {done.places['matrix']}")
