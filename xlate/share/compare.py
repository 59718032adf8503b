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
_LITTLE = 0.3  # share of the smaller segment's letters in common words below which only a fragment can be shared
_MOVED = 0.9  # what words in another order are worth
_BORDER = 0.5  # below this share in common, misspelt words are not looked for out of order
_WHOLE = 0.97  # share of the smaller segment that stands in the larger when nothing was edited
_SHORT = 7  # words; a shorter segment needs more in common to be an edited copy
_SHORT_NEAR = 0.78
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
        """The tier of this text (a) and `b`, or None. Verbatim is not looked for: the texts are distinct."""
        a, settings = self._a, self._settings
        size_a, size_b = a.before[-1], b.before[-1]
        smaller, larger = sorted((size_a, size_b))
        bag = sum([len(w) * min(a.bag[w], b.bag[w]) for w in a.bag.keys() & b.bag.keys()])
        nested = a.joined in b.joined or b.joined in a.joined
        if bag < _LITTLE * smaller and not nested and not (bag >= _FRAGMENT_LETTERS / 2 and self._shares_run(b)):
            return None
        runs = self._runs(b)
        matched_a, matched_b = sum(r[4] for r in runs), sum(r[5] for r in runs)
        ordered = (matched_a + matched_b) / (size_a + size_b)
        # the same words in another order say nearly the same
        same = max(ordered, _MOVED * 2 * bag / (size_a + size_b))
        if _BORDER <= same < settings.near:
            same = max(same, _MOVED * 2 * (bag + self._respelt(b)) / (size_a + size_b))
        best, kept_words, kept = _fragment(runs, a, b)
        held = kept / smaller
        if nested:
            best, held = _inside(a, b), 1.0
        span = b.before[best[3]] - b.before[best[2]] if size_b == larger else a.before[best[1]] - a.before[best[0]]
        contained = Match("contained", round(min(1.0, held), 4), best)
        if held >= _WHOLE and 1 - span / larger >= _OUTSIDE:
            return contained
        words = min(len(a.forms), len(b.forms))
        if same >= (settings.near if words >= _SHORT else _SHORT_NEAR) and _common_words(runs) >= _LEAST_COMMON:
            return Match("near-duplicate", round(same, 4), (0, len(a.forms), 0, len(b.forms)))
        if held >= settings.part and _common_words(runs) >= _LEAST_COMMON:
            return contained
        return self._quotation(b, best, kept_words, kept)

    def _shares_run(self, b: Text) -> bool:
        """Whether three words in a row are the same: a long fragment has them."""
        if self._triples is None:
            self._triples = frozenset(zip(self._a.forms, self._a.forms[1:], self._a.forms[2:], strict=False))
        return not self._triples.isdisjoint(zip(b.forms, b.forms[1:], b.forms[2:], strict=False))

    def _respelt(self, b: Text) -> int:
        """Letters kept by words that `b` has spelt otherwise, wherever they stand: greedy, best first."""
        left_a, left_b = sorted((self._a.bag - b.bag).elements()), sorted((b.bag - self._a.bag).elements())
        alike = sorted(
            ((-2 * kept / (len(x) + len(y)), i, j, kept) for i, x in enumerate(left_a) for j, y in enumerate(left_b)
             if 2 * min(len(x), len(y)) >= _ALIKE * (len(x) + len(y))
             and (kept := common_letters(x, y)) * 2 >= _ALIKE * (len(x) + len(y)))
        )
        used_a: set[int] = set()
        used_b: set[int] = set()
        total = 0
        for _, i, j, kept in alike:
            if i not in used_a and j not in used_b:
                used_a.add(i)
                used_b.add(j)
                total += kept
        return total

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
