"""Duplicates out of a stream of pairs: the first of each stays.

>>> from xlate.data import SegmentPair
>>> pairs = [SegmentPair("1", "قال نعم.", "He said yes."), SegmentPair("2", "قالَ نعم", "He said YES")]
>>> [pair.id for pair in dedup(pairs, level="normalised")]
['1']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from xlate.corpus.near import THRESHOLD, MinHashes, batches, pair_features
from xlate.data import SegmentPair
from xlate.errors import UsageError
from xlate.normalise import normalise

By = Literal["source", "target", "pair"]
Level = Literal["exact", "normalised", "near"]
BYS, LEVELS = ("source", "target", "pair"), ("exact", "normalised", "near")
_BATCH = 4096
_MARKS = str.maketrans(dict.fromkeys("\"'.,;:?!()[]-", " "))


@dataclass(slots=True)
class Deduped:
    """What became of the pairs: `read` = `kept` + `exact` + `near`; `exact` counts the equal ones, as they are or
    normalised."""

    read: int = 0
    kept: int = 0
    exact: int = 0
    near: int = 0


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A pair that was left out; `like` is the id of the pair it repeats, None where only a digest of that was kept."""

    pair: SegmentPair
    level: Level
    like: str | None = None


def dedup(
    pairs: Iterable[SegmentPair],
    *,
    by: By = "pair",
    level: Level = "exact",
    threshold: float = THRESHOLD,
    account: Deduped | None = None,
    dropped: Callable[[Duplicate], None] = lambda one: None,
) -> Iterator[SegmentPair]:
    """The pairs whose `by` has not come before, lazily and in order.

    `level` exact compares characters, normalised words after `normalise` without marks, near the words and word pairs
    (see `near`; `threshold` is a Jaccard similarity). 64-bit digests are remembered, about 70 bytes a pair, and with
    near about 0.8 kB a pair. Raises UsageError for unknown words.
    """
    if by not in BYS or level not in LEVELS:
        raise UsageError(
            f"by is one of {', '.join(BYS)} and level one of {', '.join(LEVELS)}, not {by!r} and {level!r}"
        )
    if not 0 < threshold <= 1:
        raise UsageError(f"threshold {threshold} is no share between 0 and 1")
    return _dedup(pairs, by, level, threshold, Deduped() if account is None else account, dropped)


def _dedup(
    pairs: Iterable[SegmentPair], by: By, level: Level, threshold: float, account: Deduped,
    dropped: Callable[[Duplicate], None],
) -> Iterator[SegmentPair]:  # fmt: skip
    seen: set[int] = set()
    index = MinHashes(threshold) if level == "near" else None
    ids: list[str] = []
    fresh = _fresh(pairs, by, level, seen, account, dropped)
    if index is None:
        for pair in fresh:
            account.kept += 1
            yield pair
        return
    for batch in batches(fresh, _BATCH):
        found = index.add([pair_features(pair.source, pair.target, by) for pair in batch])
        ids += [pair.id for pair in batch]
        for pair, like in zip(batch, found, strict=True):
            if like < 0:
                account.kept += 1
                yield pair
            else:
                account.near += 1
                dropped(Duplicate(pair, "near", ids[like]))


def _fresh(
    pairs: Iterable[SegmentPair], by: By, level: Level, seen: set[int], account: Deduped,
    dropped: Callable[[Duplicate], None],
) -> Iterator[SegmentPair]:  # fmt: skip
    """The pairs that are not equal to an earlier one."""
    for pair in pairs:
        account.read += 1
        size = len(seen)
        seen.add(digest(pair, by, exact=level == "exact"))
        if len(seen) > size:
            yield pair
        else:
            account.exact += 1
            dropped(Duplicate(pair, "exact" if level == "exact" else "normalised"))


def digest(pair: SegmentPair, by: By, *, exact: bool) -> int:
    """64 bits of what is compared: two different texts have the same in one case of 10^19."""
    text = pair.source if by == "source" else pair.target if by == "target" else f"{pair.source}\0{pair.target}"
    if not exact:
        text = "\0".join(" ".join(normalise(side).translate(_MARKS).split()) for side in text.split("\0"))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
