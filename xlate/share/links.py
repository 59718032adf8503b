"""Which articles share enough words to tell one story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from xlate.data import Tier

if TYPE_CHECKING:
    from xlate.share.find import Class, Edges

_LINK = 120  # letters that two articles share in words before they count as telling one story


def linked(classes: Sequence[Class], known: Mapping[Tier, Edges]) -> set[tuple[str, str]]:
    """Pairs of articles (sorted) that share enough words to tell one story.

    One article's counts are held at a time: a formula in every article would fill a table of all pairs of them.
    """
    beside: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for n, item in enumerate(classes):
        if len(item.segments) > 1:
            beside[n].append((n, len(item.key)))
    for found in known.values():
        for (i, j), match in found.items():
            size = min(classes[i].text.before[-1], classes[j].text.before[-1])
            if match.tier == "quotation":
                size = classes[i].text.before[match.fragment[1]] - classes[i].text.before[match.fragment[0]]
            beside[i].append((j, size))
            beside[j].append((i, size))
    names = {n: classes[n].articles for n in beside}
    of: dict[str, list[int]] = defaultdict(list)
    for n, own in names.items():
        for name in own:
            of[name].append(n)
    result: set[tuple[str, str]] = set()
    for name, own_classes in of.items():
        letters: Counter[str] = Counter()
        for n in own_classes:
            for m, size in beside[n]:
                # where both articles hold both classes, the pair of classes counts once
                twice = names[n] if n > m and name in names[m] else frozenset()
                for other in names[m]:
                    if other > name and other not in twice:
                        letters[other] += size
        result.update((name, other) for other, count in letters.items() if count >= _LINK)
    return result


def article_pairs(a: Class, b: Class) -> set[tuple[str, str]]:
    """The pairs of different articles (sorted) that two classes bring together."""
    return {(min(x, y), max(x, y)) for x, y in product(a.articles, b.articles) if x != y}
