"""The page of a bundle, worked out: everything a template only has to print."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

from xlate.data import Translation
from xlate.report.load import About, Bundle
from xlate.report.payload import estimated, payload, sources
from xlate.report.sharing import Links, gravity, matrix, shared_sentence
from xlate.report.shown import Article, Block, Room, Sentence, Shares
from xlate.report.text import rich, shorten, unwritable
from xlate.report.words import FLAGS, ORIGINS, needs_a_look, origin_class, origin_label

SHADES = (0.25, 0.1, 0.03)
"""Parts of the run's sentences, the least sure ones, that get the next darker shade. Relative, because what a score or an
estimate is worth differs from model to model."""


def build(bundle: Bundle) -> Room:
    """Work out the page of `bundle`."""
    names = _names(bundle)
    by_id = {t.segment.id: t for own in bundle.translations.values() for t in own}
    order = _order(bundle.articles)
    clusters = sorted((shared_sentence(c, by_id, order) for c in bundle.clusters or ()), key=gravity)
    links = Links((c for c in clusters if not c.within), names)  # clusters come the gravest first
    limits = _limits(by_id.values(), bundle.run)
    articles = tuple(_article(n, about, bundle, links, names, limits) for n, about in enumerate(bundle.articles))
    body = [t for t in by_id.values() if t.segment.role != "boilerplate"]
    origins = Counter(origin_class(t.origin) for t in by_id.values())
    return Room(
        articles=articles,
        shared=tuple(c for c in clusters if not c.within),
        repeats=tuple(c for c in clusters if c.within),
        compared=bundle.clusters is not None,
        matrix=matrix(articles, links, {t.segment.id: t.segment.article for t in body}),
        counts={
            "articles": len(articles),
            "sentences": len(body),
            "boilerplate": len(by_id) - len(body),
            "looks": sum(map(needs_a_look, by_id.values())),
            "shared": sum(a.shared for a in articles),
            "linked": len(bundle.links),
            "misfits": bundle.misfits,
            "unwritable": unwritable(text for t in by_id.values() for text in (t.segment.text, t.target)),
        },
        flags=_counted((kind for t in by_id.values() for kind in {f.kind for f in t.flags}), FLAGS),
        origins={name: n for name, n in _counted(origins.elements(), ORIGINS).items() if name != "model"},
        sources=tuple(sources(bundle)),
        dates=tuple(sorted(day for a in articles if (day := (a.about.published or "")[:10]))),
        scores=bundle.scores,
        run=bundle.run,
        link_quality=link_quality(bundle.run),
        shades=tuple(sure for limit in limits if (sure := _shown(limit, bundle.run)) is not None),
        estimated=estimated(bundle.run),
        data=payload(bundle, articles, by_id),
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


def link_quality(run: Mapping[str, Any]) -> float | None:
    """The F1 (0–1) that the model's word links reached against links made by hand; None where nobody measured it."""
    model = run.get("model")
    attention = model.get("attention") if isinstance(model, dict) else None
    value = attention.get("f1") if isinstance(attention, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        return None
    return float(value)


def _measure(translation: Translation, run: Mapping[str, Any]) -> float | None:
    """What the shade goes by: the estimated quality, or the model's score in a bundle without estimates."""
    return translation.quality if estimated(run) else translation.score


def _shown(measure: float | None, run: Mapping[str, Any]) -> float | None:
    """A measure as the page gives it."""
    return measure if estimated(run) else confidence(measure, run)


def _limits(translations: Iterable[Translation], run: Mapping[str, Any]) -> tuple[float, ...]:
    """The measures below which a sentence belongs to the parts of SHADES; nothing where there are none."""
    scores = sorted(measure for t in translations if (measure := _measure(t, run)) is not None)
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
    """The headline in English and Arabic; without one, how the first sentence begins. Where nothing is translated, the
    title the article came with."""
    own = bundle.translations.get(about.id, ())
    for t in own:
        if t.segment.role == "headline":
            return shorten(t.target), shorten(t.segment.text)
    body = [t for t in own if t.segment.role != "boilerplate"]
    if not body:
        return "", shorten(about.title or "")
    return shorten(body[0].target, 80), shorten(body[0].segment.text, 80)


def _order(articles: Sequence[About]) -> dict[str, int]:
    """Places in time: by date, undated articles last, ties by id."""
    ranked = sorted(articles, key=lambda a: (a.published is None, a.published or "", a.id))
    return {about.id: n for n, about in enumerate(ranked)}


def _article(
    number: int, about: About, bundle: Bundle, links: Links, names: Mapping[str, str], limits: Sequence[float]
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
    own: Sequence[Translation], links: Links, run: Mapping[str, Any], limits: Sequence[float]
) -> Iterator[Block]:
    """Paragraphs in order; neighbouring boilerplate of any paragraph goes into one folded block."""

    def key(item: tuple[int, Translation]) -> tuple[bool, int]:
        folded = item[1].segment.role == "boilerplate"
        return folded, -1 if folded else item[1].segment.paragraph

    for (folded, _), rows in groupby(enumerate(own, 1), key=key):
        yield Block(folded, tuple(_sentence(number, t, links, run, limits) for number, t in rows))


def _sentence(
    number: int, translation: Translation, links: Links, run: Mapping[str, Any], limits: Sequence[float]
) -> Sentence:
    segment, measure = translation.segment, _measure(translation, run)
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
        confidence=_shown(measure, run),
        shade=None if measure is None else sum(measure < limit for limit in limits),
        also=tuple(links.also(segment.id, segment.article)),
    )


def _counted(values: Iterable[str], order: Iterable[str]) -> dict[str, int]:
    """Counts, known names in `order`, then the others by name."""
    counts = Counter(values)
    known = list(order)
    return {name: counts[name] for name in [*known, *sorted(set(counts) - set(known))] if counts[name]}
