"""Tokens and numbers written in digits: what both languages share.

A *mention* is one place where a text speaks of a number. It has `options`: ways to read it, each a tuple of values
that belong together («15.000» is 15000; "17.05.2016" is 17, month 5 and 2016). It may also `supply` looser values that
excuse a number on the other side and are never demanded («نصف» excuses 0.5, 50 and 30).

Values are exact: a `Fraction`, `"M5"` for the month of May, or a digit string too long to be a quantity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Value = Fraction | str
Option = tuple[Value, ...]
Kind = Literal["digit", "cardinal", "ordinal", "scale", "month", "loose"]

# longer runs of digits are names (account numbers, hashes), and int() is quadratic in their length
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; `kind` is date, time, slash, number, word or mark; `tight` when no space stands before it."""

    kind: str
    text: str
    start: int
    tight: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """One number as written at `start`; `required` when the other side has to have it too."""

    text: str
    start: int
    kind: Kind
    options: tuple[Option, ...]
    supply: Option = ()
    required: bool = False


class Parser:
    """A walk over the tokens of a text, from mention to mention; a language says what a `step` finds.

    `words` is as long as `tokens`: the form of each that tables are asked for.
    """

    def __init__(self, tokens: list[Token], words: list[str]) -> None:
        self.tokens, self.words, self.count = tokens, words, len(tokens)

    def step(self, index: int) -> tuple[Mention | None, int]:
        """The mention that begins at a token, if one does, and the index to go on from."""
        raise NotImplementedError

    def run(self) -> list[Mention]:
        """All mentions, in order."""
        out: list[Mention] = []
        index = 0
        while index < self.count:
            mention, after = self.step(index)
            if mention:
                out.append(mention)
            index = after
        return out

    def word(self, index: int) -> str:
        """The form at an index, "" outside the text."""
        return self.words[index] if 0 <= index < self.count else ""

    def is_digits(self, index: int) -> bool:
        """Whether a token is written in digits."""
        return 0 <= index < self.count and self.tokens[index].kind in ("number", "date", "time", "slash")

    def make(self, start: int, end: int, kind: Kind, options: tuple[Option, ...], supply: Option = ()) -> Mention:
        """A mention of the tokens from `start` to before `end`."""
        pieces: list[str] = []
        for place in range(start, min(end, self.count)):
            pieces.append(("" if place == start or self.tokens[place].tight else " ") + self.tokens[place].text)
        return Mention("".join(pieces), self.tokens[start].start, kind, options, supply)


# every alternative starts with a different character class or is bounded, so matching is linear in the text
_TOKEN = re.compile(
    r"""(?P<date>\d{1,4}(?P<sep>[-/.])\d{1,2}(?P=sep)\d{1,4}(?!\d|[-/.]\d))
    |(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?!\d))
    |(?P<slash>\d{1,3}/\d{1,3}(?![\d/]))
    |(?P<swapped>000(?:\ \d{3})*\ \d{1,3}(?![\d]|[.,]\d))
    |(?P<spaced>\d{1,3}(?:\ \d{3})+(?:[.,]\d{1,2})?(?![\d]|[.,]\d))
    |(?P<agency>(?<!ر)\d{1,4}ر\d{1,4}(?!\w))
    |(?P<number>\d+(?:[.,]\d+)*)
    |(?P<word>[^\W\d_]+)
    |(?P<mark>[^\w\s])""",
    re.VERBOSE,
)
_ENTITY = re.compile(r"&#?\w{1,8};")
_HIDDEN = re.compile(r"https?://|www\.|\w@\w|(?<!\w)[@#][^\W\d]|(?i:covid-?19|كوفيد-?19)")


def tokens(text: str) -> list[Token]:
    """Tokens of a folded text (ASCII digits and hyphens, plain spaces). Links, addresses, entities, handles and hash
    tags hold digits that are names, not numbers: they give no token."""
    found: list[Token] = []
    end = -1
    if "&" in text:
        text = _ENTITY.sub(lambda match: " " * len(match.group()), text)
    for start, stop in _visible(text):
        for match in _TOKEN.finditer(text, start, stop):
            kind = match.lastgroup or "mark"
            kind = "date" if match["date"] else kind
            written = match.group()
            if kind == "swapped":  # "000 100": a thousands group that right-to-left editing put first
                written = " ".join(reversed(written.split(" ")))
            kind = "number" if kind in ("spaced", "swapped", "agency") else kind
            found.append(Token(kind, written, match.start(), match.start() == end))
            end = match.end()
    return found


def _visible(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(r"\S+", text) if _HIDDEN.search(text) else ():
        if _HIDDEN.search(match.group()):
            yield start, match.start()
            start = match.end()
    yield start, len(text)


def number(digits: str) -> Value:
    """The value of a plain run of ASCII digits, with or without one decimal point."""
    if len(digits) > _LONGEST:
        return digits
    return Fraction(digits)


def readings(token: Token) -> tuple[Option, ...]:
    """All ways to read a token of digits, the likeliest first; empty when it has none.

    "15.000" and "15,000" are 15000 but never 15; "2.750" is 2750 or 2.75; "1,5" is 1.5, or 1 and 5.
    """
    if token.kind == "date":
        return tuple(_dates(re.split(r"[-/.]", token.text)))
    if token.kind == "time":
        return tuple(_times([int(part) for part in token.text.split(":")]))
    if token.kind == "slash":
        return tuple(_slashed(*(int(part) for part in token.text.split("/"))))
    if token.kind == "number":
        return tuple(dict.fromkeys(_separated(token.text)))
    return ()


def _dates(parts: list[str]) -> Iterator[Option]:
    first, second, third = (Fraction(part) for part in parts)
    orders = [(first, second, third), (second, first, third), (third, second, first)]
    for day, month, year in orders:
        if 1 <= month <= 12 and 1 <= day <= 31:
            years = {year, year + 2000, year + 1900} if year < 100 else {year}
            for full in sorted(years):
                yield day, f"M{month}", full
    yield first, second, third


def _times(parts: list[int]) -> Iterator[Option]:
    hour, minutes = parts[0], [Fraction(part) for part in parts[1:]]
    for shifted in dict.fromkeys((hour, (hour - 1) % 12 + 1, hour + 12)):
        yield (Fraction(shifted), *minutes)
        if len(parts) == 2:
            yield (Fraction(100 * shifted + parts[1]),)  # 0710 GMT
        if not any(minutes):
            yield (Fraction(shifted),)


def _slashed(first: int, second: int) -> Iterator[Option]:
    yield Fraction(first), Fraction(second)
    if second:
        yield (Fraction(first, second),)
    if 1 <= first <= 12 and 1 <= second <= 31:
        yield f"M{first}", Fraction(second)
    if 1 <= second <= 12 and 1 <= first <= 31:
        yield Fraction(first), f"M{second}"


def _separated(text: str) -> Iterator[Option]:
    if "ر" in text:  # «5ر12», the agencies' decimal mark: some write 12.5 so, some 5.12
        first, second = text.split("ر")
        yield (number(f"{second}.{first}"),)
        yield (number(f"{first}.{second}"),)
        return
    groups = re.split(r"[ .,]", text)
    marks = [char for char in text if char in " .,"]
    joined = "".join(groups)
    if not marks or len(joined) > _LONGEST:
        yield (number(joined),)
        return
    threes = all(len(group) == 3 for group in groups[1:])
    same = len(set(marks)) == 1
    if same and threes and len(groups[0]) <= 3 and groups[0].strip("0"):
        yield (number(joined),)
        if len(marks) == 1 and groups[1].strip("0"):
            yield (number(f"{groups[0]}.{groups[1]}"),)
    elif len(marks) == 1:
        yield (number(f"{groups[0]}.{groups[1]}"),)
        if marks[0] == "," or len(groups[1]) == 2:  # a list without spaces; "7.30" as a time, "17.05" as a day
            yield Fraction(groups[0]), Fraction(groups[1])
        if len(groups[1]) == 2 and len(groups[0]) <= 2 and int(groups[0]) <= 24 and int(groups[1]) < 60:
            yield from _times([int(group) for group in groups])
    elif len(set(marks[:-1])) == 1 and marks[-1] != marks[0]:
        yield (number("".join(groups[:-1]) + "." + groups[-1]),)
    else:
        if same and len(groups[-1]) == 3:  # 1,50,000 in the Indian manner
            yield (number(joined),)
        yield tuple(Fraction(group) for group in groups)
