"""Side by side with datasketch: copied and edited sentences of a planted corpus, both in one run of one process.

    pip install datasketch
    python eval/alignment/bench_datasketch.py BACKGROUND... --sentences 8000 [--seed 1]

The job: all pairs of sentences that are copies: verbatim, near-duplicate, contained (a sentence split or merged), from
the sentences in memory; shown besides, how many of the edited copies alone were found. datasketch gets folded text like
ours, MinHash with 128 permutations (fed in bulk) and MinHashLSH, and its candidates are verified by exact Jaccard. Two
kinds of shingles and three LSH thresholds are shown, each at the verification threshold that gives it the best F1 on
the truth, a help that ours does not get. A claim that was not planted is wrong for both, natural near-duplicates of
the background too.
Ours does its whole work in that time: all tiers, evidence, clusters and matrix.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench_scale import claimed, corpus
from plant import Planted
from score import COPIED, PairKey, gold_pairs, pair_key, side

from xlate.normalise import normalise
from xlate.share import ShareSettings, align
from xlate.share.words import forms

Pairs = Mapping[PairKey, float]


def word_pairs(text: str) -> set[bytes]:
    tokens = forms(text)
    return {" ".join(p).encode() for p in itertools.pairwise(tokens)} | {t.encode() for t in tokens}


def letters(text: str) -> set[bytes]:
    folded = normalise(text)
    return {folded[i : i + 4].encode() for i in range(max(1, len(folded) - 3))}


def by_datasketch(planted: Planted, shingles: Callable[[str], set[bytes]], threshold: float) -> Pairs:
    """Pairs with their exact Jaccard similarity."""
    from datasketch import MinHash, MinHashLSH

    sets = [shingles(s.text) for s in planted.segments]
    hashes = MinHash.bulk(sets, num_perm=128)
    index = MinHashLSH(threshold=threshold, num_perm=128)
    with index.insertion_session() as session:
        for number, found in enumerate(hashes):
            session.insert(number, found, check_duplication=False)
    sides = [side(s.article, s.text) for s in planted.segments]
    pairs = {}
    for number, found in enumerate(hashes):
        for other in index.query(found):
            if other > number:
                a, b = sets[number], sets[other]
                pairs[pair_key(sides[number], sides[other])] = len(a & b) / len(a | b)
    return pairs


def f1(claims: set[PairKey], right: set[PairKey], edited: set[PairKey]) -> tuple[float, float, float, float]:
    """F1, precision, recall, and recall of edited copies alone."""
    precision = len(claims & right) / len(claims) if claims else 0.0
    recall = len(claims & right) / len(right)
    value = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return value, precision, recall, len(claims & edited) / len(edited)


def show(name: str, seconds: tuple[float, float], scores: tuple[float, float, float, float]) -> None:
    print(f"{name:44}{seconds[0]:7.1f} s{seconds[1]:7.1f} s cpu", end="   ")
    print("F1 {:.4f}  precision {:.4f}  recall {:.4f}  (edited copies {:.4f})".format(*scores))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("background", nargs="+", type=Path)
    parser.add_argument("--sentences", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    planted = corpus(options.background, options.sentences, options.seed)
    gold = gold_pairs(planted.truth)
    right = {key for key, known in gold.items() if known.tier in COPIED}
    edited = {key for key, known in gold.items() if known.tier in ("verbatim", "near-duplicate")}
    print(f"{len(planted.segments)} sentences, {len(right)} pairs of copies")
    start = time.perf_counter(), time.process_time()
    sharing = align(planted.articles, planted.segments, settings=ShareSettings(semantic="off"))
    spent = time.perf_counter() - start[0], time.process_time() - start[1]
    ours = {key for key, tier in claimed(sharing).items() if tier in COPIED}
    show("xlate align (everything)", spent, f1(ours, right, edited))
    for name, shingles in (("words and word pairs", word_pairs), ("4 letters", letters)):
        for threshold in (0.2, 0.3, 0.5):
            start = time.perf_counter(), time.process_time()
            pairs = by_datasketch(planted, shingles, threshold)
            spent = time.perf_counter() - start[0], time.process_time() - start[1]
            best = max(
                (f1({k for k, j in pairs.items() if j >= cut / 50}, right, edited) for cut in range(5, 50)),
                key=lambda scores: scores[0],
            )
            show(f"datasketch, {name}, threshold {threshold}", spent, best)


if __name__ == "__main__":
    main()
