"""Which of two publication dates is earlier, as far as they tell."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

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

    Two date-times that carry a zone are compared as instants, two that carry none as they are written. Of any other
    two the days decide, as written, where they differ.
    """
    (day_a, time_a), (day_b, time_b) = _read(a), _read(b)
    if day_a is None or day_b is None:
        return 0
    if time_a and time_b and (time_a.tzinfo is None) == (time_b.tzinfo is None):
        return (time_a > time_b) - (time_a < time_b)
    return (day_a > day_b) - (day_a < day_b)


@lru_cache(maxsize=4096)
def _read(value: str | None) -> tuple[date | None, datetime | None]:
    """The day, and the date-time where the value gives a time that can be read."""
    found = day(value)
    if value is None or found is None or len(value) <= len("2016-05-17"):
        return found, None
    try:
        return found, datetime.fromisoformat(value)
    except ValueError:
        return found, None
