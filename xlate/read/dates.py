"""Publication dates as news sites and corpora write them, and the line in a text that states when and where."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from xlate.normalise import fold, normalise

# the names of the Mashreq, of Egypt and the Gulf, of Algeria and Tunisia, of Morocco; English
_MONTHS = (
    ("كانون الثاني", "يناير", "جانفي", "january", "jan"),
    ("شباط", "فبراير", "فيفري", "february", "feb"),
    ("آذار", "مارس", "march", "mar"),
    ("نيسان", "أبريل", "أفريل", "ابريل", "april", "apr"),
    ("أيار", "مايو", "ماي", "may"),
    ("حزيران", "يونيو", "يونيه", "جوان", "june", "jun"),
    ("تموز", "يوليو", "يوليه", "جويلية", "يوليوز", "july", "jul"),
    ("آب", "أغسطس", "أوت", "غشت", "august", "aug"),
    ("أيلول", "سبتمبر", "شتنبر", "september", "sep", "sept"),
    ("تشرين الأول", "أكتوبر", "october", "oct"),
    ("تشرين الثاني", "نوفمبر", "نونبر", "november", "nov"),
    ("كانون الأول", "ديسمبر", "دجنبر", "december", "dec"),
)
_MONTH = {normalise(name): number for number, names in enumerate(_MONTHS, 1) for name in names}
_NAME = "|".join(sorted(map(re.escape, _MONTH), key=len, reverse=True))
_WEEKDAY = (
    r"(?:(?:ال)?(?:اثنين|احد|ثلاثاء|اربعاء|خميس|جمعه|سبت)"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
)
_CLOCK = r"(?:\s*[-,|]?\s*(?:الساعه\s*|at\s*)?\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:[صم]|am|pm|gmt|utc)\b)?)?"
_NUMERIC = r"(?P<a>\d{1,4})\s*[-/.]\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<c>\d{4}|\d{1,2})"
_DAY_FIRST = (
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{_NAME})\b(?:\s*[/(]\s*(?:{_NAME})\)?)?\s*,?\s*(?P<year>\d{{4}})"
)
_MONTH_FIRST = rf"(?P<month2>{_NAME})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year2>\d{{4}})"
_DATE = rf"(?:{_WEEKDAY}\s*,?\s*)?(?:{_NUMERIC}|{_DAY_FIRST}|{_MONTH_FIRST}){_CLOCK}"
_WHOLE = re.compile(_DATE)
# no prose follows and no full stop: a sentence about somebody else's publication has them
_REST = (
    r"(?:[\s,/-]*(?:\d{1,2}:\d{2}(?::\d{2})?|(?:الساعه|بتوقيت(?:\s+\w+){1,2}|صباحا|مساء|ظهرا|ت\.?\s?غ|gmt|[صم])\b"
    r"|\([^()]*\)|\[[^\[\]]*\]))*[\s,-]*(?:(?:\||(?:by|updated|بقلم|(?:اخر\s+)?تحديث)\b).*(?<!\.))?$"
)
_ONE = f"(?P<date>{re.sub('[?]P<[a-z0-9]+>', '?:', _DATE)})(?!\\d)(?={_REST})"
_WAS = r"(?:تم\s+)?(?:نشرت?|نشره|النشر)"
# both are matched against a folded line, which has one form of alef and ya, ASCII digits and no tashkeel
_WHERE_AND_WHEN = re.compile(
    rf"{_WAS}\s+(?:في|علي|ب)\s+(?P<source>(?!\d|يوم|تاريخ)[^:.!?]{{2,60}}?)\s+(?:يوم|بتاريخ)\s*:?\s*{_ONE}"
)
_WHEN = re.compile(
    rf"(?:تاريخ\s+النشر|{_WAS}(?:\s+(?:يوم|بتاريخ|في)){{1,2}}|published(?:\s+on)?|date\s+published)\s*:?\s*{_ONE}"
)
_DIGIT = re.compile(r"\d")
_LONGEST_LINE = 160
"""An imprint is a line of its own; in running text «نشر في …» tells of somebody else's publication."""


def parse_date(value: str | int | float) -> str | None:
    """An ISO 8601 date, or a date-time with its zone where the value has one; None where it cannot be understood.

    Takes ISO 8601, RFC 2822, seconds or milliseconds since 1970, and day, month (number, Arabic or English name) and
    year in the usual orders; two numbers that could both be the month are day first, as Arabic papers write. A clock
    time without ISO form is left out. Years from 1800 to 2200 only.

    >>> parse_date("17 - 05 - 2016"), parse_date("١٧ ماي ٢٠١٦"), parse_date("2016-05-17T10:00:00Z"), parse_date("soon")
    ('2016-05-17', '2016-05-17', '2016-05-17T10:00:00Z', None)
    """
    try:
        if not isinstance(value, str):
            return _epoch(value)
        text = normalise(value[:100])
        return _iso(text.upper()) or _written(text) or _rfc2822(text)
    except (ValueError, OverflowError, OSError):
        return None


def imprint(text: str) -> tuple[str | None, str | None]:
    """The publication date and the source that a line of the text itself states, each None where none does.

    >>> imprint("تنسيق جزائري\\nنشر في البلاد أون لاين يوم 17 - 05 - 2016\\n")
    ('2016-05-17', 'البلاد أون لاين')
    """
    for line in text.splitlines():
        if len(line) > _LONGEST_LINE or not _DIGIT.search(line):
            continue
        folded, origin = fold(line)
        if "نشر" not in folded and "published" not in folded:
            continue
        match = _WHERE_AND_WHEN.match(folded)
        if match:
            start, end = match.span("source")
            return parse_date(match["date"]), line[origin[start] : origin[end - 1] + 1]
        match = _WHEN.match(folded)
        if match:
            return parse_date(match["date"]), None
    return None, None


def _epoch(value: int | float) -> str | None:
    seconds = value / 1000 if abs(value) >= 1e11 else value
    return _sane(datetime.fromtimestamp(seconds, UTC)) if abs(seconds) >= 1e8 else None


def _iso(text: str) -> str | None:
    if not re.match(r"\d{4}-?\d\d-?\d\d(?!\d)", text):
        return None
    try:
        return _sane(date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text))
    except ValueError:
        return None


def _rfc2822(text: str) -> str | None:
    return _sane(parsedate_to_datetime(text))


def _written(text: str) -> str | None:
    match = _WHOLE.fullmatch(text.strip(" ."))
    if not match:
        return None
    if match["month"] or match["month2"]:
        month = _MONTH[match["month"] or match["month2"]]
        return _sane(date(int(match["year"] or match["year2"]), month, int(match["day"] or match["day2"])))
    a, b, c = match["a"], match["b"], match["c"]
    if len(a) == 4:
        year, month, day = int(a), int(b), int(c)
    elif len(c) == 4 and len(a) < 3:
        year, month, day = int(c), int(b), int(a)
    else:
        return None  # two digits do not say which number is the year
    if month > 12:
        month, day = day, month
    return _sane(date(year, month, day))


def _sane(when: date) -> str | None:
    """ISO form, `Z` for UTC; None for a year that no newspaper has."""
    return when.isoformat().replace("+00:00", "Z") if 1800 <= when.year <= 2200 else None
