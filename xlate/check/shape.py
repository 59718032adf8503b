"""What a translation's outer shape gives away: loops, a suspicious length, echoes of the source."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+(?:['’‐-][^\W_]+)*")
_ARABIC = re.compile(r"[\u0620-\u064a\u0671-\u06d3\u06fa-\u06fc\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdfb\ufe70-\ufefc]")
_ARABIC_RUN = re.compile(rf"{_ARABIC.pattern}(?:{_ARABIC.pattern}|[\u0640\u064b-\u0652]| (?={_ARABIC.pattern}))*")
_MARKS = re.compile(r"[\u0640\u064b-\u0652\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_STUTTER = re.compile(r"\b(\w{1,8})(?:[-–]\1\b){2,}", re.IGNORECASE)  # p-p-p
_SYLLABLES = re.compile(r"([^\W\d_]{2,4})\1{2,}|([^\W\d_])\2{4,}", re.IGNORECASE)  # lalala, aaaaa
_ENDINGS = re.compile(r"([\'’][a-z]{1,2})\1+\b", re.IGNORECASE)  # Morocco's's
_MARK_RUN = re.compile(r"([^\w\s]{1,2})\1{7,}")
_LONGEST_PHRASE = 24  # words
_MOST_WORDS = 2000  # of a segment are looked at: decoding stops long before

# The middle of English characters per Arabic character (without tashkeel) in 14,710 news pairs and FLORES dev: 1.26.
USUAL_RATIO = 1.26


def loop(source: str, target: str) -> str | None:
    """The repeated part with its count, when the target repeats itself without the source doing so.

    Told: a word three times in a row, two words three times, three or more words twice, a phrase of five words three
    times anywhere, "p-p-p", "lalala", "'s's", runs of eight marks. A source that repeats nearly as often excuses it.
    """
    for pattern in (_STUTTER, _SYLLABLES, _ENDINGS, _MARK_RUN):
        match = pattern.search(target)
        if match and not pattern.search(source):
            return match.group()[:40]
    words, own = _words(target), _words(source)
    phrase, times = _in_a_row(words)
    excused = _repeats(own)
    if times and (excused == 1 or times > excused + 1) and not _SYLLABLES.search(source):
        return f"{phrase[:80]} ×{times}"
    again = _again(words)
    if again and not _again(own, length=2, most=2):
        return f"{again[:80]} ×3"
    return None


def _words(text: str) -> list[str]:
    return [match.group().casefold() for match in _WORD.finditer(text)][:_MOST_WORDS]


def _in_a_row(words: list[str]) -> tuple[str, int]:
    """The first phrase that follows upon itself too often, with the number of times; ("", 0) when there is none."""
    for size in _sizes(words):
        needed = 3 if size < 3 else 2
        for start, times in _runs(words, size):
            phrase = words[start : start + size]
            if times >= needed and not all(word.isdigit() for word in phrase):
                return " ".join(phrase), times
    return "", 0


def _repeats(words: list[str]) -> int:
    """How often the most repeated phrase of the source follows upon itself; 1 when none does."""
    return max((times for size in _sizes(words) for _, times in _runs(words, size)), default=1)


def _sizes(words: list[str]) -> list[int]:
    """The sizes of phrases that may follow upon themselves: those at whose distance as many words come again."""
    last: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_LONGEST_PHRASE))
    counts = [0] * (_LONGEST_PHRASE + 1)
    for index, word in enumerate(words):
        for before in last[word]:
            if index - before <= _LONGEST_PHRASE:
                counts[index - before] += 1
        last[word].append(index)
    return [size for size in range(1, _LONGEST_PHRASE + 1) if counts[size] >= size]


def _runs(words: list[str], size: int) -> Iterator[tuple[int, int]]:
    """(start, times) of each phrase of `size` words that stands at least twice in a row."""
    run = 0
    for index in range(size, len(words) + 1):
        if index < len(words) and words[index] == words[index - size]:
            run += 1
            continue
        if run >= size:
            yield index - run - size, 1 + run // size
        run = 0


def _again(words: list[str], length: int = 5, most: int = 3) -> str | None:
    """A phrase of `length` words that stands `most` times in the text, overlaps included."""
    counts: dict[tuple[str, ...], int] = {}
    for index in range(len(words) - length + 1):
        phrase = tuple(words[index : index + length])
        counts[phrase] = counts.get(phrase, 0) + 1
        if counts[phrase] >= most and not all(word.isdigit() for word in phrase):
            return " ".join(phrase)
    return None


def length(source: str, target: str, expected_ratio: float = USUAL_RATIO) -> str | None:
    """What is odd about the target's length, None when nothing is.

    Counted in characters, the source without tashkeel, tatweel and invisible marks. The bounds for n source characters
    are 0.65 − 8/n and 1.75 + 25/n, times the expected ratio over the usual one. They lie just outside what 14,710 news
    pairs and FLORES dev hold (0.1 % and 99.9 %: n = 20–40: 0.46–2.40, 40–80: 0.68–2.00, 80–150: 0.75–1.84, 150–300:
    0.73–1.70); of those pairs 3 are flagged. Below 20 characters nearly everything is possible.
    """
    size = len(_MARKS.sub("", source).strip())
    if not size or not target.strip():
        return None
    ratio = len(target.strip()) / size
    scale = expected_ratio / USUAL_RATIO
    if ratio < (0.65 - 8 / size) * scale:
        return f"too short: {len(target.strip())} characters for {size}"
    if ratio > (1.75 + 25 / size) * scale:
        return f"too long: {len(target.strip())} characters for {size}"
    return None


def echo(source: str, target: str) -> str | None:
    """The Arabic left in the target, None when there is none. A source without Arabic letters may come back."""
    if not _ARABIC.search(target):
        return None
    if " ".join(target.split()) == " ".join(source.split()):
        return "target is the source"
    runs = [match.group() for match in _ARABIC_RUN.finditer(target)]
    return ", ".join(run[:40] for run in runs[:3]) + (f" and {len(runs) - 3} more" if len(runs) > 3 else "")


def empty(source: str, target: str) -> str | None:
    """Why a target says nothing although the source has words or digits."""
    if not any(char.isalnum() for char in source) or any(char.isalnum() for char in target):
        return None
    return "no text" if not target.strip() else f"only {target.strip()[:20]}"
