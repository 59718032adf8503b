"""What two statements say of numbers, days, months, places, yes and no, and whether they can be the same.

Numbers in words and digits are one («ثمانية عشر», 18; «نصف مليون», 500 ألف), a country is the same as its capital and its
nationality («الرياض», «سعودي»), «لم … إلا» does not say no. Words are folded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from xlate.share.words import NATIONS, NUMBER_WORDS, bare, is_number, listed, place

_SAYING_NO = listed(
    "لا لم لن ليس ليست ليسوا نفي نفت ينفي تنفي نفوا ولا ولم ولن وليس وليست ونفي ونفت فلا فلم فلن رفض رفضت رفضوا فشل فشلت"
)
_EXCEPT = listed("الا سوي")
_WEEKDAYS = listed("احد اثنين ثلاثاء اربعاء خميس جمعه سبت")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "يناير جانفي",
            "فبراير شباط فيفري",
            "مارس اذار",
            "ابريل نيسان افريل",
            "مايو ايار ماي",
            "يونيو حزيران جوان",
            "يوليو تموز جويليه",
            "اغسطس اب اوت",
            "سبتمبر ايلول",
            "اكتوبر",
            "نوفمبر",
            "ديسمبر",
        ),
        1,
    )
    for name in names.split()
}
_CAPITALS = {
    "رياض": "سعود",
    "باريس": "فرنس",
    "واشنطن": "امريك",
    "موسكو": "روس",
    "لندن": "بريطان",
    "برلين": "المان",
    "بكين": "صين",
    "طهران": "ايران",
    "انقره": "ترك",
    "قاهره": "مصر",
    "طرابلس": "ليب",
    "صنعاء": "يمن",
    "دوحه": "قطر",
    "ابوظبي": "امارات",
    "منامه": "بحرين",
    "بغداد": "عراق",
    "دمشق": "سور",
    "بيروت": "لبنان",
    "خرطوم": "سودان",
    "رباط": "مغرب",
    "نواكشوط": "موريتان",
}
_HUNDRED = listed("مايه ميه مءه")
_SCALE = {
    name: value
    for value, names in {1000: "الف الفا", 10**6: "مليون", 10**9: "مليار مليارا"}.items()
    for name in names.split()
}
# a scale only after a number: «thousands» is none, and «مليونا» alone is two
_SCALE_PLURAL = {"الاف": 1000, "ملايين": 10**6, "مليونا": 10**6, "مليارات": 10**9}
_TWO = listed("اثنا اثني اثنتا اثنتي")
_TEENS = listed("عشر عشره عشرا")
_FRACTIONS = {"نصف": 0.5, "ربع": 0.25}
_PERCENT = listed("بالمايه بالميه بالمءه بمايه بميه")
_IN_HUNDRED = listed("المايه الميه المءه مايه ميه")  # after «في»
_MONEY = {"$": "$", "€": "€", "£": "£", "¥": "¥", "دولار": "$", "دولارا": "$", "دولارات": "$", "يورو": "€"}
_DIGITS = re.compile(r"(-?[0-9.,]*[0-9])([^0-9]*)")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+")  # 1,234.5; whole numbers have no such marks any more
_EXACT = 15  # digits that a float holds
_HUNDREDS = {
    f"{stem}{hundred}": 100 * (n + 3)
    for n, stem in enumerate("ثلاث اربع خمس ست سبع ثمان تسع".split())
    for hundred in ("مايه", "ميه", "مءه")
} | {
    "مايتان": 200,
    "مايتين": 200,
    "الفان": 2000,
    "الفين": 2000,
    "الفي": 2000,
    "مليونا": 2e6,
    "مليونين": 2e6,
    "مليوني": 2e6,
    "ميتين": 200,
    "ميتان": 200,
    "مايتي": 200,
    "ميتي": 200,
}


def contradict(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two statements (folded words) cannot be the same: each has numbers, weekdays, months or places that the
    other lacks, or one alone says no."""
    if _says_no(a) != _says_no(b):
        return True
    for facts in (numbers, _weekdays, _months):
        only_a, only_b = facts(a) - facts(b), facts(b) - facts(a)
        if only_a and only_b:
            return True
    places_a, places_b = _names(a), _names(b)
    return bool(_foreign(places_a, places_b) and _foreign(places_b, places_a))


class Number(NamedTuple):
    """A number that is said: its `name`, the same however it is written (`25`, `3000`, `5%`, `500$`, `10:30`), its
    `value` (None for a time, a date and what is too long for a number), and the half-open range of its words."""

    name: str
    value: float | None
    first: int
    last: int


def said(forms: Sequence[str]) -> list[Number]:
    """The numbers said in digits or words, in order, with what they count in (percent, dollars, euros)."""
    found = []
    at = 0
    while at < len(forms):
        if not _begins(forms[at]):
            at += 1
            continue
        value, last = _compound(forms, at)
        unit = ""
        if last > at or is_number(forms[at]):
            last = max(last, at + 1)
            unit, last = _unit(forms, at, last)
            name = forms[at] if value is None else f"{_plain(value)}{unit}"
            found.append(Number(name, value, at, last))
        at = max(last, at + 1)
    return found


@lru_cache(maxsize=65536)
def _begins(form: str) -> bool:
    """Whether a number can begin with this word: most cannot, and looking further costs more than all else here."""
    plain = form.removeprefix("و")
    return plain in _HUNDRED or plain in _SCALE or is_number(form) or _value(form) is not None


def numbers(forms: Sequence[str]) -> set[float]:
    """The numbers said in digits or words, from 3 on: one and two are too often articles and duals."""
    return {n.value for n in said(forms) if n.value is not None and abs(n.value) >= 3}


def _compound(forms: Sequence[str], at: int) -> tuple[float | None, int]:
    """The number that begins at a word and where it ends: there, and None, where no number does."""
    total = part = unit = scale = 0.0
    end = at
    follows = False
    for place_of, form in enumerate(forms[at:], at):
        first = place_of == at
        if form == "و" and not first and not follows:
            follows = True
            continue
        follows = follows or (form[:1] == "و" and not first)
        plain = form.removeprefix("و")
        value = _value(form)
        if form in _TEENS and 0 < unit < 10:
            part, unit = part + 10, 0.0
        elif plain in _HUNDRED and (first or follows or 0 < part < 10):
            part, unit = (part + 100 if follows and part else (part or 1) * 100), 0.0
        elif plain in _SCALE or (form in _SCALE_PLURAL and part):
            scale = float(_SCALE.get(plain) or _SCALE_PLURAL[form])
            total, part, unit = total + (part or 1) * scale, 0.0, 0.0
        elif value is None or not (first or (follows and _fits(part, value, form))):
            break
        elif scale and value < 1 and not part:  # «مليون ونصف»
            total += value * scale
        else:
            part, unit = part + value, value
        end, follows = place_of + 1, False
    return (total + part, end) if end > at else (None, at)


def _fits(part: float, value: float, form: str) -> bool:
    """Whether «و» adds a number to what was said before it: «خمسة وعشرون», and not «خمسة وسبعة», nor «5 و7»."""
    if not part or value < 1:
        return True
    if is_number(form):
        return False
    return part % 100 < 10 if 20 <= value < 100 else part % 10 ** len(str(int(value))) == 0


def _unit(forms: Sequence[str], at: int, last: int) -> tuple[str, int]:
    """What a number (`forms[at:last]`) counts in, from its sign or the words after it, and where that ends."""
    after = [*forms[last : last + 2], "", ""]
    if sign := forms[at].lstrip("-0123456789.,:/") if is_number(forms[at]) else "":
        return sign, last
    if after[0] in _PERCENT:
        return "%", last + 1
    if after[0] == "في" and after[1] in _IN_HUNDRED:
        return "%", last + 2
    return (_MONEY[after[0]], last + 1) if after[0] in _MONEY else ("", last)


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.12g}"


@lru_cache(maxsize=65536)
def _value(form: str) -> float | None:
    """The number that one word says."""
    if is_number(form):
        return _digits(form)
    if bare(form) == "اثنين" and form != "اثنين":
        return None  # Monday
    after = form[1:] if form[:1] in "بلك" and len(form) > 4 else form  # «بأربعة عشر»
    for word in (form, form.removeprefix("و"), bare(form), after):
        if word in _TWO:
            return 2.0
        if word in _FRACTIONS:
            return _FRACTIONS[word]
        if word in _HUNDREDS:
            return float(_HUNDREDS[word])
        if word in NUMBER_WORDS and not (word in _SCALE or word in _SCALE_PLURAL or word in _HUNDRED):
            return float(NUMBER_WORDS[word])
    return None


def _digits(form: str) -> float | None:
    """The value of a number in digits; a comma is decimal (`1,5`) but between thousands; None for a time or a date."""
    match = _DIGITS.fullmatch(form)
    if match is None or len(form) > _EXACT:
        return None
    digits = match[1].replace(",", "" if _GROUPED.fullmatch(match[1]) else ".")
    return float(digits) if digits.count(".") <= 1 else None


def _says_no(forms: Sequence[str]) -> bool:
    return any(form in _SAYING_NO and _EXCEPT.isdisjoint(forms[at + 1 : at + 5]) for at, form in enumerate(forms))


def _weekdays(forms: Sequence[str]) -> set[str]:
    return {w for w in map(bare, forms) if w in _WEEKDAYS}


def _months(forms: Sequence[str]) -> set[int]:
    found = {_MONTHS[w] for w in map(bare, forms) if w in _MONTHS}
    for first, second in pairwise(forms):
        if bare(first) in ("كانون", "تشرين"):
            found.add({"كانون": (12, 1), "تشرين": (10, 11)}[bare(first)][bare(second).startswith("ثان")])
    return found


def _names(forms: Sequence[str]) -> set[str]:
    return {p for p in map(place, forms) if p}


def _foreign(own: set[str], other: set[str]) -> set[str]:
    """The names of `own` that `other` does not say, be it by the country, the nationality or the capital."""
    countries = {_country(name) for name in other} - {None}
    return {name for name in own if name not in other and _country(name) not in countries}


def _country(name: str) -> str | None:
    """The country that a name stands for: itself or its capital; None for other places."""
    return name if name in NATIONS else _CAPITALS.get(bare(name))
