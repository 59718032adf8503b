"""What a corpus is made of, in one pass: sizes, lengths, vocabulary, duplicates, languages, flags.

Vocabulary and duplicates are counted by 64-bit digests, about 70 bytes a distinct one; languages on an evenly spread
sample, where the identifier of the extra `corpus` is installed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlate.corpus.dedup import BYS, digest
from xlate.corpus.filters import script
from xlate.data import SegmentPair

SAMPLE = 2000
"""Pairs whose language is identified."""


@dataclass(slots=True)
class Side:
    """One side: words and characters in all, distinct words (as written, lower case), how many segments have how many
    words."""

    words: int = 0
    characters: int = 0
    vocabulary: int = 0
    lengths: Counter[int] = field(default_factory=Counter)

    def quantile(self, share: float) -> int:
        """The number of words that `share` of the segments do not exceed."""
        wanted = share * sum(self.lengths.values())
        seen = 0
        for length in sorted(self.lengths):
            seen += self.lengths[length]
            if seen >= wanted:
                return length
        return 0


@dataclass(slots=True)
class Stats:
    """Counts over a corpus. `duplicates` are pairs beyond the first, by source, target and pair; `scripts` pairs whose
    sides are mostly Arabic and Latin, or not; `languages` those of the sample's sides, by "source ar" and the like;
    `flags` pairs that have a flag of each kind."""

    pairs: int = 0
    empty: int = 0
    documents: int = 0
    source: Side = field(default_factory=Side)
    target: Side = field(default_factory=Side)
    duplicates: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""

        def side(one: Side) -> dict[str, Any]:
            quantiles = {name: one.quantile(share) for name, share in (("median", 0.5), ("p95", 0.95), ("max", 1.0))}
            return {"words": one.words, "characters": one.characters, "vocabulary": one.vocabulary, "length": quantiles}

        counters = {
            name: dict(sorted(getattr(self, name).items()))
            for name in ("duplicates", "scripts", "languages", "flags", "origins")
        }
        sides = {"source": side(self.source), "target": side(self.target)}
        return {"pairs": self.pairs, "empty": self.empty, "documents": self.documents, **sides, **counters}


def stats(pairs: Iterable[SegmentPair]) -> Stats:
    """Count everything in one pass over `pairs`."""
    told = Stats()
    seen: dict[str, set[int]] = {by: set() for by in BYS}
    words: tuple[set[int], set[int]] = (set(), set())
    documents: set[str] = set()
    sample: list[tuple[str, str]] = []
    every = 1
    for pair in pairs:
        if told.pairs % every == 0:
            sample.append((pair.source, pair.target))
            if len(sample) >= 2 * SAMPLE:  # keep every second one, and take half as many from here on
                sample, every = sample[::2], every * 2
        told.pairs += 1
        told.empty += not pair.source.strip() or not pair.target.strip()
        for text, side, known in ((pair.source, told.source, words[0]), (pair.target, told.target, words[1])):
            parts = text.lower().split()
            side.words += len(parts)
            side.characters += len(text)
            side.lengths[len(parts)] += 1
            known.update(map(hash, parts))
        for by, digests in seen.items():
            size = len(digests)
            digests.add(digest(pair.source, pair.target, by))  # type: ignore[arg-type]
            told.duplicates[by] += len(digests) == size
        _provenance(pair, told, documents)
    told.source.vocabulary, told.target.vocabulary = map(len, words)
    told.documents = len(documents)
    _languages(sample[:: max(1, -(-len(sample) // SAMPLE))], told)
    return told


def _provenance(pair: SegmentPair, told: Stats, documents: set[str]) -> None:
    article, origin = pair.provenance.get("article"), pair.provenance.get("origin")
    if article is not None:
        documents.add(str(article))
    if origin is not None:
        told.origins[str(origin)] += 1
    flags = pair.provenance.get("flags") or ()
    told.flags.update({_kind(flag) for flag in (flags if isinstance(flags, (list, tuple)) else [flags])})


def _kind(flag: Any) -> str:
    """The kind of a flag: of a bundle's object, or of text like `numbers: 12`."""
    return str(flag.get("kind")) if isinstance(flag, Mapping) else str(flag).split(":")[0]


def _languages(sample: Sequence[tuple[str, str]], told: Stats) -> None:
    from xlate.corpus import language

    for source, target in sample:
        share = script(source, target)
        told.scripts["Arabic and Latin" if share is not None and share >= 0.5 else "other"] += 1
    if not language.available():
        return
    for source, target in sample:
        for name, text in (("source", source), ("target", target)):
            told.languages[f"{name} {language.identify(text) or 'too short'}"] += 1


def histogram(lengths: Counter[int], width: int = 40, rows: int = 12) -> list[str]:
    """Lines of a histogram for a terminal: bins of words, a bar each, and how many segments.

    >>> histogram(Counter({1: 1, 2: 3, 3: 2}), width=6)
    ['1  ██      1', '2  ██████  3', '3  ████    2']
    """
    if not lengths:
        return []
    total = sum(lengths.values())
    # bins end where 99 % of the segments are; the last one holds the rest
    last, seen = 0, 0
    for length in sorted(lengths):
        last, seen = length, seen + lengths[length]
        if seen >= 0.99 * total:
            break
    step = max(1, -(-(last + 1) // rows))
    bins: Counter[int] = Counter()
    for length, count in lengths.items():
        bins[min(length, last) // step] += count
    low, high = min(bins), max(bins)
    labels = {at: _label(at, step, at == high and max(lengths) >= (at + 1) * step) for at in range(low, high + 1)}
    most, size = max(bins.values()), max(map(len, labels.values()))
    return [
        f"{labels[at]:<{size}}  {'█' * -(-bins[at] * width // most):<{width}}  {bins[at]:,}"
        for at in range(low, high + 1)
    ]


def _label(at: int, step: int, more: bool) -> str:
    first = at * step
    if more:
        return f"{first}+"
    return str(first) if step == 1 else f"{first}–{first + step - 1}"
