"""What the formats share: a pair as a flat record in the bundle's order, its values as text, and the escape for lines.

**Record.** The keys are `id, article, index, paragraph, start, end, role, source, target, score, flags, origin,
quality, alignment`, then any other key of the provenance. What cannot stand there under its own name goes into one object under `more`: a
provenance key that is called like a field of the pair, or one that the format has no place for.

**Cell.** Formats without types write a string as it is and everything else as JSON. A string that would read as JSON
(`12`, `null`, `"x"`), or that holds what `UNSAFE` names, is written as a JSON string, so types come back. The keys of
`TEXT` are always plain text (an article may be called `12`); a value of theirs that is none goes under `more`.

**Escape.** Formats of one unit a line write a character of `UNSAFE` as `\\uXXXX` (a tab is `\\u0009`), and a backslash
as `\\u005c` only where it would otherwise read as such an escape. So lines of other tools, which know no escapes, mean
what they say (`C:\\temp` is not touched, nor is `\\u0627`), and ours are read back exactly.
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

BEFORE = ("article", "index", "paragraph", "start", "end", "role")
AFTER = ("flags", "origin", "quality", "alignment")
COLUMNS = ("id", *BEFORE, "source", "target", "score", *AFTER)
TEXT = frozenset({"article", "role", "origin"})
_TAKEN = frozenset({"id", "source", "target", "score", "more"})

# what breaks lines, UTF-8 or XML for somebody: controls, line and paragraph separators, BOM, lone surrogates
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_ESCAPED = r"u(00[01][0-9a-f]|007f|00[89][0-9a-f]|005c|202[89]|feff|fff[ef]|d[89a-f][0-9a-f]{2})"
_AMBIGUOUS = re.compile(rf"\\(?={_ESCAPED})", re.IGNORECASE)
_ESCAPE = re.compile(rf"\\{_ESCAPED}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Writer:
    """An open bitext: `write(pair)` appends one pair."""

    write: Callable[[SegmentPair], None]


def escape(text: str) -> str:
    r"""Make `text` one line of valid UTF-8 without tabs; `unescape` gives it back.

    >>> escape("a\tb C:\\temp")
    'a\\u0009b C:\\temp'
    """
    if "\\" in text:
        text = _AMBIGUOUS.sub(r"\\u005c", text)
    if text.isprintable():  # nothing of UNSAFE is; most lines end here, at a tenth of the time
        return text
    return UNSAFE.sub(_unicode_escape, text)


def unescape(text: str) -> str:
    """Undo `escape`; text without its escapes comes back as it is."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "\\" in text else text


def to_json(value: Any) -> str:
    """`value` as JSON on one line, readable (not ASCII only), without a character of `UNSAFE`.

    A high surrogate that stands right before a low one comes back from any JSON as the character the two make.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if text.isprintable() else UNSAFE.sub(_unicode_escape, text)


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


def _unicode_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number
