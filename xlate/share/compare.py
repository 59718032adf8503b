"""What two segments have in common, and the tier that follows from it.

Words are aligned in order; a stretch of words that differ is looked at letter by letter, so that spelling variants,
scanning errors and lost spaces («تونسوالجزائر») count for what they keep. All sizes are in letters and digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from xlate.data import Tier
from xlate.share.sequence import Aligner, Block
from xlate.share.values import ShareSettings
from xlate.share.words import is_number, key

_ALIKE = 0.7  # letters that two stretches must share (Dice) to be two spellings of one thing
_OUTSIDE = 0.15  # share of the larger segment that lies outside the smaller one when it is contained
_TRIPLE = 1.35  # one wrong letter spoils three stretches of three, lost and gained: what they miss counts less
_LITTLE = 0.3  # share of the smaller segment's letters in common words below which only a fragment can be shared
_MOVED = 0.9  # what words in another order are worth
_BORDER = 0.4  # below this share in common, letters are not compared out of order
_WHOLE = 0.97  # share of the smaller segment that stands in the larger when nothing was edited
_SHORT = 9  # words; a shorter segment needs more in common to be an edited copy
_SHORT_NEAR = 0.78
_INTACT = 0.95  # share of the smaller segment's letters that stand in the larger, with or without a break
_LEAST_COMMON = 3  # words
_DENSE = 0.7  # share of a fragment's span, on either side, that must match
_FRAGMENT_LETTERS = 30
_RUN = 3  # words in a row without a change that a shared fragment has somewhere
_HOPELESS = 0.85  # of what a near-duplicate needs: with fewer letters in order, nothing else makes it one


@dataclass(frozen=True, slots=True)
class Text:
    """A distinct text made ready: folded words, the same joined, the number of letters before each word."""

    forms: tuple[str, ...]
    joined: str
    before: tuple[int, ...]
    bag: dict[str, int]  # distinct words with the letters that all their occurrences have together
    quoted: str  # the joined letters inside quotation marks


@dataclass(frozen=True, slots=True)
class Match:
    """The tier and score of a pair; `fragment` gives the common stretch as word ranges (a0, a1, b0, b1),
    `quoted` on how many sides it stands in quotation marks; `detail` holds the numbers a paraphrase was decided by."""

    tier: Tier
    score: float
    fragment: tuple[int, int, int, int] = (0, 0, 0, 0)
    quoted: int = 0
    detail: Mapping[str, float] = field(default_factory=dict)


def prepare(forms: tuple[str, ...], quoted: str = "") -> Text:
    """Make a `Text` of folded words."""
    before = [0, *accumulate(map(len, forms))]
    bag: dict[str, int] = {}
    for form in forms:
        bag[form] = bag.get(form, 0) + len(form)
    return Text(forms, "".join(forms), tuple(before), bag, quoted)


def common_letters(a: str, b: str) -> int:
    """Length of the longest common subsequence, bit-parallel (Hyyrö 2004)."""
    return _common_letters(_letter_places(a), len(a), b) if a and b else 0


def _letter_places(text: str) -> dict[str, int]:
    """For every letter the bits of its places."""
    places: dict[str, int] = {}
    bit = 1
    for char in text:
        places[char] = places.get(char, 0) | bit
        bit <<= 1
    return places


def _common_letters(places: Mapping[str, int], size: int, b: str) -> int:
    mask = (1 << size) - 1
    row = mask
    for char in b:
        if char in places:
            hit = row & places[char]
            row = ((row + hit) | (row - hit)) & mask
    return size - row.bit_count()


class Comparer:
    """Compares one text with many, and keeps what it learns about the one."""

    def __init__(self, text: Text, settings: ShareSettings) -> None:
        self._a = text
        self._settings = settings
        self._aligner = Aligner(text.forms)
        self._letters: dict[str, int] | None = None
        self._threes: frozenset[str] | None = None

    def compare(self, b: Text) -> Match | None:
        """The tier of this text (a) and `b`, or None. Verbatim is not looked for: the texts are distinct.

        In this order: contained without an edit, near-duplicate, contained with edits, quotation, and again
        near-duplicate where noise and another order of words came together.
        """
        a, settings = self._a, self._settings
        size = a.before[-1] + b.before[-1]
        smaller = min(a.before[-1], b.before[-1])
        bag_a, bag_b = a.bag, b.bag
        bag = sum([min(bag_a[w], bag_b[w]) for w in bag_a.keys() & bag_b.keys()])
        nested = _place(*_by_size(a, b)) >= 0
        # without a fragment, what is left are copies with most words edited, and those keep the letters
        small = bag < _FRAGMENT_LETTERS
        if not nested and small and (bag < _LITTLE * smaller or self._hopeless(b, size, smaller, bag)):
            return None
        blocks = self._aligner.blocks(b.forms)
        broken = not nested and not small and max([block[2] for block in blocks], default=0) < _RUN
        if broken and (bag < _LITTLE * smaller or self._hopeless(b, size, smaller, bag)):
            return None
        runs = self._runs(b, blocks)
        best, kept_words, kept = _fragment(runs, a, b)
        if nested:
            best, kept = _inside(a, b), smaller
        contained = Match("contained", round(min(1.0, kept / smaller), 4), _with_numbers(best, a, b))
        outside = 1 - smaller / (size - smaller) if nested else _outside(a, b, best)
        if kept >= _WHOLE * smaller and outside >= _OUTSIDE:
            return contained
        # the same words in another order say nearly the same
        same = max(2 * sum(r[4] for r in runs) / size, _MOVED * 2 * bag / size)
        loose = same
        if _BORDER <= same < settings.near:
            loose = 1 - (1 - self._triple_letters(b)) / _TRIPLE
        # a short segment that lost nothing had a clause put in; else few words may tell of another event
        long = min(len(a.forms), len(b.forms)) >= _SHORT or sum(r[4] for r in runs) >= _INTACT * smaller
        least = settings.near if long else max(settings.near, _SHORT_NEAR)
        if _common_words(runs) < _LEAST_COMMON:
            return None if not nested else contained
        if same >= least or loose >= max(least, _SHORT_NEAR):
            return Match("near-duplicate", round(max(same, loose), 4), (0, len(a.forms), 0, len(b.forms)))
        if kept >= settings.part * smaller:
            return contained
        quotation = self._quotation(b, best, kept_words, kept)
        if quotation is None and loose >= least:
            return Match("near-duplicate", round(loose, 4), (0, len(a.forms), 0, len(b.forms)))
        return quotation

    def _hopeless(self, b: Text, size: int, smaller: int, bag: int) -> bool:
        """Whether too few letters stand in the same order for an edited or a contained copy."""
        if _MOVED * 2 * bag >= self._settings.near * size:
            return False
        if self._letters is None:
            self._letters = _letter_places(self._a.joined)
        kept = _common_letters(self._letters, self._a.before[-1], b.joined)
        return 2 * kept < _HOPELESS * self._settings.near * size and kept < self._settings.part * smaller

    def _triple_letters(self, b: Text) -> float:
        """Dice coefficient of the stretches of three letters."""
        if self._threes is None:
            self._threes = _threes(self._a.joined)
        theirs = _threes(b.joined)
        return 2 * len(self._threes & theirs) / (len(self._threes) + len(theirs))

    def _quotation(self, b: Text, best: tuple[int, int, int, int], words: int, kept: int) -> Match | None:
        """A long dense fragment, or a shorter one that both sides put in quotation marks."""
        a, settings = self._a, self._settings
        if not words:
            return None
        span_a = a.before[best[1]] - a.before[best[0]]
        span_b = b.before[best[3]] - b.before[best[2]]
        if kept < _DENSE * max(span_a, span_b) or kept < _FRAGMENT_LETTERS:
            return None
        quoted = _shares_letters("".join(a.forms[best[0] : best[1]]), a.quoted) + _shares_letters(
            "".join(b.forms[best[2] : best[3]]), b.quoted
        )
        if words < (settings.quoted_words if quoted == 2 else settings.fragment_words):
            return None
        return Match("quotation", round(kept / max(span_a, span_b), 4), best, quoted)

    def _runs(self, b: Text, blocks: Sequence[Block]) -> list[tuple[int, int, int, int, int, int, bool]]:
        """The alignment as runs (a0, a1, b0, b1, letters matched of a, of b, whether all match)."""
        a = self._a
        runs = []
        for op, b0, b1, a0, a1 in self._aligner.steps(b.forms, blocks):
            size_a, size_b = a.before[a1] - a.before[a0], b.before[b1] - b.before[b0]
            if op == "equal":
                runs.append((a0, a1, b0, b1, size_a, size_b, True))
                continue
            kept = 0
            if op == "replace" and min(size_a, size_b) >= _ALIKE * max(size_a, size_b) / (2 - _ALIKE):
                kept = common_letters("".join(a.forms[a0:a1]), "".join(b.forms[b0:b1]))
                if 2 * kept < _ALIKE * (size_a + size_b):
                    kept = 0
            runs.append((a0, a1, b0, b1, kept, kept, False))
        return runs


def _outside(a: Text, b: Text, fragment: tuple[int, int, int, int]) -> float:
    """Share of the larger text that lies outside a common stretch."""
    a0, a1, b0, b1 = fragment
    if a.before[-1] > b.before[-1]:
        return 1 - (a.before[a1] - a.before[a0]) / a.before[-1]
    return 1 - (b.before[b1] - b.before[b0]) / b.before[-1]


def _threes(text: str) -> frozenset[str]:
    """The stretches of three letters."""
    return frozenset([text[i : i + 3] for i in range(len(text) - 2)])


def _common_words(runs: list[tuple[int, int, int, int, int, int, bool]]) -> int:
    return sum(r[1] - r[0] for r in runs if r[4])


def _shares_letters(fragment: str, quoted: str) -> bool:
    """Whether most of a fragment stands inside quotation marks."""
    if not quoted:
        return False
    return common_letters(fragment, quoted) >= 0.8 * len(fragment)


def _fragment(
    runs: list[tuple[int, int, int, int, int, int, bool]], a: Text, b: Text
) -> tuple[tuple[int, int, int, int], int, int]:
    """The best common stretch: matched letters count for it, letters in between against it (Kadane's algorithm).

    Returns its word ranges, its matched words and its matched letters.
    """
    best = (0, 0, 0, 0)
    best_value = best_words = best_kept = 0
    value = words = kept = 0
    start: tuple[int, int] | None = None
    for a0, a1, b0, b1, kept_a, _, _ in runs:
        if not kept_a:
            value -= max(a.before[a1] - a.before[a0], b.before[b1] - b.before[b0])
            if value <= 0:
                value = words = kept = 0
                start = None
            continue
        if start is None:
            start = (a0, b0)
        lost = max(a.before[a1] - a.before[a0], b.before[b1] - b.before[b0]) - kept_a
        value += kept_a - lost
        words += min(a1 - a0, b1 - b0)
        kept += kept_a
        if value > best_value:
            best_value, best_words, best_kept = value, words, kept
            best = (start[0], a1, start[1], b1)
    return best, best_words, best_kept


def _inside(a: Text, b: Text) -> tuple[int, int, int, int]:
    """Word ranges of the smaller text and of the words of the larger that hold its letters."""
    small, large = _by_size(a, b)
    at = _place(small, large)
    end = at + len(small.joined)
    first = max(i for i, n in enumerate(large.before[:-1]) if n <= at)
    last = min(i for i, n in enumerate(large.before) if n >= end)
    whole = (0, len(small.forms))
    return (*whole, first, last) if small is a else (first, last, *whole)


def _by_size(a: Text, b: Text) -> tuple[Text, Text]:
    """The smaller text, then the larger."""
    return (a, b) if a.before[-1] <= b.before[-1] else (b, a)


def _place(small: Text, large: Text) -> int:
    """Where the letters of the smaller text stand in those of the larger; -1 where they do not, or as other numbers:
    «إلى 2» does not stand in «إلى 27»."""
    at = large.joined.find(small.joined)
    if at < 0 or (not any(map(is_number, small.forms)) and not any(map(is_number, large.forms))):
        return at
    fenced = key(large.forms)
    at = fenced.find(key(small.forms))
    return at - fenced.count("#", 0, at) if at >= 0 else -1


def _with_numbers(fragment: tuple[int, int, int, int], a: Text, b: Text) -> tuple[int, int, int, int]:
    """A fragment and the numbers beside it, so that a number which differs there is seen."""
    a0, a1, b0, b1 = fragment
    while a0 and b0 and is_number(a.forms[a0 - 1]) and is_number(b.forms[b0 - 1]):
        a0, b0 = a0 - 1, b0 - 1
    while a1 < len(a.forms) and b1 < len(b.forms) and is_number(a.forms[a1]) and is_number(b.forms[b1]):
        a1, b1 = a1 + 1, b1 + 1
    return a0, a1, b0, b1
