"""`xlate align`: the sentences that articles share."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlate.cli.app import app
from xlate.cli.console import err, table
from xlate.cli.options import Json, Quiet

if TYPE_CHECKING:
    from xlate.share import Sharing

_ROWS = 20  # lines of the terminal table; the files hold everything


@app.command()
def align(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files and folders to read; - is standard input.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the clusters go, as JSON Lines.")],
    matrix: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the matrix article × article goes; by default FILE.matrix.tsv."),
    ] = None,
    semantic: Annotated[
        str, typer.Option(help="Find paraphrases by sentence embeddings: auto (where installed), on or off.")
    ] = "auto",
    near: Annotated[
        float, typer.Option(help="Least share of letters that near-duplicates have in common, 0 to 1.")
    ] = 0.7,
    paraphrase: Annotated[float, typer.Option(help="Least score of a paraphrase, 0 to 1.")] = 0.5,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find the sentences that articles share: republished, edited, contained, quoted or said in other words.

    Writes one object a cluster with its members and evidence to FILE, and the matrix of the articles beside it.
    """
    from xlate.read import ReadReport, iter_articles
    from xlate.segment import segment
    from xlate.share import ShareSettings, write_clusters, write_matrix
    from xlate.share import align as find

    settings = ShareSettings(near=near, paraphrase=paraphrase, semantic=semantic)  # type: ignore[arg-type]
    report = ReadReport()
    articles = list(iter_articles(inputs, report))
    sharing = find(articles, [s for article in articles for s in segment(article)], settings=settings)
    places = {"clusters": out, "matrix": matrix or out.with_name(f"{out.stem}.matrix.tsv")}
    write_clusters(sharing, places["clusters"])
    write_matrix(sharing, places["matrix"])
    if as_json:
        typer.echo(json.dumps(_summary(sharing, places), ensure_ascii=False, indent=2))
    elif not quiet:
        _show(sharing, places)
    for problem in report.problems:
        err(f"{problem.path}: {problem.message}")
    if report.problems:
        raise typer.Exit(2)


def _summary(sharing: Sharing, places: dict[str, Path]) -> dict[str, Any]:
    """The result in numbers and names, for a machine."""
    return {
        "articles": sharing.articles,
        "segments": sharing.segments,
        "too_short": sharing.too_short,
        "clusters": dict(Counter(c.tier for c in sharing.clusters if not c.evidence["within_article"])),
        "repeats_within_an_article": sum(bool(c.evidence["within_article"]) for c in sharing.clusters),
        "alerts": dict(sorted(_alerts(sharing).items())),
        "boilerplate": [
            {"text": b.text, "site": b.site, "articles": b.articles, "of": b.of} for b in sharing.boilerplate
        ],
        "near_identical": [list(names) for names in sharing.near_identical],
        "unique": {name: len(ids) for name, ids in sharing.unique.items()},
        "semantic": sharing.semantic,
        "files": {name: str(path) for name, path in places.items()},
    }


def _alerts(sharing: Sharing) -> Counter[str]:
    return Counter(alert["kind"] for c in sharing.clusters for alert in c.evidence.get("alerts", ()))


def _show(sharing: Sharing, places: dict[str, Path]) -> None:
    """The readable table: counts, then the pairs of articles that share most."""
    found = _summary(sharing, places)
    rows = [
        ("articles", str(sharing.articles)),
        ("segments", f"{sharing.segments} compared, {sharing.too_short} too short"),
        ("clusters", ", ".join(f"{tier} {count}" for tier, count in found["clusters"].items()) or "none"),
        ("repeats", f"{found['repeats_within_an_article']} inside one article"),
        ("alerts", ", ".join(f"{kind} {count}" for kind, count in found["alerts"].items()) or "none"),
        ("boilerplate", f"{len(sharing.boilerplate)} texts set aside"),
        ("only in one", f"{sum(found['unique'].values())} segments"),
        ("paraphrases", sharing.semantic),
    ]
    rows += [("near-identical", ", ".join(names)) for names in sharing.near_identical]
    rows += [(name, str(path)) for name, path in places.items()]
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
        typer.echo(f"and {len(cells) - _ROWS} more pairs in {places['matrix']}")
