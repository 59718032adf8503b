"""Training pairs as ids, and the batches of an epoch: the same for the same seed, whatever happened before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pairs import ROOT  # noqa: F401  makes xlate importable

from xlate.errors import InputError

CHUNK = 20_000  # pairs that are sorted by length together: enough for little padding, few enough for variety


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded ids. `source` has `</s>` (0), `mask` is true on its tokens; `shifted` is what the decoder has read,
    `labels` what it must say, -100 on padding."""

    source: np.ndarray
    mask: np.ndarray
    shifted: np.ndarray
    labels: np.ndarray
    links: np.ndarray | None = None  # rows of (row in batch, target position, source position)

    @property
    def target_tokens(self) -> int:
        """Labels, `</s>` among them."""
        return int((self.labels >= 0).sum())


def pad(sources: Sequence[np.ndarray], targets: Sequence[np.ndarray], links: np.ndarray | None = None) -> Batch:
    """A batch of id lists without `</s>`."""
    rows, m, n = len(sources), max(map(len, sources)) + 1, max(map(len, targets)) + 1
    source, shifted = np.zeros((rows, m), np.int64), np.zeros((rows, n), np.int64)
    mask, labels = np.zeros((rows, m), bool), np.full((rows, n), -100, np.int64)
    for row, (x, y) in enumerate(zip(sources, targets, strict=True)):
        source[row, : len(x)] = x
        mask[row, : len(x) + 1] = True
        shifted[row, 1 : len(y) + 1] = y
        labels[row, : len(y)] = y
        labels[row, len(y)] = 0
    return Batch(source, mask, shifted, labels, links)


class Corpus:
    """The pairs of `ids.npz`; `tokens` is the size of a batch, padding included. `weights` are copies an epoch by source,
    instead of those of the file. Raises InputError for a source or links that are not those of the file."""

    def __init__(
        self,
        path: Path,
        tokens: int,
        seed: int = 1,
        weights: dict[str, float] | None = None,
        links: Path | None = None,
    ) -> None:
        with np.load(path) as z:
            self.S, self.T, self.so, self.to, self.of = (z[key] for key in ("S", "T", "so", "to", "of"))
            self.names = [str(name) for name in z["names"]]
            self.weights = z["weights"].astype(np.float64)
            copies = z["copies"] if "copies" in z else np.ones(len(self.names))
        if unknown := set(weights or {}) - set(self.names):
            raise InputError(f"{path}: no source {', '.join(sorted(unknown))} in it; it has {', '.join(self.names)}")
        for name, weight in (weights or {}).items():
            i = self.names.index(name)
            self.weights[i] = weight / copies[i]
        self.seed, self.tokens = seed, tokens
        self.ls, self.lt = np.diff(self.so), np.diff(self.to)
        self.links = self.lo = None
        if links:
            with np.load(links) as z:
                self.links, self.lo = z["links"], z["lo"]
            if len(self.lo) != len(self.of) + 1:
                raise InputError(
                    f"{links}: links of {len(self.lo) - 1} pairs, {path} has {len(self.of)}; run links.py again"
                )

    def fingerprint(self) -> str:
        """Digest of all that decides which batches come in which order."""
        state = hashlib.sha256(repr((self.seed, self.tokens, self.names, self.weights.tolist())).encode())
        for array in (self.S, self.T, self.so, self.to, self.of):
            state.update(np.ascontiguousarray(array))
        return state.hexdigest()

    def counts(self, words: int) -> np.ndarray:
        """How often an epoch has each of the `words` target ids."""
        return np.bincount(self.T, np.repeat(self.weights[self.of], self.lt), words)

    def epoch(self, number: int) -> list[list[int]]:
        """Pair numbers of each batch of an epoch, shuffled; fractional weights walk through a source over the epochs."""
        rng = np.random.RandomState(self.seed * 1000 + number)
        parts = []
        for i, weight in enumerate(self.weights):
            own = np.nonzero(self.of == i)[0]
            whole, share = int(weight), float(weight - int(weight))
            parts += [own] * whole
            if share > 1e-6:
                order = np.random.RandomState(self.seed + 77 + i).permutation(own)
                n = int(len(own) * share)
                start = (number * n) % max(1, len(own))
                parts.append(np.take(order, range(start, start + n), mode="wrap"))
        index = np.concatenate(parts)
        rng.shuffle(index)
        batches: list[list[int]] = []
        for c in range(0, len(index), CHUNK):
            chunk = index[c : c + CHUNK]
            batches += self._cut(chunk[np.lexsort((self.ls[chunk], self.lt[chunk] + self.ls[chunk] // 2))])
        rng.shuffle(batches)
        return batches

    def _cut(self, ordered: np.ndarray) -> list[list[int]]:
        """Cut pairs sorted by length into batches of `tokens`; a source token costs 0.8 of a target token."""
        out: list[list[int]] = []
        batch: list[int] = []
        t = s = 0
        for i in ordered:
            wide, high = max(t, self.lt[i] + 1), max(s, self.ls[i] + 1)
            if batch and (len(batch) + 1) * max(wide, high * 0.8) > self.tokens:
                out.append(batch)
                batch, wide, high = [], self.lt[i] + 1, self.ls[i] + 1
            batch.append(int(i))
            t, s = wide, high
        return [*out, batch] if batch else out

    def batch(self, numbers: Sequence[int]) -> Batch:
        """The padded batch of some pairs."""
        sources = [self.S[self.so[i] : self.so[i + 1]] for i in numbers]
        targets = [self.T[self.to[i] : self.to[i + 1]] for i in numbers]
        if self.links is None or self.lo is None:
            return pad(sources, targets)
        parts = [self.links[self.lo[i] : self.lo[i + 1]].astype(np.int64) for i in numbers]
        row = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        links = np.concatenate(parts) if len(row) else np.zeros((0, 2), np.int64)
        return pad(sources, targets, np.column_stack([row, links[:, 1], links[:, 0]]))
