"""Corpus scores with their signatures: the short way for those who only want the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from xlate.data import Score
from xlate.errors import ReferencesError
from xlate.score.metrics import Scorer, Statistics, Stream, metric_names
from xlate.score.resample import SEED, interval, resampled

DEFAULT_METRICS = ("bleu", "chrf")


def corpus(
    hypotheses: Sequence[str],
    references: Sequence[Stream],
    metrics: Sequence[str] = DEFAULT_METRICS,
    samples: int = 0,
    seed: int = SEED,
) -> list[Score]:
    """Corpus-level scores by sacrebleu, one for each metric (bleu, chrf, chrf++, ter), in the order asked for.

    `references` are streams: `references[r][i]` is reference `r` of segment `i`, or None where it has no such one.
    `samples` > 0 adds the 95 % bootstrap interval, whose half-width is `Score.confidence` (1000 is usual).
    Raises ReferencesError when there is nothing to score or the numbers of segments differ, UsageError for a metric
    that is not known.
    """
    entries = collect(hypotheses, references, metrics)
    if samples <= 0:
        return [Score(e.name, e.value, e.signature, len(hypotheses)) for e in entries]
    halves = [interval(values).half for values in resampled(entries, samples, seed)]
    return [
        Score(e.name, e.value, e.resampled_signature(bs=samples, seed=seed), len(hypotheses), half)
        for e, half in zip(entries, halves, strict=True)
    ]


def collect(hypotheses: Sequence[str], references: Sequence[Stream], metrics: Sequence[str]) -> list[Statistics]:
    """The statistics of one system for each metric. Errors as `corpus`."""
    names = metric_names(metrics)
    if not hypotheses or not references:
        raise ReferencesError("there is nothing to score: no segment has both a hypothesis and a reference")
    for number, stream in enumerate(references, 1):
        if len(stream) != len(hypotheses):
            raise ReferencesError(f"{len(hypotheses)} hypotheses, {len(stream)} references in stream {number}")
    # white space at the end of a line never counts: sacrebleu's command strips it before any metric sees it
    lines = [text.rstrip() for text in hypotheses]
    streams = [[None if text is None else text.rstrip() for text in stream] for stream in references]
    return [Scorer(name, streams).statistics(lines) for name in names]
