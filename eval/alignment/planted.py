"""Precision, recall and F1 of every tier on a planted corpus, made and scored in memory.

    python eval/alignment/planted.py BACKGROUND... [--sentences 16500] [--seed 1] [--errors quotation]

Every claim that was not planted counts as wrong, although a background repeats itself. `--errors TIER` lists the wrong
pairs of a tier.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench_scale import claimed, corpus
from score import gold_pairs, score, table

from xlate.share import ShareSettings, align


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("background", nargs="+", type=Path)
    parser.add_argument("--sentences", type=int, default=16_500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--thin", action="store_true", help="leave out background that repeats itself")
    parser.add_argument("--errors", metavar="TIER", help="list the wrong pairs of a tier")
    options = parser.parse_args()
    planted = corpus(options.background, options.sentences, options.seed, options.thin)
    sharing = align(planted.articles, planted.segments, settings=ShareSettings(semantic="off"))
    result = score(claimed(sharing), gold_pairs(planted.truth))
    print(f"{len(planted.segments)} sentences, {len(planted.truth)} planted pairs")
    print(table(result))
    if options.errors:
        print(*result[options.errors].wrong, sep="\n")


if __name__ == "__main__":
    main()
