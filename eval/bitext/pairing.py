"""Document pairing on shuffled documents, some of them without a counterpart.

    python eval/bitext/pairing.py PAIRS... [--documents 120] [--alone 0.3] [--seed N] [--no-embeddings] [--no-translation]

PAIRS are as for `documents.py`, whose documents these are (sentences merged, split, dropped, inserted, moved), 6 to 12
sentence pairs each. `--alone` is the share of the documents of each side whose counterpart is not on the other. A
document counts where it is paired with its own counterpart, or left alone where it has none.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import Any

from documents import make
from f1 import Cached, translator

from xlate.bitext import pair_documents

Document = dict[str, Any]


def shuffled(documents: list[Document], count: int, alone: float, seed: int) -> tuple[list[Document], list[Document]]:
    """`count` documents a side: what both have stands on both sides, the rest on one; in different orders."""
    chance = random.Random(seed)
    strangers = round(count * alone)
    if len(documents) < count + strangers:
        raise SystemExit(f"{len(documents)} documents; {count + strangers} are needed: give more PAIRS")
    drawn = chance.sample(documents, count + strangers)
    shared, ours, theirs = drawn[: count - strangers], drawn[count - strangers : count], drawn[count:]
    sides = ([*shared, *ours], [*shared, *theirs])
    for side in sides:
        chance.shuffle(side)
    return sides


def accuracy(sides: tuple[list[Document], list[Document]], **evidence: Any) -> float:
    """The share of both sides' documents that are paired, or left alone, as they should be."""
    names = [[document["id"] for document in side] for side in sides]
    texts = [[document["source"] for document in sides[0]], [document["target"] for document in sides[1]]]
    found = {names[0][p.source]: names[1][p.target] for p in pair_documents(texts[0], texts[1], **evidence)}
    back = {target: source for source, target in found.items()}
    right = sum(found.get(name) == (name if name in set(names[1]) else None) for name in names[0])
    right += sum(back.get(name) == (name if name in set(names[0]) else None) for name in names[1])
    return right / (len(names[0]) + len(names[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pairs", nargs="+")
    parser.add_argument("--documents", type=int, default=120)
    parser.add_argument("--alone", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="ar-en-starter")
    parser.add_argument("--no-embeddings", action="store_true")
    parser.add_argument("--no-translation", action="store_true")
    given = parser.parse_args()
    made = make(given.pairs, 0, given.seed, shortest=6, longest=12)
    sides = shuffled(made, given.documents, given.alone, given.seed)
    evidence = {
        "encode": None if given.no_embeddings else Cached(),
        "translate": None if given.no_translation else translator(given.model, 1, None),
    }
    started = time.perf_counter()
    found = accuracy(sides, **evidence)
    print(f"seed {given.seed}: {found:.4f} of 2 × {given.documents} documents right, {given.alone:.0%} of them alone"
          f" ({time.perf_counter() - started:.0f} s)")  # fmt: skip


if __name__ == "__main__":
    main()
