"""Bootstrap and randomisation tests over per-segment statistics, by matrix multiplication.

The random numbers are drawn as sacrebleu draws them (numpy's default generator, seed 12345), so intervals and p-values
are those of its command, not merely near them. A resample is a row of counts (how often each segment was drawn); a
thousand resampled sums are then one matrix product, where sacrebleu copies and adds the rows for each resample.

Koehn 2004 (bootstrap), Riezler and Maxwell 2005 (approximate randomisation), Clark et al. 2011, Noreen 1989.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xlate.score.metrics import Statistics, corpus_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SEED = 12345  # sacrebleu's, unless SACREBLEU_SEED says otherwise
_CELLS = 1 << 22  # of one block of draws, so that memory does not grow with the number of segments


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % bootstrap interval: `mean` ± `half` as sacrebleu prints it, and its ends."""

    mean: float
    half: float
    low: float
    high: float


def resampled(systems: Sequence[Statistics], samples: int = 1000, seed: int = SEED) -> list[Array]:
    """Corpus scores of `samples` bootstrap resamples, the same draws for every entry of `systems`.

    The entries are of the same segments (several metrics, several systems). Returns one array (samples,) for each.
    """
    import numpy as np

    rows = np.hstack([entry.rows for entry in systems])
    sums = np.vstack([counts @ rows for counts in _draws(len(rows), samples, seed)])
    parts = np.split(sums, np.cumsum([entry.rows.shape[1] for entry in systems])[:-1], axis=1)
    # sacrebleu resamples in float32, which shows in the sixth digit
    return [corpus_values(entry.metric, part.astype("float32")) for entry, part in zip(systems, parts, strict=True)]


def _draws(segments: int, samples: int, seed: int) -> Iterator[Array]:
    """Blocks of resamples as counts: arrays (block, segments) whose rows sum to `segments`."""
    import numpy as np

    generator = np.random.default_rng(seed)
    block = max(1, _CELLS // segments)
    for start in range(0, samples, block):
        count = min(block, samples - start)
        # the stream of numbers does not depend on the block: sacrebleu draws all at once and gets the same
        drawn = generator.choice(segments, size=(count, segments), replace=True)
        drawn += np.arange(count)[:, None] * segments
        yield np.bincount(drawn.ravel(), minlength=count * segments).reshape(count, segments).astype("float64")


def interval(values: Array) -> Interval:
    """Mean and 95 % interval of resampled scores, by sacrebleu's ranks: 1/40 of the samples cut off at each end."""
    import statistics

    ordered = sorted(values.tolist())
    cut = len(ordered) // 40
    low, high = ordered[cut], ordered[len(ordered) - cut - 1]
    return Interval(statistics.fmean(ordered), 0.5 * (high - low), low, high)


def paired_bootstrap(baseline: Statistics, system: Statistics, samples: int = 1000, seed: int = SEED) -> float:
    """Two-sided p-value of the paired bootstrap test, as `sacrebleu --paired-bs` computes it."""
    base, other = resampled([baseline, system], samples, seed)
    return bootstrap_p(base, other, abs(baseline.value - system.value))


def bootstrap_p(base: Array, other: Array, difference: float) -> float:
    """The p-value from the resampled scores of both systems and their real (absolute) difference."""
    import numpy as np

    differences = np.abs(other - base)
    return _p_value(differences - differences.mean(), difference)


def paired_randomisation(baseline: Statistics, system: Statistics, trials: int = 10000, seed: int = SEED) -> float:
    """Two-sided p-value of paired approximate randomisation, as `sacrebleu --paired-ar` computes it."""
    import numpy as np

    differences = np.abs(randomised(baseline, system, trials, seed))
    return _p_value(differences, abs(baseline.value - system.value))


def randomised(baseline: Statistics, system: Statistics, trials: int, seed: int = SEED) -> Array:
    """Differences (baseline minus system) when a coin decides for each segment whose output is whose: shape (trials,)."""
    import numpy as np

    generator = np.random.default_rng(seed)
    n = len(baseline.rows)
    both = np.hstack([baseline.rows, system.rows])
    totals = both.sum(axis=0)
    k = baseline.rows.shape[1]
    differences = []
    # bits are drawn 32 at a time and the rest of a draw is thrown away: whole blocks of 32 rows keep the stream
    block = max(32, _CELLS // n // 32 * 32)
    for start in range(0, trials, block):
        count = min(block, trials - start)
        picked = generator.integers(2, size=(count, n), dtype=bool).astype("float64") @ both
        other = totals - picked
        first = picked[:, :k] + other[:, k:]
        second = other[:, :k] + picked[:, k:]
        differences.append(corpus_values(baseline.metric, first) - corpus_values(baseline.metric, second))
    return np.concatenate(differences)


def _p_value(statistics: Array, difference: float) -> float:
    import numpy as np

    return (int(np.sum(statistics > difference)) + 1) / (len(statistics) + 1)
