"""What stands in quotation marks, where texts mix their kinds, lose one, or are cut in the middle of a quotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

MARK = re.compile('["«»“”„‟″〝〞＂]')
"""Every character that folds to a quotation mark."""
_PAIR = re.compile("«[^«»]*»|“[^“”„]*”|„[^“”„]*[“”]|〝[^〝〞]*〞")
_DIRECTION = dict.fromkeys("«“„〝", 1) | dict.fromkeys("»”〞", -1)
_GUILLEMET = {"«": 1, "»": -1}
_BEFORE = re.compile(r"[\s(\[{:،,–—-]")  # stands before a mark that opens, inside a text
_AFTER = re.compile(r"[\s)\]}.:،,؛;!?؟…–—-]")  # stands after a mark that closes

Direction = Callable[[int], int]
"""Of the mark at a place: 1 opens, -1 closes, 0 can be either."""


def quoted(text: str) -> Iterator[tuple[int, int]]:
    """The stretches between quotation marks, disjoint and in order, as half-open offsets in code points.

    Marks with a direction are paired by it: where «…» phrase «…» lost its first mark, the phrase is not quoted. What
    remains is paired in turn: neutral marks (`"`), unless the spaces beside both say that a quotation ends and another
    begins there, and mixtures («…"). For what still remains the spaces tell what opens and what closes (”…“).

    >>> text = 'س» قال «ص» ثم "ع"'
    >>> [text[start:end] for start, end in quoted(text)]
    ['ص', 'ع']
    """
    places = [m.start() for m in MARK.finditer(text)]
    if len(places) < 2:
        return
    pairs = [
        (m.start(), m.end() - 1)
        for m in _PAIR.finditer(text)
        # guillemets are mirrored in Arabic text, curly marks are not and may be typed the wrong way round
        if m[0][0] == "«" or not _between(text, m.start(), m.end() - 1)
    ]
    for direction in (lambda n: _DIRECTION.get(text[n], 0), lambda n: _spaces(text, n) or _GUILLEMET.get(text[n], 0)):
        held = {n for start, end in pairs for n in range(start, end + 1)}
        rest = [n for n in places if n not in held]
        pairs += list(_in_turn(text, rest, direction))
    last = 0
    for start, end in sorted(pairs):
        if start >= last:  # not inside another
            yield start + 1, end
            last = end


def _in_turn(text: str, places: Iterable[int], direction: Direction) -> Iterator[tuple[int, int]]:
    """Pair each mark that can open with the next that can close, unless another opens in between."""
    start = None
    for place in places:
        way = direction(place)
        if start is None or way > 0:
            start = place if way >= 0 else None
        elif _between(text, start, place):
            start = place
        else:
            yield start, place
            start = None


def _between(text: str, first: int, second: int) -> bool:
    """Whether by the spaces beside two marks one quotation ends at the first and another begins at the second."""
    return _spaces(text, first) < 0 < _spaces(text, second)


def _spaces(text: str, place: int) -> int:
    """The direction of a mark as the spaces and stops beside it tell."""
    opens = place == 0 or _BEFORE.match(text[place - 1]) is not None
    closes = place + 1 == len(text) or _AFTER.match(text[place + 1]) is not None
    return opens - closes
