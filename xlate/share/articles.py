"""What each article shares and what it alone has, as tables: one line an article, one line a segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from xlate.data import Segment
from xlate.files import replacing
from xlate.lines import escape
from xlate.share.values import Sharing

ARTICLE_COLUMNS = ("article", "published", "shared", "unique", "near_identical")
UNIQUE_COLUMNS = ("article", "segment", "start", "end", "text")


def write_articles(sharing: Sharing, path: Path) -> None:
    """Write a table of the articles in order of their ids, with a header line.

    `published` is the date that was used (empty where none is known), `shared` and `unique` count the segments that
    other articles share and that no other shares, `near_identical` names, with spaces between, the articles that are
    near-identical to this one. Raises OutputError.
    """
    shared: defaultdict[str, set[str]] = defaultdict(set)
    for cluster in sharing.clusters:
        if not cluster.evidence["within_article"]:
            for member in cluster.members:
                shared[member.article].add(member.segment)
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for names in sharing.near_identical:
        for name in names:
            alike[name].update(names)
    rows = (
        (name, sharing.published.get(name, ""), str(len(shared[name])), str(len(unique)),
         " ".join(sorted(alike[name] - {name})))
        for name, unique in sharing.unique.items()
    )  # fmt: skip
    write_table(path, ARTICLE_COLUMNS, rows)


def write_unique(sharing: Sharing, segments: Iterable[Segment], path: Path) -> None:
    """Write a table of the segments that no other article shares, in order, with a header line.

    `segments` are those that were aligned, `start` and `end` half-open offsets into the article (code points); a tab or
    line end in `text` is an escape of `xlate.lines`, as in the bitexts. Raises OutputError.
    """
    by_id = {s.id: s for s in segments}
    unique = (by_id[one] for ids in sharing.unique.values() for one in ids)
    write_table(path, UNIQUE_COLUMNS, ((s.article, s.id, str(s.start), str(s.end), s.text) for s in unique))


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a header line and one line a row, the cells escaped as `xlate.lines` says. Raises OutputError."""
    with replacing(path) as handle:
        for cells in chain([columns], rows):
            handle.write("\t".join(map(escape, cells)) + "\n")
