"""Near-duplicates among millions of texts, in memory that grows by half a kilobyte a text.

A text is the set of its folded words and word pairs (see `xlate.shingles`). `MinHashes` streams: bands of minimum
hashes (Broder 1997; banding as in Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, chapter 3) name candidates,
sketches (b-bit minwise hashing, Li & König 2010) rank them, and the true Jaccard similarity decides. Nothing that is
less alike than the threshold is ever called a near-duplicate; of those that are, chance hides 1 in 1,000 at 0.8 and 1 in
100 at 0.7. `Exact` looks texts up in a set that fits into memory, by prefix filtering (Chaudhuri et al. 2006; Bayardo
et al. 2007), and misses none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlate.shingles import Postings, Sets, alike, shingles

THRESHOLD = 0.7
"""Jaccard similarity of words and word pairs from which two texts are near-duplicates: about one word in eight."""

_BANDS, _ROWS = 16, 4
_HASHES = _BANDS * _ROWS
_DEPTH = 64  # texts of one bucket that are looked at, the latest first
_DOUBT = 0.17  # three standard deviations of a similarity estimated from 64 minima
_LOOKS = 6  # candidates of a text whose true similarity is computed, the likeliest first
_FIRST = 1 << 14  # texts there is room for at first
_ODD = 0x9E3779B97F4A7C15
_SEED = 1


@dataclass(frozen=True, slots=True)
class Signed:
    """Texts ready for the index: their sets, a key for each band (uint32) and the low bytes of their minima."""

    sets: Sets
    keys: Any
    sketches: Any

    def __len__(self) -> int:
        return len(self.sets)

    def taken(self, rows: Any) -> Signed:
        """Those of `rows`."""
        return Signed(self.sets.taken(rows), self.keys[rows], self.sketches[rows])


def signed(sets: Sets) -> Signed:
    """Sets with the minima of 64 hash functions; the same everywhere, so that other processes may do it."""
    import numpy as np

    chance = np.random.default_rng(_SEED)
    factors = chance.integers(0, 1 << 32, size=_HASHES, dtype=np.uint32) | np.uint32(1)
    added = chance.integers(0, 1 << 32, size=_HASHES, dtype=np.uint32)
    minima = np.empty((_HASHES, len(sets)), dtype=np.uint32)
    with np.errstate(over="ignore"):
        for number in range(_HASHES if len(sets) else 0):
            mixed = sets.flat * factors[number] + added[number]
            # a linear permutation alone is too regular: its minima agree or differ together
            mixed ^= mixed >> np.uint32(15)
            mixed *= factors[number - 1]
            np.minimum.reduceat(mixed, sets.first[:-1], out=minima[number])
        keys = np.zeros((_BANDS, len(sets)), dtype=np.uint64)
        for at in range(_ROWS):
            keys = (keys ^ minima[at::_ROWS]) * np.uint64(_ODD)
            keys ^= keys >> np.uint64(29)
    # the top of a minimum is mostly zeros
    return Signed(sets, (keys.T >> np.uint64(16)).astype(np.uint32), minima.T.astype(np.uint8))


class MinHashes:
    """A growing index of texts; `add` tells what each new one repeats and keeps those that repeat nothing."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._held = _Held(_FIRST)

    def __len__(self) -> int:
        return self._held.size

    def add(self, texts: Signed) -> list[int]:
        """For each text the number (in the order of keeping) of a kept near-duplicate, or -1 where it is kept itself."""
        import numpy as np

        found = np.full(len(texts), -1, dtype=np.int64)
        rows, numbers, _ = self._held.near(texts, self._held.heads(texts.keys), self._threshold)
        # the most alike, which comes first
        found[rows[::-1]] = numbers[::-1]
        fresh = np.flatnonzero(found < 0)
        left = texts.taken(fresh)
        like = self._among(left)
        kept = np.flatnonzero(like < 0)
        number = np.cumsum(like < 0) - 1 + self._held.size
        found[fresh] = np.where(like < 0, -1, number[like])
        self._held.insert(left.taken(kept))
        return found.tolist()

    def _among(self, texts: Signed) -> Any:
        """For each text an earlier one of the same that it repeats and that repeats none itself, or -1."""
        import numpy as np

        here = _Held(max(1, len(texts)))
        here.insert(texts)
        rows, earlier, _ = here.near(texts, here.before(), self._threshold)
        like = np.full(len(texts), -1, dtype=np.int64)
        for row, other in zip(rows.tolist(), earlier.tolist(), strict=True):
            if like[row] < 0 and like[other] < 0:
                like[row] = other
        return like


class _Held:
    """Texts in hash tables with chains, one a band: a bucket's latest text, and before each text of it another."""

    def __init__(self, room: int) -> None:
        import numpy as np

        self.size = 0
        self._keys = np.empty((room, _BANDS), dtype=np.uint32)
        self._sketches = np.empty((room, _HASHES), dtype=np.uint8)
        self._before = np.empty((room, _BANDS), dtype=np.int32)
        self._flat = np.empty(64 * room, dtype=np.uint32)
        self._first = np.zeros(room + 1, dtype=np.int64)
        self._table = np.full((_BANDS, _power(room)), -1, dtype=np.int32)

    def insert(self, texts: Signed) -> None:
        """Add texts; their numbers follow on."""
        start, self.size = self.size, self.size + len(texts)
        grown = self.size > len(self._keys)
        for name in ("_keys", "_sketches", "_before"):
            setattr(self, name, _room(getattr(self, name), start, self.size))
        self._first = _room(self._first, start + 1, self.size + 1)
        end = int(self._first[start])
        self._flat = _room(self._flat, end, end + len(texts.sets.flat))
        self._keys[start : self.size], self._sketches[start : self.size] = texts.keys, texts.sketches
        self._flat[end : end + len(texts.sets.flat)] = texts.sets.flat
        self._first[start + 1 : self.size + 1] = end + texts.sets.first[1:]
        if grown:
            self._table = self._table[:, :0]  # freed before the larger one is made
            self._table = _empty(len(self._keys))
            start = 0
        self._chain(start)

    def _chain(self, start: int) -> None:
        """Put the texts from `start` on into the tables."""
        import numpy as np

        numbers = np.arange(start, self.size, dtype=np.uint64)
        for band in range(_BANDS):
            slots = self._keys[start : self.size, band] & np.uint32(self._table.shape[1] - 1)
            codes = np.sort(slots.astype(np.uint64) << np.uint64(32) | numbers)
            slots, ranked = (codes >> np.uint64(32)).astype(np.int64), codes.astype(np.uint32).astype(np.int32)
            before = self._table[band, slots]
            same = np.flatnonzero(slots[1:] == slots[:-1])
            before[same + 1] = ranked[same]
            self._before[ranked, band] = before
            self._table[band, slots] = ranked  # of several in one slot the last one stays

    def heads(self, keys: Any) -> Any:
        """The latest text in the bucket of each key: texts × bands, -1 for none."""
        import numpy as np

        return self._table[np.arange(_BANDS), keys & np.uint32(self._table.shape[1] - 1)]

    def before(self) -> Any:
        """The text before each text in its buckets: texts × bands, -1 for none."""
        return self._before[: self.size]

    def near(self, texts: Signed, starts: Any, threshold: float) -> tuple[Any, Any, Any]:
        """(row of `texts`, number of a held text, their Jaccard similarity ≥ `threshold`), by row, the most alike
        first. Looked for in the chains from `starts` on."""
        import numpy as np

        rows, numbers = self._candidates(texts.keys, starts)
        same = (self._sketches[numbers] == texts.sketches[rows]).mean(axis=1)
        likely = np.flatnonzero(same >= threshold - _DOUBT)
        order = likely[np.lexsort((numbers[likely], -same[likely], rows[likely]))]
        rows, numbers = rows[order], numbers[order]
        rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
        rows, numbers = rows[rank < _LOOKS], numbers[rank < _LOOKS]
        held = Sets(self._flat, self._first[: self.size + 1])
        likeness = alike(texts.sets, held, rows, numbers)
        # equal shares in floating point: 7 of 10 is 0.7
        right = np.flatnonzero(likeness >= threshold - 1e-12)
        order = right[np.lexsort((numbers[right], -likeness[right], rows[right]))]
        return rows[order], numbers[order], likeness[order]

    def _candidates(self, keys: Any, starts: Any) -> tuple[Any, Any]:
        """(row, number) of texts with the same key in a band, each once, sorted."""
        import numpy as np

        rows, bands = np.nonzero(starts >= 0)
        current = starts[rows, bands].astype(np.int64)
        found = [np.zeros(0, dtype=np.int64)]
        for _ in range(_DEPTH):
            if not len(rows):
                break
            # a slot may hold texts with other keys
            hit = self._keys[current, bands] == keys[rows, bands]
            found.append(rows[hit] << 32 | current[hit])
            current = self._before[current, bands].astype(np.int64)
            more = current >= 0
            rows, bands, current = rows[more], bands[more], current[more]
        codes = np.unique(np.concatenate(found))
        return codes >> 32, codes & 0xFFFFFFFF


def _room(rows: Any, used: int, size: int) -> Any:
    """`rows` where it has room for `size`, else twice as many (or more) with the first `used` copied."""
    import numpy as np

    if size <= len(rows):
        return rows
    larger = np.empty((max(size, 2 * len(rows)), *rows.shape[1:]), dtype=rows.dtype)
    larger[:used] = rows[:used]
    return larger


def _power(size: int) -> int:
    return 1 << max(4, (size - 1).bit_length())


def _empty(room: int) -> Any:
    import numpy as np

    return np.full((_BANDS, _power(room)), -1, dtype=np.int32)


class Exact:
    """A fixed set of texts in which near-duplicates of others are looked up without missing one."""

    def __init__(self, texts: Sequence[str], threshold: float = THRESHOLD) -> None:
        import numpy as np

        self._threshold = threshold
        self._sets = shingles(texts)
        self._every = Postings(self._sets)
        rows = self._prefixes(self._sets)
        kept = np.zeros(len(self._sets.flat), dtype=bool)
        kept[rows] = True
        self._rare = Postings(Sets(self._sets.flat[kept], np.concatenate(([0], np.cumsum(kept)))[self._sets.first]))

    def find(self, texts: Sequence[str]) -> list[tuple[int, float] | None]:
        """For each text (number, Jaccard similarity) of the nearest of the set, None where none reaches the threshold."""
        import numpy as np

        asked = shingles(texts)
        owners = np.repeat(np.arange(len(asked)), asked.sizes)
        places = self._prefixes(asked)
        which, holders = self._rare.holders(asked.flat[places])
        codes = np.unique(owners[places[which]] << 32 | holders)
        rows, numbers = codes >> 32, codes & 0xFFFFFFFF
        sizes = asked.sizes[rows], self._sets.sizes[numbers]
        fit = np.minimum(*sizes) >= (self._threshold - 1e-9) * np.maximum(*sizes)
        rows, numbers = rows[fit], numbers[fit]
        likeness = alike(asked, self._sets, rows, numbers)
        found: list[tuple[int, float] | None] = [None] * len(texts)
        for at in np.lexsort((-numbers, likeness)).tolist():  # the most alike comes last and stays
            if likeness[at] >= self._threshold - 1e-12:
                found[int(rows[at])] = int(numbers[at]), float(likeness[at])
        return found

    def _prefixes(self, sets: Sets) -> Any:
        """Places in `sets.flat` of each set's rarest hashes: two sets that are alike enough share one of theirs."""
        import numpy as np

        owners = np.repeat(np.arange(len(sets)), sets.sizes)
        order = np.lexsort((sets.flat, self._every.counts(sets.flat), owners))
        # |a ∩ b| ≥ threshold · |a| is needed, so all but that many of the rarest, and one, have to hold a common one
        needed = sets.sizes - np.ceil((self._threshold - 1e-9) * sets.sizes).astype(np.int64) + 1
        rank = np.arange(len(order)) - np.repeat(sets.first[:-1], sets.sizes)
        return order[rank < np.repeat(needed, sets.sizes)]


def pair_sides(pairs: Sequence[tuple[str, str]], by: str) -> Sets:
    """The sets of pairs by `source`, `target` or `pair`."""
    sources, targets = [source for source, _ in pairs], [target for _, target in pairs]
    return shingles(sources, targets) if by == "pair" else shingles(sources if by == "source" else targets)
