"""Time and memory of `align` on planted corpora of growing size, each size in a process of its own.

    python eval/alignment/bench_scale.py BACKGROUND... --sizes 10000 100000 [--seed 1] [--semantic off] [--thin]

Prints for each size: sentences, seconds of `align` alone (the corpus is in memory), peak memory of the whole process,
and precision and recall of near-duplicates against what was planted; then the growth of time between sizes.

Text that repeats itself (documentation, templates, scripture) holds more than ten times the pairs in ten times the
sentences, up to a hundred times, and whoever reports them all takes the time. `--thin` leaves out every background
sentence that has five words in a row in common with an earlier one, so that what is shared grows as the corpus does.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from plant import Planted, background, plant
from score import PairKey, claims, gold_pairs, score

from xlate.share import ShareSettings, Sharing, align, as_data
from xlate.share.words import forms


def claimed(sharing: Sharing) -> Mapping[PairKey, str]:
    """The pairs of a result, as score.py wants them."""
    return claims(as_data(c) for c in sharing.clusters)


def thin(sentences: Iterable[str]) -> Iterator[str]:
    """The sentences that have no five words in a row in common with an earlier one."""
    seen: set[int] = set()
    for text in sentences:
        words = forms(text)
        runs = {hash(tuple(words[n : n + 5])) for n in range(len(words) - 4)}
        if seen.isdisjoint(runs):
            seen |= runs
            yield text


def corpus(paths: list[Path], size: int, seed: int, thinned: bool = False) -> Planted:
    """A planted corpus of about `size` sentences; ends the program with a line where the background is too small."""
    pool = list(background(paths))
    random.Random(seed).shuffle(pool)
    if thinned:
        pool = list(thin(pool))
    wanted = int(size / 1.19)  # what planting 30 % adds, after merged sentences take from the pool
    if len(pool) < wanted:
        sys.exit(f"{len(pool)} background sentences; {wanted} are needed for a corpus of {size}")
    return plant(pool[:wanted], seed)


def one(paths: list[Path], size: int, seed: int, semantic: str, thinned: bool) -> dict[str, float]:
    """Measure one size in this process."""
    planted = corpus(paths, size, seed, thinned)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    start, cpu = time.perf_counter(), time.process_time()
    settings = ShareSettings(semantic=semantic)  # type: ignore[arg-type]
    sharing = align(planted.articles, planted.segments, settings=settings)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    result = score(claimed(sharing), gold_pairs(planted.truth))
    near, copied = result["near-duplicate"].scores(), result["copied"].scores()
    return {
        "sentences": len(planted.segments),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "corpus_mb": before,
        "peak_mb": peak,
        "clusters": len(sharing.clusters),
        "near_precision": near["precision"],
        "near_recall": near["recall"],
        "copied_recall": copied["recall"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("background", nargs="+", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--semantic", default="off", choices=("auto", "on", "off"))
    parser.add_argument("--thin", action="store_true", help="leave out background that repeats itself")
    options = parser.parse_args()
    if len(options.sizes) == 1:
        print(json.dumps(one(options.background, options.sizes[0], options.seed, options.semantic, options.thin)))
        return
    rows = []
    for size in options.sizes:
        command = [sys.executable, __file__, *map(str, options.background), "--sizes", str(size)]
        command += ["--seed", str(options.seed), "--semantic", options.semantic] + ["--thin"] * options.thin
        rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
        print(rows[-1])
    for a, b in itertools.pairwise(rows):
        print(
            f"{b['sentences'] / a['sentences']:.1f} times the sentences: "
            f"{b['seconds'] / a['seconds']:.1f} times the time, "
            f"{b['cpu_seconds'] / a['cpu_seconds']:.1f} times the processor time"
        )


if __name__ == "__main__":
    main()
