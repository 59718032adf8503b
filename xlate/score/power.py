"""A system against a baseline on the same segments: the drop, its significance, and the smallest drop that would show.

**Significance.** One-sided and paired; p is the larger of two answers. The bootstrap's (Koehn 2004): how often the drop
vanishes when segments are resampled. Approximate randomisation's (Riezler and Maxwell 2005): how often a drop so large
comes out when a coin decides for each segment whose output is whose. The second is exact where neither system is
better; together they raised 3.9 % false alarms at the level of 5 % in 1,000 trials on 200 real segments.

**Smallest detectable drop.** The drop that a one-sided test at 5 % finds with power 95 %: 1.645 + 1.645 standard
errors. It is known before the drop is looked at, from two ways in which a drop can hide, of which the larger counts:

* *noise*: both systems win some segments. The standard error is the paired bootstrap's; of it only the part that goes
  both ways counts (the smaller of gains and losses, taken twice), for the rest is the shift that is to be judged and
  must not make the test look blind. Shrinks with the square root of the number of segments.
* *sparseness*: a regression may sit in a few segments (cut-off, looping or empty output), and then it is a matter of
  chance whether the test set holds enough of them. The count is Poisson, so 3.29² = 10.8 such segments are needed;
  "such" is a segment that loses half of its translation. Depends on the baseline and the test set alone, so it also
  holds for outputs equal to the baseline, where the bootstrap sees nothing. Shrinks with the number of segments.

A gate is called blind, and refused, below the drop that would be found with power 80 % (1.645 + 0.842); between the two
the estimate itself is too rough to refuse on. eval/gates/trial.py tries all of this on simulated regressions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xlate.score.metrics import LOWER_IS_BETTER, Statistics, corpus_values
from xlate.score.resample import SEED, bootstrap_p, interval, randomised, resampled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

LEVEL = 0.05
_STATED = 1.6449 + 1.6449  # standard errors for level 5 % (one-sided) and power 95 %
_BLIND = 1.6449 + 0.8416  # the same for power 80 %


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of a system against the baseline. `drop` > 0 means worse, whichever way the metric goes.

    `low` and `high` are the ends of the drop's 95 % bootstrap interval. `p` is one-sided, `p_two_sided` sacrebleu's.
    `noise` is the standard error of what goes both ways, `sparse` what a segment counts that loses half of its
    translation, both in points of the metric. `n` is the number of segments.
    """

    metric: str
    name: str
    baseline: float
    system: float
    drop: float
    low: float
    high: float
    p: float
    p_two_sided: float
    noise: float
    sparse: float
    n: int
    samples: int

    @property
    def detectable(self) -> float:
        """The smallest drop that these segments can show (5 % one-sided, power 95 %)."""
        return max(_STATED * self.noise, _STATED**2 * self.sparse)

    @property
    def blind_below(self) -> float:
        """Smaller drops are missed more often than one time in five, by noise or by sparseness."""
        return max(_BLIND * self.noise, self.blind_below_whatever)

    @property
    def blind_below_whatever(self) -> float:
        """The part of `blind_below` that is the same for every candidate: sparseness."""
        return _BLIND**2 * self.sparse

    @property
    def significant(self) -> bool:
        """Whether the drop is more than chance would give, at 5 % one-sided."""
        return self.drop > 0 and self.p < LEVEL

    def needed(self, drop: float) -> int:
        """How many segments of this kind would show a drop of this size (> 0)."""
        return math.ceil(self.n * max((_BLIND * self.noise / drop) ** 2, self.blind_below_whatever / drop))


def compare(
    baseline: Sequence[Statistics], system: Sequence[Statistics], samples: int = 1000, seed: int = SEED
) -> list[Comparison]:
    """Compare a system with the baseline, metric by metric (both in the same order, of the same segments)."""
    drawn = resampled([*baseline, *system], samples, seed)
    half = len(baseline)
    return [
        _compare(base, other, base_values, other_values, seed)
        for base, other, base_values, other_values in zip(baseline, system, drawn[:half], drawn[half:], strict=True)
    ]


def _compare(base: Statistics, other: Statistics, base_values: Array, other_values: Array, seed: int) -> Comparison:
    import numpy as np

    sign = -1.0 if base.metric in LOWER_IS_BETTER else 1.0
    drop = sign * (base.value - other.value)
    drops = sign * (base_values.astype("float64") - other_values.astype("float64"))
    ends = interval(drops)
    vanished = int(np.sum(drops <= 0))
    shuffled = int(np.sum(sign * randomised(base, other, len(drops), seed) >= drop))
    return Comparison(
        metric=base.metric,
        name=base.name,
        baseline=base.value,
        system=other.value,
        drop=drop,
        low=ends.low,
        high=ends.high,
        p=(max(vanished, shuffled) + 1) / (len(drops) + 1),
        p_two_sided=bootstrap_p(base_values, other_values, abs(drop)),
        noise=float(drops.std()) * _both_ways(base, other),
        sparse=_sparse(base),
        n=len(base.rows),
        samples=len(drops),
    )


def _both_ways(base: Statistics, other: Statistics) -> float:
    """The share of the standard error that is disagreement in both directions: 0 (one-sided) to 1 (balanced)."""
    import numpy as np

    losses = _losses(base, other.rows)
    down, up = float(np.sum(losses[losses > 0] ** 2)), float(np.sum(losses[losses < 0] ** 2))
    return math.sqrt(2 * min(down, up) / (down + up)) if down + up else 0.0


def _sparse(base: Statistics) -> float:
    """The drop that a segment makes when it loses half of its translation: a mean in which long ones weigh more."""
    import numpy as np

    losses = np.maximum(_losses(base, _half_lost(base)), 0)
    total = float(losses.sum())
    return float((losses**2).sum()) / total if total else 0.0


def _losses(base: Statistics, rows: Array) -> Array:
    """What the corpus score loses when one segment at a time is replaced by its row of `rows`; negative is a gain."""
    totals = base.rows.sum(axis=0)
    sign = -1.0 if base.metric in LOWER_IS_BETTER else 1.0
    values: Array = sign * (base.value - corpus_values(base.metric, totals + (rows - base.rows)))
    return values


def _half_lost(base: Statistics) -> Array:
    """Statistics of outputs of which half is missing: half the n-grams and matches, the same reference."""
    rows = base.rows.copy()
    if base.metric == "ter":
        rows[:, 0] = (rows[:, 0] + rows[:, 1]) / 2  # what is missing has to be inserted
    elif base.metric == "bleu":
        rows[:, 0] /= 2
        rows[:, 2:] /= 2
    else:
        rows[:, 0::3] /= 2
        rows[:, 2::3] /= 2
    return rows
