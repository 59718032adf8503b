"""Does a gate do what it says? Simulated regressions of known size on real outputs.

    python eval/gates/trial.py REF OUTPUT OTHER_OUTPUT [--metric chrf] [--trials 200] [--segments N] [--alarms-only]

OUTPUT and OTHER_OUTPUT are two real outputs for the same lines (for example of one model with two beam sizes). In each
trial a coin decides for each segment which of the two goes to the baseline and which to the candidate: they differ as
two runs do, and neither is better. The gate states its smallest detectable drop for this pair. Then:

* no regression: the gate `--max-drop METRIC=(stated drop)` must not fail; nor must the strictest gate, which allows no
  drop at all, fail in more than 5 % of the trials (its level);
* a regression of twice the stated drop: segments of the candidate, in random order, are damaged until the score is that
  much below the baseline's (*measured*), or as many as make the drop so large on average (*expected*: their number and
  the difference between the two outputs are left to chance). The gate must fail.

Damage: `words` loses every fifth word, `cut` the second half of the segment, `empty` all of it, `loop` repeats the
first two words to the end. `--alarms-only` leaves the regressions out, so that many trials of the first kind cost little.
Refusals (the gate asks for less than is detectable) are counted apart.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlate.errors import UsageError
from xlate.score.gates import Gate, judge_drop, refuse_underpowered
from xlate.score.inputs import read_lines
from xlate.score.metrics import LOWER_IS_BETTER, Scorer, Statistics, corpus_values
from xlate.score.power import compare


def words(text: str) -> str:
    return " ".join(word for i, word in enumerate(text.split()) if i % 5 != 2)


def cut(text: str) -> str:
    tokens = text.split()
    return " ".join(tokens[: len(tokens) // 2])


def empty(text: str) -> str:
    return ""


def loop(text: str) -> str:
    tokens = text.split()
    return " ".join((tokens[:2] * len(tokens))[: len(tokens)])


DAMAGES = {"words": words, "cut": cut, "empty": empty, "loop": loop}


def with_rows(statistics: Statistics, rows: np.ndarray) -> Statistics:
    return replace(statistics, rows=rows, value=float(corpus_values(statistics.metric, rows.sum(axis=0)[None])[0]))


def outcome(baseline: Statistics, candidate: Statistics, allowed: float, underpowered: bool = False) -> str:
    """What the gate says: passed, warned, failed, or refused."""
    (comparison,) = compare([baseline], [candidate])
    gate = Gate("--max-drop", baseline.metric, allowed, f"{baseline.metric}={allowed}")
    try:
        if not underpowered:
            refuse_underpowered(gate, comparison)
    except UsageError:
        return "refused"
    return judge_drop(gate, "candidate", comparison).outcome


def damaged(
    candidate: Statistics, worse: np.ndarray, target: float, rng: np.random.Generator, expected: bool
) -> Statistics | None:
    """The candidate with segments replaced by their damaged rows; None where all of them do not make such a drop."""
    order = rng.permutation(len(worse))
    count = needed(candidate, worse, order, target)
    if expected and count:
        counts = [needed(candidate, worse, rng.permutation(len(worse)), target) for _ in range(50)]
        count = int(rng.binomial(len(worse), np.mean(counts) / len(worse)))
    elif not count:
        return None
    rows = candidate.rows.copy()
    rows[order[:count]] = worse[order[:count]]
    return with_rows(candidate, rows)


def needed(candidate: Statistics, worse: np.ndarray, order: np.ndarray, target: float) -> int:
    """How many segments, in this order, have to be damaged for a drop of `target`; 0 where all are not enough."""
    sums = candidate.rows.sum(axis=0) + np.cumsum((worse - candidate.rows)[order], axis=0)
    drops = sign(candidate) * (candidate.value - corpus_values(candidate.metric, sums))
    return int(np.argmax(drops >= target)) + 1 if drops[-1] >= target else 0


def sign(statistics: Statistics) -> int:
    return -1 if statistics.metric in LOWER_IS_BETTER else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--metric", default="chrf")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--segments", type=int, default=0, help="use this many random segments (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alarms-only", action="store_true", help="no regressions, only false alarms")
    given = parser.parse_args()

    rng = np.random.default_rng(given.seed)
    reference = read_lines(given.reference, reference=True).texts
    outputs = [read_lines(path).texts for path in (given.output, given.other)]
    chosen = rng.permutation(len(reference))[: given.segments or len(reference)]
    scorer = Scorer(given.metric, [[reference[i] for i in chosen]])
    texts = [[lines[i] for i in chosen] for lines in outputs]
    real = [scorer.statistics(lines) for lines in texts]
    damages = {} if given.alarms_only else DAMAGES
    worse = {name: [scorer.statistics([f(t) for t in lines]).rows for lines in texts] for name, f in damages.items()}

    none = {"stated": [], "alarms": 0, "strict": 0}
    stopped = {(name, kind): [] for name in damages for kind in ("measured", "expected")}
    for _ in range(given.trials):
        coin = rng.integers(2, size=len(chosen), dtype=bool)[:, None]
        baseline = with_rows(real[0], np.where(coin, real[0].rows, real[1].rows))
        candidate = with_rows(real[0], np.where(coin, real[1].rows, real[0].rows))
        (comparison,) = compare([baseline], [candidate])
        stated = math.ceil(comparison.detectable * 100) / 100
        none["stated"].append(stated)
        none["alarms"] += outcome(baseline, candidate, stated) == "failed"
        none["strict"] += outcome(baseline, candidate, 0.0, underpowered=True) == "failed"
        for (name, kind), results in stopped.items():
            rows = np.where(coin, worse[name][1], worse[name][0])
            # measured: the drop against the baseline is exactly so large, wherever the undamaged candidate stood
            lead = sign(baseline) * (candidate.value - baseline.value) if kind == "measured" else 0.0
            regressed = damaged(candidate, rows, 2 * stated + lead, rng, kind == "expected")
            if regressed is not None:
                results.append(outcome(baseline, regressed, stated))

    print(f"{given.metric}, {len(chosen)} segments, {given.trials} trials")
    print(f"stated detectable drop: {np.mean(none['stated']):.2f} on average")
    share = 100 * none["strict"] / given.trials
    print(
        f"no regression: {none['alarms']} alarms at the stated drop, {none['strict']} ({share:.1f} %) at no allowed drop"
    )
    if stopped:
        print("regressions of twice the stated drop:")
    for (name, kind), results in stopped.items():
        counts = {word: results.count(word) for word in ("failed", "refused", "warned", "passed")}
        print(f"  {name:<6} {kind:<9}", "  ".join(f"{word} {n}" for word, n in counts.items()))


if __name__ == "__main__":
    main()
