"""Translate a test set and score what comes out: one system a model, the outputs kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlate.data import Flag
from xlate.errors import InputError, UsageError
from xlate.memory import Memory
from xlate.model import Engine
from xlate.read import ReadReport, iter_articles
from xlate.score import load_references, pair
from xlate.score.baseline import Baseline, check_baseline, write_baseline
from xlate.score.judge import Options, Report, judge, refuse_unfit
from xlate.score.metrics import metric_names
from xlate.score.task import System, Task
from xlate.score.testset import TestSet, is_lines, load_testset
from xlate.segment import segment
from xlate.translate import fate, memory_key, translate, translate_lines

Progress = Callable[[str, int, int], None]
"""Told of (model, segments done, segments in all)."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report, where the outputs of each system are kept, and the seconds that translating took for each."""

    testset: TestSet
    report: Report
    outputs: tuple[Path, ...]
    seconds: tuple[float, ...]


def evaluate(
    place: str,
    engines: Sequence[Engine],
    *,
    references: Sequence[Path] = (),
    memory: Path | None = None,
    options: Options | None = None,
    baseline: Baseline | None = None,
    keep: Path | None = None,
    progress: Progress = lambda model, done, total: None,
) -> Evaluation:
    """Translate the test set `place` with each engine, score, compare with the baseline and judge the gates.

    `place` is a folder of lines, a name that sacrebleu knows, or a folder of articles, which needs `references`.
    Of articles only the segments with a reference are translated, unless a gate on flags asks for all. `keep` is the
    folder where each system's outputs are written, in the form of a baseline. What can be wrong without a translation
    (references, baseline) is found before the first one.
    """
    options = options or Options()
    refuse_unfit(options, baseline)
    testset = _testset(place, references, engines[0])
    for engine in engines if baseline else ():
        metrics = metric_names([*options.metrics, *(g.name for g in options.gates if g.option == "--max-drop")])
        assert baseline is not None
        check_baseline(baseline, testset.task, metrics, engine.settings.decoding())
    every = any(gate.option == "--max-flags" for gate in options.gates)
    systems, seconds, outputs = [], [], []
    for name, engine in zip(_names(engines), engines, strict=True):
        start = time.perf_counter()
        system = _translated(testset, place, engine, name, memory, progress, every)
        seconds.append(time.perf_counter() - start)
        systems.append(system)
        if keep is not None:
            outputs.append(keep / f"{_safe(testset.name)}.{_safe(name)}.jsonl")
            store(outputs[-1], testset.task, system, engine)
    report = judge(testset.task, systems, options, baseline)
    return Evaluation(testset, report, tuple(outputs), tuple(seconds))


def store(path: Path, task: Task, system: System, engine: Engine) -> None:
    """Write a system's outputs as a baseline, with the settings and the model that made them."""
    model = {"name": engine.manifest.name, "digest": engine.digest}
    write_baseline(path, task, system, engine.settings.decoding(), model)


def _testset(place: str, references: Sequence[Path], engine: Engine) -> TestSet:
    path = Path(place)
    if not path.exists() or is_lines(path):
        if references:
            raise UsageError(f"{place}: has its own references; --references is for a folder of articles")
        return load_testset(place)
    if not references:
        raise UsageError(f"{place}: holds articles; give their translations with --references DIR")
    report = ReadReport()
    articles = list(iter_articles([path], report))
    if report.problems:
        raise InputError(report.problems[0].message)
    wanted: dict[str, list[str]] = {}
    source, article_of = {}, {}
    copied = set()
    for article in articles:
        wanted[article.id] = []
        for one in segment(article):
            what = fate(one, engine.manifest.source, False)
            if what == "skipped":
                continue
            wanted[article.id].append(one.id)
            source[one.id], article_of[one.id] = one.text, article.id
            if what == "copied":
                copied.add(one.id)
    paired = pair(load_references(*references), wanted, copied)
    task = Task(
        paired.ids,
        paired.streams,
        tuple(article_of[i] for i in paired.ids),
        tuple(source[i] for i in paired.ids),
        len(paired.missing),
    )
    return TestSet(path.resolve().name, task)


def _translated(
    testset: TestSet, place: str, engine: Engine, name: str, memory: Path | None, progress: Progress, every: bool
) -> System:
    done, total = 0, len(testset.task.ids)

    def more(count: int) -> None:
        nonlocal done
        done = min(done + count, total)
        progress(name, done, total)

    sources = testset.task.sources
    assert sources is not None
    others: list[tuple[str, ...]] = []
    with Memory(memory, memory_key(engine)) as remembered:
        if testset.task.articles is not None and not is_lines(Path(place)):
            articles = iter_articles([place], ReadReport())
            segments = [s for article in articles for s in segment(article)]
            wanted = set(testset.task.ids)
            made = {
                t.segment.id: t
                for t in translate((s for s in segments if every or s.id in wanted), engine, remembered, progress=more)
                if t.origin != "skipped"
            }
            rows = [made.pop(i) for i in testset.task.ids]
            others = [_kinds(t.flags) for t in made.values()]
            texts = [" ".join(t.target.splitlines()) for t in rows]
            flags = [_kinds(t.flags) for t in rows]
        else:
            texts, flags = [], []
            for text, parts in translate_lines(sources, engine, remembered, more):
                texts.append(text)
                flags.append(_kinds(f for t in parts for f in t.flags))
    if not any(texts):
        raise InputError(
            f"{name}: every translation of {testset.name} is empty; check the model with xlate model doctor"
        )
    return System(name, tuple(text.rstrip() for text in texts), tuple(flags), tuple(others))


def _kinds(flags: Iterable[Flag]) -> tuple[str, ...]:
    """The kinds of flags, each once."""
    return tuple(dict.fromkeys(flag.kind for flag in flags))


def _names(engines: Sequence[Engine]) -> list[str]:
    """The models' names, told apart by the beginning of their digest where two are called the same."""
    names = [engine.manifest.name for engine in engines]
    if len(set(names)) == len(names):
        return names
    names = [f"{engine.manifest.name}-{engine.digest[:8]}" for engine in engines]
    if len(set(names)) < len(names):
        raise UsageError(f"{names[0]}: the same model is given twice; give each once")
    return names


def _safe(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", name).strip(".-") or "model"
