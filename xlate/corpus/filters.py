"""The filters of a parallel corpus: each gives every pair a score and says from where on a pair is dropped.

A filter is a function from a batch of pairs to scores, with a bound. The cheap ones look at one pair at a time; the
others (language, meaning) are better asked about many at once. `None` means the filter has nothing to say of a pair,
which then passes. `FILTERS` is all there is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq
from typing import Any, Literal

from xlate.check.numbers import unmatched
from xlate.check.shape import USUAL_RATIO
from xlate.errors import UsageError

Pair = tuple[str, str]
Score = float | None
Scorer = Callable[[str, str], Score]

_MARKS = re.compile("[\u0640\u064b-\u0652\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_ARABIC = re.compile(r"[\u0620-\u064a\u0671-\u06d3\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdfb\ufe70-\ufefc]+")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+")
_SOFT = re.compile(r"[\w\s.,;:!?'\"()،؛؟«»“”‘’–—\-\u0640\u064b-\u0652\u200b-\u200f]+")
_HTML = re.compile(
    r"</?[a-zA-Z][^<>]{0,200}>|&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});|\{\{|\}\}|\[/?(?:b|i|u|url|img|quote)\b"
    r"|(?:class|style|href|src)=[\"']|javascript:|\bfunction\s*\(|<!--|-->|\\[nrt]\\[nrt]|\ufffd"
)
_MOJIBAKE = re.compile(
    r"(?:[\u00c2\u00c3\u00d8\u00d9\u00da\u00db][\u0080-\u00bf\u0152-\u0192\u2013-\u2122]){2}|â€|(?:[ØÙ].){4}"
)
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|info|gov|edu)(?:/\S*)?")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_FIGURE = re.compile(r"\d+(?:[,.٬]\d{3}(?!\d))*")
_SEPARATORS = str.maketrans("", "", ",.٬")

_SPELLED: dict[str, tuple[str, ...]] = {
    "2": ("two ", "second", "اثن", "ثاني", "ثان "), "3": ("three", "third", "ثلاثة", "ثلاث ", "ثالث"),
    "4": ("four ", "fourth", "أربع", "اربع", "رابع"), "5": ("five", "fifth ", "خمسة", "خمس ", "خامس"),
    "6": ("six ", "sixth ", "ستة", "ست ", "سادس"), "7": ("seven ", "seventh ", "سبعة", "سبع ", "سابع"),
    "8": ("eight ", "eighth ", "ثمان", "ثامن"), "9": ("nine ", "ninth ", "تسعة", "تسع ", "تاسع"),
    "10": ("ten ", "tenth", "عشرة", "عشر ", "عاشر"), "11": ("eleven", "أحد عشر", "إحدى عشر"),
    "12": ("twel", "اثنا عشر", "اثني عشر", "اثنتا عشر", "اثنتي عشر"), "13": ("thirteen",), "14": ("fourteen",),
    "15": ("fifteen",), "16": ("sixteen",), "17": ("seventeen",), "18": ("eighteen",), "19": ("nineteen",),
    "20": ("twenty", "عشرين", "عشرون"), "30": ("thirty", "ثلاثين", "ثلاثون"), "40": ("forty", "أربعين", "أربعون"),
    "50": ("fifty", "خمسين", "خمسون"), "60": ("sixty", "ستين", "ستون"), "70": ("seventy", "سبعين", "سبعون"),
    "80": ("eighty", "ثمانين", "ثمانون"), "90": ("ninety", "تسعين", "تسعون"), "100": ("hundred", "مئة", "مائة"),
    "1000": ("thousand", "ألف", "آلاف"),
}  # fmt: skip

# what tells at once that a costlier look is not needed: most sentences hold none of it
_MAYBE_LINK = re.compile(r"://|www\.|@|\.(?:com|net|org|info|gov|edu)")
_MAYBE_HTML = re.compile(r"[<&{}\[\\=\ufffdØÙÚÛÂÃâ]|script:|function")
_NOT_ARABIC = re.compile(r"[^\W\d_\u0620-\u064a\u0671-\u06d3\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdfb\ufe70-\ufefc]")


def length(source: str, target: str) -> Score:
    """Words of the longer side; 0 where a side has no letter or digit at all."""
    if not _WORDS.search(source) or not _WORDS.search(target):
        return 0.0
    return float(max(source.count(" "), target.count(" ")) + 1)


def ratio(source: str, target: str) -> Score:
    """How far the English is longer or shorter than Arabic of this length usually gives: 1 at the bounds that hold
    999 of 1,000 sentences of news, 0 at the usual length."""
    size, english = len(_MARKS.sub("", source)), len(target)
    if not size or not english:
        return None
    found = english / size
    if found >= USUAL_RATIO:
        return (found - USUAL_RATIO) / (0.49 + 25 / size)
    # below, the bound goes with the length too, but some of a short sentence always stays
    return (USUAL_RATIO - found) / (USUAL_RATIO - max(0.65 - 8 / size, 0.2))


def script(source: str, target: str) -> Score:
    """The smaller of two shares: of Arabic letters in the source's letters, of Latin ones in the target's."""
    sides = ((source, _ARABIC), (target, _LATIN))
    worst = 1.0
    for text, letters in sides:
        if (letters is _LATIN and text.isascii()) or (letters is _ARABIC and not _NOT_ARABIC.search(text)):
            if letters.search(text):
                continue  # nothing but letters of this script
            return 0.0
        every = sum(map(len, _LETTERS.findall(text)))
        if not every:
            return 0.0
        worst = min(worst, sum(map(len, letters.findall(text))) / every)
    return worst


def identical(source: str, target: str) -> Score:
    """1 where both sides are the same but for case, marks and spaces, else the share of words they share."""
    words, right = source.lower().split(), set(target.lower().split())
    if right.isdisjoint(words):
        return 0.0
    left = set(words)
    return len(left & right) / max(len(left), len(right))


def _spelled(number: str, there: str) -> bool:
    """Whether a number in digits is plainly in words `there`, as a small number or with a scale: a quick look
    that spares most sentences the careful one."""
    words = _SPELLED.get(number)
    if words is not None and any(word in there for word in words):
        return True
    if number.endswith("000"):  # 25,000 and «25 ألف» or «خمسة آلاف»
        thousands = number[:-3]
        return any(word in there for word in _SPELLED["1000"]) and (thousands in there or _spelled(thousands, there))
    if len(number) == 2 and number[0] != "0":  # 36 and «ستة وثلاثون», 13 and «ثلاثة عشر»
        tens = _SPELLED.get(f"{number[0]}0", ()), _SPELLED.get(number[1], ())
        return all(any(word in there for word in words) for words in tens)
    return False


def _figures(text: str) -> set[str]:
    """The numbers in digits, without separators of thousands, in ASCII."""
    found = _FIGURE.findall(text)
    for at, figure in enumerate(found):
        if not figure.isdecimal():
            figure = figure.translate(_SEPARATORS)
        found[at] = figure if figure.isascii() else figure.translate(_DIGITS)
    return set(found)


def numbers(source: str, target: str) -> Score:
    """How many numbers of one side are not on the other, spelled out or in digits."""
    ours, theirs = _figures(source), _figures(target)
    if ours == theirs:
        return 0.0
    left, right = source.translate(_DIGITS), target.lower()
    if all(f"{n}000" in theirs or _spelled(n, right) for n in ours - theirs) and all(
        f"{n}000" in ours or _spelled(n, left) for n in theirs - ours
    ):
        return 0.0
    missing, added = unmatched(source, target)
    return float(len(missing) + len(added))


def symbols(source: str, target: str) -> Score:
    """The larger share, of both sides, of characters that are neither letters, digits, spaces nor common marks."""
    return max(
        len(_SOFT.sub("", text)) / len(text) if text else 0.0
        for text in (source, target)
    )  # fmt: skip


def html(source: str, target: str) -> Score:
    """How many tags, entities, scripts' remains and wrongly decoded characters both sides have."""
    found = 0
    for text in (source, target):
        if not _MAYBE_HTML.search(text):
            continue
        found += len(_HTML.findall(text)) + len(_MOJIBAKE.findall(text))
    return float(found)


def repeats(source: str, target: str) -> Score:
    """The larger share, of both sides, of word trigrams (and of words, where one follows itself) that came before."""
    worst = 0.0
    for text in (source, target):
        words = text.split()
        size = len(words)
        if size < 4:
            continue
        again = size - len(set(words))  # words that came before: three of them where a trigram did
        if again:
            worst = max(worst, sum(map(eq, words, words[1:])) / (size - 1))
        if again >= 3:
            worst = max(worst, 1 - len(set(zip(words, words[1:], words[2:], strict=False))) / (size - 2))
    return worst


def links(source: str, target: str) -> Score:
    """The larger share, of both sides, of characters inside links and addresses."""
    worst = 0.0
    for text in (source, target):
        if _MAYBE_LINK.search(text):
            inside = sum(map(len, _LINK.findall(text)))
            worst = max(worst, inside / len(text))
    return worst


@dataclass(frozen=True, slots=True)
class Tools:
    """What the costly filters need: the encoder (texts → unit rows) and our own model (texts → translations)."""

    encode: Callable[[Sequence[str]], Any] | None = None
    translate: Callable[[Sequence[str]], Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. A pair is dropped where its score is below `least` or above `most`.

    `each` scores one pair; `batch` scores many together and may ask `Tools`.
    """

    name: str
    least: float | None = None
    most: float | None = None
    each: Scorer | None = None
    batch: Callable[[Sequence[Pair], Tools], Sequence[Score]] | None = field(default=None, compare=False)
    cost: Literal["cheap", "language", "meaning"] = "cheap"

    def scores(self, pairs: Sequence[Pair], tools: Tools) -> Sequence[Score]:
        """One score a pair, in order."""
        if self.each is not None:
            each = self.each
            return [each(source, target) for source, target in pairs]
        assert self.batch is not None
        return self.batch(pairs, tools)

    def passes(self, score: Score) -> bool:
        """Whether a pair of this score stays."""
        if score is None:
            return True
        return (self.least is None or score >= self.least) and (self.most is None or score <= self.most)

    def bounded(self, bounds: Mapping[str, Any], where: str) -> Filter:
        """The same with other bounds. Raises UsageError, which names `where` they came from."""
        values = {}
        for name, value in bounds.items():
            if name not in ("least", "most"):
                raise UsageError(f"{where}: filter {self.name} has no setting {name!r}; choose from least, most")
            # nan is no bound, and a whole number may be larger than any float
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
                raise UsageError(f"{where}: {name} of filter {self.name} is {value!r}; it has to be a finite number")
            values[name] = float(value)
        least, most = values.get("least", self.least), values.get("most", self.most)
        return Filter(self.name, least, most, self.each, self.batch, self.cost)


def _language(pairs: Sequence[Pair], tools: Tools) -> Sequence[Score]:
    from xlate.corpus.language import scores

    return scores(pairs)


def _margin(pairs: Sequence[Pair], tools: Tools) -> Sequence[Score]:
    from xlate.corpus.meaning import margins

    return margins(pairs, tools)


def _translation(pairs: Sequence[Pair], tools: Tools) -> Sequence[Score]:
    from xlate.corpus.meaning import likeness

    return likeness(pairs, tools)


FILTERS: dict[str, Filter] = {
    one.name: one
    for one in (
        Filter("length", least=1, most=120, each=length),
        Filter("links", most=0.5, each=links),
        Filter("symbols", most=0.2, each=symbols),
        Filter("script", least=0.6, each=script),
        Filter("identical", most=0.5, each=identical),
        Filter("ratio", most=1.0, each=ratio),
        Filter("html", most=0, each=html),
        Filter("repeats", most=0.15, each=repeats),
        Filter("numbers", most=0, each=numbers),
        Filter("language", least=0.25, batch=_language, cost="language"),
        Filter("margin", least=0.95, batch=_margin, cost="meaning"),
        Filter("translation", least=0.75, batch=_translation, cost="meaning"),
    )
}
