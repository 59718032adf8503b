"""Which language a pair's sides are in, by py3langid (Lui & Baldwin 2011, "Cross-domain Feature Selection for Language
Identification"): BSD, the model inside its package, the extra `corpus`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from xlate.errors import UsageError

SHORTEST = 25
"""Characters below which a side is taken on trust: in so few, English and Dutch, Arabic and Persian look alike."""

_RIVALS = ["ar", "fa", "ur", "ps", "ug", "ku", "he", "en", "fr", "de", "es", "it", "pt", "nl", "tr", "ro", "pl", "sv",
           "da", "nb", "id", "ms", "sq", "hr", "cs", "fi", "hu", "la", "ca", "eu", "so", "sw", "ru"]  # fmt: skip


def available() -> bool:
    """Whether the identifier is installed."""
    return find_spec("py3langid") is not None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    if not available():
        raise UsageError("language identification is not installed; run: pip install 'xlate[corpus]'")
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.nb_classes)
    identifier.set_languages([code for code in _RIVALS if code in known])
    return identifier


def scores(pairs: Sequence[tuple[str, str]]) -> list[float | None]:
    """For each pair the smaller probability that its source is Arabic and its target English, None where both are
    too short to tell."""
    identifier = _identifier()
    found: list[float | None] = []
    for pair in pairs:
        sides = []
        for text, code in zip(pair, ("ar", "en"), strict=True):
            if len(text) >= SHORTEST:
                told, probability = identifier.classify(text)
                sides.append(float(probability) if told == code else 1.0 - float(probability))
        found.append(min(sides) if sides else None)
    return found


def identify(text: str) -> str | None:
    """The likeliest language of a text (ISO 639-1), None where it is too short to tell."""
    return str(_identifier().classify(text)[0]) if len(text) >= SHORTEST else None
