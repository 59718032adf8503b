"""Sentence alignment of two documents: many-to-many, with sentences left out and sentences moved.

Three kinds of evidence are joined to the log-odds that a bead is right: the cosine of sentence embeddings, the cosine
of the character n-grams of our own translation and of the English (see `profile`), and lengths. The weights were fitted
by logistic regression on documents made from parallel news (`eval/bitext`), once for each set of evidence there may be.
Dynamic programming (see `search`) finds the best monotone path; then what it left unaligned is searched for pairs that
cross it, best first.

>>> english = ["The minister arrived in Tunis.", "He met 12 deputies.", "Oil fell to 48 dollars."]
>>> beads = align(["وصل الوزير إلى تونس والتقى 12 نائبا.", "وتراجع النفط إلى 48 دولارا."], english, encode=None)
>>> [(bead.source, bead.target) for bead in beads]
[((0,), (0, 1)), ((1,), (2,))]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xlate import embed
from xlate.bitext.evidence import Channel, Evidence, Weights
from xlate.bitext.profile import figures, profiles, rarity, with_figures
from xlate.bitext.search import WHOLE, Move, Path, band, best_path
from xlate.normalise import normalise

Encode = Callable[[Sequence[str]], Any]
Translate = Callable[[Sequence[str]], Sequence[str]]

MOVES: tuple[Move, ...] = ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 2), (1, 4), (4, 1), (2, 3), (3, 2))
_COARSE: tuple[Move, ...] = ((1, 1), (1, 2), (2, 1))
_LARGEST = 4
_BLOCK = 128  # rows of the table, or sentences left over, whose evidence is in memory at a time
_CROSSING = 0.0
"""Log-odds that a pair needs, above what a bead on the path needs, to cross it."""

_PRIOR: dict[Move, float] = {
    (1, 1): 0.0, (1, 2): -2.4, (2, 1): -2.4, (1, 3): -4.8, (3, 1): -4.8, (2, 2): -6.4, (1, 4): -6.4, (4, 1): -6.4,
    (2, 3): -8.0, (3, 2): -8.0,
}  # fmt: skip
WEIGHTS = {
    "embedding+translation": Weights(-5.2, (10.0, 8.0), 1.4, _PRIOR, -1.5),
    "embedding": Weights(-4.2, (11.8, 1.5), 1.5, _PRIOR, -1.5),
    "translation": Weights(-3.0, (14.0,), 1.5, _PRIOR, -1.5),
    "nothing": Weights(1.5, (4.0,), 1.0, _PRIOR, -1.5),
}
"""What `align` decides by, for each set of evidence."""


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences of both sides that belong together, as indices in order; one side may be empty.

    `score` is the probability (0–1) that sentences such as these translate each other; 0 where a side is empty.
    `crossing` is true where the bead was found outside the order of the two documents.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float
    crossing: bool = False


def align(
    source: Sequence[str],
    target: Sequence[str],
    *,
    translate: Translate | None = None,
    encode: Encode | Literal["auto"] | None = "auto",
    min_score: float = 0.0,
    crossing: bool = True,
) -> list[Bead]:
    """Align the Arabic sentences of a document with the English ones of its counterpart.

    Every index of both sides is in exactly one bead. Beads come in the order of the source; one without a source stands
    behind what precedes it on the target side. `translate` takes sentences to their translations (one each); `encode`
    takes sentences of either language to vectors, "auto" is the encoder of the extra `semantic` where it is installed,
    None none. With neither, numbers, Latin words and lengths decide alone. Beads below `min_score` fall apart into
    unaligned sentences; `crossing` False keeps to the order. Time and memory are linear in the longer document's length.
    """
    if not source or not target:
        return _completed([], len(source), len(target))
    evidence, weights = evidence_of(source, target, translate, chosen(encode))
    path = _search(evidence, weights)
    beads = _scored(path, evidence, weights)
    if crossing:
        beads += _crossing(beads, evidence, weights)
    return _completed([bead for bead in beads if bead.score >= min_score], len(source), len(target))


def chosen(encode: Encode | Literal["auto"] | None) -> Encode | None:
    """The encoder that is meant: "auto" is that of the extra `semantic` where it is installed, else none."""
    if encode == "auto":
        return embed.encode if embed.available() else None
    return encode


def evidence_of(
    source: Sequence[str], target: Sequence[str], translate: Translate | None, encode: Encode | None
) -> tuple[Evidence, Weights]:
    """What is known about two documents, and how it is weighed."""
    import numpy as np

    lengths = (
        np.array([len(normalise(text)) for text in source], dtype=np.float64),
        np.array([len(text) for text in target], dtype=np.float64),
    )
    channels = []
    if encode is not None:
        vectors = [np.array(encode(side), dtype=np.float32) for side in (source, target)]
        for rows, size in zip(vectors, lengths, strict=True):
            # the vector of joined sentences is near the mean of theirs, each weighted by its length
            rows *= (size / np.maximum(np.linalg.norm(rows, axis=1), 1e-9))[:, None].astype(np.float32)
        channels.append(Channel(*vectors))
    if translate is not None:
        made = zip(translate(source), source, strict=True)
        texts = [[with_figures(translation, text) for translation, text in made], list(target)]
    else:
        texts = [[" ".join(sorted(figures(text))) for text in side] for side in (source, target)]
    ours, theirs = profiles(texts[0]), profiles(texts[1])
    weight = rarity(ours, theirs)
    ours *= weight
    theirs *= weight
    channels.append(Channel(ours, theirs))
    name = "+".join(name for name, given in (("embedding", encode), ("translation", translate)) if given is not None)
    return Evidence(channels, lengths, _LARGEST), WEIGHTS[name or "nothing"]


def _search(evidence: Evidence, weights: Weights) -> Path:
    """The best path, coarse to fine."""
    rows, columns = evidence.size
    coarser = None
    moves = MOVES
    if max(rows, columns) > WHOLE:
        coarser = _search(evidence.halved(_LARGEST), weights)
    first, last = band(rows, columns, coarser)
    gains = _Gains(evidence, weights, moves, first, last)
    return best_path(columns, first, last, gains, moves, weights.skip)


class _Gains:
    """The gains of the rows of the table, made for a block of rows at a time."""

    def __init__(self, evidence: Evidence, weights: Weights, moves: Sequence[Move], first: Any, last: Any) -> None:
        self._evidence, self._weights, self._moves = evidence, weights, moves
        self._first, self._last = first, last
        self._low = self._high = 0
        self._start = 0
        self._block: dict[Move, Any] = {}

    def __call__(self, i: int) -> Mapping[Move, Any]:
        if not self._low <= i < self._high:
            self._low, self._high = i, min(i + _BLOCK, len(self._first))
            self._start, end = int(self._first[i]), int(self._last[self._high - 1]) + 1
            found = self._evidence.block((self._low, self._high), (self._start, end), self._moves)
            self._block = {move: gain(odds(one, self._weights, move), move) for move, one in found.items()}
        columns = slice(int(self._first[i]) - self._start, int(self._last[i]) - self._start + 1)
        return {move: rows[i - self._low, columns] for move, rows in self._block.items()}


def odds(evidence: Any, weights: Weights, move: Move) -> Any:
    """Log-odds of beads from their evidence (channels + 1 on the first axis)."""
    total = weights.bias + weights.prior[move] - weights.length * evidence[-1]
    for weight, cosine in zip(weights.cosines, evidence, strict=False):
        total = total + weight * cosine
    return total


def gain(log_odds: Any, move: Move) -> Any:
    """What a bead adds to a path: a larger one has to make up for the smaller ones it replaces."""
    return log_odds * float(((move[0] + move[1]) / 2) ** 0.5)


def _scored(path: Path, evidence: Evidence, weights: Weights) -> list[Bead]:
    """The beads of a path that have both sides."""
    beads = []
    for i, after, j, beyond in path:
        if after > i and beyond > j:
            move = after - i, beyond - j
            one = evidence.block((after, after + 1), (beyond, beyond + 1), [move])[move][:, 0, 0]
            score = _probability(float(odds(one, weights, move)), move, weights)
            beads.append(Bead(tuple(range(i, after)), tuple(range(j, beyond)), score))
    return beads


def _probability(log_odds: float, move: Move, weights: Weights) -> float:
    """Without the prior of the move: how well the sides fit, not how rare beads of their size are."""
    import math

    bare = log_odds - weights.prior[move]
    return round(1 / (1 + math.exp(-max(-50.0, min(50.0, bare)))), 4)


def _crossing(beads: Sequence[Bead], evidence: Evidence, weights: Weights) -> list[Bead]:
    """Pairs of what `beads` leave over, best first: one sentence with one or two."""
    taken = {n for bead in beads for n in bead.source}, {n for bead in beads for n in bead.target}
    free = [[n for n in range(size) if n not in used] for size, used in zip(evidence.size, taken, strict=True)]
    found = []
    candidates = sorted(_candidates(free[0], free[1], evidence, weights), key=lambda row: (-row[0], row[1:]))
    left = [set(free[0]), set(free[1])]
    for strength, i, j, move in candidates:
        ours, theirs = tuple(range(i, i + move[0])), tuple(range(j, j + move[1]))
        if left[0].issuperset(ours) and left[1].issuperset(theirs):
            left[0].difference_update(ours)
            left[1].difference_update(theirs)
            found.append(Bead(ours, theirs, _probability(strength, move, weights), crossing=True))
    return found


def _candidates(
    ours: Sequence[int], theirs: Sequence[int], evidence: Evidence, weights: Weights
) -> Iterator[tuple[float, int, int, Move]]:
    """(log-odds, first source, first target, move) of pairs of free sentences that may cross the path."""
    import numpy as np

    for move in ((1, 1), (1, 2), (2, 1)):
        starts = [_runs(side, size) for side, size in zip((ours, theirs), move, strict=True)]
        if not starts[0] or not starts[1]:
            continue
        right = np.array(starts[1])
        for low in range(0, len(starts[0]), _BLOCK):
            left = np.array(starts[0][low : low + _BLOCK])
            strength = odds(evidence.pairs(left, right, move), weights, move)
            for a, b in zip(*np.nonzero(strength > _CROSSING), strict=True):
                yield float(strength[a, b]), int(left[a]), int(right[b]), move


def _runs(side: Sequence[int], size: int) -> list[int]:
    """The first of each `size` neighbours that are all in `side`, which is sorted."""
    held = set(side)
    return [n for n in side if all(n + more in held for more in range(size))]


def _completed(beads: Sequence[Bead], sources: int, targets: int) -> list[Bead]:
    """`beads` in order, with one for each sentence that is in none."""
    done = {n for bead in beads for n in bead.source}, {n for bead in beads for n in bead.target}
    alone = [Bead((n,), (), 0.0) for n in range(sources) if n not in done[0]]
    ordered = sorted([*beads, *alone], key=lambda bead: bead.source)
    # a target that is alone stands behind the bead that holds the target before it
    behind: dict[int, list[Bead]] = {}
    holder = {n: bead for bead in beads for n in bead.target}
    anchor = -1
    for n in range(targets):
        if n in holder:
            anchor = holder[n].source[-1]
        else:
            behind.setdefault(anchor, []).append(Bead((), (n,), 0.0))
    result = list(behind.get(-1, ()))
    for bead in ordered:
        result.append(bead)
        result += behind.get(bead.source[-1], ())
    return result
