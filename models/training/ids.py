"""WORK/ids.npz: token ids of all prepared pairs with source names and weights. Run again whenever data or weights change.

    python ids.py [--work WORK] [--sample 0.5] [--join]

With `--sample`, a source of weight 2 or more is stored as that many copies; all but the first have their Arabic cut into pieces at random
(subword regularisation, Kudo 2018), so that what an epoch repeats is not quite the same again. With `--join`, the last of these copies has
pairs in random order put together two by two where they fit, since long sentences are rare (Kondo et al. 2021).

Arrays: S, T (uint16 ids of all pairs, one after the other), so, to (where each pair begins and ends), of (its source),
names, weights, copies (by source; an epoch has `weights` times what is stored, which is `copies` times the pairs).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pairs import load_sources, prepared
from program import exit_with
from sentencepiece import set_random_generator_seed
from subwords import load_pieces

from xlate.errors import InputError
from xlate.files import replacing

LONGEST = 110  # pieces a side

Row = tuple[list[int], list[int]]  # both sides of a pair as ids


def good(source: list[int], target: list[int]) -> bool:
    """Whether the numbers of pieces of two sides can belong together."""
    m, n = len(source), len(target)
    return 0 < m <= LONGEST and 0 < n <= LONGEST and n <= 3.5 * m + 6 and m <= 3.5 * n + 6


def joined(rows: Sequence[Row]) -> list[Row]:
    """The rows in another order, two by two as one where both sides keep within LONGEST."""
    order = [rows[i] for i in np.random.RandomState(len(rows)).permutation(len(rows))]
    out = order[len(order) // 2 * 2 :]
    for (s, t), (s2, t2) in zip(order[0::2], order[1::2], strict=False):
        fits = max(len(s) + len(s2), len(t) + len(t2)) <= LONGEST
        out += [(s + s2, t + t2)] if fits else [(s, t), (s2, t2)]
    return out


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument(
        "--sample", type=float, metavar="ALPHA", help="low: other pieces more often; 0.5 changes a tenth"
    )
    parser.add_argument("--join", action="store_true", help="with --sample: one copy with pairs put together")
    o = parser.parse_args(arguments)
    work = o.work
    if o.join and not o.sample:
        raise InputError("--join puts pairs of a sampled copy together; give --sample 0.5 too")
    set_random_generator_seed(1)
    source, target = load_pieces(work / "source.spm"), load_pieces(work / "target.spm")
    if max(source.get_piece_size(), target.get_piece_size()) > 65_536:
        raise InputError(f"{work}: a vocabulary has more than 65,536 pieces; ids are stored in 16 bits")
    S: list[list[int]] = []
    T: list[list[int]] = []
    of: list[int] = []
    names: list[str] = []
    weights: list[float] = []
    stored: list[int] = []
    for entry, pairs in prepared(work / "pairs", load_sources()):
        arabic = [a for a, _ in pairs]
        kept = [
            (a, s, t)
            for a, s, t in zip(arabic, source.encode(arabic), target.encode([e for _, e in pairs]), strict=True)
            if good(s, t)
        ]
        copies = max(1, int(entry.weight)) if o.sample else 1
        for copy in range(copies):
            rows = []
            for a, s, t in kept:
                other = s if not copy else source.encode(a, enable_sampling=True, nbest_size=-1, alpha=o.sample)
                rows.append((other if good(other, t) else s, t))
            if o.join and 0 < copy == copies - 1:
                rows = joined(rows)
            S += [s for s, _ in rows]
            T += [t for _, t in rows]
            of += [len(names)] * len(rows)
        names.append(entry.name)
        weights.append(entry.weight / copies)
        stored.append(copies)
    ls, lt, where = (np.array(x, np.int64) for x in ([len(s) for s in S], [len(t) for t in T], of))
    arrays = {
        "S": np.concatenate([np.array(s, np.uint16) for s in S]),
        "T": np.concatenate([np.array(t, np.uint16) for t in T]),
        "so": np.concatenate([[0], np.cumsum(ls)]),
        "to": np.concatenate([[0], np.cumsum(lt)]),
        "of": where.astype(np.uint16),
        "names": np.array(names),
        "weights": np.array(weights, np.float32),
        "copies": np.array(stored, np.uint16),
    }
    with replacing(work / "ids.npz", "wb") as handle:
        np.savez_compressed(handle, **arrays)
    total = sum(w * lt[where == i].sum() for i, w in enumerate(weights))
    for i, (name, weight) in enumerate(zip(names, weights, strict=True)):
        share = weight * lt[where == i].sum() / total
        print(f"{name:32} {int((where == i).sum()):7} pairs x {weight:<5g} {share:6.1%} of the target tokens")
    print(f"{len(S)} pairs, {total / 1e6:.1f}M target tokens an epoch")
    return 0


if __name__ == "__main__":
    exit_with(main)
