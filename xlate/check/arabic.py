"""Numbers in Arabic: digits, words in any case and gender, ordinals, decades, months of East and West.

Works on text folded by `xlate.normalise`, where أ is ا, ة is ه, ئ is ي: مئة and مائة are ميه and مايه.
"""

from __future__ import annotations

import re
from fractions import Fraction

from xlate.check.arabic_words import (
    CHANCE,
    DECADES,
    DOUBTFUL,
    DOUBTFUL_HUNDREDS,
    DUAL_SCALES,
    HUNDREDS,
    INDEFINITE,
    LOOSE,
    MONTHS,
    ORDINALS,
    PLURALS,
    SCALES,
    TENS,
    TWO_WORD_MONTHS,
    UNITS,
    WORDS,
    folded,
)
from xlate.check.digits import Kind, Mention, Option, Parser, Token, readings, tokens
from xlate.check.english import fractions, times

_PERCENT = re.compile(r"(?<!\w)(?:ب|في |ف)ال(?:مءه|ميه|مايه)(?!\w)")
_DUAL_NOUN = re.compile(r"\w{2,}(?:ان|ين|تا|تي|ا|ي|اها|اه|يها|يه|اهم|يهم)")


_BESIDE_MONTH = ("شهر", "شهري", "عام", "سنه", "مطلع", "نهايه", "اواخر", "بدايه")
_AFTER_MONTH = ("الماضي", "المنصرم", "الفايت", "الجاري", "الحالي", "المقبل", "القادم")
_BETWEEN = ("و", "الي", "او", "-", "حتي", "ل")


def mentions(text: str) -> list[Mention]:
    """All numbers in an Arabic text, in order. Linear in its length.

    Offsets and `Mention.text` belong to the folded text, which is what an evidence may show.
    """
    # a detached «و» joins as well as an attached one
    plain = _PERCENT.sub(lambda match: "%".ljust(len(match.group())), folded(fractions(text)))
    return _Parser(tokens(re.sub(r"(?<!\w)و (?=[^\W\d])", "و", plain))).run()


class _Parser(Parser):
    """Recursive descent over the tokens: number = group (و group)*, group = (digits | below a thousand) scale?"""

    def __init__(self, found: list[Token]) -> None:
        super().__init__(found, [""] * len(found))
        self.joined = [False] * self.count
        for index, token in enumerate(found):
            if token.kind == "word":
                with_and, word = WORDS.get(token.text, (False, token.text))
                before = index > 0 and found[index - 1].text == "و"
                self.joined[index], self.words[index] = with_and or before, word
            elif token.kind == "number":
                before_text = found[index - 1].text if index else ""
                self.joined[index] = before_text in ("و", "وال", "وب", "ول")

    def is_joined(self, index: int) -> bool:
        return index < self.count and self.joined[index]

    def step(self, index: int) -> tuple[Mention | None, int]:
        token, word = self.tokens[index], self.words[index]
        if token.kind == "mark":
            return None, index + 1
        if token.kind != "word":
            if token.kind == "number":
                return self.number(index)
            return self.make(index, index + 1, "digit", readings(token)), index + 1
        pair = (word, self.tokens[index + 1].text if index + 1 < self.count else "")
        month = TWO_WORD_MONTHS.get((pair[0].removeprefix("و"), pair[1])) or TWO_WORD_MONTHS.get((pair[0][1:], pair[1]))
        if month:
            return self.make(index, index + 2, "month", ((f"M{month}",), (Fraction(month),))), index + 2
        if word in MONTHS:
            return self.month(index), index + 1
        if word in INDEFINITE and self.word(index + 1) in SCALES:  # مئات الآلاف
            return None, index + 2
        if word in ORDINALS:
            return self.ordinal(index)
        if word in UNITS or word in TENS or word in HUNDREDS or word in SCALES or word in DUAL_SCALES:
            return self.number(index)
        if word in DECADES:
            return self.decade(index)
        if word in LOOSE:
            supply = LOOSE[word]
            if word in ("نصف", "نصفا") and self.joined[index]:  # سنة ونصف, درجتين ونصف
                supply += (Fraction(3, 2), Fraction(5, 2), Fraction(18), Fraction(90))
            scale = SCALES.get(self.word(index + 1))
            if scale and supply[0] < 1:  # نصف مليون
                return self.make(index, index + 2, "loose", (), (supply[0] * scale, *supply)), index + 2
            return self.make(index, index + 1, "loose", (), supply), index + 1
        if _DUAL_NOUN.fullmatch(token.text):  # شهرين, دولتان: perhaps two of it
            return self.make(index, index + 1, "loose", (), (Fraction(2),)), index + 1
        return None, index + 1

    def month(self, index: int) -> Mention:
        near = self.word(index + 1) in _AFTER_MONTH
        for step in (-1, 1):
            place = index + step
            if 0 <= place < self.count and self.tokens[place].text in ("من", "/"):
                place += step
            near = near or self.is_digits(place) or self.word(place) in MONTHS or self.word(place) in _BESIDE_MONTH
        month = MONTHS[self.words[index]]
        options: tuple[Option, ...] = ((f"M{month}",), (Fraction(month),))
        if not near and self.words[index] in DOUBTFUL:
            return self.make(index, index + 1, "loose", (), (f"M{month}", Fraction(month)))
        return self.make(index, index + 1, "month", options)

    def ordinal(self, index: int) -> tuple[Mention, int]:
        """«الحادي والعشرين», «الرابعة عشرة», «الثالثة والنصف»."""
        value, after = ORDINALS[self.words[index]], index + 1
        options: tuple[Option, ...] = ()
        if self.is_teen(after):
            options = ((Fraction(value), Fraction(10)),)  # «المحطة الثانية عشر سنوات»
            value, after = value + 10, after + 1
        elif self.word(after) in TENS and self.is_joined(after):
            tens = TENS[self.word(after)]
            value, after = value + tens, after + 1
            if value < tens + 10 <= 60 + 10:  # «الثانية وأربعين دقيقة» is 2:40
                options += ((Fraction(value - tens), Fraction(tens)),)
            if self.word(after) in HUNDREDS and self.is_joined(after):
                value, after = value + HUNDREDS[self.word(after)], after + 1
        supply: Option = (Fraction(value + 12),) if value <= 12 else ()
        return self.make(index, after, "ordinal", ((Fraction(value),), *options), supply), after

    def decade(self, index: int) -> tuple[Mention, int]:
        """«ثمانينيات القرن التاسع عشر» is 80, 1980 or 1880; the century is part of it."""
        tens, after = Fraction(DECADES[self.words[index]]), index + 1
        options: tuple[Option, ...] = ((tens,), (tens + 1900,))
        if after + 1 < self.count and self.tokens[after].text in ("القرن", "القرنين"):
            century = Fraction(0)
            if self.word(after + 1) in ORDINALS:
                mention, end = self.ordinal(after + 1)
                century = max(value for value, *_ in mention.options if isinstance(value, Fraction))
                after = end
            elif self.word(after + 1) in TENS:
                century, after = Fraction(TENS[self.word(after + 1)]), after + 2
            if century:
                return self.make(index, after, "cardinal", (*options, (100 * (century - 1) + tens,)), (century,)), after
        return self.make(index, after, "cardinal", options), after

    def is_teen(self, index: int) -> bool:
        """The second word of «خمسة عشر»: it never carries a proclitic."""
        return index < self.count and self.tokens[index].text in ("عشر", "عشره")

    def below_thousand(self, index: int) -> tuple[int, int]:
        """A number word below 1000 at `index`: (value, index after it); (0, index) when there is none."""
        word = self.word(index)
        if word in HUNDREDS:
            value, after = HUNDREDS[word], index + 1
            if self.is_joined(after) and (self.word(after) in UNITS or self.word(after) in TENS):
                rest, end = self.below_thousand(after)
                if 0 < rest < 100:
                    return value + rest, end
            return value, after
        if word in TENS:
            return TENS[word], index + 1
        if word not in UNITS:
            return 0, index
        value, after = UNITS[word], index + 1
        if self.is_teen(after) and value < 10:
            return value + 10, after + 1
        if self.word(after) in TENS and self.is_joined(after) and value < 10:
            return value + TENS[self.word(after)], after + 1
        if HUNDREDS.get(self.word(after)) == 100 and not self.is_joined(after) and 3 <= value <= 9:
            rest, end = self.below_thousand(after)
            return (value - 1) * 100 + rest, end
        return value, after

    def below(self, index: int, ceiling: int) -> tuple[tuple[Option, ...], int, int]:
        """A group smaller than `ceiling`: in «ألف وخمسمئة وثلاثة آلاف» 500 belongs to the first number, 3 does not."""
        options, scale, after = self.group(index)
        if options and _least(options) >= ceiling and self.word(index) in HUNDREDS:
            options, scale, after = ((Fraction(HUNDREDS[self.word(index)]),),), 1, index + 1
        return (options, scale, after) if options and _least(options) < ceiling else ((), 1, index)

    def group(self, index: int) -> tuple[tuple[Option, ...], int, int]:
        """(readings, scale or 1, index after); no readings when no number stands here."""
        options: tuple[Option, ...]
        word, after = self.word(index), index + 1
        if word in DUAL_SCALES:
            return ((Fraction(2 * DUAL_SCALES[word]),),), DUAL_SCALES[word], after
        if word in SCALES:
            scale = SCALES[word]
            while self.word(after) in SCALES and not self.is_joined(after):  # ألف مليار
                scale, after = scale * SCALES[self.word(after)], after + 1
                if scale > 10**18:
                    break
            return ((Fraction(scale),),), scale, after
        if 0 <= index < self.count and self.tokens[index].kind == "number":
            options = readings(self.tokens[index])
        else:
            value, after = self.below_thousand(index)
            if after == index:
                return (), 1, index
            options = ((Fraction(value),),)
        scale = 1
        while self.word(after) in SCALES and not self.is_joined(after) and scale < 10**12:
            scale, after = scale * SCALES[self.word(after)], after + 1
        return (times(options, scale) if scale > 1 else options), scale, after

    def number(self, index: int) -> tuple[Mention | None, int]:
        first, scale, after = self.group(index)
        digits = self.is_digits(index)
        parts = [first]
        ceiling = scale
        while ceiling > 1 and len(parts) < 6:
            place = after + 1 if self.word(after) == "و" else after
            if not self.is_joined(place):
                break
            more, scale, end = self.below(place, ceiling)
            if not more:
                if self.word(place) in ("نصف", "نصفا"):  # مليون ونصف المليون
                    more, scale, end = ((Fraction(ceiling, 2),),), 1, place + 1
                    end += self.word(end) in SCALES
                else:
                    break
            digits = digits or self.is_digits(place)
            parts.append(more)
            after, ceiling = end, scale
        options: tuple[Option, ...] = first
        if len(parts) > 1:
            total = sum(value for part in parts if part and isinstance(value := part[0][0], Fraction))
            options = ((Fraction(total),), tuple(part[0][0] for part in parts if part))
        supply: Option = ()
        if self.word(after) in PLURALS:
            supply = ()
        words = self.words[index]
        if words in SCALES and after == index + 1:
            if words in PLURALS:
                return None, after
            return self.make(index, after, "scale", options, (Fraction(2 * SCALES[words]),)), after
        if not digits and after == index + 1 and words in LOOSE:
            supply += LOOSE[words]
        if self.is_digits(index):
            options += self.short_year(index, after)
        options += self.shared_scale(after, options)
        supply += self.and_half(after, options)
        kind: Kind = "digit" if digits else "cardinal"
        if after == index + 1 and (self.tokens[index].text in CHANCE or words in DOUBTFUL_HUNDREDS):
            kind = "scale"
        return self.make(index, after, kind, options, supply), after

    def short_year(self, index: int, after: int) -> tuple[Option, ...]:
        """The "17" of "2016-17" also means 2017; the "67" of «حدود عام 67» 1967."""
        text = self.tokens[index].text
        if len(text) > 2 or after > index + 1:
            return ()
        before = self.tokens[index - 2].text if index > 1 and self.tokens[index - 1].text in ("-", "/") else ""
        if re.fullmatch(r"[0-9]{4}", before):
            return ((Fraction(before[: 4 - len(text)] + text),),)
        return ((Fraction(f"19{text}"),),) if len(text) == 2 else ()

    def shared_scale(self, after: int, options: tuple[Option, ...]) -> tuple[Option, ...]:
        """The «10» of «بين 10 و15 ألف» also means 10,000."""
        place = after
        while place < min(after + 3, self.count) and self.tokens[place].text in (
            "و",
            "الي",
            "او",
            "-",
            "حتي",
            "لـ",
            "ل",
        ):
            place += 1
        joined = self.is_joined(place)
        if (place == after and not joined) or not (self.is_digits(place) or self.below_thousand(place)[0]):
            return ()
        _, scale, _ = self.group(place)
        return times(options, scale) if scale > 1 else ()

    def and_half(self, after: int, options: tuple[Option, ...]) -> Option:
        """«ثلاث سنوات ونصف»: three and a half, the noun in between or not."""
        for place in (after, after + 1):
            if self.is_joined(place) and self.word(place) in ("نصف", "نصفا"):
                return tuple(value + Fraction(1, 2) for value, *_ in options if isinstance(value, Fraction))
        return ()


def _least(options: tuple[Option, ...]) -> Fraction:
    value = options[0][0]
    return value if isinstance(value, Fraction) else Fraction(10**30)
