"""Page furniture recognised by its frequency: menus, notices and slogans that many pages of one site repeat.

A text is set aside when it stands in at least `boilerplate_articles` articles of one site and in at least the
`boilerplate_share` of that site's articles, and in no article of another site or of unknown origin: what two
outlets hold is sharing. Excepted are texts whose pages consist mostly of such frequent text: then the pages are
copies of one story, as wire copy is. A site is the article's `source`, else the host of its address.

Articles of unknown origin are looked at together, and since they may come from many outlets that report one event
with the same lead, much more is asked: there are at least 20 of them, and the text stands at the very start or end
of at least 0.8 of them all, with only other frequent text between it and the edge.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from statistics import median
from urllib.parse import urlsplit

from xlate.data import Article, Segment
from xlate.share.values import Boilerplate, ShareSettings

_COPY = 0.6  # share of a page's letters in frequent text above which it is a copy and not a page with furniture
_AT_EDGE = 0.8  # share of all articles of unknown origin in which the text stands at the edge
_MANY = 20  # articles of unknown origin; of fewer, the same start is as likely a shared lead


def site_of(article: Article) -> str | None:
    """The outlet an article comes from, as far as its metadata tell."""
    if article.source:
        return article.source
    host = (urlsplit(article.url).hostname or "") if article.url else ""
    return host.removeprefix("www.") or None


def find(
    articles: Mapping[str, Article], by_article: Mapping[str, Sequence[tuple[Segment, str]]], settings: ShareSettings
) -> list[Boilerplate]:
    """Texts to set aside. `by_article` gives each article's segments in order, with their verbatim keys."""
    sites: dict[str | None, list[str]] = defaultdict(list)
    for name in sorted(by_article):
        sites[site_of(articles[name])].append(name)
    holders: dict[str, set[str | None]] = defaultdict(set)
    for site, names in sites.items():
        for name in names:
            for _, key in by_article[name]:
                holders[key].add(site)
    shared = {key for key, own in holders.items() if len(own) > 1}
    found: list[Boilerplate] = []
    for site in sorted(sites, key=lambda s: (s is not None, s or "")):
        if site is not None or len(sites[site]) >= _MANY:
            found += _of_site(site, sites[site], by_article, shared, settings)
    return found


def _of_site(
    site: str | None,
    names: Sequence[str],
    by_article: Mapping[str, Sequence[tuple[Segment, str]]],
    shared: AbstractSet[str],
    settings: ShareSettings,
) -> list[Boilerplate]:
    """The furniture of one site's articles; `shared` are the keys that stand in articles of several sites."""
    held = Counter(key for name in names for key in {key for _, key in by_article[name]})
    least = max(settings.boilerplate_articles, settings.boilerplate_share * len(names))
    frequent = {key for key, count in held.items() if count >= least}
    if not frequent:
        return []
    shares: dict[str, list[float]] = defaultdict(list)
    edges: Counter[str] = Counter()
    places: dict[str, list[Segment]] = defaultdict(list)
    for name in names:
        rows = by_article[name]
        share = sum(len(key) for _, key in rows if key in frequent) / max(1, sum(len(key) for _, key in rows))
        for key in {key for _, key in rows} & frequent:
            shares[key].append(share)
        edges.update(_edge([key for _, key in rows], frequent))
        for segment, key in rows:
            if key in frequent:
                places[key].append(segment)
    return [
        Boilerplate(places[key][0].text, site, held[key], len(names), tuple(sorted(s.id for s in places[key])))
        for key in sorted(frequent - shared)
        if median(shares[key]) <= _COPY and (site is not None or edges[key] >= _AT_EDGE * len(names))
    ]


def _edge(keys: Sequence[str], frequent: set[str]) -> set[str]:
    """The frequent keys that only frequent keys part from the start or the end."""
    found: set[str] = set()
    for order in (keys, keys[::-1]):
        for key in order:
            if key not in frequent:
                break
            found.add(key)
    return found
