"""What the page shows, worked out from a bundle: everything a template only has to print."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from xlate.data import Cluster, Flag, Translation
from xlate.normalise import normalise
from xlate.report.load import About, Bundle
from xlate.report.text import rich, shorten, unwritable
from xlate.report.versions import Alert, Version, alerts, versions
from xlate.report.words import ALERTS, FLAGS, ORIGINS, TIERS, needs_a_look, origin_class, origin_label

MATRIX_LARGEST = 30
"""Rows of the matrix of sharing; more do not fit a screen."""

NAMES = 3
"""Articles that a margin note names."""

SHADES = (0.25, 0.1, 0.03)
"""Parts of the run's sentences, the least sure ones, that get the next darker shade. Relative, because what a score is
worth differs from model to model."""


@dataclass(frozen=True, slots=True)
class Also:
    """A margin note: the other articles that have this sentence too, the first by name and how many more."""

    cluster: str
    label: str
    names: tuple[str, ...]
    more: int
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row: both sides as HTML and what is to be said about it. `shade` is 0 (sure) to 3, or None."""

    id: str
    number: int
    english: Markup
    arabic: Markup
    role: str
    origin: str
    origin_note: str
    flags: tuple[Flag, ...]
    look: bool
    confidence: float | None
    shade: int | None
    also: tuple[Also, ...]

    @property
    def changed(self) -> bool:
        """Whether another article has this sentence with another number, negation or name."""
        return any(also.alerts for also in self.also)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a run of boilerplate lines (`folded`)."""

    folded: bool
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of an article another one has: sentences, and their share (0–1) of the article's."""

    other: str
    name: str
    sentences: int
    share: float


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the page shows it. `words` counts the Arabic words of what is not boilerplate."""

    id: str
    anchor: str
    name: str
    english: str
    arabic: str
    about: About
    blocks: tuple[Block, ...]
    sentences: int
    words: int
    looks: int
    shared: int
    shares: tuple[Shares, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SharedSentence:
    """A cluster with its versions; `within` when all of it stands in one article."""

    id: str
    anchor: str
    tier: str
    label: str
    meaning: str
    score: float
    within: bool
    articles: int
    versions: tuple[Version, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sharing, row by column: a cell is (sentences of the row that the column has too, step 0–9), None on the diagonal.

    `names` are articles, or sources where there are too many articles; `of` says which.
    """

    of: str
    names: tuple[str, ...]
    anchors: tuple[str | None, ...]
    rows: tuple[tuple[tuple[int, int] | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Room:
    """The whole page."""

    articles: tuple[Article, ...]
    shared: tuple[SharedSentence, ...]
    repeats: tuple[SharedSentence, ...]
    compared: bool
    matrix: Matrix | None
    counts: Mapping[str, int]
    flags: Mapping[str, int]
    origins: Mapping[str, int]
    sources: tuple[str, ...]
    dates: tuple[str, ...]
    scores: Mapping[str, Any] | None
    run: Mapping[str, Any]
    shades: tuple[float, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


def build(bundle: Bundle) -> Room:
    """Work out the page of `bundle`."""
    names = _names(bundle)
    by_id = {t.segment.id: t for own in bundle.translations.values() for t in own}
    order = _order(bundle.articles)
    clusters = sorted((_shared(c, by_id, order) for c in bundle.clusters or ()), key=_gravity)
    links = _Links((c for c in clusters if not c.within), names)  # clusters come the gravest first
    limits = _limits(by_id.values())
    articles = tuple(_article(n, about, bundle, links, names, limits) for n, about in enumerate(bundle.articles))
    body = [t for t in by_id.values() if t.segment.role != "boilerplate"]
    origins = Counter(origin_class(t.origin) for t in by_id.values())
    return Room(
        articles=articles,
        shared=tuple(c for c in clusters if not c.within),
        repeats=tuple(c for c in clusters if c.within),
        compared=bundle.clusters is not None,
        matrix=_matrix(articles, links, {t.segment.id: t.segment.article for t in body}),
        counts={
            "articles": len(articles),
            "sentences": len(body),
            "boilerplate": len(by_id) - len(body),
            "looks": sum(map(needs_a_look, by_id.values())),
            "shared": sum(a.shared for a in articles),
            "unwritable": unwritable(text for t in by_id.values() for text in (t.segment.text, t.target)),
        },
        flags=_counted((kind for t in by_id.values() for kind in {f.kind for f in t.flags}), FLAGS),
        origins={name: n for name, n in _counted(origins.elements(), ORIGINS).items() if name != "model"},
        sources=tuple(_sources(bundle)),
        dates=tuple(sorted(day for a in articles if (day := (a.about.published or "")[:10]))),
        scores=bundle.scores,
        run=bundle.run,
        shades=tuple(sure for limit in limits if (sure := confidence(limit, bundle.run)) is not None),
        data=_data(bundle, articles, by_id),
    )


def anchor(identifier: str) -> str:
    """`identifier` as the fragment of an address."""
    return quote(identifier.encode("utf-8", "replace"), safe=":/@._-~")


def confidence(score: float | None, run: Mapping[str, Any]) -> float | None:
    """The chance (0–1) the model gave a token of the translation, by geometric mean; None where it gave no score.

    A score is the log-probability divided by length ** length_penalty; only the penalty 1 makes it a mean.
    """
    settings = run.get("settings")
    penalty = settings.get("length_penalty", 1) if isinstance(settings, dict) else 1
    if score is None or penalty != 1:
        return None
    return math.exp(min(0.0, score))


def _limits(translations: Iterable[Translation]) -> tuple[float, ...]:
    """The scores below which a sentence belongs to the parts of SHADES; nothing where there are no scores."""
    scores = sorted(t.score for t in translations if t.score is not None)
    return tuple(scores[int(part * len(scores))] for part in SHADES) if scores else ()


def _names(bundle: Bundle) -> dict[str, str]:
    """A short name for each article: its source where that is its alone, else with its place in the list."""
    sources = Counter(a.source for a in bundle.articles if a.source)
    number: Counter[str] = Counter()
    names = {}
    for about in bundle.articles:
        name = about.source
        if name and sources[name] > 1:
            number[name] += 1
            name = f"{name} ({number[name]})"
        names[about.id] = shorten(name or _title(about, bundle)[0] or about.title or about.id, 48)
    return names


def _title(about: About, bundle: Bundle) -> tuple[str, str]:
    """The headline in English and Arabic; without one, the article's own title, else how its first sentence begins."""
    own = bundle.translations.get(about.id, ())
    for t in own:
        if t.segment.role == "headline":
            return shorten(t.target), shorten(t.segment.text)
    body = [t for t in own if t.segment.role != "boilerplate"]
    english = shorten(body[0].target, 80) if body else ""
    return english, shorten(about.title or (shorten(body[0].segment.text, 80) if body else ""))


def _order(articles: Sequence[About]) -> dict[str, int]:
    """Places in time: by date, undated articles last, ties by id."""
    ranked = sorted(articles, key=lambda a: (a.published is None, a.published or "", a.id))
    return {about.id: n for n, about in enumerate(ranked)}


def _shared(cluster: Cluster, by_id: Mapping[str, Translation], order: Mapping[str, int]) -> SharedSentence:
    first = cluster.evidence.get("first")
    if isinstance(first, dict) and first.get("article") in order:
        order = {**order, first["article"]: -1}
    label, meaning = TIERS.get(cluster.tier, (cluster.tier, ""))
    articles = len({m.article for m in cluster.members})
    return SharedSentence(
        id=cluster.id,
        anchor=f"room-shared-{cluster.id}",
        tier=cluster.tier,
        label=label,
        meaning=meaning,
        score=cluster.score,
        within=articles < 2,
        articles=articles,
        versions=tuple(versions(cluster, by_id, order)),
        alerts=tuple(alerts(cluster)),
    )


def _gravity(shared: SharedSentence) -> tuple[Any, ...]:
    """Changed numbers first, then negations, then names; then by tier and by how many articles have it."""
    kinds = [list(ALERTS).index(alert.kind) for alert in shared.alerts]
    tiers = list(TIERS)
    tier = tiers.index(shared.tier) if shared.tier in tiers else len(tiers)
    return (min(kinds, default=len(ALERTS)), tier, -shared.articles, shared.id)


class _Links:
    """Which clusters a segment is in, and which articles each shares it with."""

    def __init__(self, clusters: Iterable[SharedSentence], names: Mapping[str, str]) -> None:
        self._of: defaultdict[str, list[SharedSentence]] = defaultdict(list)
        self._articles: dict[str, tuple[str, ...]] = {}
        self._names = names
        for cluster in clusters:
            members = [m for v in cluster.versions for m in v.members]
            self._articles[cluster.id] = tuple(dict.fromkeys(m.article for m in members))
            for segment in dict.fromkeys(m.segment for m in members):
                self._of[segment].append(cluster)

    def others(self, segment: str, article: str) -> set[str]:
        """The other articles that share `segment`."""
        return {other for cluster in self._of.get(segment, ()) for other in self._articles[cluster.id]} - {article}

    def also(self, segment: str, article: str) -> Iterator[Also]:
        """The margin notes of a segment, the gravest first."""
        for cluster in self._of.get(segment, ()):
            others = [other for other in self._articles[cluster.id] if other != article]
            kinds = dict.fromkeys(a.kind for a in cluster.alerts if article in (a.article_a, a.article_b))
            yield Also(
                cluster=cluster.anchor,
                label=cluster.label,
                names=tuple(self._names.get(other, other) for other in others[:NAMES]),
                more=max(0, len(others) - NAMES),
                alerts=tuple(ALERTS[kind] for kind in kinds),
            )


def _article(
    number: int, about: About, bundle: Bundle, links: _Links, names: Mapping[str, str], limits: Sequence[float]
) -> Article:
    own = bundle.translations.get(about.id, ())
    body = [t for t in own if t.segment.role != "boilerplate"]
    others = {t.segment.id: links.others(t.segment.id, about.id) for t in body}
    shared = Counter(other for found in others.values() for other in found)
    english, arabic = _title(about, bundle)
    own_scores = (bundle.scores or {}).get("articles", {}).get(about.id, ())
    return Article(
        id=about.id,
        anchor=f"room-article-{number + 1}",
        name=names[about.id],
        english=english,
        arabic=arabic,
        about=about,
        blocks=tuple(_blocks(own, links, bundle.run, limits)),
        sentences=len(body),
        words=sum(len(t.segment.text.split()) for t in body),
        looks=sum(map(needs_a_look, own)),
        shared=sum(bool(found) for found in others.values()),
        shares=tuple(
            Shares(other, names.get(other, other), n, n / len(body))
            for other, n in sorted(shared.items(), key=lambda item: (-item[1], item[0]))
        ),
        scores={score["metric"]: score["value"] for score in own_scores},
    )


def _blocks(
    own: Sequence[Translation], links: _Links, run: Mapping[str, Any], limits: Sequence[float]
) -> Iterator[Block]:
    """Paragraphs in order; neighbouring boilerplate of any paragraph goes into one folded block."""

    def key(item: tuple[int, Translation]) -> tuple[bool, int]:
        folded = item[1].segment.role == "boilerplate"
        return folded, -1 if folded else item[1].segment.paragraph

    for (folded, _), rows in groupby(enumerate(own, 1), key=key):
        yield Block(folded, tuple(_sentence(number, t, links, run, limits) for number, t in rows))


def _sentence(
    number: int, translation: Translation, links: _Links, run: Mapping[str, Any], limits: Sequence[float]
) -> Sentence:
    segment, score = translation.segment, translation.score
    origin = origin_class(translation.origin)
    return Sentence(
        id=segment.id,
        number=number,
        english=rich(translation.target, "en"),
        arabic=rich(segment.text, "ar"),
        role=segment.role,
        origin=origin,
        origin_note="" if origin == "model" else origin_label(translation.origin),
        flags=translation.flags,
        look=needs_a_look(translation),
        confidence=confidence(score, run),
        shade=None if score is None else sum(score < limit for limit in limits),
        also=tuple(links.also(segment.id, segment.article)),
    )


def _matrix(articles: Sequence[Article], links: _Links, article_of: Mapping[str, str]) -> Matrix | None:
    """The matrix of the articles that share something, or of their sources; None where nothing fits."""
    sharing = [a for a in articles if a.shared]
    if len(sharing) <= MATRIX_LARGEST:
        group = {a.id: a.id for a in sharing}
        names, anchors, of = {a.id: a.name for a in sharing}, {a.id: a.anchor for a in sharing}, "articles"
    else:
        group = {a.id: a.about.source or "" for a in sharing}
        names = {source: source or "unknown source" for source in group.values()}
        anchors, of = {}, "sources"
    if not 2 <= len(names) <= MATRIX_LARGEST:
        return None
    cells: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for segment, article in article_of.items():
        if article in group:
            totals[group[article]] += 1
            others = {group[other] for other in links.others(segment, article) if other in group}
            cells.update((group[article], other) for other in others - {group[article]})
    keys = list(names)
    rows = tuple(
        tuple(None if a == b else (cells[a, b], math.ceil(9 * cells[a, b] / totals[a])) for b in keys) for a in keys
    )
    return Matrix(of, tuple(names.values()), tuple(anchors.get(key) for key in keys), rows)


def _counted(values: Iterable[str], order: Iterable[str]) -> dict[str, int]:
    """Counts, known names in `order`, then the others by name."""
    counts = Counter(values)
    known = list(order)
    return {name: counts[name] for name in [*known, *sorted(set(counts) - set(known))] if counts[name]}


def _data(bundle: Bundle, articles: Sequence[Article], by_id: Mapping[str, Translation]) -> dict[str, Any]:
    """What the script needs and the page does not show: provenance, in the order of the rows, and how text folds."""
    places = {a.id: n for n, a in enumerate(articles)}
    rows = [
        [
            places[about.id],
            t.segment.index,
            t.segment.paragraph,
            t.segment.start,
            t.segment.end,
            t.segment.role,
            t.score,
            [{"kind": f.kind, "evidence": f.evidence} for f in t.flags],
            t.origin,
        ]
        for about in bundle.articles
        for t in bundle.translations.get(about.id, ())
    ]
    return {
        "articles": [
            {
                "id": a.id,
                "title": a.english or a.arabic or a.id,
                "source": a.about.source,
                "published": a.about.published,
                "url": a.about.url,
            }
            for a in articles
        ],
        "sources": _sources(bundle),
        "segments": rows,
        "signature": str(bundle.run.get("signature", "")),
        "model": _model_name(bundle.run),
        "fold": _folding(text for t in by_id.values() for text in (t.segment.text, t.target)),
    }


def _sources(bundle: Bundle) -> list[str]:
    return sorted({a.source for a in bundle.articles if a.source})


def _model_name(run: Mapping[str, Any]) -> str:
    model = run.get("model")
    return str(model.get("name", "")) if isinstance(model, dict) else ""


def _folding(texts: Iterable[str]) -> dict[str, str]:
    """What `xlate.normalise` makes of each character that may be met: those of the texts, and Arabic and Latin blocks.

    Characters that stay as they are, and white space, which the script folds by itself, are left out.
    """
    blocks = (
        range(0x21, 0x250),
        range(0x600, 0x700),
        range(0x750, 0x780),
        range(0xFB50, 0xFE00),
        range(0xFE70, 0xFF00),
    )
    chars = {chr(code) for block in blocks for code in block}.union(*texts)
    # between digits, with which nothing composes, so that spaces at the ends are kept
    folded = {c: normalise(f"0{c}0")[1:-1] for c in sorted(chars) if not c.isspace()}
    return {c: to for c, to in folded.items() if to != c}
