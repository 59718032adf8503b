"""Character n-gram profiles: what makes chrF of every pair of many sentences a product of two matrices.

chrF (Popović 2015) compares character n-grams of a translation and a reference. Here each sentence becomes a row of
hashed counts of its character n-grams inside words, weighted by rarity; the cosine of two rows orders pairs as chrF
does, and the row of joined sentences is the sum of their rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from xlate.normalise import normalise

BUCKETS = 2048
_ORDERS = (3, 4, 5)
_MIX = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: multiplying by it spreads neighbouring codes (Knuth 6.4)
_WORDS = re.compile(r"[^\W_]+")
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z][A-Za-z0-9]+")
_BATCH = 4096  # sentences whose n-grams are in memory at a time


def figures(text: str) -> set[str]:
    """Numbers (ASCII digits, no separators) and Latin words of a text: what Arabic and English write alike."""
    return {found.replace(",", "").replace(".", "") for found in _FIGURES.findall(normalise(text))}


def with_figures(translation: str, source: str) -> str:
    """`translation` with the numbers and Latin words of `source` that it lost."""
    lost = figures(source) - figures(translation)
    return " ".join([translation, *sorted(lost)])


def fold(text: str) -> str:
    """Words of `text` without case and accents, each with a space before and after it; thousands without a comma."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=\d)[.,](?=\d)", "", text)).lower()
    return " " + " ".join(_WORDS.findall("".join(c for c in plain if not unicodedata.combining(c)))) + " "


def profiles(texts: Sequence[str], buckets: int = BUCKETS) -> Any:
    """Counts of hashed n-grams: float32, one row a text, `buckets` columns. Deterministic on every machine."""
    import numpy as np

    rows = np.zeros((len(texts), buckets), dtype=np.float32)
    for low in range(0, len(texts), _BATCH):
        folded = [fold(text) for text in texts[low : low + _BATCH]]
        codes = np.frombuffer("".join(folded).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
        owner = np.repeat(np.arange(len(folded)), [len(text) for text in folded])
        space = codes == 32
        for order in _ORDERS:
            _count(rows[low : low + _BATCH], codes, owner, space, order)
    return rows


def _count(rows: Any, codes: Any, owner: Any, space: Any, order: int) -> None:
    """Add the n-grams of one order that lie in one text and have no space but at their ends."""
    import numpy as np

    size = len(codes) - order + 1
    if size <= 0:
        return
    hashed = np.zeros(size, dtype=np.uint64)
    inside = owner[:size] == owner[order - 1 :]
    for at in range(order):
        hashed = (hashed ^ codes[at : at + size]) * np.uint64(_MIX)
        hashed ^= hashed >> np.uint64(29)
        if 0 < at < order - 1:
            inside &= ~space[at : at + size]
    bucket = (hashed[inside] % np.uint64(rows.shape[1])).astype(np.int64)
    flat = owner[:size][inside] * rows.shape[1] + bucket
    rows += np.bincount(flat, minlength=rows.size).reshape(rows.shape)


def rarity(*sides: Any) -> Any:
    """Weight of each column: log(1 + rows / rows that have it), over all rows of `sides`."""
    import numpy as np

    held: Any = 0
    total = 0
    for side in sides:
        held = held + (side > 0).sum(axis=0)
        total += len(side)
    return np.log1p(total / np.maximum(held, 1)).astype(np.float32)


def unit(rows: Any) -> Any:
    """Rows of length one, float32; a row of zeros stays."""
    import numpy as np

    rows = np.asarray(rows, dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
