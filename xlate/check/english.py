"""Numbers in English: digits, words, ordinals, decades, months, Roman numerals."""

from __future__ import annotations

import re
from fractions import Fraction

from xlate.check.digits import Mention, Option, Parser, Token, Value, readings, tokens
from xlate.check.english_words import (
    DECADES,
    DOUBTFUL,
    GLUED,
    LOOSE,
    MONTHS,
    ORDINAL_SCALES,
    ORDINALS,
    SCALES,
    SMALL,
    UNITS,
)

_ROMAN = re.compile(r"(?=[IVXL])(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50}
# not "This": a title may begin "This May …"
_BEFORE_MONTH = ("last", "Last", "next", "Next", "this", "in", "In")
_FOLD = str.maketrans(
    {chr(base + n): str(n) for base in (0x660, 0x6F0, 0xFF10) for n in range(10)}
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00a0\u202f\u2009\u2007\t", " ")
    | dict.fromkeys("’‘ʼ", "'")
    | {"٪": "%", "٫": ".", "٬": ",", "،": ","}
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff", "")
)


def mentions(text: str) -> list[Mention]:
    """All numbers in an English text, in order. Linear in its length."""
    return _Parser(tokens(fractions(text).translate(_FOLD))).run()


class _Parser(Parser):
    def __init__(self, found: list[Token]) -> None:
        super().__init__(found, [token.text.lower() if token.kind == "word" else token.text for token in found])

    def tight(self, index: int) -> bool:
        return 0 < index < self.count and self.tokens[index].tight

    def step(self, index: int) -> tuple[Mention | None, int]:
        token = self.tokens[index]
        if token.kind == "mark":
            return None, index + 1
        if token.kind != "word":
            return self.digits(index)
        word = self.words[index]
        if word in MONTHS and token.text[0].isupper():
            return self.month(index), index + 1
        if word in SMALL or word in ORDINALS or word in SCALES or word in ORDINAL_SCALES:
            return self.spelled(index)
        if word in DECADES:
            value = Fraction(DECADES[word])
            return self.make(index, index + 1, "cardinal", ((value,), (value + 1900,))), index + 1
        if word in LOOSE:
            supply = LOOSE[word]
            after = index + 1
            while after < index + 4 and self.word(after) in ("a", "of", "-"):
                after += 1
            scale = SCALES.get(self.word(after))
            if scale and word not in (
                "a",
                "an",
                "no",
                "both",
            ):  # half a million, a quarter of a million, a dozen thousand
                whole = tuple(value * scale for value in supply if value < 1 or len(supply) == 1)
                return self.make(index, after + 1, "loose", (), whole + supply), after + 1
            return self.make(index, index + 1, "loose", (), supply), index + 1
        if word in ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x") and self.word(index + 1) == ")":
            return self.make(index, index + 1, "loose", (), (Fraction(_roman(word.upper()) or 1),)), index + 1
        letter = self.word(index + 1)
        if word == "group" and len(letter) == 1 and "a" <= letter <= "l":
            return self.make(index, index + 1, "loose", (), (Fraction(ord(letter) - 96),)), index + 1
        roman = _roman(token.text)
        if roman:
            return self.make(index, index + 1, "loose", (), (Fraction(roman),)), index + 1
        return None, index + 1

    def month(self, index: int) -> Mention:
        near = any(
            self.is_digits(place)
            for place in (index - 1, index + 1, index - 2 if self.word(index - 1) in ("th", "st", "nd", "rd") else -1)
        )
        near = near or (index > 0 and self.tokens[index - 1].text in _BEFORE_MONTH)
        value = f"M{MONTHS[self.words[index]]}"
        if not near and self.words[index] in DOUBTFUL:
            return self.make(index, index + 1, "loose", (), (value, Fraction(value[1:])))
        return self.make(index, index + 1, "month", ((value,), (Fraction(value[1:]),)))

    def digits(self, index: int) -> tuple[Mention, int]:
        """A number in digits with what belongs to it: scale word, ordinal or decade ending, a year's short end."""
        token = self.tokens[index]
        options = readings(token)
        after = index + 1
        supply: Option = ()
        following = self.word(after)
        if self.tokens[index].kind == "number":
            if self.tight(after) and following == "-" and self.word(after + 1) in SCALES:
                after, following = after + 1, self.word(after + 1)
            if following in SCALES:
                scale = SCALES[following]
                after += 1
                if self.word(after) == "-" and self.word(after + 1) in SCALES:
                    after += 1
                if self.word(after) in SCALES and scale in (100, 1000):  # 3 hundred thousand
                    scale *= SCALES[self.word(after)]
                    after += 1
                options = times(options, scale)
            elif self.tight(after) and following in GLUED:
                options += times(options, GLUED[following])
                after += 1
            elif following == "grand" or (after < self.count and self.tokens[after].text in ("Ma", "Ga")):
                options += times(options, {"ma": 10**6, "ga": 10**9}.get(following, 1000))
            elif following == "s" or (following == "'" and self.word(after + 1) == "s" and self.tight(after + 1)):
                options += _decade(options)
                after += following == "s"
            options += self.short_year(index)
            options += self.bare_time(index)
            if self.word(index - 1) == "." and self.tight(index) and token.text.isdigit():  # .500
                options += ((Fraction(f"0.{token.text}") if len(token.text) < 9 else token.text,),)
            if self.word(after) == "and" and self.word(after + 1) == "a" and self.word(after + 2) == "half":
                supply = tuple(value + Fraction(1, 2) for value, *_ in options if isinstance(value, Fraction))
            options += self.shared_scale(index, options)
        return self.make(index, max(after, index + 1), "digit", options, supply), after

    def short_year(self, index: int) -> tuple[Option, ...]:
        """The "17" of "2016-17" also means 2017."""
        text, before = self.tokens[index].text, self.word(index - 2)
        if len(text) > 2 or self.word(index - 1) not in ("-", "/") or not re.fullmatch(r"\d{4}", before):
            return ()
        return ((Fraction(before[: 4 - len(text)] + text),),)

    def bare_time(self, index: int) -> tuple[Option, ...]:
        """The "0710" of "0710 GMT"."""
        text = self.tokens[index].text
        if not re.fullmatch(r"[0-2]\d[0-5]\d", text) or not (text[0] == "0" or self.word(index + 1) in ("gmt", "utc")):
            return ()
        return ((Fraction(text[:2]), Fraction(text[2:])),)

    def shared_scale(self, index: int, options: tuple[Option, ...]) -> tuple[Option, ...]:
        """The "10" of "10 to 15 thousand" also means 10,000."""
        place = index + 1
        while self.word(place) in ("%", "percent", "$", "€", "£", "to", "or", "and", "-", ",") and place < index + 4:
            place += 1
        if index + 1 < place and self.is_digits(place):
            scale = SCALES.get(self.word(place + 1)) or (self.tight(place + 1) and GLUED.get(self.word(place + 1)))
            if scale:
                return times(options, scale)
        return ()

    def spelled(self, index: int) -> tuple[Mention | None, int]:
        """A number in words; "hundreds", "thousands" are no numbers and not in the tables."""
        value, after, ordinal = self.cardinal(index)
        text = self.words[index]
        options: tuple[Option, ...] = ((value,),)
        supply: Option = ()
        if self.word(after + (self.word(after) == "-")) in ("dozen", "score"):
            supply = (value * 12, value * 20)
        if self.word(after) == "and" and self.word(after + 1) == "a" and self.word(after + 2) == "half":
            scale = SCALES.get(self.word(after + 3), 1)
            supply = ((value + Fraction(1, 2)) * scale,)
            if scale > 1:
                return self.make(index, after + 4, "cardinal", (supply,)), after + 4
        if ordinal:
            supply += (Fraction(1, value.numerator),) if value > 1 else ()
            return self.make(index, after, "ordinal", options, supply), after
        if text in SCALES and after == index + 1:
            return self.make(index, after, "scale", options), after
        place = after
        while self.word(place) in ("to", "or", "and", "-") and place < after + 2:
            place += 1
        if place > after and self.word(place) in SMALL:
            _, end, _ = self.small(place)
            options += times(options, SCALES.get(self.word(end), 1))
        if SMALL.get(self.word(after), 0) >= 10 and 13 <= value < 100:  # nineteen eighty-four
            year, end, _ = self.small(after)
            return self.make(index, end, "cardinal", ((value * 100 + year,), (value, year))), end
        named = self.tokens[index].text[0].isupper() and after < self.count and self.tokens[after].text[0].isupper()
        return self.make(index, after, "loose" if named else "cardinal", options, supply), after

    def small(self, index: int) -> tuple[Fraction, int, bool]:
        """Below one hundred: (value, index after it, whether it is an ordinal)."""
        word = self.word(index)
        if word in ORDINALS:
            return Fraction(ORDINALS[word]), index + 1, True
        value = SMALL[word]
        after = index + 1
        if value >= 20:
            place = after + 1 if self.word(after) == "-" else after
            if self.word(place) in UNITS[1:10]:
                return Fraction(value + SMALL[self.word(place)]), place + 1, False
            if 0 < ORDINALS.get(self.word(place), 0) < 10:
                return Fraction(value + ORDINALS[self.word(place)]), place + 1, True
        return Fraction(value), after, False

    def cardinal(self, index: int) -> tuple[Fraction, int, bool]:
        """A whole number in words: (value, index after it, whether it is an ordinal)."""
        total, current, ordinal = Fraction(0), None, False
        ceiling = 10**15
        place = index
        while place < self.count:
            word = self.words[place]
            joined = place > index and word in ("and", "-")
            if joined and (total or (current and current % 100 == 0)) and self.is_number_word(place + 1):
                _, end, _ = self.small(place + 1)
                if SCALES.get(self.word(end), 0) >= ceiling:  # two million and five million
                    break
                place += 1
                word = self.words[place]
            if (
                word == "-"
                and place > index
                and (self.word(place + 1) in SCALES or self.word(place + 1) in ORDINAL_SCALES)
            ):
                place += 1
                word = self.words[place]
            if word in SMALL or word in ORDINALS:
                if current is not None and current % 100:
                    break
                if current is not None and not current:
                    break
                value, place, ordinal = self.small(place)
                current = (current or 0) + value
                if ordinal:
                    break
                continue
            scale = SCALES.get(word) or ORDINAL_SCALES.get(word)
            if not scale or scale >= ceiling or (scale == 100 and current is not None and current >= 100):
                break
            ordinal = word in ORDINAL_SCALES
            place += 1
            if scale == 100:
                current = (current or Fraction(1)) * 100
            else:
                total += (Fraction(1) if current is None else current) * scale
                current, ceiling = None, scale
            if ordinal:
                break
        return total + (current or 0), max(place, index + 1), ordinal

    def is_number_word(self, index: int) -> bool:
        return self.word(index) in SMALL or self.word(index) in ORDINALS


def _decade(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """What "1980s" may answer to besides 1980: 80; and "1800s" the 19th century."""
    more: list[Option] = []
    for option in options:
        value: Value = option[0]
        if isinstance(value, Fraction):
            if value % 100 and 1900 < value < 2100:
                more.append((value % 100,))
            elif value % 100 == 0:
                more.append((value / 100 + 1,))
    return tuple(more)


def fractions(text: str) -> str:
    """ "5½" as "5.5" and "½" as "1/2", where it is not a letter of a spoilt encoding ("KÃ¼l")."""
    for sign, decimal, plain in (("½", ".5", "1/2"), ("¼", ".25", "1/4"), ("¾", ".75", "3/4")):
        if sign in text:
            text = re.sub(rf"(?<=\d) ?{sign}(?!\w)", decimal, text)
            text = re.sub(rf"(?<![^\W\d]){sign}(?!\w)", plain, text)
            text = text.replace(sign, "_")
    return text


def times(options: tuple[Option, ...], scale: int) -> tuple[Option, ...]:
    """Each single-valued reading multiplied by `scale`."""
    out: list[Option] = []
    for option in options:
        value: Value = option[0]
        if len(option) == 1 and isinstance(value, Fraction):
            out.append((value * scale,))
    return tuple(out)


def _roman(text: str) -> int:
    """The value of an upper-case Roman numeral below 90, 0 when it is none ("I" alone is a pronoun)."""
    if text == "I" or not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_DIGITS[char] for char in text]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)
