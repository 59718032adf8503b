"""Word links for guided alignment and for the lexicon: WORK/links.npz, the links of every pair of WORK/ids.npz.

    python links.py [--work WORK] [--aligner own|eflomal]

The own aligner is IBM model 1 with a prior for the diagonal (Brown et al. 1993; Dyer et al. 2013, "fast_align"), run in both
directions on piece ids. Its table is hashed into 2^22 cells: rare collisions cost less than the memory of an exact one.
eflomal (Östling & Tiedemann 2016; GPL) is called as a program where it is installed.

links.npz: `links` (uint8 rows of source and target position, linked in both directions), `lo` (where each pair's begin).
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from pairs import ROOT  # noqa: F401  makes xlate importable
from program import exit_with

from xlate.errors import InputError
from xlate.files import replacing

CELLS = 1 << 22
CHUNK = 20_000  # pairs at a time
ROUNDS = 5
NULL = 0.08  # prior of a token that comes from nothing
TENSION = 4.0  # how much links like the diagonal
Ids = Sequence[np.ndarray]
Pairs = set[tuple[int, int]]


def _grid(source: Ids, target: Ids) -> Iterator[tuple[np.ndarray, ...]]:
    """Chunks of all cells (target position, source position or null) of the pairs, a target token's cells together.

    Yields cell key, source id (0 for null), prior, where each target token's cells begin, and how many it has.
    """
    for c in range(0, len(source), CHUNK):
        keys, sources, priors, sizes = [], [], [], []
        for s, t in zip(source[c : c + CHUNK], target[c : c + CHUNK], strict=True):
            m, n = len(s), len(t)
            with_null = np.concatenate([[0], s.astype(np.int64) + 1])
            keys.append((with_null[None, :] * 1_000_003 + t.astype(np.int64)[:, None] * 7_919).ravel() % CELLS)
            sources.append(np.tile(with_null, n))
            near = np.exp(-TENSION * np.abs((np.arange(m) + 0.5)[None, :] / m - (np.arange(n) + 0.5)[:, None] / n))
            near *= (1 - NULL) / near.sum(1, keepdims=True)
            priors.append(np.concatenate([np.full((n, 1), NULL), near], 1).ravel())
            sizes.append(np.full(n, m + 1))
        size = np.concatenate(sizes)
        starts = np.concatenate([[0], np.cumsum(size)[:-1]])
        yield np.concatenate(keys), np.concatenate(sources), np.concatenate(priors), starts, size


def one_way(source: Ids, target: Ids) -> list[list[int]]:
    """For each pair the source position that each target token comes from, -1 for none."""
    kinds = max(int(s.max()) for s in source) + 2
    table = np.ones(CELLS)
    for round_ in range(ROUNDS + 1):
        counts, totals = np.zeros(CELLS), np.zeros(kinds)
        best: list[np.ndarray] = []
        for key, word, prior, starts, size in _grid(source, target):
            p = prior * table[key]
            if round_ == ROUNDS:
                best.append(_argmax(p, starts, size))
                continue
            p /= np.repeat(np.add.reduceat(p, starts), size) + 1e-300
            counts += np.bincount(key, p, CELLS)
            totals += np.bincount(word, p, kinds)
        if round_ < ROUNDS:
            # t(target | source): a cell's count over its source word's; the word is found again through the grid
            table = _normalised(source, target, counts, totals)
    flat = np.concatenate(best)
    ends = np.cumsum([len(t) for t in target])
    return [part.tolist() for part in np.split(flat, ends[:-1])]


def _normalised(source: Ids, target: Ids, counts: np.ndarray, totals: np.ndarray) -> np.ndarray:
    out = np.zeros(CELLS)
    for key, word, _, _, _ in _grid(source, target):
        out[key] = counts[key] / (totals[word] + 1e-9)
    return out


def _argmax(p: np.ndarray, starts: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Position of the largest of each group, 0 being the first real source token and -1 null."""
    peak = np.repeat(np.maximum.reduceat(p, starts), size)
    inside = np.arange(len(p)) - np.repeat(starts, size)
    first = np.where(p >= peak, inside, len(p))
    return np.minimum.reduceat(first, starts) - 1


def align(source: Ids, target: Ids, aligner: str = "own") -> list[tuple[Pairs, Pairs]]:
    """For each pair: links (source, target position) that both directions agree on, and those of one alone."""
    if not len(source):
        return []
    forward, backward = _eflomal(source, target) if aligner == "eflomal" else _own(source, target)
    return [(f & b, f ^ b) for f, b in zip(forward, backward, strict=True)]


def _own(source: Ids, target: Ids) -> tuple[list[Pairs], list[Pairs]]:
    forward = [{(i, j) for j, i in enumerate(row) if i >= 0} for row in one_way(source, target)]
    backward = [{(i, j) for i, j in enumerate(row) if j >= 0} for row in one_way(target, source)]
    return forward, backward


def _eflomal(source: Ids, target: Ids) -> tuple[list[Pairs], list[Pairs]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side, ids in (("s", source), ("t", target)):
            (folder / side).write_text("".join(" ".join(map(str, row.tolist())) + "\n" for row in ids))
        files = [word for o, f in zip("stfr", ("s", "t", "fwd", "rev"), strict=True) for word in ("-" + o, folder / f)]
        try:
            subprocess.run(["eflomal-align", "--overwrite", "-m", "3", *map(str, files)], check=True)
        except FileNotFoundError:
            raise InputError("eflomal-align: not installed; pip install eflomal, or take --aligner own") from None
        out = []
        for side in ("fwd", "rev"):
            lines = (folder / side).read_text().splitlines()
            out.append([{tuple(map(int, link.split("-"))) for link in line.split()} for line in lines])
    return out[0], out[1]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--aligner", choices=("own", "eflomal"), default="own")
    o = parser.parse_args(arguments)
    with np.load(o.work / "ids.npz") as z:
        S, T, so, to = (z[key] for key in ("S", "T", "so", "to"))
    source = [S[a:b] for a, b in itertools.pairwise(so)]
    target = [T[a:b] for a, b in itertools.pairwise(to)]
    rows = [sorted(both) for both, _ in align(source, target, o.aligner)]
    flat = np.array([link for row in rows for link in row], np.uint8).reshape(-1, 2)
    with replacing(o.work / "links.npz", "wb") as out:
        np.savez_compressed(out, links=flat, lo=np.concatenate([[0], np.cumsum([len(row) for row in rows])]))
    print(f"{len(flat)} links, {len(flat) / max(1, len(T)):.2f} a target token")
    return 0


if __name__ == "__main__":
    exit_with(main)
