"""Checks on one translation: what an analyst should look at again, with evidence, without a second model.

    flags = check(source, target)          # Flag("numbers", "2017 → 2012"), ...
    target, changes = clean(target)        # before checking: entities and detokenisation debris
    if serious(flags): ...                 # decode again, then better(first, second)

The checks compare text with text; no model is asked. They are tuned to be believed: a flag that is wrong more than once
in ten is worth nothing (`eval/checks/measure_numbers.py` measures it on any parallel text).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xlate.check import shape
from xlate.check.debris import clean, remains
from xlate.check.numbers import discrepancies
from xlate.check.shape import USUAL_RATIO
from xlate.clean import clean_for_model
from xlate.data import Flag

__all__ = ["KINDS", "SERIOUS", "USUAL_RATIO", "Candidate", "better", "check", "clean", "serious"]

KINDS: dict[str, str] = {
    "empty": "The translation says nothing although the Arabic does.",
    "echo": "Arabic was left untranslated in the English.",
    "loop": "The English repeats itself where the Arabic does not.",
    "limit": "The translation stopped at the decoder's length limit, so its end may be missing.",
    "length": "The English is much shorter or longer than Arabic of this length usually gives.",
    "numbers": "A number or month of the Arabic is missing or changed in the English, or the English has one too many.",
    "debris": "Codes or marks that are not language are left in the English.",
}
"""Kind of flag → what it means, for a person. The order is that of `check`, the gravest first."""

SERIOUS = frozenset({"empty", "echo", "loop", "limit", "length"})
"""Kinds that ask for decoding again with other settings; the others ask for a person's eye."""


def check(
    source: str,
    target: str,
    *,
    at_limit: bool = False,
    expected_ratio: float = USUAL_RATIO,
) -> tuple[Flag, ...]:
    """All flags of one translation, at most one a kind, in the order of KINDS; empty when nothing is odd.

    `at_limit` says that decoding ended at its length limit. `expected_ratio` is the usual number of English characters
    per Arabic character of the model and domain. What cleaning for the model takes off the source (tags, entities, marks)
    is asked of no translation. Never raises on any text; linear in its length.
    """
    source = clean_for_model(source)
    if not source.strip() and not target.strip():
        return ()
    nothing = shape.empty(source, target)
    ways: dict[str, Callable[[], str | None]] = {
        "empty": lambda: nothing,
        "echo": lambda: shape.echo(source, target),
        "loop": lambda: shape.loop(source, target),
        "limit": lambda: "decoding stopped at its limit" if at_limit else None,
        "length": lambda: None if nothing else shape.length(source, target, expected_ratio),
        "numbers": lambda: None if nothing else "; ".join(discrepancies(source, target)),
        "debris": lambda: None if nothing else ", ".join(remains(target)[:5]),
    }
    return tuple(Flag(kind, told) for kind in KINDS if (told := ways[kind]()))


def serious(flags: Iterable[Flag]) -> bool:
    """Whether one of the flags asks for decoding again."""
    return any(flag.kind in SERIOUS for flag in flags)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several translations of the same source. `score` as in `Translation`: ≤ 0, None when unknown."""

    target: str
    flags: tuple[Flag, ...] = ()
    score: float | None = None


def better(first: Candidate, second: Candidate) -> Candidate:
    """The better of two; `first` when they are equal.

    In this order: the gravest flag is less grave (empty before echo before loop before limit before length), fewer
    serious flags, fewer flags of any kind, fewer discrepancies of numbers, higher score (an unknown one is lowest).
    """
    return second if _faults(second) < _faults(first) else first


def _faults(candidate: Candidate) -> tuple[int, int, int, int, float]:
    kinds = [flag.kind for flag in candidate.flags]
    grave = [kind for kind in kinds if kind in SERIOUS]
    order = list(KINDS)
    gravest = max((len(order) - order.index(kind) for kind in grave), default=0)
    numbers = sum(flag.evidence.count(";") + 1 for flag in candidate.flags if flag.kind == "numbers")
    score = float("inf") if candidate.score is None else -candidate.score
    return gravest, len(grave), len(kinds), numbers, score
