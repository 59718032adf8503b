"""Which English document is the counterpart of which Arabic one.

By name first, where names say it. The others by content: each document's vectors name a few candidates; how much of two
candidates has a counterpart sentence in the other is their score; and the best one-to-one assignment decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xlate.bitext.aligner import WEIGHTS, Encode, Translate, chosen
from xlate.bitext.assign import assign
from xlate.bitext.profile import figures, profiles, rarity, unit, with_figures
from xlate.normalise import normalise

CANDIDATES = 8
"""Counterparts looked at closely for each document, of those whose vectors are nearest."""

LEAST = 0.27
"""Share of two documents' text that has to have a counterpart in the other for them to be a pair."""

_DOUBT = 1.0  # log-odds: sentences of two documents drawn together by chance are rarely each other's translation
_BUCKETS = 4096
_BLOCK = 1024
_LANGUAGE = re.compile(r"(?:^|(?<=[^a-z]))(?:ar|ara|arb|arabic|en|eng|english)(?=[^a-z]|$)")


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """Two documents by their numbers; by hand where a person says that they are a pair. `score` (0–1) is the share of
    their text with a counterpart, where they are paired by content."""

    source: int
    target: int
    by: Literal["name", "content", "hand"]
    score: float | None = None


def bare_name(name: str) -> str:
    """A document's name without what says its language.

    >>> bare_name("2016/story-7.AR"), bare_name("2016/story-7_en")
    ('2016/story-7', '2016/story-7')
    """
    return re.sub(r"[^\w/]+|_+", "-", _LANGUAGE.sub("", name.lower())).strip("-/")


def pair_documents(
    sources: Sequence[Sequence[str]],
    targets: Sequence[Sequence[str]],
    *,
    names: tuple[Sequence[str], Sequence[str]] | None = None,
    translate: Translate | None = None,
    encode: Encode | Literal["auto"] | None = "auto",
    least: float = LEAST,
) -> list[DocumentPair]:
    """Pair documents (lists of sentences) one to one, in the order of `sources`; what has no counterpart is in no pair.

    `names`, one a document, decide where a name (see `bare_name`) stands once on each side. `translate` and `encode`
    are those of `align`; without either, names are all there is: lengths and numbers do not tell documents apart.
    """
    pairs = [] if names is None else _by_name(*names)
    rest = [
        [n for n, texts in enumerate(side) if texts and n not in {getattr(pair, field) for pair in pairs}]
        for side, field in ((sources, "source"), (targets, "target"))
    ]
    encoder = chosen(encode)
    if rest[0] and rest[1] and (translate or encoder):
        matcher = _Matcher([sources[n] for n in rest[0]], [targets[n] for n in rest[1]], translate, encoder)
        scores = {pair: score for pair, score in matcher.scores().items() if score >= least}
        for a, b in assign(scores).items():
            pairs.append(DocumentPair(rest[0][a], rest[1][b], "content", round(scores[a, b], 4)))
    return sorted(pairs, key=lambda pair: pair.source)


def _by_name(sources: Sequence[str], targets: Sequence[str]) -> list[DocumentPair]:
    holders: list[dict[str, list[int]]] = []
    for side in (sources, targets):
        found: dict[str, list[int]] = defaultdict(list)
        for n, name in enumerate(side):
            found[bare_name(name)].append(n)
        holders.append(found)
    return [
        DocumentPair(ours[0], holders[1][name][0], "name")
        for name, ours in holders[0].items()
        if name and len(ours) == 1 and len(holders[1].get(name, ())) == 1
    ]


class _Matcher:
    """One search for counterparts by content."""

    def __init__(
        self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]], translate: Translate | None,
        encode: Encode | None,
    ) -> None:  # fmt: skip
        flat = [[text for texts in side for text in texts] for side in (sources, targets)]
        if translate is None:
            words = [[" ".join(sorted(figures(text))) for text in side] for side in flat]
        else:
            words = [[with_figures(a, b) for a, b in zip(translate(flat[0]), flat[0], strict=True)], flat[1]]
        self._words = [_cut(side, documents) for side, documents in zip(words, (sources, targets), strict=True)]
        # over all sentences of all documents: a few sentences alone do not tell what is rare
        self._rarity = rarity(
            *(profiles(side[low : low + _BLOCK]) for side in words for low in range(0, len(side), _BLOCK))
        )
        self._vectors = None
        if encode is not None:
            self._vectors = [_cut(unit(encode(side)), documents) for side, documents in
                             zip(flat, (sources, targets), strict=True)]  # fmt: skip
        self._lengths = [[[len(normalise(text)) for text in texts] for texts in side] for side in (sources, targets)]
        known = (("embedding", encode), ("translation", translate))
        self._weights = WEIGHTS["+".join(name for name, given in known if given is not None) or "nothing"]

    def scores(self) -> dict[tuple[int, int], float]:
        """How well each candidate fits."""
        return {pair: self._score(*pair) for pair in self._candidates()}

    def _candidates(self) -> list[tuple[int, int]]:
        """(source, target) of documents that are among each other's nearest, either way."""
        import numpy as np

        sides = [profiles([" ".join(texts) for texts in side], _BUCKETS) for side in self._words]
        weight = rarity(*sides)
        sides = [unit(np.sqrt(side) * weight) for side in sides]
        if self._vectors is not None:
            means = [np.stack([rows.mean(axis=0) for rows in side]) for side in self._vectors]
            # each language's own mean aside, or all documents of one language look alike
            means = [unit(side - side.mean(axis=0) * (len(side) > 2)) for side in means]
            sides = [np.concatenate([a, b], axis=1) for a, b in zip(sides, means, strict=True)]
        found: set[tuple[int, int]] = set()
        for ours, theirs, turned in ((sides[0], sides[1], False), (sides[1], sides[0], True)):
            few = min(CANDIDATES, len(theirs))
            for low in range(0, len(ours), _BLOCK):
                nearest = np.argpartition(-(ours[low : low + _BLOCK] @ theirs.T), few - 1, axis=1)[:, :few]
                for at, row in enumerate(nearest.tolist()):
                    found.update((n, low + at) if turned else (low + at, n) for n in row)
        return sorted(found)

    def _score(self, a: int, b: int) -> float:
        """The share of both documents' text whose best counterpart in the other is right, as far as one can tell."""
        import numpy as np

        cosines = []
        if self._vectors is not None:
            cosines.append(self._vectors[0][a] @ self._vectors[1][b].T)
        rows = [unit(profiles(texts) * self._rarity) for texts in (self._words[0][a], self._words[1][b])]
        cosines.append(rows[0] @ rows[1].T)
        odds = self._weights.bias + sum(w * c for w, c in zip(self._weights.cosines, cosines, strict=False))
        # the more sentences there are to choose from, the better the best of them looks by chance
        right = 1 / (1 + np.exp(_DOUBT + np.log(max(odds.shape)) - odds))
        sizes = [np.array(self._lengths[0][a], dtype=float), np.array(self._lengths[1][b], dtype=float)]
        covered = (right.max(axis=1) * sizes[0]).sum() + (right.max(axis=0) * sizes[1]).sum()
        return float(covered / max(sizes[0].sum() + sizes[1].sum(), 1))


def _cut(rows: Any, documents: Sequence[Sequence[str]]) -> list[Any]:
    """Rows of sentences, back in their documents."""
    parts, at = [], 0
    for texts in documents:
        parts.append(rows[at : at + len(texts)])
        at += len(texts)
    return parts
