"""The HTML page of a report: where scores come from and what changed, on one self-contained page without a network.

Score distributions, scores by length, article and flag, and the segments that lost and gained most against the baseline
(or, without one, of the second system against the first), each word marked that the reference does not have.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xlate.score.judge import Report
from xlate.score.metrics import LOWER_IS_BETTER, Statistics, corpus_values, segment_values
from xlate.score.reports import p_values, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_LENGTHS = ((1, 9), (10, 19), (20, 29), (30, 49), (50, 10**9))
_BINS = 20
_EXAMPLES = 15


@dataclass(frozen=True, slots=True)
class Side:
    """One output on the page: its name, texts, statistics by metric, and flags where they are known."""

    name: str
    texts: Sequence[str]
    statistics: Sequence[Statistics]
    flags: Sequence[Sequence[str]] | None


def as_html(report: Report) -> str:
    """The page as one string of HTML. All text from outside is escaped by the template."""
    import jinja2

    loader = jinja2.PackageLoader("xlate.score", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("report.html.j2").render(_context(report))


def _context(report: Report) -> dict[str, Any]:
    sides = [
        Side(s.system.name, s.system.texts, [m.statistics for m in s.measured], s.system.flags) for s in report.systems
    ]
    if report.baseline:
        system = report.baseline.system
        sides.insert(0, Side(f"{system.name} (baseline)", system.texts, report.baseline_statistics, system.flags))
    column = report.metrics.index("chrf") if "chrf" in report.metrics else 0
    names = [s.name for s in sides[0].statistics]
    return {
        "report": report,
        "metrics": names,
        "shown": shown,
        "p_values": p_values,
        "sides": sides,
        "metric": names[column],
        "histograms": _histograms([(side.name, segment_values(side.statistics[column])) for side in sides]),
        "breakdowns": _breakdowns(report, sides),
        "changes": [
            (f"{other.name} against {sides[0].name}", *_changes(report, sides[0], other, column)) for other in sides[1:]
        ],
    }


def _histograms(named: Sequence[tuple[str, Array]]) -> list[tuple[str, list[tuple[str, int, float]]]]:
    """For each name the bins of its segment scores: label, count, height from 0 to 100, the same scale for all names.

    TER may exceed 100 and then falls in the last bin.
    """
    import numpy as np

    found = [np.histogram(np.clip(values, 0, 100), bins=_BINS, range=(0, 100))[0].tolist() for _, values in named]
    most = max(1, *map(max, found))
    step = 100 // _BINS
    labels = [f"{low} to {low + step}" for low in range(0, 100, step)]
    return [
        (name, [(label, count, 100 * count / most) for label, count in zip(labels, counts, strict=True)])
        for (name, _), counts in zip(named, found, strict=True)
    ]


def _breakdowns(report: Report, sides: Sequence[Side]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Corpus scores of groups of segments, for every side and metric."""
    task = report.task
    words = [
        len((next(text for text in texts if text is not None)).split()) for texts in zip(*task.streams, strict=True)
    ]
    groups: list[tuple[str, list[tuple[str, Callable[[int], bool]]]]] = [
        ("By length of the reference, in words", [(_range(a, b), _between(words, a, b)) for a, b in _LENGTHS])
    ]
    if task.articles:
        articles = task.articles
        groups.append(("By article", [(name, _equal(articles, name)) for name in dict.fromkeys(articles)]))
    flags = next((side.flags for side in reversed(sides) if side.flags is not None), None)
    if flags is not None:
        kinds = sorted({kind for kinds in flags for kind in kinds})
        groups.append(("By flag", [*((k, _has(flags, k)) for k in kinds), ("no flag", lambda i: not flags[i])]))
    return [(title, [row for name, within in parts if (row := _group(name, within, sides))]) for title, parts in groups]


def _range(low: int, high: int) -> str:
    return f"{low} to {high}" if high < 10**9 else f"{low} and more"


def _between(words: Sequence[int], low: int, high: int) -> Callable[[int], bool]:
    return lambda i: low <= words[i] <= high


def _equal(values: Sequence[str], name: str) -> Callable[[int], bool]:
    return lambda i: values[i] == name


def _has(flags: Sequence[Sequence[str]], kind: str) -> Callable[[int], bool]:
    return lambda i: kind in flags[i]


def _group(name: str, within: Callable[[int], bool], sides: Sequence[Side]) -> dict[str, Any] | None:
    chosen = [i for i in range(len(sides[0].texts)) if within(i)]
    if not chosen:
        return None
    scores = [
        [float(corpus_values(s.metric, s.rows[chosen].sum(axis=0)[None])[0]) for s in side.statistics] for side in sides
    ]
    return {"name": name, "n": len(chosen), "scores": scores}


def _changes(report: Report, before: Side, after: Side, column: int) -> tuple[list[Any], list[Any]]:
    """The segments that lost most and that gained most, by their own score, the largest change first."""
    old, new = (segment_values(side.statistics[column]).tolist() for side in (before, after))
    sign = -1 if before.statistics[column].metric in LOWER_IS_BETTER else 1
    gains = sorted((sign * (b - a), i) for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b)
    entry = _entry(report, before, after, old, new)
    lost = [entry(i) for gain, i in gains[:_EXAMPLES] if gain < 0]
    gained = [entry(i) for gain, i in reversed(gains[-_EXAMPLES:]) if gain > 0]
    return lost, gained


def _entry(
    report: Report, before: Side, after: Side, old: Sequence[float], new: Sequence[float]
) -> Callable[[int], dict[str, Any]]:
    task = report.task

    def entry(i: int) -> dict[str, Any]:
        reference = next(stream[i] for stream in task.streams if stream[i] is not None) or ""
        outputs = [
            (side.name, score[i], marked(side.texts[i], reference)) for side, score in ((before, old), (after, new))
        ]
        source = task.sources[i] if task.sources else None
        return {"id": task.ids[i], "source": source, "reference": reference, "outputs": outputs}

    return entry


def marked(text: str, reference: str) -> list[tuple[str, str]]:
    """`text` word by word against the reference: runs of (kind, words).

    kind is "same", "other" (not in the reference at this place) or "missing" (only the reference has it).
    """
    words, wanted = text.split(), reference.split()
    out = []
    matcher = difflib.SequenceMatcher(None, wanted, words, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            out.append(("same", " ".join(words[c:d])))
            continue
        if b > a:
            out.append(("missing", " ".join(wanted[a:b])))
        if d > c:
            out.append(("other", " ".join(words[c:d])))
    return out
