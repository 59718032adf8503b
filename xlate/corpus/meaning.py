"""Whether the two sides of a pair mean the same, by embeddings or by our own translation: the costly filters.

Both compare a pair with what its sides have in common with the other pairs of the batch, so the bounds hold for any
kind of text: `margin` is the cosine over the mean cosine of both sides with their four nearest others (Artetxe &
Schwenk 2019, ratio), `translation` the same with the character n-grams of our translation and of the target, which
order as chrF does. A batch of fewer than 8 pairs has no others to compare with: then the cosine itself is scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xlate.errors import UsageError

if TYPE_CHECKING:
    from xlate.corpus.filters import Tools

_NEAREST = 4
_FEW = 8
_SAME = 0.97  # cosine of texts of one language that are as good as equal
_BATCH = 512  # pairs compared with each other


def margins(pairs: Sequence[tuple[str, str]], tools: Tools) -> list[float]:
    """The embedding margin of each pair: near 1 or below for sides that have nothing to do with each other."""
    if tools.encode is None:
        raise UsageError("the filter margin needs the sentence encoder; run: pip install 'xlate[semantic]'")
    return _all(tools.encode([s for s, _ in pairs]), tools.encode([t for _, t in pairs]), usual=0.35)


def likeness(pairs: Sequence[tuple[str, str]], tools: Tools) -> list[float]:
    """The margin between our translation of the source and the target, in character n-grams."""
    from xlate.bitext.profile import profiles, rarity, unit, with_figures

    if tools.translate is None:
        raise UsageError("the filter translation needs a model; give one with --model")
    sources = [source for source, _ in pairs]
    made = tools.translate(sources)
    found: list[float] = []
    for low in range(0, len(pairs), _BATCH):
        part = slice(low, low + _BATCH)
        ours = profiles([with_figures(a, b) for a, b in zip(made[part], sources[part], strict=True)])
        theirs = profiles([target for _, target in pairs[part]])
        weight = rarity(ours, theirs)
        found += _margin(unit(ours * weight), unit(theirs * weight), usual=0.2)
    return found


def _all(ours: Any, theirs: Any, usual: float) -> list[float]:
    from xlate.bitext.profile import unit

    ours, theirs = unit(ours), unit(theirs)
    found: list[float] = []
    for low in range(0, len(ours), _BATCH):
        found += _margin(ours[low : low + _BATCH], theirs[low : low + _BATCH], usual)
    return found


def _margin(ours: Any, theirs: Any, usual: float) -> list[float]:
    """Ratio margins of the rows; `usual` is the mean of the nearest others where there are too few to ask."""
    import numpy as np

    table = ours @ theirs.T
    own = np.diag(table).copy()
    around: Any = usual
    if len(own) >= _FEW:
        # what repeats a side elsewhere in the batch (the pair itself first of all) is no other
        table[(theirs @ theirs.T > _SAME) | (ours @ ours.T > _SAME)] = -1
        rows = np.sort(table, axis=1)[:, -_NEAREST:].clip(usual / 2).mean(axis=1)
        columns = np.sort(table, axis=0)[-_NEAREST:].clip(usual / 2).mean(axis=0)
        around = (rows + columns) / 2
    return [float(one) for one in own / around]
