"""The matrix article × article: how much two articles share, who was first, which are near-identical."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
    """What shares something, by class: for every class the places of its members and the classes it is paired with.

    `places` maps a class to its articles with the ids of its segments there; `beside` a class to the tiers and the
    classes it is paired with, itself as "verbatim"; `of` an article to its classes, in order; `shared` holds the ids
    of all segments that share something with another article.
    """

    places: Sequence[Mapping[str, tuple[str, ...]]]
    beside: Mapping[int, Sequence[tuple[Tier, int]]]
    of: Mapping[str, Sequence[int]]
    shared: set[str]


def links(classes: Sequence[Class], edges: Mapping[Tier, Edges]) -> Links:
    """The pairs between classes, and where their members stand; articles × articles are only spread in `cells`."""
    places: list[dict[str, tuple[str, ...]]] = []
    beside: dict[int, list[tuple[Tier, int]]] = defaultdict(list)
    for n, item in enumerate(classes):
        own: dict[str, list[str]] = defaultdict(list)
        for segment in item.segments:
            own[segment.article].append(segment.id)
        places.append({name: tuple(own[name]) for name in sorted(own)})
        if len(own) > 1:
            beside[n].append(("verbatim", n))
    for tier, found in edges.items():
        for i, j in found:
            if len(places[i].keys() | places[j].keys()) > 1:
                beside[i].append((tier, j))
                beside[j].append((tier, i))
    of: dict[str, list[int]] = defaultdict(list)
    shared: set[str] = set()
    for n, others in beside.items():
        names = {name for _, m in others for name in places[m]}
        for name, ids in places[n].items():
            of[name].append(n)
            if len(names) > 1 or name not in names:
                shared.update(ids)
    return Links(places, beside, of, shared)


_Sides = tuple[Tier, tuple[str, ...], tuple[str, ...]]  # a pair of classes in two articles: the ids on each side


def _across(found: Links, name: str) -> dict[str, list[_Sides]]:
    """What an article shares with each that comes after it in order."""
    others: dict[str, list[_Sides]] = defaultdict(list)
    for n in found.of.get(name, ()):
        ours = found.places[n][name]
        for tier, m in found.beside[n]:
            for other, theirs in found.places[m].items():
                if other > name:
                    others[other].append((tier, ours, theirs))
    return others


def cells(
    found: Links, held: Mapping[str, Sequence[Segment]], sizes: Mapping[str, int], published: Mapping[str, str]
) -> tuple[ArticlePair, ...]:
    """The cells that hold something, in order of their articles. `sizes` gives the letters of every segment by id.

    There can be as many cells as pairs of articles, so one row is spread at a time, and cells that count the same
    have one mapping `tiers` in common.
    """
    totals = {name: sum(sizes[s.id] for s in own) for name, own in held.items()}
    known: dict[tuple[tuple[Tier, int], ...], Mapping[Tier, int]] = {}
    numbers: dict[float, float] = {}

    def measured(sides: Sequence[tuple[str, ...]], name: str) -> tuple[int, float]:
        """How many segments, and their share of the article's letters."""
        ids: Collection[str] = sides[0] if len(sides) == 1 else set().union(*sides)
        share = round(sum([sizes[i] for i in ids]) / totals[name], 4)
        return len(ids), numbers.setdefault(share, share)

    def cell(a: str, b: str, rows: Sequence[_Sides]) -> ArticlePair:
        count_a, share_a = measured([ours for _, ours, _ in rows], a)
        count_b, share_b = measured([theirs for _, _, theirs in rows], b)
        tiers: Counter[Tier] = Counter()
        for tier, ours, theirs in rows:
            tiers[tier] += len(ours) * len(theirs)
        counted = tuple(sorted(tiers.items()))
        first = first_of(published[a], published[b]) if a in published and b in published else 0
        alike = False
        if min(share_a, share_b) >= _IDENTICAL and min(totals[a], totals[b]) >= _LIKE_SIZE * max(totals[a], totals[b]):
            copied = [row for row in rows if row[0] in _COPIED]
            alike = (
                bool(copied)
                and min(
                    measured([ours for _, ours, _ in copied], a)[1], measured([theirs for _, _, theirs in copied], b)[1]
                )
                >= _IDENTICAL
            )
        return ArticlePair(
            a,
            b,
            count_a,
            count_b,
            len(held[a]),
            len(held[b]),
            share_a,
            share_b,
            known.setdefault(counted, dict(counted)),
            {-1: a, 1: b, 0: None}[first],
            alike,
        )

    return tuple(cell(a, b, rows) for a in sorted(found.of) for b, rows in sorted(_across(found, a).items()))


def near_identical(pairs: Sequence[ArticlePair]) -> tuple[tuple[str, ...], ...]:
    """Groups of articles in which each two are near-identical."""
    names = sorted({name for p in pairs if p.near_identical for name in (p.a, p.b)})
    number = {name: n for n, name in enumerate(names)}
    alike = {(number[p.a], number[p.b]): min(p.share_a, p.share_b) for p in pairs if p.near_identical}
    return tuple(tuple(names[n] for n in members) for members in group(alike, "near-duplicate", largest=len(names)))
