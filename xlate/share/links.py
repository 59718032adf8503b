"""Which articles share enough words to tell one story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from xlate.data import Tier

if TYPE_CHECKING:
    from xlate.share.find import Class, Edges

_LINK = 120  # letters that two articles share in words before they count as telling one story


def linked(classes: Sequence[Class], known: Mapping[Tier, Edges]) -> set[tuple[str, str]]:
    """Pairs of articles (sorted) that share enough words to tell one story."""
    letters: Counter[tuple[str, str]] = Counter()
    for item in classes:
        if len(item.segments) > 1:
            _count(letters, item, item, len(item.key))
    for found in known.values():
        for (i, j), match in found.items():
            size = min(classes[i].text.before[-1], classes[j].text.before[-1])
            if match.tier == "quotation":
                size = classes[i].text.before[match.fragment[1]] - classes[i].text.before[match.fragment[0]]
            _count(letters, classes[i], classes[j], size)
    return {pair for pair, count in letters.items() if count >= _LINK}


def article_pairs(a: Class, b: Class) -> set[tuple[str, str]]:
    """The pairs of different articles (sorted) that two classes bring together."""
    return {(min(x, y), max(x, y)) for x, y in product(a.articles, b.articles) if x != y}


def _count(letters: Counter[tuple[str, str]], a: Class, b: Class, size: int) -> None:
    for pair in article_pairs(a, b):
        letters[pair] += size
