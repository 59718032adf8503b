"""Numbers in Arabic: digits, words in any case and gender, ordinals, decades, months of East and West.

Works on text folded by `xlate.normalise`, where أ is ا, ة is ه, ئ is ي: مئة and مائة are ميه and مايه.
"""

from __future__ import annotations

import re
from fractions import Fraction

from xlate.check.digits import Kind, Mention, Option, Token, readings, tokens
from xlate.check.english import fractions, times
from xlate.normalise import normalise


def _table(text: str) -> dict[str, int]:
    """`3 ثلاث ثلاثة` a line, into folded word → value."""
    rows = [line.split() for line in text.strip().splitlines()]
    return {normalise(word): int(row[0]) for row in rows for word in row[1:]}


_UNITS = _table("""
0 صفر
1 واحد واحدة واحدا أحد إحدى أحدا
2 اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي ثنتان ثنتين اتنين إتنين إثنان إثنين
3 ثلاث ثلاثة ثلاثا تلات تلاتة تلت
4 أربع أربعة أربعا
5 خمس خمسة خمسا
6 ست ستة ستا
7 سبع سبعة سبعا
8 ثمان ثماني ثمانية ثمانيا تمانية
9 تسع تسعة تسعا
10 عشر عشرة عشرا
11 حداشر احداشر
12 اتناشر اطناشر
13 تلتاشر تلاتاشر
14 أربعتاشر
15 خمستاشر
16 ستاشر ستتاشر
17 سبعتاشر
18 تمنتاشر
19 تسعتاشر
""")
_TENS = _table("""
20 عشرون عشرين
30 ثلاثون ثلاثين تلاتين
40 أربعون أربعين
50 خمسون خمسين
60 ستون ستين
70 سبعون سبعين
80 ثمانون ثمانين تمانين
90 تسعون تسعين
""")
_HUNDREDS = _table("""
100 مئة مائة
200 مئتان مئتين مائتان مائتين مئتا مئتي مائتا مائتي ميتين
300 ثلاثمئة ثلاثمائة تلتمية
400 أربعمئة أربعمائة ربعمية
500 خمسمئة خمسمائة خمسمية
600 ستمئة ستمائة ستمية
700 سبعمئة سبعمائة سبعمية
800 ثمانمئة ثمانمائة ثمانيمئة ثمانيمائة تمنمية
900 تسعمئة تسعمائة تسعمية
""")
# folded, they are also water, dead and Meta
_DOUBTFUL_HUNDREDS = {normalise(word) for word in ["مئة", "مائة", "مئتا", "مئتي", "مئتين", "مائتا", "مائتي"]}
_SCALES = _table("""
1000 ألف ألفا آلاف الاف
1000000 مليون مليونا ملايين
1000000000 مليار مليارا مليارات بليون بلايين
1000000000000 تريليون تريليونا تريليونات ترليون
""")
_DUAL_SCALES = _table("""
1000 ألفان ألفين ألفي
1000000 مليونان مليونين مليوني
1000000000 ملياران مليارين ملياري
1000000000000 تريليونان تريليونين تريليوني
""")
# «آلاف» and «ملايين» alone are thousands and millions, nobody knows how many
_PLURALS = {normalise(word) for word in ["آلاف", "ملايين", "مليارات", "بلايين", "تريليونات"]}
_INDEFINITE = {normalise(word) for word in ["مئات", "عشرات", "آلاف", "ملايين", "مليارات", "بضع", "بضعة", "عدة"]}
_ORDINALS = _table("""
1 أول أولى حادي حادية أولا
2 ثاني ثانية ثان ثانيا تاني تانية
3 ثالث ثالثة ثالثا تالت تالتة
4 رابع رابعة رابعا
5 خامس خامسة خامسا
6 سادس سادسة سادسا
7 سابع سابعة سابعا
8 ثامن ثامنة ثامنا تامن تامنة
9 تاسع تاسعة تاسعا
10 عاشر عاشرة عاشرا
""")
_DECADES = {
    word[:-2] + ending: value
    for word, value in _TENS.items()
    for ending in ("ينيات", "ينات", "ينيه", "يني", "ينيا", "ات", "يات")
}
_LOOSE: dict[str, tuple[Fraction, ...]] = {
    normalise(word): tuple(Fraction(value) for value in values.split())
    for words, values in (
        ("وحيد وحيدة فرد مرة منفرد فردي أحادي الوحيد", "1"),
        ("كلا كلتا كلاهما كلي زوج زوجين توأم ضعف ثنائي ثنائية مزدوج مزدوجة مرتين ثنائيا", "2"),
        ("ثلاثي ثلاثية ثلاثا ثلاثيا", "3"),
        ("رباعي رباعية أرباع", "4"),
        ("خماسي خماسية أخماس", "5"),
        ("سداسي سداسية", "6"),
        ("سباعي سباعية", "7"),
        ("ثماني ثمانية", "8"),
        ("عقد عشرية عشري العشرات عشرات", "10"),
        ("ثمن", "1/8 8 16"),
        ("سدس", "1/6 6"),
        ("سبع", "1/7 7"),
        ("تسع", "1/9 9"),
        ("فاتح هدف نقطة", "1"),
        ("نظيف نظيفة نظيفين شيء رد", "0"),
        ("عقدين عقدان", "20"),
        ("دزينة", "12"),
        ("أسبوعين أسبوعان", "14"),
        ("نصف النصف منتصف نصفي شطر", "1/2 2 50 30"),
        ("ربع الربع ربعا", "1/4 4 25 15 45"),
        ("ثلث الثلث", "1/3 3 33 20"),
        ("ثلثي ثلثا ثلثين ثلثان", "2/3 2 3 66 67"),
        ("خمس", "1/5 20"),
        ("عشر", "1/10 10"),
        ("قرن مئوية مئوي المئوية", "100"),
        ("قرنين قرنان", "200"),
        ("ألفية الألفية", "1000 2000"),
        ("لا بدون دون", "0"),
    )
    for word in words.split()
    for values in (values,)
}
_MONTHS = _table("""
1 يناير جانفي ينايـر
2 فبراير فيفري شباط
3 مارس آذار
4 أبريل إبريل أفريل نيسان
5 مايو ماي أيار نوار
6 يونيو يونيه جوان حزيران
7 يوليو يوليه يوليوز جويلية تموز
8 أغسطس غشت أوت آب
9 سبتمبر شتنبر أيلول شتمبر
10 أكتوبر أكتوير
11 نوفمبر نونبر نوفمـبر
12 ديسمبر دجنبر دسمبر
""")
# first names, verbs, family names: months only beside a number, «شهر» or another month's name
_DOUBTFUL = {
    normalise(word)
    for word in [
        "مايو",
        "أغسطس",
        "مارس",
        "ماي",
        "آب",
        "أوت",
        "جوان",
        "أيار",
        "نوار",
        "آذار",
        "شباط",
        "نيسان",
        "يناير",
        "تموز",
        "أيلول",
    ]
}
_TWO_WORD_MONTHS = {
    (normalise(first), normalise(second)): month
    for first, second, month in (
        ("كانون", "الثاني", 1),
        ("كانون", "ثاني", 1),
        ("تشرين", "الأول", 10),
        ("تشرين", "أول", 10),
        ("تشرين", "الثاني", 11),
        ("تشرين", "ثاني", 11),
        ("كانون", "الأول", 12),
        ("كانون", "أول", 12),
    )
}
_PREFIXES = ("", "و", "ف", "ب", "ل", "ال", "وال", "فال", "بال", "لل", "وب", "ول", "وبال", "ولل")
# words that are a number only by chance or as a name: «لست» I am not, «الست» the lady, «ست» at the end of West,
# «الخمس» a town, «ميتا» dead or Meta, «السبعين» a square. They excuse a number and never demand one.
_CHANCE = {
    normalise(word)
    for word in [
        "لست",
        "ولست",
        "بست",
        "وست",
        "وستا",
        "ألست",
        "الست",
        "الخمس",
        "لعشر",
        "لخمس",
        "الستون",
        "التسعين",
        "السبعين",
        "الستين",
        "الخمسين",
        "الأربعين",
        "الثلاثين",
        "العشرين",
        "الثمانين",
        "مية",
        "ماية",
    ]
}
_SUFFIXED = {"نصف", "ربع", "ثلث", "خمس", "سدس", "سبع", "ثمن", "تسع", "عشر", "ثلثي", "ثلثا"}


def _inflected() -> dict[str, tuple[bool, str]]:
    """Every form in which a number word stands in a text → (whether «و» is its first letter, the word itself)."""
    forms: dict[str, tuple[bool, str]] = {}
    words = {**_UNITS, **_TENS, **_HUNDREDS, **_SCALES, **_DUAL_SCALES, **_ORDINALS, **_DECADES, **_LOOSE}
    for prefix in _PREFIXES:
        for word in words:
            forms.setdefault(prefix + word, (prefix[:1] == "و", word))
        for word in _MONTHS if prefix in ("", "و", "ب", "ل", "ول", "وب") else ():
            forms.setdefault(prefix + word, (prefix == "و", word))
        for suffix in ("ها", "هم", "ه", "هن", "هما", "نا"):  # ثلثها, رابعها
            for word in _SUFFIXED:
                forms.setdefault(prefix + word + suffix, (prefix[:1] == "و", f"/{word}"))
            for word in _ORDINALS:
                forms.setdefault(prefix + word + suffix, (prefix[:1] == "و", word))
    for word in _ORDINALS:
        forms.setdefault("ك" + word, (False, word))
    return forms


_PERCENT = re.compile(r"(?<!\w)(?:ب|في |ف)ال(?:ميه|مايه)(?!\w)")
_FRACTIONS = {f"/{word}": _LOOSE[word] for word in _SUFFIXED if word in _LOOSE}
_LOOSE |= _FRACTIONS
_WORDS = _inflected()
_DUAL_NOUN = re.compile(r"\w{2,}(?:ان|ين|تا|تي|ا|ي|اها|اه|يها|يه|اهم|يهم)")


def mentions(text: str) -> list[Mention]:
    """All numbers in an Arabic text, in order. Linear in its length.

    Offsets and `Mention.text` belong to the folded text, which is what an evidence may show.
    """
    # a detached «و» joins as well as an attached one
    folded = _PERCENT.sub(lambda match: "%".ljust(len(match.group())), normalise(fractions(text)))
    folded = re.sub(r"(?<!\w)و (?=[^\W\d])", "و", folded)
    return _Parser(tokens(folded)).run()


class _Parser:
    """Recursive descent over the tokens: number = group (و group)*, group = (digits | below a thousand) scale?"""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.count = len(found)
        self.joined = [False] * self.count
        self.words = [""] * self.count
        for index, token in enumerate(found):
            if token.kind == "word":
                with_and, word = _WORDS.get(token.text, (False, token.text))
                before = index > 0 and found[index - 1].text == "و"
                self.joined[index], self.words[index] = with_and or before, word
            elif token.kind == "number":
                before_text = found[index - 1].text if index else ""
                self.joined[index] = before_text in ("و", "وال", "وب", "ول")

    def word(self, index: int) -> str:
        return self.words[index] if 0 <= index < self.count else ""

    def is_digits(self, index: int) -> bool:
        return 0 <= index < self.count and self.tokens[index].kind in ("number", "date", "time", "slash")

    def is_joined(self, index: int) -> bool:
        return index < self.count and self.joined[index]

    def run(self) -> list[Mention]:
        out: list[Mention] = []
        index = 0
        while index < self.count:
            mention, after = self.step(index)
            if mention:
                out.append(mention)
            index = after
        return out

    def make(self, start: int, end: int, kind: Kind, options: tuple[Option, ...], supply: Option = ()) -> Mention:
        pieces: list[str] = []
        for place in range(start, min(end, self.count)):
            pieces.append(("" if place == start or self.tokens[place].tight else " ") + self.tokens[place].text)
        return Mention("".join(pieces), self.tokens[start].start, kind, options, supply)

    def step(self, index: int) -> tuple[Mention | None, int]:
        token, word = self.tokens[index], self.words[index]
        if token.kind == "mark":
            return None, index + 1
        if token.kind != "word":
            if token.kind == "number":
                return self.number(index)
            return self.make(index, index + 1, "digit", readings(token)), index + 1
        pair = (word, self.tokens[index + 1].text if index + 1 < self.count else "")
        month = _TWO_WORD_MONTHS.get((pair[0].removeprefix("و"), pair[1])) or _TWO_WORD_MONTHS.get(
            (pair[0][1:], pair[1])
        )
        if month:
            return self.make(index, index + 2, "month", ((f"M{month}",), (Fraction(month),))), index + 2
        if word in _MONTHS:
            return self.month(index), index + 1
        if word in _INDEFINITE and self.word(index + 1) in _SCALES:  # مئات الآلاف
            return None, index + 2
        if word in _ORDINALS:
            return self.ordinal(index)
        if word in _UNITS or word in _TENS or word in _HUNDREDS or word in _SCALES or word in _DUAL_SCALES:
            return self.number(index)
        if word in _DECADES:
            return self.decade(index)
        if word in _LOOSE:
            supply = _LOOSE[word]
            if word == "نصف" and self.joined[index]:  # سنة ونصف, درجتين ونصف
                supply += (Fraction(3, 2), Fraction(5, 2), Fraction(18), Fraction(90))
            scale = _SCALES.get(self.word(index + 1))
            if scale and supply[0] < 1:  # نصف مليون
                return self.make(index, index + 2, "loose", (), (supply[0] * scale, *supply)), index + 2
            return self.make(index, index + 1, "loose", (), supply), index + 1
        if _DUAL_NOUN.fullmatch(token.text):  # شهرين, دولتان: perhaps two of it
            return self.make(index, index + 1, "loose", (), (Fraction(2),)), index + 1
        return None, index + 1

    def month(self, index: int) -> Mention:
        around = (index - 1, index + 1, index - 2, index + 2)
        near = any(self.is_digits(place) or self.word(place) in _MONTHS for place in around[:2]) or any(
            self.word(place) in ("شهر", "شهري", "عام", "سنه", "مطلع", "نهايه", "اواخر", "بدايه") for place in around[:2]
        )
        month = _MONTHS[self.words[index]]
        options: tuple[Option, ...] = ((f"M{month}",), (Fraction(month),))
        if not near and self.words[index] in _DOUBTFUL:
            return self.make(index, index + 1, "loose", (), (f"M{month}", Fraction(month)))
        return self.make(index, index + 1, "month", options)

    def ordinal(self, index: int) -> tuple[Mention, int]:
        """«الحادي والعشرين», «الرابعة عشرة», «الثالثة والنصف»."""
        value, after = _ORDINALS[self.words[index]], index + 1
        options: tuple[Option, ...] = ()
        if self.word(after) in ("عشر", "عشره") and not self.is_joined(after):
            value, after = value + 10, after + 1
        elif self.word(after) in _TENS and self.is_joined(after):
            tens = _TENS[self.word(after)]
            value, after = value + tens, after + 1
            if value < tens + 10 <= 60 + 10:  # «الثانية وأربعين دقيقة» is 2:40
                options += ((Fraction(value - tens), Fraction(tens)),)
            if self.word(after) in _HUNDREDS and self.is_joined(after):
                value, after = value + _HUNDREDS[self.word(after)], after + 1
        supply: Option = (Fraction(value + 12),) if value <= 12 else ()
        return self.make(index, after, "ordinal", ((Fraction(value),), *options), supply), after

    def decade(self, index: int) -> tuple[Mention, int]:
        """«ثمانينيات القرن التاسع عشر» excuses 80, 1880 and 1980; the century is part of it."""
        tens, after = Fraction(_DECADES[self.words[index]]), index + 1
        supply: Option = (tens, tens + 1900)
        place = after + (self.word(after) in ("وحتي", "واوائل"))
        if self.tokens[place].text in ("القرن", "القرنين") if place < self.count else False:
            century: int
            if self.word(place + 1) in _ORDINALS:
                mention, after = self.ordinal(place + 1)
                century = int(Fraction(mention.options[0][0]))
            elif self.word(place + 1) in _TENS:
                century, after = _TENS[self.word(place + 1)], place + 2
            else:
                return self.make(index, after, "loose", (), supply), after
            supply += (Fraction(century), 100 * (century - 1) + tens)
        return self.make(index, after, "loose", (), supply), after

    def below_thousand(self, index: int) -> tuple[int, int]:
        """A number word below 1000 at `index`: (value, index after it); (0, index) when there is none."""
        word = self.word(index)
        if word in _HUNDREDS:
            value, after = _HUNDREDS[word], index + 1
            if self.is_joined(after) and (self.word(after) in _UNITS or self.word(after) in _TENS):
                rest, end = self.below_thousand(after)
                if 0 < rest < 100:
                    return value + rest, end
            return value, after
        if word in _TENS:
            return _TENS[word], index + 1
        if word not in _UNITS:
            return 0, index
        value, after = _UNITS[word], index + 1
        if self.word(after) in ("عشر", "عشره") and not self.is_joined(after) and value < 10:
            return value + 10, after + 1
        if self.word(after) in _TENS and self.is_joined(after) and value < 10:
            return value + _TENS[self.word(after)], after + 1
        if _HUNDREDS.get(self.word(after)) == 100 and not self.is_joined(after) and 3 <= value <= 9:
            rest, end = self.below_thousand(after)
            return (value - 1) * 100 + rest, end
        return value, after

    def below(self, index: int, ceiling: int) -> tuple[tuple[Option, ...], int, int]:
        """A group smaller than `ceiling`: in «ألف وخمسمئة وثلاثة آلاف» 500 belongs to the first number, 3 does not."""
        options, scale, after = self.group(index)
        if options and _least(options) >= ceiling and self.word(index) in _HUNDREDS:
            options, scale, after = ((Fraction(_HUNDREDS[self.word(index)]),),), 1, index + 1
        return (options, scale, after) if options and _least(options) < ceiling else ((), 1, index)

    def group(self, index: int) -> tuple[tuple[Option, ...], int, int]:
        """(readings, scale or 1, index after); no readings when no number stands here."""
        options: tuple[Option, ...]
        word, after = self.word(index), index + 1
        if word in _DUAL_SCALES:
            return ((Fraction(2 * _DUAL_SCALES[word]),),), _DUAL_SCALES[word], after
        if word in _SCALES:
            scale = _SCALES[word]
            while self.word(after) in _SCALES and not self.is_joined(after):  # ألف مليار
                scale, after = scale * _SCALES[self.word(after)], after + 1
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
        while self.word(after) in _SCALES and not self.is_joined(after) and scale < 10**12:
            scale, after = scale * _SCALES[self.word(after)], after + 1
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
                if self.word(place) == "نصف":  # مليون ونصف المليون
                    more, scale, end = ((Fraction(ceiling, 2),),), 1, place + 1
                    end += self.word(end) in _SCALES
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
        if self.word(after) in _PLURALS:
            supply = ()
        words = self.words[index]
        if words in _SCALES and after == index + 1:
            if words in _PLURALS:
                return None, after
            return self.make(index, after, "scale", options, (Fraction(2 * _SCALES[words]),)), after
        if not digits and after == index + 1 and words in _LOOSE:
            supply += _LOOSE[words]
        if self.is_digits(index):
            options += self.short_year(index)
        options += self.shared_scale(after, options)
        supply += self.and_half(after, options)
        kind: Kind = "digit" if digits else "cardinal"
        if after == index + 1 and (self.tokens[index].text in _CHANCE or words in _DOUBTFUL_HUNDREDS):
            kind = "scale"
        return self.make(index, after, kind, options, supply), after

    def short_year(self, index: int) -> tuple[Option, ...]:
        """The "17" of "2016-17" also means 2017."""
        if index < 2 or len(self.tokens[index].text) > 2 or self.tokens[index - 1].text not in ("-", "/"):
            return ()
        before = self.tokens[index - 2].text
        text = self.tokens[index].text
        return ((Fraction(before[: 4 - len(text)] + text),),) if re.fullmatch(r"[0-9]{4}", before) else ()

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
        if (place == after and not joined) or not (self.is_digits(place) or self.word(place) in _UNITS):
            return ()
        _, scale, _ = self.group(place)
        return times(options, scale) if scale > 1 else ()

    def and_half(self, after: int, options: tuple[Option, ...]) -> Option:
        """«ثلاث سنوات ونصف»: three and a half, the noun in between or not."""
        for place in (after, after + 1):
            if self.is_joined(place) and self.word(place) == "نصف":
                return tuple(value + Fraction(1, 2) for value, *_ in options if isinstance(value, Fraction))
        return ()


def _least(options: tuple[Option, ...]) -> Fraction:
    value = options[0][0]
    return value if isinstance(value, Fraction) else Fraction(10**30)
