"""Scores, paired tests, the comparison with a baseline and the gates: one task in, one report out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xlate.data import Score
from xlate.errors import UsageError
from xlate.score.baseline import Baseline, check_baseline
from xlate.score.corpus import DEFAULT_METRICS
from xlate.score.gates import Gate, Verdict, judge_drop, judge_flags, judge_minimum, refuse_underpowered
from xlate.score.metrics import Scorer, Statistics, metric_names
from xlate.score.power import Comparison, compare
from xlate.score.resample import SEED, Interval, bootstrap_p, interval, paired_randomisation, resampled
from xlate.score.task import System, Task

Test = Literal["bs", "ar"]

LEAST_SAMPLES = 100
"""Bootstrap resamples that a gate needs: of N, p is at least 1/(N+1), so 19 find nothing at 5 %; ends are as rough."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to score. `samples`: bootstrap resamples, 0 for none (a drop is judged by 1,000 all the same). `trials`: of
    approximate randomisation.

    `paired` names the tests between systems. `lower_end`: `--min` gates on the lower end of the interval.
    """

    metrics: tuple[str, ...] = DEFAULT_METRICS
    samples: int = 1000
    trials: int = 10000
    seed: int = SEED
    paired: tuple[Test, ...] = ("bs", "ar")
    gates: tuple[Gate, ...] = ()
    lower_end: bool = False
    allow_underpowered: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of one system: its score with signature, the interval (None without samples), the statistics.

    `p_bootstrap` and `p_randomisation` are two-sided, against the first system; None for that one.
    """

    score: Score
    interval: Interval | None
    statistics: Statistics
    p_bootstrap: float | None = None
    p_randomisation: float | None = None


@dataclass(frozen=True, slots=True)
class SystemReport:
    """One system: its scores in the order of `Report.metrics`, and how it compares with the baseline (empty: none)."""

    system: System
    measured: tuple[Measured, ...]
    comparisons: tuple[Comparison, ...] = ()

    @property
    def flags(self) -> dict[str, int] | None:
        """How many segments, scored or not, have a flag of each kind; None where flags are not known."""
        if self.system.flags is None:
            return None
        every = [*self.system.flags, *self.system.unscored_flags]
        return dict(sorted(Counter(kind for kinds in every for kind in kinds).items()))


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the report formats show. `metrics` are keys of METRICS."""

    task: Task
    metrics: tuple[str, ...]
    systems: tuple[SystemReport, ...]
    options: Options
    baseline: Baseline | None = None
    baseline_statistics: tuple[Statistics, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The gates that did not hold."""
        return tuple(v for v in self.verdicts if v.outcome == "failed")


def judge(
    task: Task,
    systems: Sequence[System],
    options: Options | None = None,
    baseline: Baseline | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Report:
    """Score every system of a task, compare them, and judge the gates.

    `settings` are the decoding settings that made the outputs, where known; they must be the baseline's.
    Raises UsageError for a gate that cannot be judged (no baseline, no flags, too few segments for the drop it allows)
    and InputError for a baseline that cannot be compared with.
    """
    options = options or Options()
    metrics = metric_names([*options.metrics, *(g.name for g in options.gates if g.option != "--max-flags")])
    refuse_unfit(options, baseline, systems)
    if baseline is not None:
        check_baseline(baseline, task, metrics, settings)
    scorers = [Scorer(metric, task.streams) for metric in metrics]
    base = tuple(s.statistics(baseline.system.texts) for s in scorers) if baseline else ()
    statistics = [tuple(s.statistics(system.texts) for s in scorers) for system in systems]
    reports = []
    for system, measured in zip(systems, _measure(statistics, options), strict=True):
        own = [m.statistics for m in measured]
        compared = compare(base, own, options.samples or 1000, options.seed) if base else []
        reports.append(SystemReport(system, measured, tuple(compared)))
    verdicts = _verdicts(reports, metrics, options)
    return Report(task, metrics, tuple(reports), options, baseline, base, verdicts)


def refuse_unfit(options: Options, baseline: Baseline | None, systems: Sequence[System] = ()) -> None:
    """Raise UsageError for gates that nothing is there for, before any work."""
    if options.lower_end and options.samples < LEAST_SAMPLES:
        raise UsageError(f"--lower-end needs an interval; give --samples {LEAST_SAMPLES} or more")
    for gate in options.gates:
        if gate.option == "--max-drop" and 0 < options.samples < LEAST_SAMPLES:
            raise UsageError(f"{gate}: {options.samples} samples show no drop; give --samples {LEAST_SAMPLES} or more")
        if gate.option == "--max-drop" and baseline is None:
            raise UsageError(f"{gate}: a drop is measured against a baseline; give --baseline FILE")
        without = next((s for s in systems if s.flags is None), None)
        if gate.option == "--max-flags" and without is not None:
            raise UsageError(
                f"{gate}: {without.name} has no flags; score a bundle of xlate run, or a .jsonl with flags"
            )


def _measure(statistics: Sequence[tuple[Statistics, ...]], options: Options) -> list[tuple[Measured, ...]]:
    """Intervals for all systems and metrics from the same draws, and the paired tests against the first system."""
    flat = [entry for system in statistics for entry in system]
    values = resampled(flat, options.samples, options.seed) if options.samples > 0 else None
    width = len(statistics[0])
    out = []
    for number, system in enumerate(statistics):
        row = []
        for column, entry in enumerate(system):
            first = statistics[0][column]
            p_bs = p_ar = None
            if number and values and "bs" in options.paired:
                theirs, own = values[column], values[number * width + column]
                p_bs = bootstrap_p(theirs, own, abs(first.value - entry.value))
            if number and "ar" in options.paired:
                p_ar = paired_randomisation(first, entry, options.trials, options.seed)
            ends = interval(values[number * width + column]) if values else None
            row.append(Measured(_score(entry, ends, options), ends, entry, p_bs, p_ar))
        out.append(tuple(row))
    return out


def _score(entry: Statistics, ends: Interval | None, options: Options) -> Score:
    n = len(entry.rows)
    if ends is None:
        return Score(entry.name, entry.value, entry.signature, n)
    signature = entry.resampled_signature(bs=options.samples, seed=options.seed)
    return Score(entry.name, entry.value, signature, n, ends.half)


def _verdicts(reports: Sequence[SystemReport], metrics: Sequence[str], options: Options) -> tuple[Verdict, ...]:
    """Power first, for every gate and system; only then is any drop looked at."""
    drops = [gate for gate in options.gates if gate.option == "--max-drop"]
    if not options.allow_underpowered:
        for gate in drops:
            for report in reports:
                refuse_underpowered(gate, report.comparisons[metrics.index(gate.name)])
    return tuple(_judge_one(gate, report, metrics, options) for gate in options.gates for report in reports)


def _judge_one(gate: Gate, report: SystemReport, metrics: Sequence[str], options: Options) -> Verdict:
    name = report.system.name
    if gate.option == "--max-flags":
        return judge_flags(gate, name, [*(report.system.flags or ()), *report.system.unscored_flags])
    column = metrics.index(gate.name)
    if gate.option == "--max-drop":
        return judge_drop(gate, name, report.comparisons[column])
    measured = report.measured[column]
    return judge_minimum(gate, name, measured.score, measured.interval, options.lower_end)
