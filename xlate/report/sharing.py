"""Which articles share what: clusters with their versions, margin notes, the matrix."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xlate.data import Cluster, Translation
from xlate.report.shown import Also, Article, Matrix, SharedSentence
from xlate.report.versions import alerts, versions
from xlate.report.words import ALERTS, TIERS

MATRIX_LARGEST = 30
"""Rows of the matrix of sharing; more do not fit a screen."""

NAMES = 3
"""Articles that a margin note names."""


def shared_sentence(cluster: Cluster, by_id: Mapping[str, Translation], order: Mapping[str, int]) -> SharedSentence:
    """A cluster as the page shows it; `order` gives each article's place in time."""
    first = cluster.evidence.get("first")
    if isinstance(first, dict) and first.get("article") in order:
        order = {**order, first["article"]: -1}
    label, meaning = TIERS.get(cluster.tier, (cluster.tier, ""))
    articles = len({m.article for m in cluster.members})
    return SharedSentence(
        id=cluster.id,
        anchor=f"room-shared-{cluster.id}",
        tier=cluster.tier,
        label=label,
        meaning=meaning,
        score=cluster.score,
        within=articles < 2,
        articles=articles,
        versions=tuple(versions(cluster, by_id, order)),
        alerts=tuple(alerts(cluster)),
    )


def gravity(shared: SharedSentence) -> tuple[Any, ...]:
    """Changed numbers first, then negations, then names; then by tier and by how many articles have it."""
    kinds = [list(ALERTS).index(alert.kind) for alert in shared.alerts]
    tiers = list(TIERS)
    tier = tiers.index(shared.tier) if shared.tier in tiers else len(tiers)
    return (min(kinds, default=len(ALERTS)), tier, -shared.articles, shared.id)


class Links:
    """Which clusters a segment is in, and which articles each shares it with."""

    def __init__(self, clusters: Iterable[SharedSentence], names: Mapping[str, str]) -> None:
        self._of: defaultdict[str, list[SharedSentence]] = defaultdict(list)
        self._articles: dict[str, tuple[str, ...]] = {}
        self._names = names
        for cluster in clusters:
            members = [m for v in cluster.versions for m in v.members]
            self._articles[cluster.id] = tuple(dict.fromkeys(m.article for m in members))
            for segment in dict.fromkeys(m.segment for m in members):
                self._of[segment].append(cluster)

    def others(self, segment: str, article: str) -> set[str]:
        """The other articles that share `segment`."""
        return {other for cluster in self._of.get(segment, ()) for other in self._articles[cluster.id]} - {article}

    def also(self, segment: str, article: str) -> Iterator[Also]:
        """The margin notes of a segment, the gravest first."""
        for cluster in self._of.get(segment, ()):
            others = [other for other in self._articles[cluster.id] if other != article]
            kinds = dict.fromkeys(a.kind for a in cluster.alerts if article in (a.article_a, a.article_b))
            yield Also(
                cluster=cluster.anchor,
                label=cluster.label,
                names=tuple(self._names.get(other, other) for other in others[:NAMES]),
                more=max(0, len(others) - NAMES),
                alerts=tuple(ALERTS[kind] for kind in kinds),
            )


def matrix(articles: Sequence[Article], links: Links, article_of: Mapping[str, str]) -> Matrix | None:
    """The matrix of the articles that share something, or of their sources; None where nothing fits."""
    sharing = [a for a in articles if a.shared]
    if len(sharing) <= MATRIX_LARGEST:
        group = {a.id: a.id for a in sharing}
        names, anchors, of = {a.id: a.name for a in sharing}, {a.id: a.anchor for a in sharing}, "articles"
    else:
        group = {a.id: a.about.source or "" for a in sharing}
        names = {source: source or "unknown source" for source in group.values()}
        anchors, of = {}, "sources"
    if not 2 <= len(names) <= MATRIX_LARGEST:
        return None
    cells: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for segment, article in article_of.items():
        if article in group:
            totals[group[article]] += 1
            others = {group[other] for other in links.others(segment, article) if other in group}
            cells.update((group[article], other) for other in others - {group[article]})
    keys = list(names)
    rows = tuple(
        tuple(None if a == b else (cells[a, b], math.ceil(9 * cells[a, b] / totals[a])) for b in keys) for a in keys
    )
    return Matrix(of, tuple(names.values()), tuple(anchors.get(key) for key in keys), rows)
