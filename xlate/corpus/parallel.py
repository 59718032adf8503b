"""Batches of a stream through worker processes, in order: what comes out does not depend on how many there are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from xlate.data import SegmentPair

BATCH = 4096
"""Pairs worked on together, and the unit of work of a process."""

_AT_HOME = 2
"""Batches that are done before any process is started: a small corpus is finished sooner than they are up."""

T = TypeVar("T")
Work = TypeVar("Work")
Result = TypeVar("Result")


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Lists of BATCH items, the last one shorter."""
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield batch


def texts_of(batch: Sequence[SegmentPair]) -> list[tuple[str, str]]:
    """The two sides of each pair: all that has to travel to another process."""
    return [(pair.source, pair.target) for pair in batch]


def mapped(
    function: Callable[[Work], Result], items: Iterable[T], work: Callable[[T], Work], workers: int = 1
) -> Iterator[tuple[T, Result]]:
    """(item, `function(work(item))`) for each of `items`, lazily and in order.

    With `workers` > 1 the function runs in that many processes, from the third item on; it, what it gets and what it
    gives have to be picklable. Two items a worker are under way, so memory does not grow. An error in a process is
    raised here; whoever stops early leaves no process behind.
    """
    stream = iter(items)
    for item in stream if workers < 2 else islice(stream, _AT_HOME):
        yield item, function(work(item))
    first = next(stream, None)
    if first is None:
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from itertools import chain
    from multiprocessing import get_context

    # spawned, not forked: the caller may hold threads of the model or of a matrix library
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        under_way: deque[tuple[T, Future[Result]]] = deque()
        try:
            for item in chain([first], stream):
                under_way.append((item, pool.submit(function, work(item))))
                if len(under_way) > 2 * workers:
                    done, future = under_way.popleft()
                    yield done, future.result()
            while under_way:
                done, future = under_way.popleft()
                yield done, future.result()
        finally:
            for _, future in under_way:
                future.cancel()
