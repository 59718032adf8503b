"""What the doctor says: one line a check, with its cure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `name` is stable, for machines; `cure` says what to do and is empty for a pass."""

    name: str
    status: Status
    detail: str
    cure: str = ""


def failures(checks: Iterable[Check]) -> list[Check]:
    """The checks that failed."""
    return [check for check in checks if check.status == "fail"]


def graded(name: str, value: float, good: float, fair: float, detail: str, cure: str) -> Check:
    """A check of a number where more is better: pass from `good` on, warn from `fair` on, fail below."""
    status: Status = "pass" if value >= good else "warn" if value >= fair else "fail"
    return Check(name, status, detail, "" if status == "pass" else cure)
