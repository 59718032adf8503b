"""Which of two publication dates is earlier, as far as they tell."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def day(value: str | None) -> date | None:
    """The day of an ISO 8601 date or date-time; None where there is none or it is no date."""
    match = _ISO.match(value or "")
    try:
        return date(*(int(g) for g in match.groups())) if match else None
    except ValueError:
        return None


def first_of(a: str | None, b: str | None) -> int:
    """-1 where `a` is earlier, 1 where `b` is, 0 where the dates do not tell.

    The time of day counts only where both are date-times of one form and zone; else the days alone.
    """
    day_a, day_b = day(a), day(b)
    if a is None or b is None or day_a is None or day_b is None or a == b:
        return 0
    timed = len(a) == len(b) > 10 and a[19:] == b[19:]
    if day_a == day_b and not timed:
        return 0
    return -1 if (day_a, a) < (day_b, b) else 1
