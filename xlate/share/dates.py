"""The date an article was published, from its metadata or from a line such as «نشر في … يوم 17 - 05 - 2016»."""

from __future__ import annotations

import re
from datetime import date

from xlate.data import Article
from xlate.normalise import normalise
from xlate.share.words import MONTHS

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CUE = re.compile(r"(?:نشر(?:ت)?|تاريخ النشر|اخر تحديث|حرر|بتاريخ)\b")
_REACH = 90  # characters after the cue in which the date stands
_FIGURES = re.compile(r"\b(\d{1,2}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{4})\b")
_YEAR_FIRST = re.compile(r"\b(\d{4}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{1,2})\b")
_NAMED = re.compile(r"\b(\d{1,2}) ([^\W\d_]+)(?: ?/ ?[^\W\d_]+)?,? (\d{4})\b")


def published(article: Article) -> str | None:
    """ISO 8601 date, or date-time as the metadata give it; None where neither they nor the text tell."""
    if article.published and _ISO.match(article.published):
        return article.published
    return in_text(article.text)


def in_text(text: str) -> str | None:
    """The date after the first cue of publication that has one, day before month as Arabic papers write it."""
    for line in text.splitlines():
        folded = normalise(line)
        for cue in _CUE.finditer(folded):
            found = _date(folded[cue.end() : cue.end() + _REACH])
            if found:
                return found
    return None


def day(value: str) -> date | None:
    """The day of an ISO 8601 date or date-time."""
    match = _ISO.match(value)
    return _valid(*(int(g) for g in match.groups())) if match else None


def first_of(a: str | None, b: str | None) -> int:
    """-1 where `a` is earlier, 1 where `b` is, 0 where the dates do not tell. Times count only within one day and
    where both carry them in the same form."""
    day_a, day_b = (day(a) if a else None), (day(b) if b else None)
    if day_a is None or day_b is None or a is None or b is None:
        return 0
    if day_a != day_b:
        return -1 if day_a < day_b else 1
    if len(a) == len(b) > 10 and a[19:] == b[19:] and a != b:
        return -1 if a < b else 1
    return 0


def _date(text: str) -> str | None:
    for pattern, order in ((_YEAR_FIRST, (0, 1, 2)), (_FIGURES, (2, 1, 0))):
        match = pattern.search(text)
        if match:
            found = _valid(*(int(match.groups()[i]) for i in order))
            if found:
                return found.isoformat()
    match = _NAMED.search(text)
    if match and match.group(2) in MONTHS:
        found = _valid(int(match.group(3)), MONTHS[match.group(2)], int(match.group(1)))
        return found.isoformat() if found else None
    return None


def _valid(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
