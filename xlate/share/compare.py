"""What two segments have in common, and the tier that follows from it.

Words are aligned in order; a stretch of words that differ is looked at letter by letter, so that spelling variants,
scanning errors and lost spaces («تونسوالجزائر») count for what they keep. All sizes are in letters and digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from xlate.data import Tier
from xlate.share.values import ShareSettings

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


@dataclass(frozen=True, slots=True)
class Text:
    """A distinct text made ready: folded words, the same joined, the number of letters before each word."""

    forms: tuple[str, ...]
    joined: str
    before: tuple[int, ...]
    bag: Counter[str]
    quoted: str  # the joined letters inside quotation marks


@dataclass(frozen=True, slots=True)
class Match:
    """The tier and score of a pair; `fragment` gives the common stretch as word ranges (a0, a1, b0, b1),
    `quoted` says that both sides have it in quotation marks; `detail` holds the numbers a paraphrase was decided by."""

    tier: Tier
    score: float
    fragment: tuple[int, int, int, int] = (0, 0, 0, 0)
    quoted: bool = False
    detail: Mapping[str, float] = field(default_factory=dict)


def prepare(forms: Sequence[str], quoted: str = "") -> Text:
    """Make a `Text` of folded words."""
    before = [0]
    for form in forms:
        before.append(before[-1] + len(form))
    return Text(tuple(forms), "".join(forms), tuple(before), Counter(forms), quoted)


def common_letters(a: str, b: str) -> int:
    """Length of the longest common subsequence, bit-parallel (Hyyrö 2004)."""
    if not a or not b:
        return 0
    places: dict[str, int] = {}
    for index, char in enumerate(a):
        places[char] = places.get(char, 0) | 1 << index
    mask = (1 << len(a)) - 1
    row = mask
    for char in b:
        hit = row & places.get(char, 0)
        row = ((row + hit) | (row - hit)) & mask
    return len(a) - row.bit_count()


class Comparer:
    """Compares one text with many: `SequenceMatcher` keeps what it learnt about its second sequence."""

    def __init__(self, text: Text, settings: ShareSettings) -> None:
        self._a = text
        self._settings = settings
        self._matcher: SequenceMatcher[str] = SequenceMatcher(autojunk=False)
        self._matcher.set_seq2(text.forms)
        self._triples: frozenset[tuple[str, ...]] | None = None

    def compare(self, b: Text) -> Match | None:
        """The tier of this text (a) and `b`, or None. Verbatim is not looked for: the texts are distinct.

        In this order: contained without an edit, near-duplicate, contained with edits, quotation, and again
        near-duplicate where noise and another order of words came together.
        """
        a, settings = self._a, self._settings
        size = a.before[-1] + b.before[-1]
        smaller = min(a.before[-1], b.before[-1])
        bag = sum([len(w) * min(a.bag[w], b.bag[w]) for w in a.bag.keys() & b.bag.keys()])
        nested = a.joined in b.joined or b.joined in a.joined
        if bag < _LITTLE * smaller and not nested and not (bag >= _FRAGMENT_LETTERS / 2 and self._shares_run(b)):
            return None
        runs = self._runs(b)
        best, kept_words, kept = _fragment(runs, a, b)
        if nested:
            best, kept = _inside(a, b), smaller
        contained = Match("contained", round(min(1.0, kept / smaller), 4), best)
        if kept >= _WHOLE * smaller and _outside(a, b, best) >= _OUTSIDE:
            return contained
        # the same words in another order say nearly the same
        same = max(2 * sum(r[4] for r in runs) / size, _MOVED * 2 * bag / size)
        loose = same
        if _BORDER <= same < settings.near:
            loose = 1 - (1 - _triple_letters(a.joined, b.joined)) / _TRIPLE
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

    def _shares_run(self, b: Text) -> bool:
        """Whether three words in a row are the same: a long fragment has them."""
        if self._triples is None:
            self._triples = frozenset(zip(self._a.forms, self._a.forms[1:], self._a.forms[2:], strict=False))
        return not self._triples.isdisjoint(zip(b.forms, b.forms[1:], b.forms[2:], strict=False))

    def _quotation(self, b: Text, best: tuple[int, int, int, int], words: int, kept: int) -> Match | None:
        """A long dense fragment, or a shorter one that both sides put in quotation marks."""
        a, settings = self._a, self._settings
        if not words:
            return None
        span_a = a.before[best[1]] - a.before[best[0]]
        span_b = b.before[best[3]] - b.before[best[2]]
        if kept < _DENSE * max(span_a, span_b) or kept < _FRAGMENT_LETTERS:
            return None
        quoted = _shares_letters("".join(a.forms[best[0] : best[1]]), a.quoted) and _shares_letters(
            "".join(b.forms[best[2] : best[3]]), b.quoted
        )
        if words < (settings.quoted_words if quoted else settings.fragment_words):
            return None
        return Match("quotation", round(kept / max(span_a, span_b), 4), best, quoted)

    def _runs(self, b: Text) -> list[tuple[int, int, int, int, int, int, bool]]:
        """The alignment as runs (a0, a1, b0, b1, letters matched of a, of b, whether all match)."""
        a = self._a
        self._matcher.set_seq1(b.forms)
        runs = []
        for op, b0, b1, a0, a1 in self._matcher.get_opcodes():
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


def _triple_letters(a: str, b: str) -> float:
    """Dice coefficient of the stretches of three letters."""
    ours, theirs = ({text[i : i + 3] for i in range(len(text) - 2)} for text in (a, b))
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


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
    small, large = (a, b) if a.before[-1] <= b.before[-1] else (b, a)
    at = large.joined.index(small.joined)
    end = at + len(small.joined)
    first = max(i for i, n in enumerate(large.before[:-1]) if n <= at)
    last = min(i for i, n in enumerate(large.before) if n >= end)
    whole = (0, len(small.forms))
    return (*whole, first, last) if small is a else (first, last, *whole)
