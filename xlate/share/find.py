"""Finds what articles share: prepares texts, compares candidates, and hands pairs on to clusters and matrix."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from xlate.data import Article, Segment, Tier
from xlate.share import boilerplate, dates, evidence, marks, matrix, quotations, semantic
from xlate.share.candidates import candidates
from xlate.share.compare import Comparer, Match, Text, prepare
from xlate.share.values import TIERS, Boilerplate, ShareSettings, Sharing
from xlate.share.words import forms, key


@dataclass(frozen=True, slots=True)
class Class:
    """Segments with one verbatim key. `text` is made from the member written with most words, `segments[0]`."""

    key: str
    text: Text
    segments: tuple[Segment, ...]

    @property
    def articles(self) -> frozenset[str]:
        """The articles that hold a member."""
        return frozenset(s.article for s in self.segments)


Edges = dict[tuple[int, int], Match]


def align(
    articles: Sequence[Article], segments: Sequence[Segment], *, settings: ShareSettings | None = None
) -> Sharing:
    """What the articles share, by tier, with evidence; the same whatever the order of the input.

    Segment ids must be unique and their articles among `articles` (ValueError). Segments whose role is boilerplate
    take no part, nor do those shorter than the settings ask (`Sharing.too_short` counts them).
    Raises UsageError where `settings.semantic` is "on" and the sentence encoder is not installed.
    """
    with _no_collector():
        return _align(articles, segments, settings or ShareSettings())


@contextmanager
def _no_collector() -> Iterator[None]:
    """Rest the collector of reference cycles: nothing here makes any, and its walks over a million small objects
    would take a fifth of the time, growing faster than the input."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _align(articles: Sequence[Article], segments: Sequence[Segment], settings: ShareSettings) -> Sharing:
    """`align` itself."""
    by_id = {a.id: a for a in sorted(articles, key=lambda a: a.id)}
    folded = _Folded()
    keyed, too_short = _keyed(by_id, segments, folded, settings)
    aside = boilerplate.find(by_id, keyed, settings)
    skip = {segment for item in aside for segment in item.segments}
    classes = _classes(((s, k) for name in keyed for s, k in keyed[name] if s.id not in skip), folded)
    published = {name: a.published for name, a in by_id.items() if a.published and dates.day(a.published)}
    edges = _edges(classes, settings)
    edges["paraphrase"], note = semantic.edges(classes, edges, published, settings)
    held = {name: tuple(s for s, _ in keyed[name] if s.id not in skip) for name in by_id}
    letters = {s.id: sum(map(len, folded[s.text])) for own in held.values() for s in own}
    return _sharing(classes, edges, held, letters, aside, published, note, too_short)


class _Folded(dict[str, tuple[str, ...]]):
    """Texts with their folded words, made at first sight; one object a word form, or the words would take most of
    the memory."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def __missing__(self, text: str) -> tuple[str, ...]:
        known = self._words.setdefault
        value = self[text] = tuple([known(w, w) for w in forms(text)])
        return value


def _keyed(
    articles: Mapping[str, Article], segments: Iterable[Segment], folded: _Folded, settings: ShareSettings
) -> tuple[dict[str, list[tuple[Segment, str]]], int]:
    """Every article's segments in order with their verbatim keys, and how many were too short to take part."""
    found: dict[str, list[tuple[Segment, str]]] = {name: [] for name in articles}
    seen: set[str] = set()
    too_short = 0
    for segment in sorted(segments, key=lambda s: (s.article, s.index, s.id)):
        if segment.id in seen:
            raise ValueError(f"two segments have the id {segment.id}")
        if segment.article not in found:
            raise ValueError(f"segment {segment.id} belongs to {segment.article}, which is not among the articles")
        seen.add(segment.id)
        if segment.role == "boilerplate":
            continue
        tokens = folded[segment.text]
        if len(tokens) < settings.min_words or sum(map(len, tokens)) < settings.min_letters:
            too_short += 1
            continue
        found[segment.article].append((segment, key(tokens)))
    return found, too_short


def _classes(keyed: Iterable[tuple[Segment, str]], folded: _Folded) -> list[Class]:
    """The verbatim classes, sorted by their words."""
    groups: dict[str, list[Segment]] = defaultdict(list)
    for segment, name in keyed:
        groups[name].append(segment)
    classes = []
    for name, members in groups.items():
        members.sort(key=lambda s: (-len(folded[s.text]), s.id))
        quoted = _quoted(members[0].text)
        classes.append(Class(name, prepare(folded[members[0].text], quoted), tuple(members)))
    return sorted(classes, key=lambda c: c.text.forms)


def _quoted(text: str) -> str:
    """The folded letters inside quotation marks."""
    return "".join("".join(forms(text[start:end])) for start, end in marks.quoted(text))


def _edges(classes: Sequence[Class], settings: ShareSettings) -> dict[Tier, Edges]:
    """Pairs of classes by tier, as far as words tell."""
    found: dict[Tier, Edges] = {tier: {} for tier in TIERS}
    comparer, current = None, -1
    for i, j in candidates([c.text.forms for c in classes], settings.posting):
        if comparer is None or i != current:
            comparer, current = Comparer(classes[i].text, settings), i
        match = comparer.compare(classes[j].text)
        if match:
            found[match.tier][i, j] = match
    found["quotation"] = quotations.proven(classes, found, settings)
    return found


def _sharing(
    classes: Sequence[Class],
    edges: Mapping[Tier, Edges],
    held: Mapping[str, tuple[Segment, ...]],
    letters: Mapping[str, int],
    aside: Sequence[Boilerplate],
    published: Mapping[str, str],
    note: str,
    too_short: int,
) -> Sharing:
    """Put the result together."""
    links = matrix.links(classes, edges)
    cells = matrix.cells(links, held, letters, published)
    return Sharing(
        clusters=tuple(evidence.clusters(classes, edges, published)),
        boilerplate=tuple(aside),
        matrix=cells,
        near_identical=matrix.near_identical(cells),
        unique={name: tuple(s.id for s in own if s.id not in links.shared) for name, own in held.items()},
        published=published,
        semantic=note,
        articles=len(held),
        segments=sum(map(len, held.values())),
        too_short=too_short,
    )
