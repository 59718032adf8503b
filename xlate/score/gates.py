"""Gates for CI: conditions that scores must hold, each judged with the significance and power it needs.

A verdict is one sentence that says which gate, by how much, and how sure that is.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from xlate.data import Score
from xlate.errors import UsageError
from xlate.score.metrics import LOWER_IS_BETTER, NAMES, metric_names
from xlate.score.power import Comparison
from xlate.score.resample import Interval

Outcome = Literal["passed", "warned", "failed"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate as written: `--min chrf=45`. `value` is in points of the metric, or a share for flags (0 to 1)."""

    option: Literal["--min", "--max-drop", "--max-flags"]
    name: str
    value: float
    text: str

    def __str__(self) -> str:
        return f"{self.option} {self.text}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a gate for one system, and the sentence that says why."""

    gate: str
    system: str
    outcome: Outcome
    sentence: str


def parse_gate(option: Literal["--min", "--max-drop", "--max-flags"], text: str) -> Gate:
    """Read `chrf=45`, or `numbers=2%` for flags. Raises UsageError for what is not such a gate."""
    name, equals, number = text.partition("=")
    name, number = name.strip(), number.strip()
    share = option == "--max-flags"
    example = "numbers=2%" if share else "chrf=0.5" if option == "--max-drop" else "chrf=45"
    try:
        value = float(number.removesuffix("%")) / 100 if share and number.endswith("%") else float(number)
    except ValueError:
        value = math.nan
    if not equals or not name or not math.isfinite(value) or value < 0:
        raise UsageError(f"{option} {text}: is not a gate; write it like {option} {example}")
    if share:
        if value > 1:
            raise UsageError(f"{option} {text}: is more than all segments; write a share like 2% or 0.02")
        return Gate(option, name, value, text)
    (name,) = metric_names([name])
    if option == "--min" and name in LOWER_IS_BETTER:
        raise UsageError(
            f"{option} {text}: TER is an error rate, lower is better; gate it with --max-drop, or use chrf"
        )
    return Gate(option, name, value, text)


def judge_minimum(gate: Gate, system: str, score: Score, interval: Interval | None, lower_end: bool) -> Verdict:
    """Absolute gate, on the score or, with `lower_end`, on the lower end of its 95 % interval (then required), which
    may lie above a score that was lucky: the smaller of both counts."""
    value, what = score.value, score.metric
    if lower_end and interval and interval.low < value:
        value, what = interval.low, f"the lower end of {score.metric}'s 95 % interval"
    known = f"; 95 % interval {interval.low:.2f} to {interval.high:.2f}" if interval else ""
    if value >= gate.value:
        return Verdict(str(gate), system, "passed", f"{gate} holds: {what} is {value:.2f}{known}")
    below = gate.value - value
    return Verdict(
        str(gate), system, "failed", f"{gate} does not hold: {what} is {value:.2f}, {below:.2f} below{known}"
    )


def refuse_underpowered(gate: Gate, comparison: Comparison) -> None:
    """Raise UsageError, with the needed size, where the allowed drop is smaller than what these segments can show.

    Noise cannot hide a drop that has been found: where only noise would make the gate blind, a drop that is larger than
    allowed and significant is left to be judged.
    """
    found = comparison.drop > gate.value and comparison.significant
    if gate.value >= (comparison.blind_below_whatever if found else comparison.blind_below):
        return
    needed = f"{comparison.needed(gate.value):,} segments are needed; " if gate.value > 0 else ""
    raise UsageError(
        f"{gate}: the smallest drop that these {comparison.n:,} segments can show is "
        f"{rounded_up(comparison.detectable)} {NAMES[gate.name]}; {needed}allow more, or add --allow-underpowered"
    )


def rounded_up(value: float, width: int = 2) -> str:
    """A smallest value as text, rounded up, so that the number shown is one that would be accepted."""
    factor = 10**width
    return f"{math.ceil(value * factor - 1e-9) / factor:.{width}f}"


def judge_drop(gate: Gate, system: str, comparison: Comparison) -> Verdict:
    """Paired gate: fails where the drop is larger than allowed and significant, warns where it is only larger."""
    c = comparison
    test = f"paired bootstrap and randomisation, {c.n:,} segments, {c.samples:,} samples, one-sided p = {c.p:.3f}"
    moved = f"{c.name} went from {c.baseline:.2f} to {c.system:.2f}"
    if c.drop <= gate.value:
        return Verdict(str(gate), system, "passed", f"{gate} holds: {moved} ({test})")
    over = f"a drop of {c.drop:.2f}, {c.drop - gate.value:.2f} more than allowed"
    if c.significant:
        return Verdict(str(gate), system, "failed", f"{gate} does not hold: {moved}, {over} ({test})")
    return Verdict(str(gate), system, "warned", f"{gate}: {moved}, {over}, but it may be chance ({test})")


def judge_flags(gate: Gate, system: str, flags: Sequence[Collection[str]]) -> Verdict:
    """Share of segments with a flag of the gate's kind (`any`: of any kind), with Wilson's 95 % interval (1927)."""
    n = len(flags)
    hit = sum(bool(kinds) if gate.name == "any" else gate.name in kinds for kinds in flags)
    low, high = wilson(hit, n)
    kind = "flagged" if gate.name == "any" else f"flagged {gate.name}"
    found = f"{hit} of {n} segments ({_percent(hit / n)}) are {kind}; 95 % interval {_percent(low)} to {_percent(high)}"
    if hit / n <= gate.value:
        return Verdict(str(gate), system, "passed", f"{gate} holds: {found}")
    over = _percent(hit / n - gate.value).replace(" %", " points")
    return Verdict(str(gate), system, "failed", f"{gate} does not hold: {over} too many: {found}")


def wilson(hit: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a share of `hit` in `n`."""
    z = 1.96
    share = hit / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
