"""Scores that can be trusted: sacrebleu's metrics, paired tests, gates that know their power, and their reports."""

from xlate.score.corpus import corpus
from xlate.score.references import Paired, References, load_references, pair

__all__ = ["Paired", "References", "corpus", "load_references", "pair"]
