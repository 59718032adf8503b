"""From pairs to clusters in which every two members were found alike: nothing is joined by a chain.

Verbatim is an equivalence, so its classes are the units. An edge between two classes joins them in a cluster of the
edge's tier. Near-duplicate, quotation and paraphrase clusters grow by complete linkage, strongest edge first: two
clusters merge only where every pair across them is an edge of that tier. Edges that this leaves out are clusters of
two classes, so that no pair is lost. Contained is not symmetric: each holder and part make their own cluster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from xlate.data import Tier

_LARGEST = 40  # classes in one grown cluster: bounds the pairs that its evidence lists

Edges = Mapping[tuple[int, int], float]


def group(edges: Edges, tier: Tier) -> list[tuple[int, ...]]:
    """Sorted tuples of class numbers that cover all `edges` (class pairs i < j with their scores)."""
    if tier == "contained":
        return sorted(edges)
    member: dict[int, int] = {}
    groups: dict[int, set[int]] = {}
    linked: dict[int, set[int]] = defaultdict(set)
    for i, j in edges:
        linked[i].add(j)
        linked[j].add(i)
    for i, j in sorted(edges, key=lambda pair: (-edges[pair], pair)):
        for k in (i, j):
            if k not in member:
                member[k] = k
                groups[k] = {k}
        a, b = member[i], member[j]
        if a == b or len(groups[a]) + len(groups[b]) > _LARGEST:
            continue
        if all(groups[b] <= linked[k] for k in groups[a]):
            for k in groups[b]:
                member[k] = a
            groups[a] |= groups.pop(b)
    left: list[tuple[int, ...]] = [(i, j) for i, j in edges if member[i] != member[j]]
    return sorted([tuple(sorted(g)) for g in groups.values() if len(g) > 1] + left)


def cluster_id(tier: Tier, members: Sequence[tuple[str, str]]) -> str:
    """A name that follows from the tier and the members' (segment id, text) alone."""
    digest = blake2b(digest_size=8)
    for part in (tier, *(field for member in sorted(members) for field in member)):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return f"s{digest.hexdigest()}"
