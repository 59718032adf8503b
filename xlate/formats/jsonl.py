"""JSON Lines: one object a segment, keys in the bundle's order (see `record`), UTF-8, readable Arabic.

Control characters, line separators and lone surrogates are JSON escapes, so every tool that splits lines, by
whatever rule, sees one object a line. Of other tools' files `source` and `target` are needed, nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from xlate.data import SegmentPair
from xlate.errors import InputError
from xlate.formats.record import Writer, from_json, from_record, to_record
from xlate.formats.streams import numbered_lines, writing
from xlate.lines import to_json


@contextmanager
def open_writer(
    path: Path, *, source_language: str = "ar", target_language: str = "en", header: Mapping[str, str] | None = None
) -> Iterator[Writer]:
    """Open `path` for writing pairs. The languages and `header` have no place in this format."""
    with writing(path) as put:
        yield Writer(lambda pair: put(to_json(to_record(pair)) + "\n"))


def read(
    path: Path, *, source_language: str = "ar", target_language: str = "en", skipped: Counter[str] | None = None
) -> Iterator[SegmentPair]:
    """Yield the pairs; the id is the line number where none is given. Empty lines are passed over.

    Raises InputError, with the line, for what is no JSON object with the strings `source` and `target`.
    """
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        try:
            record = from_json(line)
            if not isinstance(record, dict):
                raise ValueError("not an object")
            yield from_record(record, str(number))
        except ValueError as error:
            raise InputError(
                f'{path}: line {number}: {error}; each line needs an object with "source" and "target"'
            ) from error
