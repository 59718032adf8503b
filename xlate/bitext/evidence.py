"""How well a bead fits: what embeddings, our own translation and lengths say about sentences of two documents.

A *channel* is a pair of matrices, one row a sentence, in which the row of joined sentences is the sum of their rows;
so the cosine of every bead of every size comes from one product of the two matrices and sums of its cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlate.bitext.search import Move

USUAL_RATIO = 1.26
"""English characters for one Arabic character without tashkeel, in news."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of evidence: `source` (n × d) and `target` (m × d), float32, additive over neighbouring rows."""

    source: Any
    target: Any

    def halved(self) -> Channel:
        """The same for documents of half as many sentences, two neighbours as one."""
        return Channel(_pairs(self.source), _pairs(self.target))


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds that a bead is right: `bias` + weights · evidence + `prior` of its move; see `eval/bitext`."""

    bias: float
    cosines: tuple[float, ...]
    length: float
    prior: dict[Move, float]
    skip: float


class Evidence:
    """Everything about two documents that the search asks for."""

    def __init__(self, channels: Sequence[Channel], lengths: tuple[Any, Any], largest: int) -> None:
        import numpy as np

        self.channels = channels
        self.lengths = lengths
        self.size = len(lengths[0]), len(lengths[1])
        self._sums = tuple(np.concatenate([[0.0], np.cumsum(side)]) for side in lengths)
        self._norms = [
            tuple([_norms(side, k) for k in range(1, largest + 1)] for side in (c.source, c.target)) for c in channels
        ]

    def halved(self, largest: int) -> Evidence:
        """The same for documents of half as many sentences; beads have `largest` of them at most on a side."""
        lengths = (_pairs(self.lengths[0][:, None])[:, 0], _pairs(self.lengths[1][:, None])[:, 0])
        return Evidence([c.halved() for c in self.channels], lengths, largest)

    def block(self, rows: tuple[int, int], columns: tuple[int, int], moves: Sequence[Move]) -> dict[Move, Any]:
        """For each move the evidence of the beads that end before i in `rows` and j in `columns` (half-open, 1-based).

        An array (channels + 1) × rows × columns: cosines, then the length's z² / 2. Beads that would start before
        the first sentence hold anything.
        """
        import numpy as np

        most_k, most_l = (max(side) for side in zip(*moves, strict=True))
        (i0, i1), (j0, j1) = rows, columns
        found = {move: np.empty((len(self.channels) + 1, i1 - i0, j1 - j0), dtype=np.float32) for move in moves}
        for number, channel in enumerate(self.channels):
            # cell (a, b) of `cells` is sentence i0 - most_k + a with j0 - most_l + b
            cells = _window(channel.source, i0 - most_k, i1 - 1) @ _window(channel.target, j0 - most_l, j1 - 1).T
            for k, length in moves:
                total = 0
                for a in range(k):
                    for b in range(length):
                        total = total + cells[most_k - 1 - a :, most_l - 1 - b :][: i1 - i0, : j1 - j0]
                left = _window(self._norms[number][0][k - 1], i0, i1)
                right = _window(self._norms[number][1][length - 1], j0, j1)
                found[k, length][number] = total / np.maximum(left[:, None] * right[None, :], 1e-6)
        for k, length in moves:
            left = self._length(0, k, i0, i1)[:, None] * USUAL_RATIO
            right = self._length(1, length, j0, j1)[None, :]
            found[k, length][-1] = _misfit(left, right)
        return found

    def pairs(self, left: Any, right: Any, move: Move) -> Any:
        """The evidence of every bead of the size `move` that starts with one of `left` and one of `right`, indices
        from 0: an array as in `block`."""
        import numpy as np

        (k, length), rows, columns = move, left + move[0], right + move[1]
        found = np.empty((len(self.channels) + 1, len(left), len(right)), dtype=np.float32)
        for number, channel in enumerate(self.channels):
            ours = sum(channel.source[left + more] for more in range(k))
            theirs = sum(channel.target[right + more] for more in range(length))
            norms = self._norms[number][0][k - 1][rows], self._norms[number][1][length - 1][columns]
            found[number] = (ours @ theirs.T) / np.maximum(norms[0][:, None] * norms[1][None, :], 1e-6)
        sizes = [self._sums[0][rows] - self._sums[0][left], self._sums[1][columns] - self._sums[1][right]]
        found[-1] = _misfit(sizes[0][:, None] * USUAL_RATIO, sizes[1][None, :])
        return found

    def _length(self, side: int, size: int, low: int, high: int) -> Any:
        import numpy as np

        ends = np.arange(low, high)
        return self._sums[side][ends] - self._sums[side][np.maximum(ends - size, 0)]


def _misfit(left: Any, right: Any) -> Any:
    """Half the square of how many deviations two lengths (in characters of the target language) lie apart.

    The logarithm of their ratio is nearly normal; its deviation falls with length, as in Gale & Church (1993).
    """
    import numpy as np

    deviation = np.sqrt(0.15**2 + 3.0 / (left + right + 2))
    return np.minimum(0.5 * (np.log((left + 5) / (right + 5)) / deviation) ** 2, 12)


def _pairs(rows: Any) -> Any:
    import numpy as np

    if len(rows) % 2:
        rows = np.concatenate([rows, np.zeros_like(rows[:1])])
    return rows[0::2] + rows[1::2]


def _norms(rows: Any, size: int) -> Any:
    """At i: the norm of the sum of the `size` rows that end before row i; one more than there are rows."""
    import numpy as np

    total = np.zeros((len(rows) + 1, rows.shape[1]), dtype=np.float32)
    for back in range(size):
        total[1 + back :] += rows[: len(rows) - back]
    return np.linalg.norm(total, axis=1)


def _window(rows: Any, low: int, high: int) -> Any:
    """Rows low to high (half-open), zeros before the first."""
    import numpy as np

    part = rows[max(low, 0) : high]
    if low >= 0:
        return part
    return np.concatenate([np.zeros((-low, *rows.shape[1:]), dtype=rows.dtype), part])
