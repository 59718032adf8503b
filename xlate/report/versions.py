"""The versions of a shared sentence side by side, with what differs marked.

The marks come from the cluster's own edit scripts (`evidence["pairs"]`, see `xlate.share`); where a pair has none, words
are compared here. An English step that no Arabic edit accounts for is the translation's own and marked as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from xlate.data import Cluster, Member, Translation
from xlate.normalise import normalise
from xlate.report.text import Mark, marked, rich
from xlate.report.words import ALERTS, EDITS

# letters and digits with their combining marks, which \w leaves out
_LETTER = r"[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]"
_WORD = re.compile(rf"{_LETTER}+(?:[.,٫٬:'’]{_LETTER}+)*")
_PASSAGES = ("contained", "quotation")
_EDITED = ("verbatim", "near-duplicate")


@dataclass(frozen=True, slots=True)
class Version:
    """One wording: the members that have it (earliest article first) and its two sides as HTML."""

    members: tuple[Member, ...]
    arabic: Markup
    english: Markup


@dataclass(frozen=True, slots=True)
class Alert:
    """What differs between two articles: `kind` as in ALERTS; `a` and `b` say what only that side has."""

    kind: str
    article_a: str
    article_b: str
    a: tuple[str, ...]
    b: tuple[str, ...]


def versions(cluster: Cluster, translations: Mapping[str, Translation], order: Mapping[str, int]) -> list[Version]:
    """The distinct wordings of a cluster, the earliest article's first (`order`: article id → place in time)."""
    members = sorted(cluster.members, key=lambda m: (order.get(m.article, len(order)), m.start))
    groups: dict[str, list[Member]] = {}
    for member in members:
        groups.setdefault(member.text, []).append(member)
    texts = list(groups)
    arabic: list[list[Mark]] = [[] for _ in texts]
    english: list[list[Mark]] = [[] for _ in texts]
    targets = [translations[own[0].segment].target for own in groups.values()]
    pairs = _Pairs(cluster)
    for n in range(1, len(texts)):
        base, other = groups[texts[0]][0], groups[texts[n]][0]
        for side, into, sides in (
            ("arabic", arabic, (base.text, other.text)),
            ("english", english, (targets[0], targets[n])),
        ):
            marks = pairs.marks(side, base, other, sides)
            into[0] += marks[0]
            into[n] += marks[1]
    return [
        Version(
            tuple(groups[text]),
            marked(text, "ar", _joined(arabic[n])),
            marked(targets[n], "en", _joined(english[n])) if targets[n] else rich("", "en"),
        )
        for n, text in enumerate(texts)
    ]


def alerts(cluster: Cluster) -> list[Alert]:
    """The numbers, negations and names that differ, the gravest first, each once."""
    articles = {m.segment: m.article for m in cluster.members}
    found = []
    for item in _dicts(cluster.evidence.get("alerts")):
        if item.get("kind") not in ALERTS:
            continue
        a, b = (articles.get(segment) for segment in (*_strings(item.get("pair")), "", "")[:2])
        if a is not None and b is not None:
            found.append(Alert(item["kind"], a, b, _strings(item.get("a")), _strings(item.get("b"))))
    return sorted(dict.fromkeys(found), key=lambda alert: list(ALERTS).index(alert.kind))


def word_marks(a: str, b: str, kind: str) -> tuple[list[Mark], list[Mark]]:
    """Marks on the words of each side that the other has not in the same order; punctuation and spelling variants do not count."""
    words_a, words_b = list(_WORD.finditer(a)), list(_WORD.finditer(b))
    matcher = SequenceMatcher(None, [_folded(w[0]) for w in words_a], [_folded(w[0]) for w in words_b], autojunk=False)
    marks: tuple[list[Mark], list[Mark]] = ([], [])
    for op, i0, i1, j0, j1 in matcher.get_opcodes():
        if op == "equal":
            continue
        for side, words, first, last in ((marks[0], words_a, i0, i1), (marks[1], words_b, j0, j1)):
            if first < last:
                side.append(Mark(words[first].start(), words[last - 1].end(), kind))
    return marks


_folded = lru_cache(1 << 16)(normalise)


class _Pairs:
    """Looks up what the evidence says of two members; identical members stand for one another."""

    def __init__(self, cluster: Cluster) -> None:
        self._tier = cluster.tier
        self._head = {s: ids[0] for ids in _lists(cluster.evidence.get("same")) if ids for s in ids}
        self._pairs = {(pair.get("a"), pair.get("b")): pair for pair in _dicts(cluster.evidence.get("pairs"))}

    def marks(self, language: str, a: Member, b: Member, texts: tuple[str, str]) -> tuple[list[Mark], list[Mark]]:
        """Marks for `texts`, which are the "arabic" or the "english" of `a` and of `b`."""
        head_a, head_b = self._head.get(a.segment, a.segment), self._head.get(b.segment, b.segment)
        straight, turned = self._pairs.get((head_a, head_b)), self._pairs.get((head_b, head_a))
        pair = straight or turned
        script = _SCRIPTS[language](pair) if pair else None
        same = head_a == head_b or self._tier == "verbatim"
        if same or (script is None and self._tier in _EDITED):
            return word_marks(*texts, "noise" if same and language == "english" else "wording")
        if pair is None:
            return [], []
        names = ("a", "b") if straight else ("b", "a")
        first, second = ([*_edits(script or (), name, text)] for name, text in zip(names, texts, strict=True))
        if language == "arabic" and self._tier in _PASSAGES:
            first += _passage(pair, names[0], texts[0])
            second += _passage(pair, names[1], texts[1])
        return first, second


def _arabic_script(pair: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]] | None:
    """(edit, kind) of each Arabic edit, None where the pair has no edit script."""
    difference = pair.get("difference")
    if not isinstance(difference, dict) or not isinstance(difference.get("edits"), list):
        return None
    return [(edit, EDITS.get(str(edit.get("kind")), "wording")) for edit in _dicts(difference["edits"])]


def _english_script(pair: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]] | None:
    """(step, kind) of each English step; the kind is that of the first Arabic edit behind it, else `noise`."""
    difference = pair.get("difference")
    steps = difference.get("english") if isinstance(difference, dict) else None
    if not isinstance(steps, list):
        return None
    arabic = [kind for _, kind in _arabic_script(pair) or ()]
    return [
        (step, next((arabic[n] for n in step.get("arabic") or () if isinstance(n, int) and n < len(arabic)), "noise"))
        for step in _dicts(steps)
    ]


_SCRIPTS = {"arabic": _arabic_script, "english": _english_script}


def _edits(script: Iterable[tuple[Mapping[str, Any], str]], side: str, text: str) -> Iterator[Mark]:
    """One side's marks; a span whose words do not stand there (a variant in spelling) is left out."""
    for edit, kind in script:
        span = edit.get(side)
        start, end = (span.get("start"), span.get("end")) if isinstance(span, dict) else (None, None)
        if isinstance(start, int) and isinstance(end, int) and text[start:end] == (span or {}).get("text"):
            yield Mark(start, end, kind)


def _passage(pair: Mapping[str, Any], side: str, text: str) -> Iterator[Mark]:
    fragment = pair.get("fragment")
    if isinstance(fragment, dict):
        start, end = fragment.get(f"{side}_start"), fragment.get(f"{side}_end")
        if isinstance(start, int) and isinstance(end, int) and text[start:end] == fragment.get(f"{side}_text"):
            yield Mark(start, end, "common")


def _joined(marks: Sequence[Mark]) -> list[Mark]:
    """Marks that do not overlap: every place has the mark that comes first in the list of gravity, passages last."""
    gravity = [*EDITS.values(), "noise", "common"]
    taken: list[Mark] = []
    for mark in sorted(
        set(marks), key=lambda m: (gravity.index(m.kind) if m.kind in gravity else len(gravity), m.start, m.end)
    ):
        free = [(mark.start, mark.end)]
        for other in taken:
            free = [piece for start, end in free for piece in _without(start, end, other)]
        taken += [Mark(start, end, mark.kind) for start, end in free if start < end]
    return sorted(taken, key=lambda m: m.start)


def _without(start: int, end: int, other: Mark) -> list[tuple[int, int]]:
    """What of [start, end) lies outside `other`."""
    if other.end <= start or end <= other.start:
        return [(start, end)]
    return [(start, min(end, other.start)), (max(start, other.end), end)]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list | tuple) else []


def _lists(value: object) -> list[list[str]]:
    if not isinstance(value, list | tuple):
        return []
    return [[str(s) for s in item] for item in value if isinstance(item, list | tuple)]


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
