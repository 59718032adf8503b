"""Which segments are worth comparing: an inverted index of word shingles with a frequency cut-off.

Single words, word pairs and word triples are keys; a key that more than `posting` segments hold is dropped, so that
work and memory grow with the number of segments and not with its square. Fragment keys find contained and quoted
text as well as edited copies, which MinHash over whole sentences does not (its Jaccard similarity drowns a short
segment inside a long one). Segments next to each other in the order of their words, from the front and from the
back, are candidates too: that ties members of families so large that all their keys were cut off to a few others
each, and rarely to all. Of the edited versions of one sentence, two words of twenty changed in each, all pairs are
found up to about forty versions, an eighth of the pairs of sixty and a twelfth of those of a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from xlate.shingles import expanded, neighbours

_BLOCK = 2048  # segments whose postings are expanded at a time: bounds memory
_NEIGHBOURS = 3
_ALIKE = 3  # words that neighbours must have in common at the end they are sorted by
_ENOUGH = 8  # shared keys that always make a candidate: a common fragment of five or six words


def candidates(texts: Sequence[Sequence[str]], posting: int) -> Iterator[tuple[int, int]]:
    """Yield index pairs (i < j) of `texts` (folded words, sorted, distinct) that may say the same, without repeats.

    A pair qualifies with 8 shared keys; or with a fifth of the keys that others hold too of the one that has fewer of
    these, and a tenth of all its keys but the frequent ones (both rounded up, and more than that share).
    """
    import numpy as np

    count = len(texts)
    if count < 2:
        return
    keys = _keys(texts, posting)
    held = np.bincount(keys.owner, minlength=count)
    # what either must share of the keys that other segments hold too, and of all but the frequent
    least = np.minimum(_ENOUGH, np.maximum(held // 5, (held + keys.alone) // 10) + 1)
    # a segment's slice of the key list, and a key's slice of the posting list
    first = np.concatenate(([0], np.cumsum(held)))
    beside = _beside(texts)
    for low in range(0, count, _BLOCK):
        high = min(low + _BLOCK, count)
        rows = keys.code[first[low] : first[high]]
        owner = keys.owner[first[low] : first[high]]
        lengths = keys.size[rows]
        which, places = expanded(keys.start[rows], lengths)
        left, right = owner[which], keys.posting[places]
        later = right > left
        code, shared = _counted(left[later] * count + right[later])
        kept = code[shared >= np.minimum(least[code // count], least[code % count])]
        near = beside[np.searchsorted(beside, low * count) : np.searchsorted(beside, high * count)]
        kept = _counted(np.concatenate((kept, near)))[0]
        yield from zip((kept // count).tolist(), (kept % count).tolist(), strict=True)


def _counted(numbers: Any) -> tuple[Any, Any]:
    """The distinct numbers in order, and how often each stands there (`numpy.unique` takes twice the time)."""
    import numpy as np

    numbers = np.sort(numbers)
    first = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1]))) if len(numbers) else numbers
    return numbers[first], np.diff(np.concatenate((first, [len(numbers)])))


class _Keys:
    """Keys held by 2 to `posting` segments: (owner, code) by owner, and per code its start, size and posting; and for
    every segment the number of keys that it holds alone."""

    __slots__ = ("alone", "code", "owner", "posting", "size", "start")

    def __init__(self, owner: Any, code: Any, posting: Any, start: Any, size: Any, alone: Any) -> None:
        self.owner, self.code, self.posting, self.start, self.size = owner, code, posting, start, size
        self.alone = alone


def _keys(texts: Sequence[Sequence[str]], posting: int) -> _Keys:
    """Number the single words, pairs and triples, and drop what is too frequent or alone."""
    import numpy as np

    count = len(texts)
    vocabulary: dict[str, int] = {}
    flat = np.array([vocabulary.setdefault(w, len(vocabulary)) for text in texts for w in text], dtype=np.int64)
    owner = np.repeat(np.arange(count, dtype=np.int64), [len(text) for text in texts])
    codes, owners = [], []
    alone = np.zeros(count, dtype=np.int64)
    base = 0
    gram, place = flat, np.arange(len(flat))
    for length in (1, 2, 3):
        if length > 1:
            # extend each gram by the word after it, inside the same segment, and number the results anew
            place = neighbours(owner, length)
            joined = gram[place] * len(vocabulary) + flat[place + length - 1]
            gram = np.zeros(len(flat), dtype=np.int64)
            gram[place] = np.unique(joined, return_inverse=True)[1]
        pairs, _ = _counted(gram[place] * count + owner[place])  # a key counts once a segment
        code, holder = pairs // count, pairs % count
        size = np.bincount(code)
        alone += np.bincount(holder[size[code] == 1], minlength=count)
        fit = (size[code] >= 2) & (size[code] <= posting)
        codes.append(code[fit] + base)
        owners.append(holder[fit])
        base += len(size)
    code, holder = np.concatenate(codes), np.concatenate(owners)
    code = np.unique(code, return_inverse=True)[1]  # dense numbers; still sorted by code, then holder
    size = np.bincount(code) if len(code) else np.zeros(0, dtype=np.int64)
    order = np.argsort(holder, kind="stable")
    return _Keys(holder[order], code[order], holder, np.cumsum(size) - size, size, alone)


def _beside(texts: Sequence[Sequence[str]]) -> Any:
    """Sorted pair codes (i × count + j) of near neighbours in the order of words, and of words read backwards."""
    import numpy as np

    count = len(texts)
    codes = []
    for step_in in (1, -1):
        read = [list(text[::step_in]) for text in texts]
        ranked = sorted(range(count), key=lambda i: read[i])
        for step in range(1, _NEIGHBOURS + 1):
            for a, b in zip(ranked, ranked[step:], strict=False):
                if read[a][:_ALIKE] == read[b][:_ALIKE]:
                    codes.append(min(a, b) * count + max(a, b))
    return np.unique(np.array(codes, dtype=np.int64))
