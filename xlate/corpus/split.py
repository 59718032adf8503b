"""Train, dev and test parts of a corpus: by document, with a fixed seed, and no near-duplicate on both sides.

Documents are drawn for test and dev until those have their sizes; a pair of another part that repeats one of theirs
(exactly, or nearly: see `near`) is left out and counted. `crossings` proves it for any parts, made by whomever.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from xlate.corpus.near import THRESHOLD, Exact
from xlate.corpus.parallel import batches
from xlate.data import SegmentPair
from xlate.errors import UsageError

Part = Literal["train", "dev", "test"]
Side = Literal["source", "target"]
SIDES: tuple[Side, ...] = ("source", "target")


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two pairs of different parts that are near-duplicates by their `side` (source or target)."""

    pair: SegmentPair
    like: SegmentPair
    side: Side
    likeness: float


@dataclass(slots=True)
class Splitting:
    """Counts of pairs and documents by part, and of the pairs the guard left out, by the part they were drawn for."""

    pairs: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    guarded: Counter[str] = field(default_factory=Counter)


def document_of(pair: SegmentPair) -> str:
    """The document of a pair: the `article` of its provenance, or else the pair alone."""
    article = pair.provenance.get("article")
    return f"article {article}" if article is not None else f"pair {pair.id}"


def split(
    read: Callable[[], Iterable[SegmentPair]],
    *,
    dev: int,
    test: int,
    seed: int = 1,
    threshold: float = THRESHOLD,
    account: Splitting | None = None,
    dropped: Callable[[Part, Crossing], None] = lambda part, crossing: None,
) -> Iterator[tuple[Part, SegmentPair]]:
    """Each kept pair with its part, in the order of the corpus. `read` opens the corpus, which is read three times.

    `dev` and `test` are pairs at least; whole documents are drawn, so there may be a few more. The same corpus, sizes
    and seed give the same parts. Train, dev and test differ by `threshold` on either side: what would be a
    near-duplicate is left out of train before dev, and of dev before test. Raises UsageError where the corpus is too
    small.
    """
    account = Splitting() if account is None else account
    sizes = Counter(document_of(pair) for pair in read())
    total = sum(sizes.values())
    if dev < 0 or test < 0 or dev + test >= total:
        raise UsageError(f"dev {dev} and test {test} do not leave anything for train: the corpus has {total} pairs")
    part_of = _drawn(sizes, dev, test, seed)
    account.documents.update(part_of.get(name, "train") for name in sizes)
    held: dict[str, list[SegmentPair]] = {"dev": [], "test": []}
    for pair in read():
        home = part_of.get(document_of(pair))
        if home is not None:
            held[home].append(pair)
    guards = {"dev": Guard(held["test"], threshold), "train": Guard(held["test"] + held["dev"], threshold)}
    for batch in batches(read()):
        parts: list[Part] = [part_of.get(document_of(pair), "train") for pair in batch]
        found: list[Crossing | None] = [None] * len(batch)
        for part, guard in guards.items():
            rows = [row for row, its in enumerate(parts) if its == part]
            for row, crossing in zip(rows, guard.find([batch[row] for row in rows]), strict=True):
                found[row] = crossing
        for part, pair, crossing in zip(parts, batch, found, strict=True):
            if crossing is None:
                account.pairs[part] += 1
                yield part, pair
            else:
                account.guarded[part] += 1
                dropped(part, crossing)


def _drawn(sizes: Counter[str], dev: int, test: int, seed: int) -> dict[str, Part]:
    """Documents drawn for test and dev; the draw depends on the documents' names and the seed alone."""
    names = sorted(sizes)
    random.Random(seed).shuffle(names)
    drawn: dict[str, Part] = {}
    wanted: tuple[tuple[Part, int], ...] = (("test", test), ("dev", dev))
    at = 0
    for part, size in wanted:
        got = 0
        while got < size and at < len(names):
            drawn[names[at]] = part
            got += sizes[names[at]]
            at += 1
    return drawn


class Guard:
    """Looks pairs up among those of other parts."""

    def __init__(self, pairs: Sequence[SegmentPair], threshold: float = THRESHOLD) -> None:
        self._pairs = pairs
        self._sides = {
            "source": Exact([pair.source for pair in pairs], threshold),
            "target": Exact([pair.target for pair in pairs], threshold),
        }

    def find(self, pairs: Sequence[SegmentPair]) -> list[Crossing | None]:
        """For each of `pairs` the nearest on the other side that it repeats by its source, or else by its target."""
        found: list[Crossing | None] = [None] * len(pairs)
        for side in SIDES:
            texts = [getattr(pair, side) for pair in pairs]
            for row, like in enumerate(self._sides[side].find(texts)):
                if like is not None and found[row] is None:
                    found[row] = Crossing(pairs[row], self._pairs[like[0]], side, round(like[1], 4))
        return found


def crossings(parts: Sequence[Iterable[SegmentPair]], threshold: float = THRESHOLD) -> Iterator[Crossing]:
    """Every pair of a part that is a near-duplicate of one in a later part (train, dev, test), with that one.

    The later parts are held in memory; the first is streamed. No near-duplicate above `threshold` is missed.
    """
    later: list[SegmentPair] = []
    for number in range(len(parts) - 1, -1, -1):
        here = parts[number] if number == 0 else list(parts[number])
        if later:
            guard = Guard(later, threshold)
            for batch in batches(here):
                yield from (one for one in guard.find(batch) if one is not None)
        if number:
            later += here
