"""Clusters with what proves them: for each pair its score, its fragment with offsets, and its difference.

Keys of `Cluster.evidence`, plain JSON data:

- `within_article`: true where all members stand in one article (a repeat, not sharing);
- `articles`: how many articles hold a member; `first`: the article published first and its date, where dates tell;
- `identical` (verbatim): whether the members are equal as written, and not only after folding; `representative`: the
  member written with most words;
- `same`: lists of members that are verbatim among themselves (other tiers; lists of one are left out);
- `pairs`: objects `a`, `b` (segment ids, the first of such a list for all of it; `a` from the earlier article where dates
  tell), `tier`, `score`, and where the tier has them `fragment` (`a_start`, `a_end`, `a_text`, `b_start`, …: half-open
  offsets in code points of the segment's own text) and `difference` (`xlate.share.difference`, offsets likewise);
- `holder` (contained): the segment that holds the other;
- `alerts`: the numbers, negations and names that differ, over all pairs, numbers first, each with its `pair`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from xlate.data import Cluster, Member, Segment, Tier
from xlate.share.clusters import cluster_id, group
from xlate.share.compare import Match
from xlate.share.dates import first_of
from xlate.share.difference import difference
from xlate.share.values import TIERS
from xlate.share.words import words

if TYPE_CHECKING:
    from xlate.share.find import Class, Edges

_ALERTS = ("number", "negation", "name")


def clusters(classes: Sequence[Class], edges: Mapping[Tier, Edges], published: Mapping[str, str]) -> Iterator[Cluster]:
    """All clusters: by tier, then by the first member's place."""
    pairs = _Pairs(published)
    for tier in TIERS:
        if tier == "verbatim":
            groups: list[tuple[int, ...]] = [(n,) for n, c in enumerate(classes) if len(c.segments) > 1]
        else:
            groups = group({pair: match.score for pair, match in edges[tier].items()}, tier)
        found = [_cluster(tier, [classes[n] for n in g], _matches(g, edges[tier]), published, pairs) for g in groups]
        yield from sorted(found, key=lambda c: ([(m.article, m.start) for m in c.members], c.id))


def _matches(numbers: Sequence[int], edges: Edges) -> list[tuple[int, int, Match]]:
    """The edges inside a group, with places in the group instead of class numbers."""
    found = []
    for (x, i), (y, j) in combinations(enumerate(numbers), 2):
        if (i, j) in edges:
            found.append((x, y, edges[i, j]))
    return found


def _cluster(
    tier: Tier,
    parts: Sequence[Class],
    matches: Sequence[tuple[int, int, Match]],
    published: Mapping[str, str],
    pairs: _Pairs,
) -> Cluster:
    segments = sorted((s for part in parts for s in part.segments), key=lambda s: (s.article, s.start, s.id))
    names = sorted({s.article for s in segments})
    data: dict[str, Any] = {"within_article": len(names) == 1, "articles": len(names)}
    first = _first(names, published)
    if first:
        data["first"] = {"article": first, "published": published[first]}
    if tier == "verbatim":
        data["identical"] = len({s.text for s in segments}) == 1
        data["representative"] = parts[0].segments[0].id
    else:
        _add_pairs(data, tier, parts, matches, pairs)
    return Cluster(
        id=cluster_id(tier, [(s.id, s.text) for s in segments]),
        tier=tier,
        score=min((m.score for _, _, m in matches), default=1.0),
        members=tuple(Member(s.article, s.id, s.start, s.end, s.text) for s in segments),
        evidence=data,
    )


def _add_pairs(
    data: dict[str, Any],
    tier: Tier,
    parts: Sequence[Class],
    matches: Sequence[tuple[int, int, Match]],
    pairs: _Pairs,
) -> None:
    """Add `same`, `pairs`, `holder` and `alerts`."""
    same = [[s.id for s in part.segments] for part in parts if len(part.segments) > 1]
    if same:
        data["same"] = same
    if tier == "contained":
        data["holder"] = max(parts, key=lambda c: (c.text.before[-1], c.key)).segments[0].id
    data["pairs"] = [pairs.get(tier, parts[x].segments[0], parts[y].segments[0], m) for x, y, m in matches]
    alerts = [
        {**alert, "pair": [pair["a"], pair["b"]]}
        for pair in data["pairs"]
        for alert in pair.get("difference", {}).get("alerts", ())
    ]
    if alerts:
        data["alerts"] = sorted(alerts, key=lambda alert: (_ALERTS.index(alert["kind"]), alert["pair"]))


class _Pairs:
    """Pairs as data, each made once: clusters of large families overlap."""

    def __init__(self, published: Mapping[str, str]) -> None:
        self._published = published
        self._made: dict[tuple[str, str, str], dict[str, Any]] = {}

    def get(self, tier: Tier, a: Segment, b: Segment, match: Match) -> dict[str, Any]:
        """The pair; the same object again for the same pair."""
        key = (tier, a.id, b.id)
        if key not in self._made:
            self._made[key] = _pair(tier, a, b, match, self._published)
        return self._made[key]


def _pair(tier: Tier, a: Segment, b: Segment, match: Match, published: Mapping[str, str]) -> dict[str, Any]:
    """One pair as data, the earlier article's segment first."""
    a0, a1, b0, b1 = match.fragment
    swap = first_of(published.get(a.article), published.get(b.article)) or (-1 if a.id <= b.id else 1)
    if swap > 0:
        a, b, a0, a1, b0, b1 = b, a, b0, b1, a0, a1
    data: dict[str, Any] = {"a": a.id, "b": b.id, "tier": tier, "score": match.score}
    if tier == "paraphrase":
        return data | dict(match.detail)
    if tier == "near-duplicate":
        return data | {"difference": difference(a.text, b.text).as_data()}
    range_a, range_b = _range(a.text, a0, a1), _range(b.text, b0, b1)
    data["fragment"] = {
        "a_start": range_a[0],
        "a_end": range_a[1],
        "a_text": a.text[slice(*range_a)],
        "b_start": range_b[0],
        "b_end": range_b[1],
        "b_text": b.text[slice(*range_b)],
    }
    changed = difference(a.text, b.text, range_a, range_b)
    return data | ({"difference": changed.as_data()} if changed.edits else {})


def _range(text: str, first: int, last: int) -> tuple[int, int]:
    """Code points that the words from `first` to before `last` take."""
    found = words(text)
    return (found[first].start, found[last - 1].end) if first < last else (0, 0)


def _first(names: Sequence[str], published: Mapping[str, str]) -> str | None:
    """The article that was published before all others; all need a date for that."""
    if len(names) < 2:
        return None
    for name in names:
        if all(first_of(published.get(name), published.get(other)) < 0 for other in names if other != name):
            return name
    return None
