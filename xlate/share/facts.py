"""Whether two statements can be the same: their numbers, days, months, places and negations.

Numbers in words and digits are one («ثمانية عشر», 18; «نصف مليون», 500 ألف), a country is the same as its capital and its
nationality («الرياض», «سعودي»), «لم … إلا» does not say no. Words are folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from xlate.share.words import NATIONS, NUMBER_WORDS, bare, listed, place

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
_SCALE_PLURAL = {"الاف": 1000, "ملايين": 10**6, "مليارات": 10**9}  # a number only after one: «thousands» is none
_TWO = listed("اثنا اثني اثنتا اثنتي")
_TEENS = listed("عشر عشره عشرا")
_FRACTIONS = {"نصف": 0.5, "ربع": 0.25}
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


def numbers(forms: Sequence[str]) -> set[float]:
    """The numbers said in digits or words, from 3 on: one and two are too often articles and duals."""
    found: set[float] = set()
    total = part = last = 0.0
    and_alone = False
    for form in (*forms, "."):
        if form == "و":
            and_alone = True
            continue
        joined = and_alone or form[:1] == "و" or not part
        follows, and_alone = and_alone or form[:1] == "و", False
        bare_form = form.removeprefix("و") if form.removeprefix("و") in _HUNDRED | _SCALE.keys() else form
        value = _value(form)
        if form in _TEENS and 0 < last < 10:
            part, last = part + 10, 0.0
            continue
        last = value or 0.0
        if form[0].isdigit() and part:
            follows = joined = False
        if bare_form in _HUNDRED:
            part = part + 100 if joined and part else (part or 1) * 100
        elif bare_form in _SCALE or (form in _SCALE_PLURAL and part):
            total += (part or 1) * (_SCALE.get(bare_form) or _SCALE_PLURAL[form])
            part = 0.0
        elif value and joined and (follows or not total):
            part += value
        else:
            found.add(total + part)
            total, part = 0.0, value or 0.0
    return {number for number in found if number >= 3}


def _value(form: str) -> float | None:
    """The number that one word says."""
    if form[0].isdigit():
        try:  # a comma is decimal here: marks between thousands are gone
            return float(form.replace(",", "."))
        except ValueError:
            return None  # a time, a date
    if bare(form) == "اثنين" and form != "اثنين":
        return None  # Monday
    for word in (form, form.removeprefix("و"), bare(form)):
        if word in _TWO:
            return 2.0
        if word in _FRACTIONS:
            return _FRACTIONS[word]
        if word in _HUNDREDS:
            return float(_HUNDREDS[word])
        if word in NUMBER_WORDS and not (word in _SCALE or word in _SCALE_PLURAL or word in _HUNDRED):
            return float(NUMBER_WORDS[word])
    return None


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
