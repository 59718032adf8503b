"""Many texts at once as sets of hashed words and word pairs, and an index from what they hold to who holds it.

Two pieces of work look for texts that say the same: `xlate.share` among articles, `xlate.corpus` in a parallel corpus.
Both stand on this leaf, which works on whole batches in numpy: no Python object is made for a word.

A text is folded (see `normalise`), marks become spaces, and each word and each pair of neighbours is a 32-bit hash,
the same in every process and on every machine.

>>> sets = shingles(["قالَ الوزير نعم.", "قال الوزير نعم", "قال الوزير لا"])
>>> common(sets, sets, [0, 0], [1, 2]).tolist(), sets.sizes.tolist()
([5, 3], [5, 5, 5])
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlate.normalise import normalise

LONGEST = 1 << 16
"""Characters of a text that are looked at: what is alike so far is alike."""

_MARKS = frozenset("\"'.,;:?!()[]-")
_BLOCK = 1 << 21  # hashes that are compared at a time: bounds memory
_ODD = 0x9E3779B97F4A7C15
_BASE = 0xD6E8FEB86659FD93
_PAIR = 0xA0761D6478BD642F


class _Table(dict[int, str]):
    """`str.translate` table that fills itself: a character folded, marks and all white space as a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = " " if char.isspace() else normalise(char)
        value = self[code] = "".join(" " if one in _MARKS else one for one in folded)
        return value


_TABLE = _Table()


def bare(text: str) -> str:
    """`text` folded, its words separated by single spaces, without marks; a text of marks alone keeps them.

    >>> bare("«قالَ  الوزيرُ: نعم»"), bare("...")
    ('قال الوزير نعم', '...')
    """
    return " ".join(_spaced(text).split()) or "".join(text.split())


def _spaced(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_TABLE)


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets of hashes, one a text: `flat[first[i]:first[i + 1]]` (uint32) are those of text i, sorted and distinct."""

    flat: Any
    first: Any

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def sizes(self) -> Any:
        """How many hashes each text has."""
        return self.first[1:] - self.first[:-1]

    def taken(self, rows: Any) -> Sets:
        """The sets of `rows`, in that order."""
        import numpy as np

        which, at = expanded(self.first[rows], self.sizes[rows])
        return Sets(self.flat[at], np.searchsorted(which, np.arange(len(rows) + 1)))


def shingles(*sides: Sequence[str]) -> Sets:
    """The hashed words and pairs of neighbouring words of texts; of several `sides` (lists of the same length) the
    union, in which a word of one side is never one of another."""
    import numpy as np

    keys = np.concatenate([_keyed(side, number) for number, side in enumerate(sides)])
    keys.sort()
    keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys
    owners = keys >> np.uint64(32)
    return Sets(keys.astype(np.uint32), np.searchsorted(owners, np.arange(len(sides[0]) + 1, dtype=np.uint64)))


def _keyed(texts: Sequence[str], side: int) -> Any:
    """(number of the text << 32 | hash) of every word and word pair, in no order."""
    import numpy as np

    if not texts:
        return np.zeros(0, dtype=np.uint64)
    hashes, owner = _words(texts)
    with np.errstate(over="ignore"):
        hashes = _mixed(hashes + np.uint64(side + 1) * np.uint64(_ODD))
        place = neighbours(owner, 2)
        pairs = _mixed(hashes[place] * np.uint64(_PAIR) + hashes[place + 1])
    both = np.concatenate((hashes, pairs)) >> np.uint64(32)
    return np.concatenate((owner, owner[place])).astype(np.uint64) << np.uint64(32) | both


def _words(texts: Sequence[str]) -> tuple[Any, Any]:
    """A 64-bit hash of each word of all texts, in order, and the number of its text."""
    import numpy as np

    lines = [
        spaced if not (spaced := _spaced(text[:LONGEST])).isspace() and spaced else _unspaced(text) for text in texts
    ]
    codes = np.frombuffer("\n".join(lines).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    inside = (codes != 32) & (codes != 10)
    starts = inside & ~np.concatenate(([False], inside[:-1]))
    at = np.flatnonzero(inside)
    first = np.flatnonzero(starts[at])  # where words begin among the characters of words
    lengths = np.diff(np.append(first, len(at)))
    place = np.arange(len(at)) - np.repeat(first, lengths)
    with np.errstate(over="ignore"):
        # a polynomial in the characters (Karp & Rabin 1987) modulo 2^64
        powers = np.full(int(lengths.max()), _BASE, dtype=np.uint64)
        powers = np.multiply.accumulate(powers)
        hashes = np.add.reduceat((codes[at].astype(np.uint64) + np.uint64(1)) * powers[place], first)
    ends = np.flatnonzero(codes == 10)
    return hashes, np.searchsorted(ends, at[first])


def _unspaced(text: str) -> str:
    """What stands for a text without words: its marks, or a mark of ours where it has not even those."""
    return "".join(text[:LONGEST].split()) or "\0"


def _mixed(hashes: Any) -> Any:
    """64-bit hashes whose upper half depends on every bit (the finaliser of MurmurHash3)."""
    import numpy as np

    hashes = (hashes ^ hashes >> np.uint64(33)) * np.uint64(0xFF51AFD7ED558CCD)
    hashes = (hashes ^ hashes >> np.uint64(33)) * np.uint64(0xC4CEB9FE1A85EC53)
    return hashes ^ hashes >> np.uint64(33)


def neighbours(owner: Any, length: int) -> Any:
    """Places from which `length` words in a row belong to one text; `owner` is the text of each word, in order."""
    import numpy as np

    return np.flatnonzero(owner[: len(owner) - length + 1] == owner[length - 1 :])


def expanded(first: Any, sizes: Any) -> tuple[Any, Any]:
    """All indices of the ranges `first[k] … first[k] + sizes[k]`, in a row, with the number k of each."""
    import numpy as np

    which = np.repeat(np.arange(len(sizes)), sizes)
    offsets = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return which, np.repeat(first, sizes) + offsets


def common(ours: Sets, theirs: Sets, left: Any, right: Any) -> Any:
    """How many hashes the sets `left[k]` of `ours` and `right[k]` of `theirs` share, for each k."""
    import numpy as np

    left, right = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    found = np.zeros(len(left), dtype=np.int64)
    ends = np.cumsum(ours.sizes[left] + theirs.sizes[right])
    low = 0
    while low < len(left):
        high = max(low + 1, int(np.searchsorted(ends, (ends[low - 1] if low else 0) + _BLOCK)))
        keys = np.concatenate([_of_pairs(ours, left[low:high]), _of_pairs(theirs, right[low:high])])
        keys.sort(kind="stable")  # two sorted runs, which it merges
        twice = keys[1:][keys[1:] == keys[:-1]] >> np.uint64(32)
        found[low:high] = np.bincount(twice.astype(np.int64), minlength=high - low)
        low = high
    return found


def _of_pairs(sets: Sets, rows: Any) -> Any:
    import numpy as np

    which, at = expanded(sets.first[rows], sets.sizes[rows])
    return which.astype(np.uint64) << np.uint64(32) | sets.flat[at]


def alike(ours: Sets, theirs: Sets, left: Any, right: Any) -> Any:
    """The Jaccard similarity (0–1) of the sets `left[k]` of `ours` and `right[k]` of `theirs`, for each k."""
    shared = common(ours, theirs, left, right)
    return shared / (ours.sizes[left] + theirs.sizes[right] - shared)


class Postings:
    """An inverted index: which texts hold a hash."""

    def __init__(self, sets: Sets) -> None:
        import numpy as np

        order = np.argsort(sets.flat, kind="stable")
        holders = np.repeat(np.arange(len(sets)), sets.sizes)
        self.hashes, self._first, self._sizes = np.unique(sets.flat[order], return_index=True, return_counts=True)
        self._holders = holders[order]

    def counts(self, hashes: Any) -> Any:
        """How many texts hold each of `hashes`."""
        import numpy as np

        at, known = self._found(hashes)
        return np.where(known, self._sizes[at], 0) if len(self.hashes) else np.zeros(len(hashes), dtype=np.int64)

    def holders(self, hashes: Any) -> tuple[Any, Any]:
        """(number of the hash in `hashes`, number of a text that holds it) for each such text."""
        import numpy as np

        at, known = self._found(hashes)
        rows = np.flatnonzero(known)
        which, places = expanded(self._first[at[rows]], self._sizes[at[rows]])
        return rows[which], self._holders[places]

    def _found(self, hashes: Any) -> tuple[Any, Any]:
        import numpy as np

        if not len(self.hashes):
            return np.zeros(len(hashes), dtype=np.int64), np.zeros(len(hashes), dtype=bool)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return at, self.hashes[at] == hashes
