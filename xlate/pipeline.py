"""The main job: files → read → segment → translate → check → share → write → score. The composition and little else."""

from __future__ import annotations

import platform
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from xlate import bundle
from xlate.compare import with_english
from xlate.consistent import alike
from xlate.data import Article, Segment, Translation
from xlate.errors import UsageError
from xlate.formats import FORMATS, by_name
from xlate.links import linked
from xlate.manifest import EMBEDDED, resolve
from xlate.memory import Memory, default_path
from xlate.model import Engine
from xlate.quality import Encoder, calibration, rated, summary
from xlate.read import ReadReport, iter_articles
from xlate.report import PAGE, write_page
from xlate.score import Paired, corpus, load_references, pair
from xlate.segment import segment
from xlate.settings import Settings
from xlate.share import (
    Sharing,
    align,
    near_duplicates,
    representatives,
    write_articles,
    write_clusters,
    write_matrix,
    write_unique,
)
from xlate.translate import fate, memory_key, translate, translate_lines

Progress = Callable[[str, int, int], None]
"""Told of (stage, segments done, segments in all) as work goes on."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may be told besides its input and output.

    `model`: a name or a path. `memory`: a path, or None to keep nothing. `formats`: keys of FORMATS.
    `references`: a folder of reference translations to score against. `similarity`: let the sentence encoder compare both
    sides for the quality estimate, which is slower and needs the extra [semantic].
    """

    model: str | Path = EMBEDDED
    settings: Settings = field(default_factory=Settings)
    memory: Path | None = field(default_factory=default_path)
    include_boilerplate: bool = False
    formats: tuple[str, ...] = tuple(FORMATS)
    references: Path | None = None
    similarity: bool = False

    def __post_init__(self) -> None:
        """Raise UsageError for an unknown format."""
        for name in self.formats:
            by_name(name)


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run. `report` is what run.json holds."""

    out: Path
    articles: Sequence[Article]
    translations: Sequence[Translation]
    report: Mapping[str, Any]

    @property
    def problems(self) -> Sequence[Mapping[str, str]]:
        """Inputs that could not be used, each {"path", "message"}."""
        problems: Sequence[Mapping[str, str]] = self.report["problems"]
        return problems


def run(
    inputs: Sequence[Path | str],
    out: Path,
    options: Options | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Run:
    """Translate the articles in `inputs` and write the bundle to `out`.

    Inputs that cannot be read are reported in `Run.problems` and the others are done all the same. Raises XlateError
    where nothing can be done: no input, a place that cannot be written, a model that is not sound, references for
    unknown segments. Interrupted at any moment, the memory holds what was done and the next run continues from it.
    """
    options = options or Options()
    if out.resolve() in {Path(one).resolve() for one in inputs}:
        raise UsageError(
            f"{out}: is the input too, and a next run would read the bundle; give the bundle a folder of its own"
        )
    clock = _Clock()
    engine = Engine(resolve(options.model), options.settings)
    encoder = Encoder() if options.similarity else None
    with bundle.locked(out):
        read = ReadReport()
        articles = list(iter_articles(inputs, read, exclude=[out]))
        segments = [s for article in articles for s in segment(article)]
        references = _paired(options, segments, engine.manifest.source)
        clock.lap("read")
        sharing = align(articles, segments)
        clock.lap("share")
        same_as = _same_as(segments, sharing)
        with Memory(options.memory, memory_key(engine)) as memory:
            translations = _translated(segments, engine, memory, options, same_as, progress)
            near = [(pair.a, pair.b) for pair in near_duplicates(sharing)]
            translations = list(linked(alike(near, translations, same_as, engine, memory), engine, memory))
            sharing = _in_english(sharing, translations, engine, memory)
        clock.lap("translate")
        translations = list(rated(translations, engine.manifest.quality, encoder))
        clock.lap("quality")
        scores = _scores(translations, references)
        clock.lap("score")
        earlier = bundle.earlier_files(out)
        languages = (engine.manifest.source[0], engine.manifest.target[0])
        files = _write(out, articles, translations, sharing, scores, options, languages, _signature(engine))
        clock.lap("write")
        report = {
            "xlate": _version("xlate"),
            "signature": _signature(engine),
            "model": {
                "name": engine.manifest.name,
                "digest": engine.digest,
                "source": list(engine.manifest.source),
                "target": list(engine.manifest.target),
                "licence": engine.manifest.licence,
                "attention": dict(engine.manifest.attention),
            },
            "settings": engine.settings.decoding(),
            "versions": {"python": platform.python_version()}
            | {name: _version(name) for name in ("ctranslate2", "sentencepiece", "sentencex", "sacrebleu")},
            "inputs": _inputs(read),
            "problems": [{"path": p.path, "message": p.message} for p in read.problems],
            "articles": _articles(articles, sharing),
            "counts": _counts(articles, translations, same_as),
            "shared": _shared(sharing),
            "flags": dict(sorted(Counter(kind for t in translations for kind in {f.kind for f in t.flags}).items())),
            "quality": _quality(translations, engine, options),
            "scores": scores["corpus"] if scores else [],
            "files": sorted([*files, bundle.RUN, *([PAGE] if "jsonl" in options.formats else [])]),
            "timings": clock.laps,
        }
        report["removed"] = bundle.remove_stale(out, earlier, report["files"])
        bundle.write_json(out / bundle.RUN, report)
        if PAGE in report["files"]:
            write_page(out)  # made from the bundle alone, so it comes last
    return Run(out, articles, translations, report)


def _same_as(segments: Sequence[Segment], sharing: Sharing) -> dict[str, str]:
    """For the segments with verbatim copies the text that is translated for all of them."""
    texts = {s.id: s.text for s in segments}
    return {segment_id: texts[best] for segment_id, best in representatives(sharing).items()}


def _in_english(sharing: Sharing, translations: Sequence[Translation], engine: Engine, memory: Memory) -> Sharing:
    """The clusters with the differences of near-duplicates shown in the English too."""
    sources = {t.segment.id: t.segment.text for t in translations}
    targets = {t.segment.id: t.target for t in translations}

    def glosses(words: Sequence[str]) -> list[str]:
        return [text for text, _ in translate_lines(words, engine, memory)]

    alignments = {t.segment.id: t.alignment for t in translations}
    return replace(sharing, clusters=with_english(sharing.clusters, sources, targets, alignments, glosses))


def _translated(
    segments: Sequence[Segment],
    engine: Engine,
    memory: Memory,
    options: Options,
    same_as: Mapping[str, str],
    progress: Progress,
) -> list[Translation]:
    done = 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        progress("translate", done, len(segments))

    boilerplate = options.include_boilerplate
    return list(translate(segments, engine, memory, include_boilerplate=boilerplate, same_as=same_as, progress=more))


def _paired(options: Options, segments: Sequence[Segment], languages: Sequence[str]) -> Paired | None:
    """Load references and fit them to the segments before the work begins, so that a mistake does not cost a run."""
    if options.references is None:
        return None
    wanted: dict[str, list[str]] = {s.article: [] for s in segments}
    for s in segments:
        if fate(s, languages, options.include_boilerplate) == "model":
            wanted[s.article].append(s.id)
    return pair(load_references(options.references), wanted)


def _scores(translations: Sequence[Translation], references: Paired | None) -> dict[str, Any] | None:
    """Corpus and per-article scores of the segments that have a reference; the others are counted."""
    if references is None:
        return None
    found = {t.segment.id: t for t in translations}
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for index, segment_id in enumerate(references.ids):
        rows[found[segment_id].segment.article].append(index)

    def score(indices: Sequence[int]) -> list[dict[str, Any]]:
        hypotheses = [found[references.ids[i]].target for i in indices]
        streams = [[stream[i] for i in indices] for stream in references.streams]
        return [asdict(s) | {"value": round(s.value, 4)} for s in corpus(hypotheses, streams)]

    return {
        "segments": len(references.ids),
        "without_reference": len(references.missing),
        "articles_without_segments": list(references.unused),
        "corpus": score(range(len(references.ids))),
        "articles": {article: score(indices) for article, indices in rows.items()},
    }


def _write(
    out: Path,
    articles: Sequence[Article],
    translations: Sequence[Translation],
    sharing: Sharing,
    scores: dict[str, Any] | None,
    options: Options,
    languages: tuple[str, str],
    signature: str,
) -> list[str]:
    """Write everything but run.json; returns the names relative to `out`."""
    by_article: defaultdict[str, list[Translation]] = defaultdict(list)
    for t in translations:
        by_article[t.segment.article].append(t)
    files = bundle.write_articles(out, articles, by_article)
    files += bundle.write_bitext(out, translations, options.formats, languages, signature)
    write_clusters(sharing, out / bundle.SHARED)
    write_matrix(sharing, out / bundle.MATRIX)
    write_articles(sharing, out / bundle.SHARED_ARTICLES)
    write_unique(sharing, (t.segment for t in translations), out / bundle.UNIQUE)
    files += [bundle.SHARED, bundle.MATRIX, bundle.SHARED_ARTICLES, bundle.UNIQUE]
    if scores:
        bundle.write_json(out / bundle.SCORES, scores)
        files.append(bundle.SCORES)
    return files


def _inputs(read: ReadReport) -> dict[str, Any]:
    """The files that were read, each with digest and encoding, and counts of what was passed over."""
    account = asdict(read)
    del account["problems"]
    return account


def _counts(
    articles: Sequence[Article], translations: Sequence[Translation], same_as: Mapping[str, str]
) -> dict[str, int]:
    """Segments by what became of them. `distinct` texts were needed for `translated` segments: `shared` is what
    translating once saved; `from_memory` counts distinct texts that an earlier run had paid for."""
    origins = Counter(t.origin for t in translations)
    made = [t for t in translations if t.origin not in ("copied", "skipped")]
    first = {same_as.get(t.segment.id, t.segment.text): t for t in reversed(made)}
    return {
        "articles": len(articles),
        "segments": len(translations),
        "translated": len(made),
        "distinct": len(first),
        "shared": len(made) - len(first),
        "from_memory": sum(t.remembered for t in first.values()),
        "copied": origins["copied"],
        "boilerplate": sum(t.segment.role == "boilerplate" for t in translations),
        "skipped": origins["skipped"],
        "repaired": sum(n for origin, n in origins.items() if origin.startswith("retry")),
        "split": sum(n for origin, n in origins.items() if origin.startswith("split")),
        "flagged": sum(bool(t.flags) for t in translations),
    }


def _articles(articles: Sequence[Article], sharing: Sharing) -> list[dict[str, Any]]:
    """What a reader of the bundle needs to know of each article when the sources are no longer at hand."""
    names = ("id", "title", "source", "url", "path", "language", "encoding")
    return [
        {name: getattr(a, name) for name in names} | {"published": a.published or sharing.published.get(a.id)}
        for a in articles
    ]


def _quality(translations: Sequence[Translation], engine: Engine, options: Options) -> dict[str, Any]:
    """The estimates in numbers, for the bundle and each article. `calibrated` is false where the model has no numbers of
    its own: then they tell which segment is worse, not how good one is."""
    by_article: defaultdict[str, list[Translation]] = defaultdict(list)
    for t in translations:
        by_article[t.segment.article].append(t)
    quality = engine.manifest.quality
    return summary(translations) | {
        "calibrated": bool(quality),
        "fitted_on": calibration(quality).fitted_on,
        "similarity": options.similarity,
        "articles": {article: summary(rows) for article, rows in by_article.items()},
    }


def _shared(sharing: Sharing) -> dict[str, Any]:
    """The sharing in numbers; the clusters themselves are in shared.jsonl."""
    within = [c for c in sharing.clusters if c.evidence["within_article"]]
    return {
        "clusters": dict(Counter(c.tier for c in sharing.clusters if not c.evidence["within_article"])),
        "repeats_within_an_article": len(within),
        "near_identical": [list(names) for names in sharing.near_identical],
        "boilerplate": len(sharing.boilerplate),
        "semantic": sharing.semantic,
    }


def _signature(engine: Engine) -> str:
    """What reproduces the translations, in the form of sacrebleu's signatures."""
    settings = engine.settings.decoding()
    parts = {"model": engine.manifest.name, "digest": engine.digest[:16], **settings}
    parts |= {"ctranslate2": _version("ctranslate2"), "xlate": _version("xlate")}
    return "|".join(f"{key}:{value}" for key, value in parts.items())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"  # run from a checkout that is not installed


class _Clock:
    """Seconds between laps, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
