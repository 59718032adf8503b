"""The best monotone path through two documents: dynamic programming over beads, coarse to fine.

As in Vecalign (Thompson & Koehn 2019), both documents are halved again and again by adding neighbouring sentences'
vectors, the shortest is searched whole, and each longer one only in a band around the path found before. Time and
memory are linear in the number of sentences. One row of the table is computed at a time, all its columns at once:
leaving out a target sentence, the one step within a row, is a running maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Move = tuple[int, int]
Path = list[tuple[int, int, int, int]]
"""Beads as (first source, end of source, first target, end of target), half-open, in order."""

WHOLE = 200
"""Sentences of the longer side up to which the whole table is searched."""

HALF_WIDTH = 24
"""Columns of the band on each side of the coarser path."""

NOTHING = -1e9


def band(rows: int, columns: int, path: Path | None) -> tuple[Any, Any]:
    """(first, last) column of each of the rows + 1 rows of the table: the part that is searched.

    `path` was found on both documents halved; without one the whole table is. Neither bound ever decreases.
    """
    import numpy as np

    if path is None:
        return np.zeros(rows + 1, dtype=np.int64), np.full(rows + 1, columns, dtype=np.int64)
    low = np.full(rows + 1, columns, dtype=np.int64)
    high = np.zeros(rows + 1, dtype=np.int64)
    for i, after, j, beyond in path:
        span = slice(min(2 * i, rows), min(2 * after + 1, rows) + 1)
        low[span] = np.minimum(low[span], min(2 * j, columns))
        high[span] = np.maximum(high[span], min(2 * beyond + 1, columns))
    low[-1], high[0] = min(low[-1], columns), max(high[0], 0)
    low = np.minimum.accumulate(low[::-1])[::-1]
    high = np.maximum.accumulate(high)
    low, high = np.maximum(low - HALF_WIDTH, 0), np.minimum(high + HALF_WIDTH, columns)
    low[0], high[-1] = 0, columns
    return low, high


def best_path(
    columns: int, first: Any, last: Any, gain: Callable[[int], Mapping[Move, Any]], moves: Sequence[Move], skip: float
) -> Path:
    """The path with the greatest sum of gains through the band from `first` to `last` (see `band`).

    `gain(i)` gives for each move (k, l) a row of the band: at column j the gain of the bead of the k source sentences
    that end before i and the l target sentences that end before j. `skip` (≤ 0) is the gain of a sentence without a
    counterpart.
    """
    import numpy as np

    rows = len(first) - 1
    width = int(last[0]) + 1
    table = [skip * np.arange(width)]
    came = [np.full(width, -1, dtype=np.int8)]  # number of the move; -1: a target left out, -2: a source
    for i in range(1, rows + 1):
        start, width = int(first[i]), int(last[i] - first[i]) + 1
        row = _taken(table[i - 1], start - int(first[i - 1]), width) + skip
        move_of = np.full(width, -2, dtype=np.int8)
        gains = gain(i)
        for number, (k, length) in enumerate(moves):
            if k <= i:
                candidate = _taken(table[i - k], start - length - int(first[i - k]), width) + gains[k, length]
                better = candidate > row
                row[better] = candidate[better]
                move_of[better] = number
        steps = skip * np.arange(width)
        running = np.maximum.accumulate(row - steps) + steps
        move_of[running > row + 1e-9] = -1
        table.append(running)
        came.append(move_of)
    return _trace(columns, first, came, moves)


def _taken(row: Any, start: int, width: int) -> Any:
    """`width` cells of `row` from number `start` on; NOTHING where there are none."""
    import numpy as np

    out = np.full(width, NOTHING)
    low, high = max(start, 0), min(start + width, len(row))
    if low < high:
        out[low - start : high - start] = row[low:high]
    return out


def _trace(columns: int, first: Any, came: Sequence[Any], moves: Sequence[Move]) -> Path:
    path: Path = []
    i, j = len(first) - 1, columns
    while i or j:
        number = int(came[i][j - first[i]])
        k, length = {-1: (0, 1), -2: (1, 0)}.get(number) or moves[number]
        path.append((i - k, i, j - length, j))
        i, j = i - k, j - length
    return path[::-1]
