"""Duplicates out of a stream of pairs: the first of each stays.

>>> from xlate.data import SegmentPair
>>> pairs = [SegmentPair("1", "قال نعم.", "He said yes."), SegmentPair("2", "قالَ نعم", "He said YES")]
>>> [pair.id for pair in dedup(pairs, level="normalised")]
['1']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Literal

from xlate.corpus.near import THRESHOLD, MinHashes, Signed, pair_sides, signed
from xlate.corpus.parallel import batches, mapped, texts_of
from xlate.data import SegmentPair
from xlate.errors import UsageError
from xlate.shingles import bare

By = Literal["source", "target", "pair"]
Level = Literal["exact", "normalised", "near"]
BYS, LEVELS = ("source", "target", "pair"), ("exact", "normalised", "near")


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
    workers: int = 1,
) -> Iterator[SegmentPair]:
    """The pairs whose `by` has not come before, lazily and in order.

    `level` exact compares characters, normalised words after `normalise` without marks, near the words and word pairs
    (see `near`; `threshold` is a Jaccard similarity). 64-bit digests are remembered, about 70 bytes a pair, and with
    near about 0.6 kB a pair of 20 words a side. With `workers` > 1 texts are folded and hashed in that many processes
    (not for exact, which is faster without); the result is the same. Raises UsageError for unknown words.
    """
    if by not in BYS or level not in LEVELS:
        raise UsageError(
            f"by is one of {', '.join(BYS)} and level one of {', '.join(LEVELS)}, not {by!r} and {level!r}"
        )
    if not 0 < threshold <= 1:
        raise UsageError(f"threshold {threshold} is no share between 0 and 1")
    account = Deduped() if account is None else account
    if level == "exact":
        return _exact(pairs, by, account, dropped)
    return _folded(pairs, by, MinHashes(threshold) if level == "near" else None, account, dropped, workers)


def _exact(
    pairs: Iterable[SegmentPair], by: By, account: Deduped, dropped: Callable[[Duplicate], None]
) -> Iterator[SegmentPair]:
    seen: set[int] = set()
    for pair in pairs:
        account.read += 1
        size = len(seen)
        seen.add(digest(pair.source, pair.target, by))
        if len(seen) > size:
            account.kept += 1
            yield pair
        else:
            account.exact += 1
            dropped(Duplicate(pair, "exact"))


def _folded(
    pairs: Iterable[SegmentPair], by: By, index: MinHashes | None, account: Deduped,
    dropped: Callable[[Duplicate], None], workers: int,
) -> Iterator[SegmentPair]:  # fmt: skip
    """The pairs that are not equal to an earlier one but for spelling and marks, nor, with `index`, nearly."""
    seen: set[int] = set()
    ids: list[str] = []
    look = partial(_looked_at, by=by, near=index is not None)
    for batch, (digests, texts) in mapped(look, batches(pairs), texts_of, workers):
        account.read += len(batch)
        fresh = []
        for row, one in enumerate(digests):
            size = len(seen)
            seen.add(one)
            if len(seen) > size:
                fresh.append(row)
        like = [-1] * len(fresh) if index is None or texts is None else index.add(texts.taken(fresh))
        repeated = dict(zip(fresh, like, strict=True))
        for row, pair in enumerate(batch):
            number = repeated.get(row)
            if number is None:
                account.exact += 1
                dropped(Duplicate(pair, "normalised"))
            elif number < 0:
                account.kept += 1
                if index is not None:
                    ids.append(pair.id)
                yield pair
            else:
                account.near += 1
                dropped(Duplicate(pair, "near", ids[number]))


def _looked_at(texts: Sequence[tuple[str, str]], by: By, near: bool) -> tuple[list[int], Signed | None]:
    """What can be told of pairs without the others: digests of their folded sides and, for near, their minima."""
    digests = [digest(source, target, by, bare) for source, target in texts]
    return digests, signed(pair_sides(texts, by)) if near else None


def digest(source: str, target: str, by: By, form: Callable[[str], str] = str) -> int:
    """64 bits of what is compared, in its `form`: two different texts have the same in one case of 10^19."""
    text = "\0".join(map(form, (source, target) if by == "pair" else (source if by == "source" else target,)))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
