"""Near-duplicates among millions of texts, in bounded memory and nearly constant time each.

A text is the set of its folded words and of their pairs, as 32-bit hashes. `MinHashes` (Broder 1997; banding as in
Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, chapter 3) streams: it finds nine of ten texts of Jaccard
similarity 0.8, nearly all of 0.9, and holds 0.3 to 0.6 kB a text. `exact_matches` looks texts up in a set that fits
into memory, by prefix filtering (Chaudhuri et al. 2006; Bayardo et al. 2007), and misses none.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

from xlate.normalise import normalise

THRESHOLD = 0.7
"""Jaccard similarity of words and word pairs from which two texts are near-duplicates: about one word in eight."""

_BANDS, _ROWS = 8, 4
_HASHES = 64
_FIRST = 1 << 15  # texts there is room for at first
_ODD = 0x9E3779B97F4A7C15


def features(text: str, tag: str = "") -> list[int]:
    """The distinct hashes of a text's folded words and word pairs; `tag` keeps the two sides of a pair apart."""
    words = [word.strip("\"'.,;:?!()[]-%") for word in normalise(text).split()]
    words = [tag + word for word in words if word] or [tag + normalise(text)]
    hashes = [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words]
    pairs = [(a * 0x9E3779B1 + b * 0x85EBCA77 + 1) & 0xFFFFFFFF for a, b in pairwise(hashes)]
    return list({*hashes, *pairs})


class MinHashes:
    """A growing index of texts; `add` tells what each new one repeats."""

    def __init__(self, threshold: float = THRESHOLD, seed: int = 1) -> None:
        import numpy as np

        self._threshold = threshold
        self._factors = np.random.default_rng(seed).integers(1, 1 << 31, size=(2, _HASHES), dtype=np.uint64)
        self._signatures = np.empty((_FIRST, _HASHES), dtype=np.uint16)
        self._keys = np.empty((_FIRST, _BANDS), dtype=np.uint32)
        self._size = 0
        self._table = np.full((_BANDS, 4 * _FIRST), -1, dtype=np.int32)

    def add(self, sets: Sequence[Sequence[int]]) -> list[int]:
        """For each set of `features` the number (in the order of adding) of an earlier near-duplicate, or -1."""
        import numpy as np

        first, bands = self._size, np.arange(_BANDS)
        self._room(first + len(sets))
        self._hash(sets)
        slots = self._keys[first : self._size] & np.uint32(self._table.shape[1] - 1)
        found = []
        for number in range(first, self._size):
            # a slot may hold a text with another key: the signatures decide
            here = bands, slots[number - first]
            held = self._table[here]
            match = -1
            if held.max() >= 0:
                match = next((n for n in sorted(set(held.tolist())) if n >= 0 and self._alike(n, number)), -1)
            if match < 0:
                self._table[here] = number
            found.append(match)
        return found

    def _alike(self, one: int, other: int) -> bool:
        return float((self._signatures[one] == self._signatures[other]).mean()) >= self._threshold

    def _room(self, size: int) -> None:
        """Grow, and fill the larger table from the keys."""
        import numpy as np

        capacity = len(self._keys)
        if size <= capacity:
            return
        while capacity < size:
            capacity *= 2
        for name in ("_signatures", "_keys"):
            old = getattr(self, name)
            new = np.empty((capacity, old.shape[1]), dtype=old.dtype)
            new[: self._size] = old[: self._size]
            setattr(self, name, new)
        self._table = np.full((_BANDS, 4 * capacity), -1, dtype=np.int32)
        for band in range(_BANDS):
            # the later of two in one slot stays, as when they were added
            slots = self._keys[: self._size, band] & np.uint32(4 * capacity - 1)
            self._table[band, slots] = np.arange(self._size, dtype=np.int32)

    def _hash(self, sets: Sequence[Sequence[int]]) -> None:
        """Append the minima of 64 hash functions (16 bits kept), and a key for each band of four of them."""
        import numpy as np

        sizes = np.array([len(one) for one in sets])
        flat = np.fromiter((hashed for one in sets for hashed in one), dtype=np.uint64, count=int(sizes.sum()))
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        minima = np.empty((len(sets), _HASHES), dtype=np.uint32)
        for number in range(_HASHES):
            # multiply-shift (Dietzfelbinger et al. 1997): the upper half of a 64-bit product
            mixed = (flat * (self._factors[0, number] * 2 + 1) + self._factors[1, number]) * np.uint64(_ODD)
            minima[:, number] = np.minimum.reduceat((mixed >> np.uint64(32)).astype(np.uint32), starts)
        rows = slice(self._size, self._size + len(sets))
        self._signatures[rows] = minima.astype(np.uint16)
        keys = np.zeros((len(sets), _BANDS), dtype=np.uint64)
        for at in range(_ROWS):
            keys = (keys ^ minima[:, at : _BANDS * _ROWS : _ROWS]) * np.uint64(_ODD)
            keys ^= keys >> np.uint64(29)
        self._keys[rows] = (keys >> np.uint64(16)).astype(np.uint32)
        self._size += len(sets)


class Exact:
    """A fixed set of texts in which near-duplicates of others are looked up without missing one."""

    def __init__(self, sets: Sequence[Sequence[int]], threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._count = Counter(hashed for one in sets for hashed in one)
        self._sets = [frozenset(one) for one in sets]
        self._holders: dict[int, list[int]] = {}
        for number, one in enumerate(sets):
            for hashed in self._prefix(one):
                self._holders.setdefault(hashed, []).append(number)

    def find(self, features: Sequence[int]) -> tuple[int, float] | None:
        """(number, Jaccard similarity) of the nearest text of the set, None where none reaches the threshold."""
        size = len(features)
        wanted = set(features)
        best: tuple[int, float] | None = None
        candidates = {number for hashed in self._prefix(features) for number in self._holders.get(hashed, ())}
        for number in sorted(candidates):
            other = self._sets[number]
            if min(size, len(other)) < self._threshold * max(size, len(other)):
                continue
            common = len(wanted & other)
            likeness = common / (size + len(other) - common)
            if likeness >= self._threshold and (best is None or likeness > best[1]):
                best = number, likeness
        return best

    def _prefix(self, features: Sequence[int]) -> list[int]:
        """The rarest features: two sets that are alike enough share at least one of theirs."""
        # |a ∩ b| ≥ threshold · |a| is needed, so all but that many of the rarest, and one, have to hold a common one
        needed = len(features) - -int(-self._threshold * len(features) // 1) + 1
        return sorted(features, key=lambda hashed: (self._count[hashed], hashed))[:needed]


def pair_features(source: str, target: str, by: str) -> list[int]:
    """The features of a pair by `source`, `target` or `pair`."""
    if by == "source":
        return features(source)
    if by == "target":
        return features(target)
    return [*features(source, "s"), *features(target, "t")]


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of `size`, the last one shorter."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
