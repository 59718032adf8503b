"""The number words of Arabic, East and West, formal and spoken: tables for `xlate.check.arabic`.

All keys are folded (`folded`). What may be doubted only excuses a number and never demands one.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction

from xlate.normalise import normalise


def folded(text: str) -> str:
    """`normalise`, but «مئة» and «مائة» (both to «مءه») stay apart from «مية», «ماية» (water) and «ميت» (dead)."""
    composed = unicodedata.normalize("NFC", text)
    return normalise(composed.replace("مائ", "مئ").replace("مئ", "مء"))


def _table(text: str) -> dict[str, int]:
    """`3 ثلاث ثلاثة` a line, into folded word → value."""
    rows = [line.split() for line in text.strip().splitlines()]
    return {folded(word): int(row[0]) for row in rows for word in row[1:]}


def _set(text: str) -> set[str]:
    return {folded(word) for word in text.split()}


UNITS = _table("""
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
17 سبعتاشر سبعطاشر
18 تمنتاشر تمانتاشر
19 تسعتاشر
""")
TENS = _table("""
20 عشرون عشرين
30 ثلاثون ثلاثين تلاتين
40 أربعون أربعين
50 خمسون خمسين
60 ستون ستين
70 سبعون سبعين
80 ثمانون ثمانين تمانين
90 تسعون تسعين
""")
HUNDREDS = _table("""
100 مئة مية ماية
200 مئتان مئتين مئتا مئتي ميتين ميتان
300 ثلاثمئة ثلاثمية ثلاثماية تلتمية تلتميت
400 أربعمئة أربعمية أربعماية ربعمية ربعميت
500 خمسمئة خمسمية خمسماية خمسميت
600 ستمئة ستمية ستماية ستميت
700 سبعمئة سبعمية سبعماية سبعميت
800 ثمانمئة ثمانيمئة ثمانمية ثمانماية تمنمية تمنميت
900 تسعمئة تسعمية تسعماية تسعميت
""")
# also water, and a dead man twice
DOUBTFUL_HUNDREDS = _set("مية ماية ميتين ميتان")
SCALES = _table("""
1000 ألف ألفا آلاف الاف
1000000 مليون مليونا ملايين
1000000000 مليار مليارا مليارات ملايير بليون بلايين
1000000000000 تريليون تريليونا تريليونات ترليون
""")
DUAL_SCALES = _table("""
1000 ألفان ألفين ألفي
1000000 مليونان مليونين مليوني
1000000000 ملياران مليارين ملياري
1000000000000 تريليونان تريليونين تريليوني
""")
# «آلاف» and «ملايين» alone are thousands and millions, nobody knows how many
PLURALS = _set("آلاف ملايين مليارات ملايير بلايين تريليونات")
INDEFINITE = _set("مئات عشرات آلاف ملايين مليارات بضع بضعة عدة")
ORDINALS = _table("""
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
DECADES = {word[:-2] + ending: value for word, value in TENS.items() for ending in ("ينيات", "ينات", "ات", "يات")}
del DECADES["عشرات"]  # dozens
del DECADES["ستات"]  # ladies
AGES = {word[:-2] + ending: value for word, value in TENS.items() for ending in ("ينيه", "يني", "ينيا")}
LOOSE: dict[str, tuple[Fraction, ...]] = {
    normalise(word): tuple(Fraction(value) for value in values.split())
    for words, values in (
        ("وحيد وحيدة فرد مرة منفرد فردي أحادي الوحيد", "1"),
        ("كلا كلتا كلاهما كلي زوج زوجين توأم ضعف ثنائي ثنائية مزدوج مزدوجة مرتين ثنائيا", "2"),
        ("ثلاثي ثلاثية ثلاثا ثلاثيا", "3"),
        ("رباعي رباعية أرباع", "4"),
        ("خماسي خماسية أخماس خمسي خمسية", "5"),
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
        ("نصف نصفا النصف منتصف نصفي شطر", "1/2 2 50 30"),
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
MONTHS = _table("""
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
DOUBTFUL = _set("مايو أغسطس مارس ماي آب أوت جوان أيار نوار آذار شباط نيسان يناير تموز أيلول")
TWO_WORD_MONTHS = {
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
PREFIXES = ("", "و", "ف", "ب", "ل", "ال", "وال", "فال", "بال", "لل", "وب", "ول", "وبال", "ولل")
# words that are a number only by chance or as a name: «لست» I am not, «الست» the lady, «ست» at the end of West,
# «الخمس» a town, «ميتا» dead or Meta, «السبعين» a square. They excuse a number and never demand one.
CHANCE = _set(
    "لست ولست بست وست وستا ألست الست الخمس لعشر لخمس الستون التسعين السبعين الستين الخمسين الأربعين الثلاثين "
    "العشرين الثمانين مية ماية تلت بتلات بتلت"
)
SUFFIXED = {"نصف", "ربع", "ثلث", "خمس", "سدس", "سبع", "ثمن", "تسع", "عشر", "ثلثي", "ثلثا"}


def _inflected() -> dict[str, tuple[bool, str]]:
    """Every form in which a number word stands in a text → (whether «و» is its first letter, the word itself)."""
    forms: dict[str, tuple[bool, str]] = {}
    words = {**UNITS, **TENS, **HUNDREDS, **SCALES, **DUAL_SCALES, **ORDINALS, **DECADES, **LOOSE}
    for prefix in PREFIXES:
        for word in words:
            forms.setdefault(prefix + word, (prefix[:1] == "و", word))
        for word in MONTHS if prefix in ("", "و", "ب", "ل", "ول", "وب") else ():
            forms.setdefault(prefix + word, (prefix == "و", word))
        for suffix in ("ها", "هم", "ه", "هن", "هما", "نا"):  # ثلثها, رابعها
            for word in SUFFIXED:
                forms.setdefault(prefix + word + suffix, (prefix[:1] == "و", f"/{word}"))
            for word in ORDINALS:
                forms.setdefault(prefix + word + suffix, (prefix[:1] == "و", word))
    for word in ORDINALS:
        forms.setdefault("ك" + word, (False, word))
    return forms


LOOSE |= {word: (Fraction(value),) for word, value in AGES.items()}
FRACTIONS = {f"/{word}": LOOSE[word] for word in SUFFIXED if word in LOOSE}
LOOSE |= FRACTIONS
WORDS = _inflected()
