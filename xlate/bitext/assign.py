"""The best one-to-one assignment: shortest augmenting paths, as Jonker & Volgenant (1987) and Kuhn before them.

The candidates are few for each side, so they fall into small groups that share nothing; each group is solved for
itself, exactly. In a group of n the time is at most n² steps, each over a row at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def assign(scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Rows to columns, each at most once, with the greatest sum of `scores` (all > 0); what has none stays out.

    >>> assign({(0, 0): 0.9, (0, 1): 0.8, (1, 0): 0.8})
    {0: 1, 1: 0}
    """
    chosen: dict[int, int] = {}
    for rows, columns in _groups(scores):
        chosen.update(_solve(rows, columns, scores))
    return dict(sorted(chosen.items()))


def _groups(scores: Mapping[tuple[int, int], float]) -> list[tuple[list[int], list[int]]]:
    """Rows and columns that candidates connect, sorted."""
    beside: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
    for row, column in scores:
        beside["row", row].append(("column", column))
        beside["column", column].append(("row", row))
    seen: set[tuple[str, int]] = set()
    groups = []
    for start in sorted(beside):
        if start in seen:
            continue
        seen.add(start)
        group = [start]
        for one in group:
            fresh = [other for other in beside[one] if other not in seen]
            seen.update(fresh)
            group += fresh
        groups.append(tuple(sorted(n for kind, n in group if kind == wanted) for wanted in ("row", "column")))
    return groups  # type: ignore[return-value]


def _solve(rows: list[int], columns: list[int], scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    import numpy as np

    # a column of its own for each row, at no gain, stands for staying alone
    cost = np.zeros((len(rows), len(columns) + len(rows)))
    for a, row in enumerate(rows):
        for b, column in enumerate(columns):
            cost[a, b] = -scores.get((row, column), 0.0)
    owner = _augmented(cost)
    return {
        rows[owner[b]]: column
        for b, column in enumerate(columns)
        if owner[b] >= 0 and (rows[owner[b]], column) in scores
    }


def _augmented(cost: Any) -> list[int]:
    """The row that owns each column (-1: none) in the assignment of least cost; rows ≤ columns."""
    import numpy as np

    n, m = cost.shape
    high_row, high_column = np.zeros(n + 1), np.zeros(m + 1)  # potentials; the last column is where a search starts
    owner = np.full(m + 1, -1)
    for row in range(n):
        owner[m] = row
        at = m
        least, before = np.full(m, np.inf), np.full(m, m)
        used = np.zeros(m + 1, dtype=bool)
        while owner[at] >= 0:
            used[at] = True
            reduced = cost[owner[at]] - high_row[owner[at]] - high_column[:m]
            closer = ~used[:m] & (reduced < least)
            least[closer], before[closer] = reduced[closer], at
            open_columns = np.where(used[:m], np.inf, least)
            to = int(open_columns.argmin())
            step = open_columns[to]
            high_row[owner[used]] += step
            high_column[used] -= step
            least[~used[:m]] -= step
            at = to
        while at != m:
            previous = int(before[at])
            owner[at] = owner[previous]
            at = previous
    return [int(one) for one in owner[:m]]
