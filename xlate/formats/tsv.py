"""Tab-separated values: a header row, then one row a segment: `id, article, …, quality` (see `record`) and `more`.

No quoting: characters that would break a row are escaped as `xlate.lines` says, so `cut`, `awk` and `pandas` with
`quoting=3` see the right columns. `id`, `article`, `role`, `source`, `target` and `origin` are text; the other cells
carry their type (numbers, `null` and lists are JSON). An empty cell is a key that the pair does not have, the score
included. Provenance outside the columns stands as one JSON object in the last column, `more`.

Other tools' files: with a header that names the source and target columns (`source` or `src` or the language code,
`target` or `tgt` or `trg` or the language code, in any order and case), or without a header and with exactly two
columns, source first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlate.data import SegmentPair
from xlate.errors import InputError
from xlate.formats.record import (
    COLUMNS,
    TEXT,
    Writer,
    from_cell,
    from_record,
    to_cell,
    to_record,
    to_score,
)
from xlate.formats.streams import numbered_lines, writing
from xlate.lines import escape, unescape

HEADER = (*COLUMNS, "more")
_BEFORE = "\t" * HEADER.index("source")  # a row without score and provenance
_AFTER = "\t" * (len(HEADER) - HEADER.index("target") - 1) + "\n"
_SIDES = frozenset({"id", "source", "target"})
_TEXT = _SIDES | TEXT


@contextmanager
def open_writer(
    path: Path, *, source_language: str = "ar", target_language: str = "en", header: Mapping[str, str] | None = None
) -> Iterator[Writer]:
    """Open `path` for writing pairs. The languages and `header` have no place in this format."""
    with writing(path) as put:
        put("\t".join(HEADER) + "\n")
        yield Writer(lambda pair: put(_row(pair)))


def read(
    path: Path, *, source_language: str = "ar", target_language: str = "en", skipped: Counter[str] | None = None
) -> Iterator[SegmentPair]:
    """Yield the pairs; the id is the line number where there is no column `id`. `skipped` counts empty lines.

    Raises InputError for a first row that fits none of the forms above and, with the line, for a row whose number of
    columns differs from it or whose score is no number.
    """
    names: list[str] | None = None
    plain = False
    for number, line in numbered_lines(path):
        if not line:
            if skipped is not None:
                skipped["empty line"] += 1
            continue
        cells = line.split("\t")
        if names is None:
            header = _header(path, cells, source_language, target_language)
            names = header or ["source", "target"]
            plain = names == ["source", "target"]
            if header:
                continue
        if len(cells) != len(names):
            raise InputError(
                f"{path}: line {number} has {len(cells)} columns and the first has {len(names)}; repair that line"
            )
        if plain:
            yield SegmentPair(str(number), unescape(cells[0]), unescape(cells[1]))
            continue
        try:
            yield from_record(_record(names, cells), str(number))
        except ValueError as error:
            raise InputError(f"{path}: line {number}: {error}; repair that line") from error


def _carries(key: str, value: Any) -> bool:
    # an empty cell means that the pair has no such key, so an empty text needs another place
    return key in HEADER and (key not in TEXT or (isinstance(value, str) and value != ""))


def _row(pair: SegmentPair) -> str:
    if pair.score is None and not pair.provenance:
        return f"{escape(pair.id)}{_BEFORE}{escape(pair.source)}\t{escape(pair.target)}{_AFTER}"
    record = to_record(pair, _carries)
    if pair.score is None:
        del record["score"]
    cells = []
    for name in HEADER:
        if name not in record:
            cells.append("")
        elif name in _TEXT:
            cells.append(escape(record[name]))
        else:
            cells.append(to_cell(record[name]) or '""')
    return "\t".join(cells) + "\n"


def _record(names: list[str], cells: list[str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if not cell and name not in _SIDES:
            continue  # no such key
        if name in _TEXT:
            record[name] = unescape(cell)
        elif name == "score":
            number = to_score(cell)
            record[name] = cell if number is None else number
        else:
            record[name] = from_cell(cell)
    return record


def _header(path: Path, first: list[str], source_language: str, target_language: str) -> list[str] | None:
    """The columns' names where the row `first` is a header; None where it is one of two texts."""
    words = [cell.strip().lower() for cell in first]
    schemes = (("source", "target"), ("src", "tgt"), ("src", "trg"), (source_language.lower(), target_language.lower()))
    for source, target in schemes:
        if source in words and target in words:
            names = list(first)
            names[words.index(source)], names[words.index(target)] = "source", "target"
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise InputError(f"{path}: two columns are named {twice!r}; rename one of them")
            return names
    if len(first) == 2:
        return None
    raise InputError(
        f"{path}: needs a header row with the columns source and target, or two columns; the first row has {len(first)}"
    )
