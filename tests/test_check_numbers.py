"""Numbers: parsed values in both languages, pairs that agree, pairs that do not, hostile text."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.check import arabic, check, english
from xlate.check.digits import Mention, Value
from xlate.check.numbers import discrepancies


def first_values(mentions: list[Mention]) -> list[Value]:
    """The likeliest reading of every number, without what only excuses."""
    return [value for mention in mentions if mention.options for value in mention.options[0]]


def fractions(*values: object) -> list[Value]:
    return [value if str(value).startswith("M") else Fraction(str(value)) for value in values]  # type: ignore[misc]


ARABIC_VALUES = [
    ("٢٠١٦", [2016]),
    ("۲۰۱۶", [2016]),
    ("15.000 رأس", [15000]),
    ("١٥٬٠٠٠ رأس", [15000]),
    ("15,000", [15000]),
    ("15 000 رأس", [15000]),
    ("15\u00a0000 رأس", [15000]),
    ("1.250.000", [1250000]),
    ("1.234,56", ["1234.56"]),
    ("لكل 000 100 شخص", [100000]),
    ("٢٫٧ مليون", [2700000]),
    ("2.7 مليون قنطار", [2700000]),
    ("442 ألف قنطار", [442000]),
    ("5 ملايين دولار", [5000000]),
    ("6.5 ملايير درهم", [6500000000]),
    ("بـ15 دينارا", [15]),
    ("و20 شخصا", [20]),
    ("الـ21 من تموز", [21, "M7"]),
    ("40٪", [40]),
    ("40 في المئة", [40]),
    ("40 بالمائة", [40]),
    ("الساعة 07:50", [7, 50]),
    ("17-05-2016", [17, "M5", 2016]),
    ("17.05.2016", [17, "M5", 2016]),
    ("17/5/2016", [17, "M5", 2016]),
    ("2016/05/17", [17, "M5", 2016]),
    ("18-25 سنة", [18, 25]),
    ("ثلاثة جنود", [3]),
    ("ثلاثا وثلاثين", [33]),
    ("خمسة عشر", [15]),
    ("اثنتي عشرة دقيقة", [12]),
    ("خمس وأربعين", [45]),
    ("خمسة و عشرين", [25]),
    ("مئة وعشرين", [120]),
    ("مائة وثلاثة وعشرون", [123]),
    ("ثلاثمائة", [300]),
    ("ثلاث مئة", [300]),
    ("ثمانمئة وخمسة وستين", [865]),
    ("ثلاثة آلاف وخمسمائة", [3500]),
    ("ألفين وخمسمئة", [2500]),
    ("ألف وتسعمئة وستة وخمسين", [1956]),
    ("ألف و تسعمئة و عشرين", [1920]),
    ("مليون ومئتي ألف", [1200000]),
    ("مليونان", [2000000]),
    ("ثلاثمئة وخمسين ألفا", [350000]),
    ("مليون ونصف المليون", [1500000]),
    ("بين ألف وخمسمئة وثلاثة آلاف", [1500, 3000]),
    ("الحادي والعشرين", [21]),
    ("الرابع عشر", [14]),
    ("الثامنة عشرة", [18]),
    ("القرن التاسع عشر", [19]),
    ("تلاتة", [3]),
    ("تسعتاشر", [19]),
    ("1 جويلية", [1, "M7"]),
    ("أكتوبر", ["M10"]),
    ("كانون الثاني", ["M1"]),
    ("كانون الأول", ["M12"]),
    ("تشرين الأول", ["M10"]),
    ("وتشرين الثاني", ["M11"]),
    ("4 آب/أغسطس", [4, "M8", "M8"]),
    ("10 أوت", [10, "M8"]),
    ("في شهر ماي", ["M5"]),
    ("5 جانفي", [5, "M1"]),
    ("3 شتنبر", [3, "M9"]),
    ("مايو الماضي", ["M5"]),
    ("في آذار المنصرم", ["M3"]),
    ("5ر12 مليون", [12500000]),
    ("12ر5ر3", [12, 5, 3]),
]
NOTHING_IN_ARABIC = [
    "آلاف الأشخاص", "مئات الآلاف", "عشرات القتلى", "ملايين", "نصف السكان", "شهرين", "دولتان",
    "لست أدري", "مدينة الخمس", "كمية الغاز", "شركة ميتا", "البحر الميت", "الماية العذبة", "عاد الأب", "مارس الرياضة",
    "كوفيد-19", "https://example.org/2016/05", "user7@example.org", "@user123",
]  # fmt: skip

ENGLISH_VALUES = [
    ("15,000 head", [15000]),
    ("2.7 million", [2700000]),
    ("$5m", [5]),
    ("1,500,000", [1500000]),
    ("300,948 sq mi", [300948]),
    ("1,234.56", ["1234.56"]),
    ("442 thousand", [442000]),
    ("442-thousand", [442000]),
    ("26 thousand-million", [26 * 10**9]),
    ("40%", [40]),
    ("07:50", [7, 50]),
    ("May 17, 2016", ["M5", 17, 2016]),
    ("17 March 2016", [17, "M3", 2016]),
    ("Sept. 9", ["M9", 9]),
    ("last May", ["M5"]),
    ("in March", ["M3"]),
    ("21st century", [21]),
    ("the 1980s", [1980]),
    ("the eighties", [80]),
    ("twenty-one", [21]),
    ("two hundred and fifty", [250]),
    ("a hundred and twenty thousand", [120000]),
    ("three million two hundred thousand", [3200000]),
    ("two million and five million", [2000000, 5000000]),
    ("one and a half million", [1500000]),
    ("nineteen eighty-four", [1984]),
    ("four-billion-year-old", [4 * 10**9]),
    ("twenty-third", [23]),
    ("two hundredth", [200]),
    ("5½ sacks", ["5.5"]),
    ("18–25", [18, 25]),
    ("٢٠١٦", [2016]),
    ("3 hundred thousand", [300000]),
]
NOTHING_IN_ENGLISH = [
    "he may march", "I think", "hundreds of thousands", "dozens", "KÃ¼l¼", "COVID-19", "&#39;", "www.site.com/2016",
    "half the people", "Louis XIV", "a couple",
]  # fmt: skip


@pytest.mark.parametrize(("text", "values"), ARABIC_VALUES)
def test_arabic_values(text: str, values: list[object]) -> None:
    assert first_values(arabic.mentions(text)) == fractions(*values)


@pytest.mark.parametrize("text", NOTHING_IN_ARABIC)
def test_arabic_without_a_number_that_is_demanded(text: str) -> None:
    assert discrepancies(text, "Nothing.") == []


@pytest.mark.parametrize(("text", "values"), ENGLISH_VALUES)
def test_english_values(text: str, values: list[object]) -> None:
    assert first_values(english.mentions(text)) == fractions(*values)


@pytest.mark.parametrize("text", NOTHING_IN_ENGLISH)
def test_english_without_a_number_that_is_demanded(text: str) -> None:
    assert discrepancies("لا شيء", text) == []


AGREE = [
    ("17-05-2016", "May 17, 2016"),
    ("17.05.2016", "17 May 2016"),
    ("في 9/11", "on Sept. 11"),
    ("هجمات 11 سبتمبر", "the 9/11 attacks"),
    ("1.5 مليون", "1,500,000 people"),
    ("1,500,000 نسمة", "one and a half million people"),
    ("1.5 مليون", "one and a half million"),
    ("مليون ونصف المليون", "1.5 million"),
    ("نصف مليون", "half a million"),
    ("نصف مليون", "500,000"),
    ("ربع مليون نسمة", "250,000 people"),
    ("15.000 رأس", "15,000 head"),
    ("442 ألف قنطار", "442,000 quintals"),
    ("بين 10 و15 ألف شخص", "between 10,000 and 15,000 people"),
    ("ما بين 10 آلاف و15 ألف", "10 to 15 thousand"),
    ("ما بين ثلاثمئة وخمسمئة ألف", "between 300,000 and 500,000"),
    ("5-10 ملايين دولار", "$5-10 million"),
    ("5 ملايين دولار", "$5m"),
    ("شهرين", "two months"),
    ("شهرين", "2 months"),
    ("دولتان", "the countries"),
    ("واحد من كل خمسة", "one in five"),
    ("نصف السكان", "50% of the population"),
    ("ثلث الناخبين", "a third of voters"),
    ("يُصدَّر ثلثها", "a third of which is exported"),
    ("القرن الحادي والعشرين", "the 21st century"),
    ("القرن الحادي والعشرين", "the twenty-first century"),
    ("الثمانينيات", "the 1980s"),
    ("الثمانينيات", "the eighties"),
    ("ثلاثينيات القرن التاسع عشر", "the 1830s"),
    ("سبعينيات القرن الماضي", "the 1970s"),
    ("لويس الرابع عشر", "Louis XIV"),
    ("الساعة 19:00", "at 7 p.m."),
    ("الساعة 18,00 (16,00 ت غ)", "at 6 p.m. (1600 GMT)"),
    ("07,10 ت غ", "0710 GMT"),
    ("الثالثة والنصف", "3:30"),
    ("الثانية وأربعين دقيقة", "2:40 p.m."),
    ("موسم 2016-2017", "the 2016-17 season"),
    ("من 1943 إلى 1946", "from 1943–6"),
    ("4 آب/أغسطس 2020", "Aug. 4, 2020"),
    ("كانون الثاني/يناير", "January"),
    ("12 جويلية", "July 12"),
    ("تسعا وثلاثين مرة", "39 times"),
    ("أربع وعشرون ساعة", "24 hours"),
    ("سنة ونصف", "18 months"),
    ("ثلاث سنوات ونصف", "3.5 years"),
    ("أكثر من 24 جائزة", "more than two dozen awards"),
    ("متقاعد سبعيني", "a retiree in his 70s"),
    ("السيدة الأربعينية", "the woman in her 40s"),
    ("ثالثا", "Thirdly"),
    ("الصفقات المليارية", "billion-dollar deals"),
    ("عدة آلاف", "several thousand"),
    ("بهدفين مقابل هدف", "2-1"),
    ("بثلاثية نظيفة", "3-0"),
    ("أسوأ جلسة منذ الاثنين", "worst session since Monday"),
    ("المجموعة الثالثة", "Group C"),
    ("لكل 000 100 شخص", "per 100,000 people"),
    ("(1) على المستوى القطري", "(i) at country level"),
    ("تضاعف أربع مرات", "quadrupled"),
    ("2017 2017", "2017"),
    ("حدود عام 67", "the 1967 borders"),
    ("حدود 67", "the borders of '67"),
    ("فلسطينيو 48", "the Palestinians of 1948"),
    ("فلسطينيو الـ48", "the 1948 Palestinians"),
    ("حرب ٧٣", "the 1973 war"),
    ("5ر12 مليون", "12.5 million"),
    ("5ر12 مليون", "5.12 million"),
    ("بنسبة ٣ر٢ بالمائة", "by 2.3 percent"),
    ("في مارس الماضي", "last March"),
    ("مايو المقبل", "next May"),
    ("آب الجاري", "this August"),
    ("في الأسبوع الماضي مارس الرئيس ضغوطا", "Last week the president exerted pressure"),
    ("في مايو", "in May"),
    ("الثقة في ماي", "confidence in May"),
    ("مارس الضغط الماضي", "he exerted past pressure"),
    ("قد يغير هذا كل شيء", "This May Change Everything"),
    ("ساحة السبعين", "Al-Sabeen Square"),
    ("فرقة تونتي ون بايلوتس Twenty One", "Twenty One Pilots"),
    ("", ""),
]


@pytest.mark.parametrize(("source", "target"), AGREE)
def test_right_translations_are_not_flagged(source: str, target: str) -> None:
    assert discrepancies(source, target) == []


DIFFER = [
    ("عام 2017", "in 2012", ["2017 → 2012"]),
    ("5000 شخص", "people", ["5000 missing"]),
    ("5000 قبل الميلاد", "500 BC", ["5000 → 500"]),
    ("الناس", "500 people", ["500 added"]),
    ("300,948 ميلا", "948,300 miles", ["300,948 → 948,300"]),
    ("108 أشخاص", "188 people", ["108 → 188"]),
    ("15.000 رأس", "15 head", ["15.000 → 15"]),
    ("15,000", "15", ["15,000 → 15"]),
    ("2.7 مليون", "2.7 billion", ["2.7 مليون → 2.7 billion"]),
    ("2.7 مليون", "2.7", ["2.7 مليون → 2.7"]),
    ("442 ألف قنطار", "442 quintals", ["442 ألف → 442"]),
    ("40٪", "14%", ["40 → 14"]),
    ("في يوليو 2016", "in June 2016", ["يوليو → June"]),
    ("في جويلية 2016", "in 2016", ["جويلية missing"]),
    ("17-05-2016", "June 17, 2016", ["17-05-2016 missing", "June added"]),
    ("الساعة 11:20", "at 4:20", ["11:20 → 4:20"]),
    ("ثلاثين قتيلا", "dead", ["ثلاثين (30) missing"]),
    ("خمسة عشر عاما", "five years", ["خمسة عشر (15) → five"]),
    ("أربعمئة وخمسين", "405", ["أربعمئة وخمسين (450) → 405"]),
    ("القرن الثامن عشر", "the 17th century", ["الثامن عشر (18) → 17"]),
    ("الثمانينيات", "the 1970s", ["الثمانينيات (80) → 1970s"]),
    ("أكثر من مئة شخص", "more than people", ["مئة (100) missing"]),
    ("مليون شخص", "people", ["مليون (1000000) missing"]),
    ("2016 و2017", "2016", ["2017 missing"]),
    ("في مارس الماضي التقى الرئيس وزير الخارجية", "The president met the foreign minister last May", ["مارس → May"]),
    ("في مارس الماضي", "last August", ["مارس → August"]),
    ("في مايو الماضي", "last June", ["مايو → June"]),
    ("يناير المقبل", "next March", ["يناير → March"]),
    ("آب الفائت", "last March", ["آب → March"]),
    ("آب الجاري", "this April", ["آب → April"]),
    ("حدود عام 67", "the 1968 borders", ["67 → 1968"]),
    ("67 ألف شخص", "1967 people", ["67 ألف → 1967"]),
    ("5ر12 مليون", "12.6 million", ["5ر12 مليون → 12.6 million"]),
    ("5ر12 مليون", "12 million", ["5ر12 مليون → 12 million"]),
]


@pytest.mark.parametrize(("source", "target", "evidence"), DIFFER)
def test_wrong_translations_are_flagged_with_evidence(source: str, target: str, evidence: list[str]) -> None:
    assert discrepancies(source, target) == evidence


@given(st.integers(3, 10**15))
def test_a_number_agrees_with_itself_in_every_script_and_grouping(number: int) -> None:
    plain, grouped = str(number), f"{number:,}"
    indic = grouped.translate({ord(str(n)): chr(0x660 + n) for n in range(10)} | {ord(","): "٬"})
    for source in (plain, grouped, indic):
        for target in (plain, grouped):
            assert discrepancies(f"بلغ العدد {source} تقريبا", f"The number was about {target} or so") == []


@given(st.integers(11, 10**9), st.data())
def test_a_changed_digit_is_found(number: int, data: st.DataObject) -> None:
    text = str(number)
    place = data.draw(st.integers(0, len(text) - 1))
    digit = data.draw(st.sampled_from([char for char in "123456789" if char != text[place]]))
    assert discrepancies(f"بلغ {number:,} كلم", f"It was {int(text[:place] + digit + text[place + 1 :]):,} km")


@settings(max_examples=300)
@given(st.text(), st.text())
def test_no_text_crashes_it(source: str, target: str) -> None:
    check(source, target)
    assert check(source, target) == check(source, target)


numberish = st.text(alphabet="0123456789٠١٥۳.,،٬٫:/- %½ويألفمئةنصstdhmkandhundred\u200f\ud800", max_size=60)


@settings(max_examples=300)
@given(numberish, numberish)
def test_no_broken_number_crashes_it(source: str, target: str) -> None:
    check(source, target)


HOSTILE = ["1", "1ر", "1ر1 ", "مارس الماضي ", "in May ", "1,", "1.", "1-", "1/", "1:", "1 ", "111 ", "000 ", "12,345", "1-1-1-", "/1", "خمسة و", "مئة و", "ألف ",
           "5 آلاف و", "و", "two hundred and ", "twenty-", "million ", "&amp;", "@1 ", "½", "ثلث", "1 مليون و",
           "a of ", "half a ", "and a half "]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    size = 100_000 if unit in ("1", "1,", "1.", "½") else 15_000  # one token, or as many as it can be
    text = (unit * (size // len(unit) + 1))[:size]
    start = time.process_time()
    arabic.mentions(text)
    english.mentions(text)
    assert time.process_time() - start < 2
