"""A chain of filters over a stream of pairs, with an account of every pair that does not come through.

>>> from xlate.data import SegmentPair
>>> account = Account()
>>> pairs = [SegmentPair("1", "قال الوزير نعم", "The minister said yes"), SegmentPair("2", "BBC", "BBC")]
>>> [pair.id for pair in filter_pairs(pairs, default_chain(cheap=True), account)], +account.dropped
(['1'], Counter({'script': 1}))
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from xlate.corpus.filters import FILTERS, Filter, Score, Tools
from xlate.corpus.parallel import batches, mapped, texts_of
from xlate.data import SegmentPair
from xlate.errors import InputError, UsageError

CHEAP = tuple(name for name, one in FILTERS.items() if one.cost == "cheap")
"""Filters that look at one pair at a time and ask no model: neither language, nor embeddings, nor translation."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A pair that a filter dropped: the first one in the chain that did, and its score."""

    pair: SegmentPair
    filter: str
    score: float


@dataclass(slots=True)
class Account:
    """What became of the pairs: `read` = `kept` + the sum of `dropped`, which counts by filter, in the chain's order."""

    read: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)


def default_chain(*, cheap: bool = False, language: bool = True, meaning: Sequence[str] = ()) -> tuple[Filter, ...]:
    """The filters that suit news: the cheap ones; language; those of `meaning` (margin, translation) that are named."""
    names = [*CHEAP, *(("language",) if language and not cheap else ()), *meaning]
    return tuple(FILTERS[name] for name in names)


def read_chain(path: Path) -> tuple[Filter, ...]:
    """The chain of a TOML file: one table `[[filter]]` each, with `name` and, where they differ, `least` and `most`.

    Raises InputError for what is no TOML, UsageError for what it does not mean.
    """
    try:
        with path.open("rb") as stream:
            told = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: is not TOML ({error})") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    tables = told.get("filter")
    if set(told) != {"filter"} or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise UsageError(f'{path}: holds tables [[filter]] and nothing else, each with name = "…"')
    return tuple(_filter(dict(table), path) for table in tables)


def _filter(table: dict[str, Any], path: Path) -> Filter:
    name = table.pop("name", None)
    if not isinstance(name, str) or name not in FILTERS:
        raise UsageError(f"{path}: unknown filter {name!r}; choose from {', '.join(FILTERS)}")
    return FILTERS[name].bounded(table, str(path))


def write_chain(chain: Sequence[Filter]) -> str:
    """`chain` as TOML that `read_chain` takes: where one's own begins."""
    tables = []
    for one in chain:
        bounds = [
            f"{name} = {value:g}" for name, value in (("least", one.least), ("most", one.most)) if value is not None
        ]
        tables.append("\n".join(["[[filter]]", f'name = "{one.name}"', *bounds]))
    return "\n\n".join(tables) + "\n"


def judge(
    texts: Sequence[tuple[str, str]],
    chain: Sequence[Filter],
    tools: Tools = Tools(),  # noqa: B008 (frozen)
) -> list[tuple[int, float] | None]:
    """For each pair None where it passes, else the number in the chain of the first filter that drops it, and the score.

    A filter is asked only about what those before it let through.
    """
    verdicts: list[tuple[int, float] | None] = [None] * len(texts)
    alive = list(range(len(texts)))
    for number, one in enumerate(chain):
        if not alive:
            break
        scores: Sequence[Score] = one.scores([texts[at] for at in alive], tools)
        left = []
        for at, score in zip(alive, scores, strict=True):
            if score is None or one.passes(score):
                left.append(at)
            else:
                verdicts[at] = (number, round(score, 4))
        alive = left
    return verdicts


def filter_pairs(
    pairs: Iterable[SegmentPair],
    chain: Sequence[Filter] | None = None,
    account: Account | None = None,
    *,
    tools: Tools = Tools(),  # noqa: B008 (frozen)
    rejected: Callable[[Rejected], None] = lambda one: None,
    workers: int = 1,
) -> Iterator[SegmentPair]:
    """The pairs that pass every filter of `chain` (default: `default_chain()`), lazily and in order.

    `account` is filled as pairs go by; `rejected` is told each dropped one, in order. With `workers` > 1 the cheap
    filters and language run in that many processes (functions of your own have to be picklable); what asks `tools`
    runs in this one. The result is the same.
    """
    chain = default_chain() if chain is None else tuple(chain)
    account = Account() if account is None else account
    for one in chain:
        account.dropped.setdefault(one.name, 0)
    for batch, verdicts in _judged(pairs, chain, tools, workers):
        account.read += len(batch)
        for pair, verdict in zip(batch, verdicts, strict=True):
            if verdict is None:
                account.kept += 1
                yield pair
            else:
                name = chain[verdict[0]].name
                account.dropped[name] += 1
                rejected(Rejected(pair, name, verdict[1]))


Judged = tuple[list[SegmentPair], list[tuple[int, float] | None]]


def _judged(pairs: Iterable[SegmentPair], chain: Sequence[Filter], tools: Tools, workers: int) -> Iterator[Judged]:
    # what asks `tools` cannot go to another process, nor can what comes after it
    apart = next((at for at, one in enumerate(chain) if one.cost == "meaning"), len(chain))
    for batch, verdicts in mapped(partial(judge, chain=chain[:apart]), batches(pairs), texts_of, workers):
        yield batch, _completed(batch, verdicts, chain, apart, tools)


def _completed(
    batch: list[SegmentPair],
    verdicts: list[tuple[int, float] | None],
    chain: Sequence[Filter],
    apart: int,
    tools: Tools,
) -> list[tuple[int, float] | None]:
    """`verdicts` of the filters before `apart` with those of the filters from there on."""
    left = [at for at, verdict in enumerate(verdicts) if verdict is None]
    if apart < len(chain) and left:
        rest = judge([(batch[at].source, batch[at].target) for at in left], chain[apart:], tools)
        for at, verdict in zip(left, rest, strict=True):
            verdicts[at] = verdict and (verdict[0] + apart, verdict[1])
    return verdicts
