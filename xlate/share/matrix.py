"""The matrix article × article: how much two articles share, who was first, which are near-identical."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

from xlate.data import Segment, Tier
from xlate.share.clusters import group
from xlate.share.dates import first_of
from xlate.share.values import ArticlePair

if TYPE_CHECKING:
    from xlate.share.find import Class, Edges

_IDENTICAL = 0.9  # share of the letters of both articles in verbatim, near-duplicate or contained segments
_LIKE_SIZE = (
    0.75  # share of the letters of the larger that the smaller must have: a short notice is no copy of a report
)
_COPIED: frozenset[Tier] = frozenset(("verbatim", "near-duplicate", "contained"))


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of segments of different articles: per article pair the tiers counted, the segments of each side that
    share anything, and those that share words; `shared` holds the ids of all segments in any pair."""

    tiers: dict[tuple[str, str], Counter[Tier]]
    sides: dict[tuple[str, str], tuple[set[str], set[str]]]
    copied: dict[tuple[str, str], tuple[set[str], set[str]]]
    shared: set[str]


def links(classes: Sequence[Class], edges: Mapping[Tier, Edges]) -> Links:
    """Spread the edges between classes over the articles of their members."""
    found = Links(defaultdict(Counter), defaultdict(lambda: (set(), set())), defaultdict(lambda: (set(), set())), set())
    for tier, a, b in _pairs(classes, edges):
        if a.article == b.article:
            continue
        first, second = sorted((a, b), key=lambda s: s.article)
        cell = (first.article, second.article)
        found.tiers[cell][tier] += 1
        found.shared.update((a.id, b.id))
        for sides in (found.sides[cell], found.copied[cell]) if tier in _COPIED else (found.sides[cell],):
            sides[0].add(first.id)
            sides[1].add(second.id)
    return found


def _pairs(classes: Sequence[Class], edges: Mapping[Tier, Edges]) -> Iterator[tuple[Tier, Segment, Segment]]:
    for item in classes:
        for a, b in combinations(item.segments, 2):
            yield "verbatim", a, b
    for tier, found in edges.items():
        for i, j in found:
            for a, b in product(classes[i].segments, classes[j].segments):
                yield tier, a, b


def cells(
    found: Links, held: Mapping[str, Sequence[Segment]], sizes: Mapping[str, int], published: Mapping[str, str]
) -> tuple[ArticlePair, ...]:
    """The cells that hold something, in order of their articles. `sizes` gives the letters of every segment by id."""
    totals = {name: sum(sizes[s.id] for s in own) for name, own in held.items()}

    def share(ids: set[str], name: str) -> float:
        return round(sum(sizes[i] for i in ids) / totals[name], 4)

    result = []
    for a, b in sorted(found.tiers):
        sides, copied = found.sides[a, b], found.copied[a, b]
        first = first_of(published.get(a), published.get(b))
        result.append(
            ArticlePair(
                a,
                b,
                len(sides[0]),
                len(sides[1]),
                len(held[a]),
                len(held[b]),
                share(sides[0], a),
                share(sides[1], b),
                dict(sorted(found.tiers[a, b].items())),
                {-1: a, 1: b, 0: None}[first],
                min(totals[a], totals[b]) >= _LIKE_SIZE * max(totals[a], totals[b])
                and min(share(copied[0], a), share(copied[1], b)) >= _IDENTICAL,
            )
        )
    return tuple(result)


def near_identical(pairs: Sequence[ArticlePair]) -> tuple[tuple[str, ...], ...]:
    """Groups of articles in which each two are near-identical."""
    names = sorted({name for p in pairs if p.near_identical for name in (p.a, p.b)})
    number = {name: n for n, name in enumerate(names)}
    alike = {(number[p.a], number[p.b]): min(p.share_a, p.share_b) for p in pairs if p.near_identical}
    return tuple(tuple(names[n] for n in members) for members in group(alike, "near-duplicate", largest=len(names)))
