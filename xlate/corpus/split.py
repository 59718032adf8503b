"""Train, dev and test parts of a corpus: by document, with a fixed seed, and no near-duplicate on both sides.

Documents are drawn for test, then for dev, until those have their sizes; a pair of another part that repeats one of
theirs (exactly, or nearly: see `near`) is left out, counted, and no part of a size. `crossings` proves it for any parts,
made by whomever.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    """Counts by part: of its pairs, of its documents (those with a pair that stayed), and of the pairs that were drawn
    for it and left out by the guard."""

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
    """Each kept pair with its part, in the order of the corpus. `read` opens the corpus, which is read up to five times.

    `dev` and `test` are pairs at least, after what is left out; whole documents are drawn, so there may be a few more.
    The same corpus, sizes and seed give the same parts. Train, dev and test differ by `threshold` on either side: what
    would be a near-duplicate is left out of train before dev, and of dev before test. Raises UsageError where the
    corpus is too small, or what it holds too alike, for dev or test to have their sizes or train to have a pair: at
    once, or after the last pair.
    """
    account = Splitting() if account is None else account
    sizes = Counter(document_of(pair) for pair in read())
    total = sum(sizes.values())
    if dev < 0 or test < 0 or dev + test >= total:
        raise UsageError(f"dev {dev} and test {test} do not leave anything for train: the corpus has {total} pairs")
    names = sorted(sizes)
    random.Random(seed).shuffle(names)
    part_of: dict[str, Part] = dict.fromkeys(_drawn("test", names, sizes, test), "test")
    held = [pair for pair in read() if document_of(pair) in part_of]
    guards: dict[Part, Guard] = {"dev": Guard(held, threshold)}
    if dev:
        free = _free(read(), guards["dev"]) if test else sizes
        rest = [name for name in names if name not in part_of]
        part_of |= dict.fromkeys(_drawn("dev", rest, free, dev), "dev")
        held += [pair for pair in read() if part_of.get(document_of(pair)) == "dev"]
    guards["train"] = Guard(held, threshold)
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
                account.documents[part] += sizes.pop(document_of(pair), 0) > 0  # its first pair that stays
                yield part, pair
            else:
                account.guarded[part] += 1
                dropped(part, crossing)
    if not account.pairs["train"]:
        raise UsageError(
            f"dev {dev} and test {test} leave nothing for train: the corpus has {total} pairs in {len(names)} documents, "
            "each goes to one part as a whole, without its near-duplicates; ask for less"
        )


def _drawn(part: Part, names: Sequence[str], sizes: Mapping[str, int], size: int) -> list[str]:
    """So many of the documents, in order, that they have `size` pairs; those without a pair are passed over."""
    drawn = []
    got = 0
    for name in names:
        if got >= size:
            break
        if sizes[name]:
            drawn.append(name)
            got += sizes[name]
    if got < size:
        raise UsageError(
            f"{part} {size}: only {got} pairs, in whole documents without near-duplicates, are left for it; ask for less"
        )
    return drawn


def _free(pairs: Iterable[SegmentPair], guard: Guard) -> Counter[str]:
    """How many pairs of each document repeat none of the guard's."""
    free: Counter[str] = Counter()
    for batch in batches(pairs):
        found = zip(batch, guard.find(batch), strict=True)
        free.update(document_of(pair) for pair, crossing in found if crossing is None)
    return free


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
