"""What the formats share: a pair as a flat record in the bundle's order, its values as text, and the escape for lines.

**Record.** The keys are `id, article, index, paragraph, start, end, role, source, target, score, flags, origin,
quality, alignment`, then any other key of the provenance. What cannot stand there under its own name goes into one object under `more`: a
provenance key that is called like a field of the pair, or one that the format has no place for.

**Cell.** Formats without types write a string as it is and everything else as JSON. A string that would read as JSON
(`12`, `null`, `"x"`), or that holds what `UNSAFE` names, is written as a JSON string, so types come back. The keys of
`TEXT` are always plain text (an article may be called `12`); a value of theirs that is none goes under `more`.

**Escape.** See `xlate.lines`, which is used for the formats of one unit a line.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xlate.data import SegmentPair
from xlate.lines import UNSAFE, to_json

BEFORE = ("article", "index", "paragraph", "start", "end", "role")
AFTER = ("flags", "origin", "quality", "alignment")
COLUMNS = ("id", *BEFORE, "source", "target", "score", *AFTER)
TEXT = frozenset({"article", "role", "origin"})
_TAKEN = frozenset({"id", "source", "target", "score", "more"})


@dataclass(frozen=True, slots=True)
class Writer:
    """An open bitext: `write(pair)` appends one pair."""

    write: Callable[[SegmentPair], None]


def from_json(text: str) -> Any:
    """Parse JSON. Raises ValueError for what is not JSON, NaN and Infinity, and what is nested too deeply."""
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def to_cell(value: Any) -> str:
    """`value` as text without a character of `UNSAFE`; `from_cell` gives it back with its type."""
    if isinstance(value, str) and not UNSAFE.search(value) and from_cell(value) == value:
        return value
    return to_json(value)


def from_cell(text: str) -> Any:
    """The value that `to_cell` wrote. A number must be in its shortest form: `1.10` or `007` stays a string."""
    if text[:1] not in _JSON_STARTS:
        return text
    if _WHOLE.fullmatch(text):  # most cells that are no text
        return int(text)
    try:
        value = from_json(text)
    except ValueError:
        return text
    if isinstance(value, int | float) and json.dumps(value) != text:
        return text
    return value


def to_score(text: str) -> float | None:
    """The number in a cell of scores, in whatever spelling; None where there is none."""
    try:
        score = float(text)
    except ValueError:
        return None
    return score if math.isfinite(score) else None


_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
_JSON_STARTS = frozenset('{["-0123456789tfn \t')


def to_record(pair: SegmentPair, carries: Callable[[str, Any], bool] = lambda key, value: True) -> dict[str, Any]:
    """`pair` as a flat record in the bundle's order; provenance that the format cannot carry goes under `more`."""
    more = {key: value for key, value in pair.provenance.items() if key in _TAKEN or not carries(key, value)}
    provenance = {key: value for key, value in pair.provenance.items() if key not in more}
    record: dict[str, Any] = {"id": pair.id}
    record.update((key, provenance[key]) for key in BEFORE if key in provenance)
    record.update(source=pair.source, target=pair.target, score=pair.score)
    record.update((key, provenance[key]) for key in AFTER if key in provenance)
    record.update((key, value) for key, value in provenance.items() if key not in record)
    if more:
        record["more"] = more
    return record


def from_record(record: Mapping[str, Any], default_id: str) -> SegmentPair:
    """The pair of a record; `default_id` where it has no id. Keys other than `source` and `target` may be missing.

    Raises ValueError, with a reason that fits behind a line number, for values of the wrong type.
    """
    rest = dict(record)
    source, target = rest.pop("source", None), rest.pop("target", None)
    for key, value in (("source", source), ("target", target)):
        if not isinstance(value, str):
            raise ValueError(f"{key} is not a string" if value is not None else f"{key} is missing")
    ident, score = rest.pop("id", None), rest.pop("score", None)
    if isinstance(ident, bool) or not isinstance(ident, str | int | None):
        raise ValueError("id is neither a string nor a whole number")
    if isinstance(score, bool) or not isinstance(score, int | float | None) or abs(score or 0) > sys.float_info.max:
        raise ValueError("score is not a number")
    more = rest.get("more")
    if isinstance(more, dict):
        del rest["more"]
        rest.update(more)
    return SegmentPair(
        id=default_id if ident is None else str(ident),
        source=source,
        target=target,
        score=None if score is None else float(score),
        provenance=rest,
    )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number
