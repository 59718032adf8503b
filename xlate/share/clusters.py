"""From pairs to clusters in which every two members were found alike: nothing is joined by a chain.

Verbatim is an equivalence, so its classes are the units. An edge between two classes joins them in a cluster of the
edge's tier. Near-duplicate, quotation and paraphrase clusters grow by complete linkage, strongest edge first: two
clusters merge only where every pair across them is an edge of that tier, and not beyond a size that bounds the pairs
one cluster's evidence lists. Edges that this leaves out are gathered, again only where all members are alike, in
clusters that overlap the first, as long as one takes the place of ten pairs; the rest are clusters of two classes, so
that no pair is lost. Contained is not symmetric: each holder and part make their own cluster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from xlate.data import Tier

LARGEST = 40  # classes in one grown cluster: bounds the pairs that its evidence lists
_WORTH = 10  # left-out pairs that an overlapping cluster has to claim at once

Edges = Mapping[tuple[int, int], float]
Graph = Mapping[int, set[int]]


def group(edges: Edges, tier: Tier, largest: int = LARGEST) -> list[tuple[int, ...]]:
    """Sorted tuples of at most `largest` class numbers that cover all `edges` (class pairs i < j with their scores)."""
    if tier == "contained":
        return sorted(edges)
    member: dict[int, int] = {}
    groups: dict[int, set[int]] = {}
    linked = _graph(edges)
    ranked = sorted(edges, key=lambda pair: (-edges[pair], pair))
    for i, j in ranked:
        for k in (i, j):
            if k not in member:
                member[k] = k
                groups[k] = {k}
        a, b = member[i], member[j]
        if a == b or len(groups[a]) + len(groups[b]) > largest:
            continue
        if all(groups[b] <= linked[k] for k in groups[a]):
            for k in groups[b]:
                member[k] = a
            groups[a] |= groups.pop(b)
    left = [(i, j) for i, j in ranked if member[i] != member[j]]
    return sorted([tuple(sorted(g)) for g in groups.values() if len(g) > 1] + _gathered(left, linked, largest))


def _graph(pairs: Iterable[tuple[int, int]]) -> Graph:
    linked: dict[int, set[int]] = defaultdict(set)
    for i, j in pairs:
        linked[i].add(j)
        linked[j].add(i)
    return linked


def _gathered(left: Sequence[tuple[int, int]], linked: Graph, largest: int) -> list[tuple[int, ...]]:
    """Cover `left`, in this order, by sets of which every two are `linked`, or by pairs where that gains little."""
    open_ = _graph(left)
    found: list[tuple[int, ...]] = []
    for i, j in left:
        if j not in open_[i]:
            continue
        members = _grown(i, j, open_, linked, largest)
        for n, k in enumerate(members):
            for m in members[:n]:
                open_[k].discard(m)
                open_[m].discard(k)
        found.append(tuple(sorted(members)))
    return found


def _grown(i: int, j: int, open_: Graph, linked: Graph, largest: int) -> list[int]:
    """`i`, `j` and, one by one, what is linked to all so far and has most open pairs with them; or just the two."""
    members, claimed = [i, j], 1
    gains = {k: (k in open_[i]) + (k in open_[j]) for k in linked[i] & linked[j]}
    if 1 + sum(gains.values()) + len(gains) * (len(gains) - 1) // 2 < _WORTH:  # no more pairs can be open
        return members
    while gains and len(members) < largest:
        best = max(gains, key=lambda k: (gains[k], -k))
        if not gains[best]:
            break
        members.append(best)
        claimed += gains[best]
        gains = {k: gain + (k in open_[best]) for k, gain in gains.items() if k in linked[best]}
    return members if claimed >= _WORTH else [i, j]


def cluster_id(tier: Tier, members: Sequence[tuple[str, str]]) -> str:
    """A name that follows from the tier and the members' (segment id, text) alone."""
    digest = blake2b(digest_size=8)
    for part in (tier, *(field for member in sorted(members) for field in member)):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return f"s{digest.hexdigest()}"
