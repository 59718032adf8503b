"""Words of a segment for matching, and the small lexicons that tell what a changed word means.

Every word list is written in folded Arabic (`xlate.normalise`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from xlate.normalise import fold, normalise

_MONEY = "$€£¥"
_WORD = re.compile(
    r"[^\W\d_]+"
    # a number with its minus (no hyphen, no range), and a sign before («%5») or after it, with or without a space
    rf"|(?=[-0-9%{_MONEY}])(?:-(?<![\w)\]-]-)(?<![0-9] -))?(?:[%{_MONEY}] ?)?[0-9]+(?:[.,:/][0-9]+)*(?: ?[%{_MONEY}](?![0-9]))?"
    rf"|[{_MONEY}]"
)
_PARTS = re.compile(r"(-?)([^0-9]*)([0-9](?:.*[0-9])?)(.*)")
_THOUSANDS = re.compile(r"^[1-9][0-9]{0,2}(?:[.,][0-9]{3})+$")


def listed(text: str) -> frozenset[str]:
    """A list of words."""
    return frozenset(text.split())


_NOT = listed("لا لم لن ليس ليست ليسوا لسنا غير دون بدون عدم بلا")
NEGATIONS = _NOT | listed("كلا نفي نفت ينفي تنفي نفيا رفض رفضت يرفض ترفض")
ATTRIBUTION = listed(
    "قال قالت قالوا قايلا قايله يقول تقول اضاف اضافت مضيفا اكد اكدت موكدا اوضح اوضحت موضحا اعلن اعلنت ذكر "
    "ذكرت تابع تابعت صرح صرحت اشار اشارت مشيرا كشف كشفت شدد شددت اعتبر اعتبرت معتبرا نقل نقلت نقلا بحسب "
    "حسب وفقا وفق مصدر المصدر مصادر المصادر المتحدث تصريح تصريحات وكاله مراسل صحيفه الصحيفه لصحيفه افاد "
    "افادت بيان زعم زعمت"
)
NUMBER_WORDS = {
    name: value
    for value, names in {
        "1": "واحد واحده",
        "2": "اثنان اثنين اثنتان اثنتين",
        "3": "ثلاثه ثلاث",
        "4": "اربعه اربع",
        "5": "خمسه خمس",
        "6": "سته ست",
        "7": "سبعه سبع",
        "8": "ثمانيه ثماني ثمان",
        "9": "تسعه تسع",
        "10": "عشره عشر",
        "20": "عشرون عشرين",
        "30": "ثلاثون ثلاثين",
        "40": "اربعون اربعين",
        "50": "خمسون خمسين",
        "60": "ستون ستين",
        "70": "سبعون سبعين",
        "80": "ثمانون ثمانين",
        "90": "تسعون تسعين",
        "100": "مايه ميه مءه",
        "200": "مايتان مايتين ميتين",
        "1000": "الف الاف",
        "1000000": "مليون ملايين",
        "1000000000": "مليار مليارات",
    }.items()
    for name in names.split()
}
_TITLES = listed(
    "السيد السيده الرييس رييس رييسه الوزير وزير وزيره الدكتور الدكتوره الشيخ الملك الامير الجنرال العقيد "
    "اللواء الفريق النايب السفير المدير مدير الناطق المتحدث القايد قايد عبد ابو ابن بن ال مدينه مدينتي "
    "محافظه ولايه بلده قريه منطقه"
)
_PLACES = listed(
    "الجزاير تونس مصر ليبيا المغرب موريتانيا السودان سوريا سوريه العراق لبنان الاردن فلسطين اسراييل "
    "السعوديه اليمن عمان الامارات قطر الكويت البحرين تركيا ايران افغانستان باكستان الهند الصين اليابان "
    "كوريا روسيا اوكرانيا فرنسا بريطانيا المانيا ايطاليا اسبانيا بلجيكا هولندا سويسرا السويد اليونان "
    "امريكا واشنطن موسكو باريس لندن برلين بروكسل بكين طهران انقره اسطنبول القاهره طرابلس بنغازي مصراته "
    "سرت درنه طبرق الرياض جده صنعاء عدن الدوحه ابوظبي دبي المنامه بغداد الموصل البصره اربيل دمشق حلب حمص "
    "ادلب بيروت القدس غزه رفح خانيونس الخرطوم دارفور الرباط مراكش طنجه نواكشوط مالي النيجر تشاد نيجيريا "
    "سوسه صفاقس القيروان بنزرت وهران قسنطينه عنابه بجايه باتنه ورقله تلمسان اكادير مكناس وجده كسلا بورتسودان "
    "الفاشر صبراته زواره الحديده تعز مارب صيدا الناصريه كربلاء النجف كركوك الرقه درعا نابلس الاسكندريه اسوان "
    "الصومال اثيوبيا كينيا اريتريا جيبوتي داعش القاعده حماس حزبالله الناتو"
)
NATIONS = listed(
    "جزاير تونس مصر ليب مغرب موريتان سودان سور عراق لبنان اردن فلسطين اسراييل سعود يمن عمان امارات قطر "
    "كويت بحرين ترك ايران افغان باكستان هند صين يابان كور روس اوكران فرنس بريطان المان ايطال اسبان بلجيك "
    "هولند سويسر سويد يونان امريك اميرك"
)
_NATIONALITIES = {f"{stem}{ending}": stem for stem in NATIONS for ending in ("ي", "يه", "يين", "يون", "يا")}


class Word(NamedTuple):
    """A word or number: its folded `form`, and its half-open place in the text, in code points.

    A number has its minus, percent and currency sign with it: `-5`, `5%` (also for «5 %» and «%5»), `500$`.
    """

    form: str
    start: int
    end: int


def canonical_number(form: str) -> str:
    """`15.000` and `15,000` are 15000; other numbers stay as they are."""
    return re.sub(r"[.,]", "", form) if _THOUSANDS.match(form) else form


@lru_cache(maxsize=65536)
def _number(form: str) -> str:
    """A number as `canonical_number` writes it, its minus before and its other signs behind; a word as it is."""
    parts = _PARTS.fullmatch(form)
    if parts is None:
        return form
    minus, before, digits, after = parts.groups()
    return f"{minus}{canonical_number(digits)}{before.strip()}{after.strip()}"


def is_number(form: str) -> bool:
    """Whether a form is written in digits."""
    return form[0] in "-0123456789"


def forms(text: str) -> list[str]:
    """The folded words and numbers of `text`, in order, without punctuation."""
    return [w if w.isalpha() else _number(w) for w in _WORD.findall(normalise(text))]


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """Like `forms`, with places: `text[w.start:w.end]` is the word as it was written."""
    folded, origin = _fold(text)
    if isinstance(origin, range):
        return tuple([Word(_number(m.group()), *m.span()) for m in _WORD.finditer(folded)])
    found = []
    for match in _WORD.finditer(folded):
        last = origin[match.end() - 1] + 1
        # marks after the last letter, composed with it or dropped by folding, belong to the word
        limit = origin[match.end()] if match.end() < len(origin) else len(text)
        while last < limit and not text[last].isspace():
            last += 1
        found.append(Word(_number(match.group()), origin[match.start()], last))
    return tuple(found)


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """`fold`, at the speed of `normalise` for text in which every character becomes one character."""
    if all(map(_folds_to_one, set(text))) and "  " not in (folded := normalise(text)) and len(folded) == len(text):
        return folded, range(len(text))
    return fold(text)


@lru_cache(maxsize=4096)
def _folds_to_one(char: str) -> bool:
    """Whether a character becomes exactly one, alone as in any company."""
    return len(fold(f"a{char}a")[0]) == 3 and unicodedata.combining(char) == 0


def key(tokens: Sequence[str]) -> str:
    """What verbatim segments have in common: the letters alone, numbers fenced so that 2 7 is never 27."""
    return "".join(f"#{t}#" if is_number(t) else t for t in tokens)


def bare(form: str) -> str:
    """A word without the conjunction and the article that are written onto it (والجزائر → جزائر)."""
    for prefix in ("وبال", "وال", "فال", "بال", "كال", "ولل", "ال", "لل"):
        if form.startswith(prefix) and len(form) - len(prefix) >= 3:
            return form[len(prefix) :]
    return form[1:] if form[:1] in "وف" and len(form) > 4 else form


@lru_cache(maxsize=65536)
def negates(token: str) -> bool:
    """Whether a word says no."""
    return _is_one_of(NEGATIONS, token)


def denies_next(token: str) -> bool:
    """Whether a word says no to the word after it, as particles do; after a verb («رفض») the subject may stand."""
    return _is_one_of(_NOT, token)


def _is_one_of(known: frozenset[str], token: str) -> bool:
    """Whether a word is among these, with or without a conjunction or «ب» written onto it."""
    return token in known or (token[:1] in "وفب" and token[1:] in known)


@lru_cache(maxsize=65536)
def place(token: str) -> str | None:
    """The country, city or organisation that a word names (nationality adjectives give their country's stem)."""
    stem = bare(token)
    for form in (token, token[1:] if token[:1] in "وبلف" else token):
        if form in _PLACES:
            return _stem(form.removeprefix("ال"))
    for form in (stem, stem[1:] if stem[:1] in "وبل" else stem):
        if form in _NATIONALITIES:
            return _NATIONALITIES[form]
        if "ال" + form in _PLACES:
            return _stem(form)
    return None


def _stem(name: str) -> str:
    """The stem of a country's name, the same as its nationality adjective gives; other names stay whole."""
    return max((s for s in sorted(NATIONS) if name.startswith(s) and len(name) - len(s) <= 2), key=len, default=name)


def is_title(token: str) -> bool:
    """Whether a name is likely to follow."""
    return token in _TITLES or token.removeprefix("و") in _TITLES
