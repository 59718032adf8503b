"""A bundle read back from its folder, checked so that the page can trust its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlate.data import Cluster, Flag, Member, Segment, SegmentPair, Translation
from xlate.errors import InputError
from xlate.formats import FORMATS
from xlate.report.linked import pack

RUN, BITEXT, SHARED, SCORES = "run.json", "bitext.jsonl", "shared.jsonl", "scores.json"
_AGAIN = "make the bundle again with xlate run"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an article besides its sentences: run.json's `articles`, each value a string or None."""

    id: str
    title: str | None = None
    source: str | None = None
    published: str | None = None
    url: str | None = None
    path: str | None = None
    language: str = "ar"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One run's result. `articles` are in the run's order; `translations` holds each article's sentences in order;
    `scores` is what scores.json holds, None where nothing was scored; `clusters` is None where nothing was compared.
    `links` holds the word links of the sentences that have some, by segment id and packed (see `linked`); `misfits`
    counts the sentences whose links do not fit their words and are left out."""

    articles: tuple[About, ...]
    translations: Mapping[str, tuple[Translation, ...]]
    clusters: tuple[Cluster, ...] | None
    scores: Mapping[str, Any] | None
    run: Mapping[str, Any]
    links: Mapping[str, str]
    misfits: int


def load(out: Path) -> Bundle:
    """Read the bundle in `out`.

    Raises InputError, one line with the cure, for a folder without a bundle and for files that are not as `xlate run`
    writes them.
    """
    if not out.is_dir():
        raise InputError(f"{out}: no such folder; give the folder that xlate run wrote with -o")
    if not (out / RUN).exists():
        raise InputError(f"{out}: holds no bundle ({RUN} is missing); make one with xlate run INPUT... -o {out}")
    run = _object(out / RUN)
    if not (out / BITEXT).exists():
        raise InputError(f"{out / BITEXT}: is missing, and the page is made from it; run again with --format jsonl")
    translations, links = _translations(out / BITEXT)
    articles = _articles(out / RUN, run, translations)
    clusters = tuple(_clusters(out / SHARED, translations)) if (out / SHARED).exists() else None
    scores = _scores(out / SCORES) if (out / SCORES).exists() else None
    fitting = {key: packed for key, packed in links.items() if packed is not None}
    return Bundle(articles, translations, clusters, scores, run, fitting, len(links) - len(fitting))


def _object(path: Path) -> Mapping[str, Any]:
    return _parsed(path, _text(path), f"{path}")


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check its rights") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 (byte {error.start}); {_AGAIN}") from error


def _parsed(path: Path, text: str, place: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: is not JSON ({error}); {_AGAIN}") from error
    if not isinstance(data, dict):
        raise InputError(f"{place}: is not a JSON object; {_AGAIN}")
    return data


def _translations(path: Path) -> tuple[dict[str, tuple[Translation, ...]], dict[str, str | None]]:
    """The sentences by article, in the order of the file; the word links by segment, None where they do not fit."""
    found: dict[str, list[Translation]] = {}
    links: dict[str, str | None] = {}
    seen: set[str] = set()
    for number, pair in enumerate(FORMATS["jsonl"].read(path), 1):
        place = f"{path}: record {number}"
        translation = _translation(pair, place)
        if pair.id in seen:
            raise InputError(f"{place}: the segment id {pair.id} stands there twice; {_AGAIN}")
        seen.add(pair.id)
        found.setdefault(translation.segment.article, []).append(translation)
        packed = pack(pair.provenance.get("alignment"), pair.source, pair.target)
        if packed != "":
            links[pair.id] = packed
    return {article: tuple(sorted(own, key=lambda t: t.segment.index)) for article, own in found.items()}, links


def _translation(pair: SegmentPair, place: str) -> Translation:
    data = pair.provenance
    numbers = [data.get(key) for key in ("index", "paragraph", "start", "end")]
    if not pair.id or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers):
        raise InputError(f"{place}: has no id, index, paragraph, start and end as xlate run writes them; {_AGAIN}")
    texts = [data.get(key) for key in ("article", "role", "origin")]
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"{place}: has no article, role and origin as xlate run writes them; {_AGAIN}")
    flags = data.get("flags", [])
    if not isinstance(flags, list) or not all(_is_flag(flag) for flag in flags):
        raise InputError(f"{place}: flags are not a list of kind and evidence; {_AGAIN}")
    quality = data.get("quality")
    if isinstance(quality, bool) or not isinstance(quality, int | float | None):
        raise InputError(f"{place}: quality is not a number; {_AGAIN}")
    article, role, origin = texts
    index, paragraph, start, end = numbers
    segment = Segment(pair.id, article, index, paragraph, start, end, pair.source, role)  # type: ignore[arg-type]
    found = tuple(Flag(f["kind"], f["evidence"]) for f in flags)
    return Translation(segment, pair.target, pair.score, found, str(origin), quality)


def _is_flag(flag: object) -> bool:
    return isinstance(flag, dict) and isinstance(flag.get("kind"), str) and isinstance(flag.get("evidence"), str)


def _articles(path: Path, run: Mapping[str, Any], translations: Mapping[str, object]) -> tuple[About, ...]:
    """The articles that run.json lists; those that only the bitext knows follow with nothing but their id."""
    listed = run.get("articles", [])
    if not isinstance(listed, list):
        raise InputError(f"{path}: articles is not a list; {_AGAIN}")
    found = {}
    for item in listed:
        known: dict[str, Any] = {key: item.get(key) for key in About.__slots__} if isinstance(item, dict) else {}
        if not isinstance(known.get("id"), str) or not all(isinstance(v, str | None) for v in known.values()):
            raise InputError(f"{path}: articles holds something that is no article; {_AGAIN}")
        found[known["id"]] = About(**known | {"language": known["language"] or "ar"})
    return (*found.values(), *(About(article) for article in translations if article not in found))


def _scores(path: Path) -> Mapping[str, Any]:
    """scores.json: `corpus`, a list of scores, and `articles`, such a list by article id."""
    scores = _object(path)
    by_article = scores.get("articles", {})
    lists = [scores.get("corpus"), *by_article.values()] if isinstance(by_article, dict) else [None]
    for found in lists:
        if not isinstance(found, list) or not all(_is_score(score) for score in found):
            raise InputError(f"{path}: holds something that is no score; {_AGAIN}")
    return scores


def _is_score(score: object) -> bool:
    if not isinstance(score, dict):
        return False
    value, confidence = score.get("value"), score.get("confidence")
    texts = (score.get("metric"), score.get("signature"))
    return (
        all(isinstance(text, str) for text in texts)
        and isinstance(value, int | float)
        and isinstance(confidence, int | float | None)
        and isinstance(score.get("n"), int)
    )


def _clusters(path: Path, translations: Mapping[str, tuple[Translation, ...]]) -> Iterator[Cluster]:
    known = {t.segment.id for own in translations.values() for t in own}
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}: line {number}"
        data = _parsed(path, line, place)
        try:
            members = tuple(
                Member(str(m["article"]), str(m["segment"]), int(m["start"]), int(m["end"]), str(m["text"]))
                for m in data["members"]
            )
            evidence = data.get("evidence", {})
            cluster = Cluster(str(data["id"]), data["tier"], float(data["score"]), members, evidence)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{place}: is no cluster of shared sentences ({error!r}); {_AGAIN}") from error
        if not isinstance(evidence, dict) or not isinstance(cluster.tier, str) or not members:
            raise InputError(f"{place}: is no cluster of shared sentences; {_AGAIN}")
        strange = next((m.segment for m in members if m.segment not in known), None)
        if strange is not None:
            raise InputError(f"{place}: names the segment {strange}, which {BITEXT} does not have; {_AGAIN}")
        yield cluster
