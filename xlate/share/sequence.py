"""Alignment of words in order, one sequence against many: the steps of `difflib.SequenceMatcher`, several times faster.

difflib walks both sequences again for every stretch it looks at. Here the maximal common blocks are found once (each a
diagonal of equal words), and the longest that lies in a stretch is read from them.
"""

from __future__ import annotations

from collections.abc import Sequence

Block = tuple[int, int, int]  # start in the other sequence, start in ours, words
Step = tuple[str, int, int, int, int]


class Aligner:
    """Aligns other sequences with `ours`, its second sequence in difflib's terms."""

    __slots__ = ("_ours", "_places")

    def __init__(self, ours: Sequence[str]) -> None:
        self._ours = ours
        places: dict[str, list[int]] = {}
        for index, word in enumerate(ours):
            places.setdefault(word, []).append(index)
        self._places = places

    def blocks(self, other: Sequence[str]) -> list[Block]:
        """All maximal common blocks of the two, by their start in `other`, then in ours."""
        places = self._places
        found: list[list[int]] = []
        before: dict[int, list[int]] = {}
        for j, word in enumerate(other):
            here: dict[int, list[int]] = {}
            for i in places.get(word, ()):
                block = before.get(i - 1)
                if block is None:
                    block = [j, i, 0]
                    found.append(block)
                block[2] += 1
                here[i] = block
            before = here
        return [(j, i, size) for j, i, size in found]

    def steps(self, other: Sequence[str], blocks: Sequence[Block] | None = None) -> list[Step]:
        """What `SequenceMatcher(None, other, ours, autojunk=False).get_opcodes()` returns."""
        chosen = sorted(_longest_first(self.blocks(other) if blocks is None else blocks, len(other), len(self._ours)))
        chosen.append((len(other), len(self._ours), 0))
        steps: list[Step] = []
        j = i = 0
        for start_j, start_i, size in chosen:
            if j < start_j or i < start_i:
                op = "replace" if j < start_j and i < start_i else "delete" if j < start_j else "insert"
                steps.append((op, j, start_j, i, start_i))
                j, i = start_j, start_i
            if size:
                if steps and steps[-1][0] == "equal":  # two blocks that touch are one
                    _, first_j, _, first_i, _ = steps.pop()
                else:
                    first_j, first_i = j, i
                j, i = j + size, i + size
                steps.append(("equal", first_j, j, first_i, i))
        return steps


def _longest_first(blocks: Sequence[Block], len_j: int, len_i: int) -> list[Block]:
    """The longest block, then the longest on either side of it, and so on; of equals the first in `other`."""
    chosen = []
    windows = [(0, len_j, 0, len_i, blocks)]
    while windows:
        low_j, high_j, low_i, high_i, inside = windows.pop()
        best_j = best_i = best = 0
        left = []  # the blocks that reach into the window
        for block in inside:
            j, i, size = block
            cut = max(low_j - j, low_i - i, 0)
            end = min(high_j - j, high_i - i, size)
            size = end - cut
            if size <= 0:
                continue
            left.append(block)
            j += cut
            if size > best or (size == best and (j, i + cut) < (best_j, best_i)):
                best_j, best_i, best = j, i + cut, size
        if best:
            chosen.append((best_j, best_i, best))
            if len(left) > 1:
                windows.append((low_j, best_j, low_i, best_i, left))
                windows.append((best_j + best, high_j, best_i + best, high_i, left))
    return chosen
