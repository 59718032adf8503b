"""What one outlet changed: the edit script by words, the kind of each edit, and what an analyst must see first.

Kinds: `number`, `name`, `attribution`, `addition`, `omission`, `wording`. Names are recognised by a list of places,
nationalities and organisations of Arab news and by titles before them; Arabic has no capitals, so others pass as
wording. Alerts: `xlate.share.alerts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xlate.share.alerts import Alert, alerts
from xlate.share.facts import Number, said
from xlate.share.sequence import Aligner
from xlate.share.words import ATTRIBUTION, Word, is_title, key, listed, place, words


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one side: half-open offsets in code points of the text compared, and what stands there."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One step from `a` to `b`: `op` is insert, delete or replace; an empty span marks the place."""

    op: str
    kind: str
    a: Span
    b: Span


@dataclass(frozen=True, slots=True)
class Difference:
    """The edit script of two texts, in order, and its alerts: numbers first, then negations, then names."""

    edits: tuple[Edit, ...]
    alerts: tuple[Alert, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "edits": [{"op": e.op, "kind": e.kind, "a": _span_data(e.a), "b": _span_data(e.b)} for e in self.edits],
            "alerts": [{"kind": x.kind, "a": list(x.a), "b": list(x.b)} for x in self.alerts],
        }


def _span_data(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "text": span.text}


def difference(
    a: str, b: str, range_a: tuple[int, int] | None = None, range_b: tuple[int, int] | None = None
) -> Difference:
    """Compare two Arabic texts by words, or only the words within a range of code points on each side.

    Spelling that folds to the same letters and lost or added spaces are no difference.
    """
    side_a, side_b = _within(words(a), range_a), _within(words(b), range_b)
    forms_a, forms_b = [w.form for w in side_a], [w.form for w in side_b]
    numbers_a, numbers_b = said(forms_a), said(forms_b)
    steps = _steps(forms_a, forms_b)
    moved = _moved(steps, side_a, side_b)
    edits = []
    for op, i0, i1, j0, j1 in steps:
        counts = _touched(numbers_a, i0, i1) != _touched(numbers_b, j0, j1)
        kind = _kind(op, side_a, side_b, (i0, i1, j0, j1), moved, counts)
        edits.append(Edit(op, kind, _span(a, side_a, i0, i1), _span(b, side_b, j0, j1)))
    return Difference(tuple(edits), tuple(alerts(forms_a, forms_b, numbers_a, numbers_b)))


def _within(found: Sequence[Word], limits: tuple[int, int] | None) -> Sequence[Word]:
    return found if limits is None else [w for w in found if limits[0] <= w.start and w.end <= limits[1]]


def _steps(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Opcodes that differ; a replaced stretch with the same letters is only spaced otherwise and left out."""
    steps = []
    for op, i0, i1, j0, j1 in Aligner(b).steps(a):
        if op == "equal" or key(a[i0:i1]) == key(b[j0:j1]):
            continue
        if op == "replace" and i1 - i0 == j1 - j0:
            steps += [
                ("replace", i, i + 1, j, j + 1)
                for i, j in zip(range(i0, i1), range(j0, j1), strict=True)
                if a[i] != b[j]
            ]
        else:
            steps.append((op, i0, i1, j0, j1))
    return steps


def _moved(steps: Iterable[tuple[str, int, int, int, int]], a: Sequence[Word], b: Sequence[Word]) -> set[str]:
    """Stretches that are deleted in one place and inserted in another."""
    steps = list(steps)
    gone = {" ".join(w.form for w in a[i0:i1]) for _, i0, i1, _, _ in steps if i1 > i0}
    come = {" ".join(w.form for w in b[j0:j1]) for _, _, _, j0, j1 in steps if j1 > j0}
    return gone & come


def _span(text: str, found: Sequence[Word], first: int, last: int) -> Span:
    if first < last:
        start, end = found[first].start, found[last - 1].end
    else:
        start = end = found[first].start if first < len(found) else (found[-1].end if found else len(text))
    return Span(start, end, text[start:end])


def _touched(numbers: Iterable[Number], first: int, last: int) -> Counter[str]:
    """The numbers that a stretch of words has a part of (an empty one: that it stands in or beside)."""
    wider = int(first == last)
    return Counter(n.name for n in numbers if n.first < last + wider and first - wider < n.last)


def _kind(
    op: str, a: Sequence[Word], b: Sequence[Word], at: tuple[int, int, int, int], moved: set[str], counts: bool
) -> str:
    """What an edit changes: the most telling kind that fits. `counts`: the numbers it touches differ."""
    i0, i1, j0, j1 = at
    old, new = [w.form for w in a[i0:i1]], [w.form for w in b[j0:j1]]
    if counts and op == "replace":
        return "number"
    if (" ".join(old) in moved and old) or (" ".join(new) in moved and new):
        return "wording"
    if counts and len(old) + len(new) == 1:
        return "number"
    if any(w in ATTRIBUTION or (w[:1] in "وف" and w[1:] in ATTRIBUTION) for w in old + new):
        return "attribution"
    if op == "insert":
        return "addition"
    if op == "delete":
        return "omission"
    titled = (i0 and is_title(a[i0 - 1].form)) and (j0 and is_title(b[j0 - 1].form))
    if _places(old) != _places(new) or (titled and len(old) == len(new) == 1):
        return "name"
    return "wording"


def _places(forms: Iterable[str]) -> set[str]:
    return {p for p in map(place, forms) if p}


@dataclass(frozen=True, slots=True)
class EnglishEdit:
    """One step between the two English sentences, with the numbers of the Arabic edits it comes from.

    `arabic` holds indices into `Difference.edits`; empty where only the translation differs, which is noise and no
    change by the outlet. `glosses` are translations of the changed Arabic words alone, where they were asked for.
    """

    op: str
    a: Span
    b: Span
    arabic: tuple[int, ...]
    glosses: tuple[tuple[str, str], ...] = ()


def diff_english(
    found: Difference,
    english_a: str,
    english_b: str,
    *,
    translate: Callable[[str], str] | None = None,
    links_a: Sequence[tuple[int, int, int, int]] | None = None,
    links_b: Sequence[tuple[int, int, int, int]] | None = None,
) -> tuple[EnglishEdit, ...]:
    """Map an Arabic edit script onto the two English translations of the texts.

    The English sentences are compared word by word. Each step is tied to Arabic edits through `links_a`, `links_b`
    where both are given: word links (Arabic start, end, English start, end; code points of the texts compared), as
    the model's attention gives them. Else, with `translate`, the changed Arabic words are translated alone and tied
    to the step that shares most words with them. With neither, steps are tied to no Arabic edit.
    """
    glosses = (
        [(translate(e.a.text) if e.a.text else "", translate(e.b.text) if e.b.text else "") for e in found.edits]
        if (translate)
        else []
    )
    edits = []
    for op, a, b in _english_steps(english_a, english_b):
        if links_a is not None and links_b is not None:
            tied = tuple(n for n, e in enumerate(found.edits) if _linked(e.a, a, links_a) or _linked(e.b, b, links_b))
        else:
            tied = tuple(n for n, pair in enumerate(glosses) if _shared(pair[0], a.text) or _shared(pair[1], b.text))
        edits.append(EnglishEdit(op, a, b, tied, tuple(glosses[n] for n in tied) if glosses else ()))
    return tuple(edits)


def _english_steps(a: str, b: str) -> Iterable[tuple[str, Span, Span]]:
    side_a, side_b = words(a), words(b)
    for op, i0, i1, j0, j1 in Aligner([w.form for w in side_b]).steps([w.form for w in side_a]):
        if op != "equal":
            yield op, _span(a, side_a, i0, i1), _span(b, side_b, j0, j1)


def _linked(arabic: Span, english: Span, links: Iterable[tuple[int, int, int, int]]) -> bool:
    return any(s < arabic.end and arabic.start < e and x < english.end and english.start < y for s, e, x, y in links)


_ENGLISH_SMALL = listed("a an the of to in on at for by and or with from is are was were be been that this it its as")


def _shared(gloss: str, span: str) -> bool:
    """Whether a gloss and an English span have a content word in common."""
    return bool(({w.form for w in words(gloss)} - _ENGLISH_SMALL) & {w.form for w in words(span)})
