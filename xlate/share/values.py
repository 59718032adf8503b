"""What goes into `align` and what comes out of it: settings, the pair claim, the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal

from xlate.data import Cluster, Tier
from xlate.errors import UsageError

TIERS: tuple[Tier, ...] = ("verbatim", "near-duplicate", "contained", "quotation", "paraphrase")
Semantic = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """The thresholds of `align`. Lengths of text are in letters and digits of the folded text; shares lie in 0–1.

    `min_words`, `min_letters`: shorter segments are never reported. `near`: least share of letters that two segments
    have in common, in order, to be near-duplicates. `part`: least share of the smaller segment found in the larger to
    be contained. `fragment_words`: least length of a quotation's common fragment (`quoted_words` where both sides
    put it in quotation marks). `paraphrase`: least semantic score.
    `posting`: a shingle that more segments hold is no candidate key. `boilerplate_articles`, `boilerplate_share`: a
    text found in at least so many articles of one site, and in at least this share of them, may be page furniture.
    `semantic`: `auto` uses the sentence encoder where it is installed and at most `semantic_limit` segments ask for
    it; `on` demands it; `off` never. `event_days`: articles dated further apart are not on one event.
    """

    min_words: int = 4
    min_letters: int = 14
    near: float = 0.7
    part: float = 0.85
    fragment_words: int = 8
    quoted_words: int = 6
    paraphrase: float = 0.5
    posting: int = 32
    boilerplate_articles: int = 5
    boilerplate_share: float = 0.1
    semantic: Semantic = "auto"
    semantic_limit: int = 10_000
    event_days: int = 14

    def __post_init__(self) -> None:
        for name in ("near", "part", "paraphrase", "boilerplate_share"):
            if not 0 < getattr(self, name) <= 1:
                raise UsageError(f"{name} must lie above 0 and at most at 1, not {getattr(self, name)}")
        for name in ("min_words", "min_letters", "fragment_words", "quoted_words", "boilerplate_articles"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.posting < 2:
            raise UsageError(f"posting must be at least 2, not {self.posting}")
        if self.semantic not in ("auto", "on", "off"):
            raise UsageError(f"semantic must be auto, on or off, not {self.semantic}")


@dataclass(frozen=True, slots=True)
class Pair:
    """The claim that segment `a` and segment `b` (ids, `a` < `b`) are shared at `tier`; `score` is 0–1."""

    a: str
    b: str
    tier: Tier
    score: float


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """A text set aside by its frequency: `articles` of the `of` articles of `site` (None: unknown) hold it."""

    text: str
    site: str | None
    articles: int
    of: int
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticlePair:
    """One cell of the matrix article × article; `a` < `b`.

    `shared_a`, `shared_b` count the segments of each side that share something with the other; `segments_a`,
    `segments_b` all its segments that take part; `share_a`, `share_b` the share (0–1) of its letters in shared ones.
    `tiers` counts pairs. `first` is the article published first, None where the dates do not tell.
    `near_identical`: verbatim, near-duplicate or contained segments make up nearly all of both.
    """

    a: str
    b: str
    shared_a: int
    shared_b: int
    segments_a: int
    segments_b: int
    share_a: float
    share_b: float
    tiers: Mapping[Tier, int]
    first: str | None
    near_identical: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """What articles share, in an order that depends on their content alone.

    `matrix` holds only the pairs of articles that share something. `near_identical` groups articles of which each
    two are near-identical. `unique` maps every article id to the ids of its segments that no other article shares;
    `semantic` says in words whether the sentence encoder was used, and if not, why. `published` maps article ids to
    the dates that were used, from metadata or the text.
    """

    clusters: tuple[Cluster, ...]
    boilerplate: tuple[Boilerplate, ...] = ()
    matrix: tuple[ArticlePair, ...] = ()
    near_identical: tuple[tuple[str, ...], ...] = ()
    unique: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: Mapping[str, str] = field(default_factory=dict)
    semantic: str = "off"
    articles: int = 0
    segments: int = 0
    too_short: int = 0

    def pairs(self) -> dict[tuple[str, str], Pair]:
        """Every claimed pair of segments, once, at its strongest tier; keys are sorted ids."""
        found: dict[tuple[str, str], Pair] = {}
        for cluster in self.clusters:
            for pair in expand(cluster.tier, [m.segment for m in cluster.members], cluster.evidence, cluster.score):
                known = found.get((pair.a, pair.b))
                if known is None or TIERS.index(pair.tier) < TIERS.index(known.tier):
                    found[pair.a, pair.b] = pair
        return found


def expand(tier: Tier, members: list[str], evidence: Mapping[str, Any], score: float) -> Iterator[Pair]:
    """The pairs that one cluster claims: every two members.

    Two members of one of the lists in `evidence["same"]` are verbatim (all members of a verbatim cluster are); any
    other two have the cluster's tier and the score of their lists' entry in `evidence["pairs"]`.
    Works on a `Cluster` and on a line of shared.jsonl alike.
    """
    group = {segment: ids[0] for ids in evidence.get("same", ()) for segment in ids}
    scores = {frozenset((p["a"], p["b"])): float(p["score"]) for p in evidence.get("pairs", ())}
    for a, b in combinations(sorted(members), 2):
        head_a, head_b = group.get(a, a), group.get(b, b)
        if tier == "verbatim" or head_a == head_b:
            yield Pair(a, b, "verbatim", 1.0)
        else:
            yield Pair(a, b, tier, scores.get(frozenset((head_a, head_b)), score))
