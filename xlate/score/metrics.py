"""BLEU, chrF, chrF++ and TER: sacrebleu's statistics for each segment, and its formulas for thousands of sums at once.

sacrebleu gives the sufficient statistics of every segment; a corpus score is a function of their sum. Resampling asks
for that function of thousands of sums, which sacrebleu computes one by one. Here the same arithmetic runs on arrays, in
the same order and precision, so the results are equal to the last bit (BLEU's `log` and `exp` stay with `math`, because
numpy's may differ in the last bit and ties then fall differently).

Papers: Papineni et al. 2002 (BLEU), Popović 2015 and 2017 (chrF, chrF++), Snover et al. 2006 (TER),
Post 2018 (sacrebleu).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xlate.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Stream = Sequence[str | None]

# the arguments of sacrebleu's classes; everything else is its default
METRICS: dict[str, tuple[str, dict[str, int]]] = {
    "bleu": ("BLEU", {}),
    "chrf": ("CHRF", {}),
    "chrf++": ("CHRF", {"word_order": 2}),
    "ter": ("TER", {}),
}
NAMES = {"bleu": "BLEU", "chrf": "chrF2", "chrf++": "chrF2++", "ter": "TER"}  # as sacrebleu prints them
LOWER_IS_BETTER = frozenset({"ter"})

_LOG_OF_ZERO = -9999999999.0  # sacrebleu's stand-in for the logarithm of zero


@dataclass(frozen=True, slots=True)
class Statistics:
    """What one metric needs to know of each segment. `rows` is an array of shape (segments, k), float64.

    `verbose` is sacrebleu's additional text (BLEU's precisions and lengths), empty for the other metrics.
    """

    metric: str
    rows: Array
    value: float
    signature: str
    verbose: str

    @property
    def name(self) -> str:
        """The metric as sacrebleu prints it."""
        return NAMES[self.metric]

    def resampled_signature(self, **resampling: object) -> str:
        """The signature with `bs`, `ar` and `seed` where sacrebleu puts them: after the number of references."""
        first, rest = self.signature.split("|", 1)
        return "|".join([first, *(f"{key}:{value}" for key, value in resampling.items()), rest])


def metric_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names in the form of `METRICS`, each once. Raises UsageError, with the choices, for an unknown one."""
    known = {**{name: name for name in METRICS}, **{shown.lower(): name for name, shown in NAMES.items()}}
    out = []
    for name in names:
        if name.strip().lower() not in known:
            raise UsageError(f"unknown metric '{name}'; choose from {', '.join(METRICS)}")
        out.append(known[name.strip().lower()])
    return tuple(dict.fromkeys(out))


class Scorer:
    """One metric with its references prepared once, for any number of systems.

    `references` are streams in sacrebleu's order: `references[r][i]` is reference `r` of segment `i`, None where it has
    no such reference (each segment needs at least one).
    """

    def __init__(self, metric: str, references: Sequence[Stream]):
        from sacrebleu.metrics import METRICS as CLASSES

        from xlate.score.ter import fast_ter

        (self.metric,) = metric_names([metric])
        class_name, arguments = METRICS[self.metric]
        # `force` only silences a warning about tokenised text; the number does not depend on it
        arguments = {**arguments, "force": True} if class_name == "BLEU" else arguments
        kind: Any = fast_ter() if class_name == "TER" else CLASSES[class_name]
        self._metric: Any = kind(references=references, **arguments)

    def statistics(self, hypotheses: Sequence[str]) -> Statistics:
        """Statistics of each segment and the corpus score. Needs at least one segment."""
        import numpy as np

        rows = self._metric._extract_corpus_statistics(hypotheses, None)
        score = self._metric._aggregate_and_compute([list(row) for row in rows])
        signature = self._metric.get_signature().format()
        return Statistics(self.metric, np.array(rows, dtype="float64"), float(score.score), signature, score._verbose)


def signature(metric: str, references: Sequence[Stream]) -> str:
    """The signature that a score on these references has, without computing one."""
    from sacrebleu.metrics import METRICS as CLASSES

    class_name, arguments = METRICS[metric]
    theirs: Any = CLASSES[class_name](**arguments)
    counts = {sum(text is not None for text in texts) for texts in zip(*references, strict=True)}
    theirs.num_refs = counts.pop() if len(counts) == 1 else -1
    return str(theirs.get_signature().format())


def corpus_values(metric: str, sums: Array) -> Array:
    """Corpus scores of many sums: shape (m, k) in, (m,) out. Computes in the precision of `sums` as sacrebleu does."""
    return _FORMULAS[metric](sums)


def segment_values(statistics: Statistics) -> Array:
    """The score of each segment, equal to sacrebleu's sentence level (for BLEU with effective order, as it does)."""
    if statistics.metric == "bleu":
        return _bleu(statistics.rows, effective_order=True)
    return corpus_values(statistics.metric, statistics.rows)


def segment_signature(statistics: Statistics) -> str:
    """The signature of the per-segment scores."""
    return statistics.signature.replace("|eff:no", "|eff:yes") if statistics.metric == "bleu" else statistics.signature


def _bleu(sums: Array, effective_order: bool = False) -> Array:
    import numpy as np

    correct, total = sums[:, 2:6], sums[:, 6:10]
    precisions = np.zeros_like(correct)
    smooth = np.ones(len(sums), dtype=sums.dtype)
    alive = np.ones(len(sums), dtype=bool)
    order = np.zeros(len(sums), dtype=int)
    for n in range(4):
        alive &= total[:, n] != 0  # sacrebleu stops at the first order the hypothesis has no n-grams of
        order += alive
        unmatched = alive & (correct[:, n] == 0)
        smooth[unmatched] *= 2
        matched = alive & ~unmatched
        precisions[unmatched, n] = 100.0 / (smooth[unmatched] * total[unmatched, n])
        precisions[matched, n] = 100.0 * correct[matched, n] / total[matched, n]
    orders = order.tolist() if effective_order else [4] * len(sums)
    lengths = sums[:, :2].astype(int).tolist()
    matches: list[bool] = np.asarray(correct.any(axis=1)).tolist()
    values = np.zeros(len(sums))
    for i, row in enumerate(precisions.tolist()):
        if matches[i]:
            logs = [math.log(p) if p else _LOG_OF_ZERO for p in row[: orders[i]]]
            values[i] = _brevity(*lengths[i]) * math.exp(sum(logs) / orders[i])
    return values


def _brevity(hypothesis: int, reference: int) -> float:
    if hypothesis >= reference:
        return 1.0
    return math.exp(1 - reference / hypothesis) if hypothesis > 0 else 0.0


def _chrf(sums: Array) -> Array:
    import numpy as np

    factor = 4  # beta squared
    precision, recall = np.zeros_like(sums[:, 0]), np.zeros_like(sums[:, 0])
    orders = np.zeros_like(precision)
    for i in range(0, sums.shape[1], 3):
        hypothesis, reference, match = sums[:, i], sums[:, i + 1], sums[:, i + 2]
        both = (hypothesis > 0) & (reference > 0)
        precision[both] += match[both] / hypothesis[both]
        recall[both] += match[both] / reference[both]
        orders += both
    orders = np.maximum(orders, 1)
    precision, recall = precision / orders, recall / orders
    value = np.zeros_like(precision)
    some: Array = np.not_equal(precision + recall, 0)
    top = (1 + factor) * precision[some] * recall[some]
    value[some] = 100 * (top / ((factor * precision[some]) + recall[some]))
    return value


def _ter(sums: Array) -> Array:
    import numpy as np

    edits, length = sums[:, 0], sums[:, 1]
    # no reference words: every word of the hypothesis is wrong, or nothing is
    value: Array = np.where(edits > 0, sums.dtype.type(1), sums.dtype.type(0))
    some = length > 0
    value[some] = edits[some] / length[some]
    value *= 100
    return value


_FORMULAS: dict[str, Callable[[Array], Array]] = {"bleu": _bleu, "chrf": _chrf, "chrf++": _chrf, "ter": _ter}
