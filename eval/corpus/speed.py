"""How fast the cheap filters and dedup are, and how much memory they take.

    python eval/corpus/speed.py PAIRS.tsv[.gz] [--pairs 1000000] [--workers 2]

The pairs are repeated with a number added until there are enough, written to a temporary TSV file, and run through.
Prints pairs a second of wall time and of one processor's time (which other programs disturb less), and the peak memory.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from xlate.corpus import Account, dedup, default_chain, filter_pairs
from xlate.corpus.dedup import Level
from xlate.data import SegmentPair
from xlate.formats import FORMATS


def used() -> float:
    """Seconds of processor time of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pairs", type=Path, metavar="PAIRS")
    parser.add_argument("--pairs", type=int, default=1_000_000, dest="count")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    opener = gzip.open if given.pairs.suffix == ".gz" else open
    with opener(given.pairs, "rt", encoding="utf-8") as stream:
        rows = [line.rstrip("\n").split("\t")[:2] for line in stream]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.tsv"
        numbered = (
            SegmentPair(
                str(n),
                f"{rows[n % len(rows)][0]} {n // len(rows) or ''}",
                f"{rows[n % len(rows)][1]} {n // len(rows) or ''}",
            )
            for n in range(given.count)
        )
        FORMATS["tsv"].write(numbered, path)
        print(f"{given.count:,} pairs, {path.stat().st_size / 1e6:.0f} MB")

        def measured(name: str, run: Callable[[], int]) -> None:
            wall, cpu = time.perf_counter(), used()
            kept = run()
            wall, cpu = time.perf_counter() - wall, used() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{name:<22}{given.count / wall:>10,.0f} a second  {given.count / cpu:>10,.0f} a processor second"
                  f"  {peak:>6,.0f} MB  kept {kept:,}", flush=True)  # fmt: skip

        def pairs() -> Iterator[SegmentPair]:
            return FORMATS["tsv"].read(path)

        def filtered(workers: int) -> int:
            return sum(1 for _ in filter_pairs(pairs(), default_chain(cheap=True), Account(), workers=workers))

        def deduped(level: Level) -> int:
            return sum(1 for _ in dedup(pairs(), level=level, workers=given.workers))

        levels: tuple[Level, ...] = ("exact", "normalised", "near")
        measured("read", lambda: sum(1 for _ in pairs()))
        measured(f"filter, {given.workers} workers", lambda: filtered(given.workers))
        measured("filter, 1 process", lambda: filtered(1))
        for level in levels:
            measured(f"dedup {level}", partial(deduped, level))


if __name__ == "__main__":
    main()
